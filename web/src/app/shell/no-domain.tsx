import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { ALL_DOMAINS } from '@/lib/filters';
import { EmptyState } from '@/ui/empty-state';
import { PageHead } from '@/ui/page-head';

type NoDomainProps = { asked: string | undefined; any: boolean };

/** The URL names a domain this user has not, or the user has none at all. */
export function NoDomain({ asked, any }: NoDomainProps) {
  const navigate = useNavigate();
  if (!any) {
    return (
      <>
        <PageHead title="No domain yet" />
        <EmptyState title="No domain is assigned to you">
          Ask the person who invited you to assign the websites you work on.
        </EmptyState>
      </>
    );
  }
  const showMine = () =>
    void navigate({ to: '/dashboard', search: { domain: ALL_DOMAINS }, replace: true });
  return (
    <>
      <PageHead title="No such domain" />
      <EmptyState
        title={`You cannot see ${asked}`}
        actions={
          <Button size="xs" onClick={showMine}>
            Show my domains
          </Button>
        }
      >
        The domain does not exist, or it is not assigned to you.
      </EmptyState>
    </>
  );
}
