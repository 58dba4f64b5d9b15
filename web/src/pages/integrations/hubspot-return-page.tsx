import { Button, Loader } from '@mantine/core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useFinishConnection } from '@/data/integration';
import { toProblem } from '@/lib/errors';
import { EmptyState } from '@/ui/empty-state';
import { notify } from '@/ui/notify';

const route = getRouteApi('/integrations/hubspot');

/** Where HubSpot sends people back: ends the connection they began, and shows it. */
export function HubSpotReturnPage() {
  const { code, state, error } = route.useSearch();
  const navigate = useNavigate();
  const finish = useFinishConnection();
  const begun = useRef(false);

  useEffect(() => {
    if (begun.current || !code || !state) return;
    begun.current = true;
    finish.mutate(
      { code, state },
      {
        onSuccess: ({ site_domain }) => {
          void notify({ message: `HubSpot is connected to ${site_domain}.` });
          void navigate({ to: '/integrations', search: { domain: site_domain }, replace: true });
        },
      },
    );
  }, [code, state, finish, navigate]);

  const back = (
    <Button component={Link} to="/integrations" size="xs" variant="default">
      Back to Integrations
    </Button>
  );
  const said = error
    ? 'Nothing was connected: the access was not allowed in HubSpot.'
    : finish.error
      ? toProblem(finish.error).message
      : !code || !state
        ? 'This address is where HubSpot leads back to; it has nothing to say by itself.'
        : null;
  return (
    <main>
      <title>Connecting HubSpot · Client Backoffice</title>
      {said ? (
        <EmptyState title="HubSpot is not connected" actions={back}>
          {said}
        </EmptyState>
      ) : (
        <EmptyState title="Connecting HubSpot" actions={<Loader size="sm" />}>
          This takes a moment.
        </EmptyState>
      )}
    </main>
  );
}
