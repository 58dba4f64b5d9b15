import { Button, Select, Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import {
  FAILED_OBJECTS,
  type FailedObject,
  type FailedRecord,
  useFailures,
  useRetry,
} from '@/data/crm-failures';
import type { Domain } from '@/data/domains';
import type { Mapping } from '@/data/integration';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { notify } from '@/ui/notify';
import { tellFailure } from '@/ui/tell-failure';
import { FailureRow } from './failure-row';
import classes from './integrations.module.css';
import { OBJECT_LABELS } from './words';

const route = getRouteApi('/shell/integrations');
type FailuresSectionProps = { domain: Domain; mapping: Mapping };

/** What HubSpot refused, why, and the ways on. */
export function FailuresSection({ domain, mapping }: FailuresSectionProps) {
  const { object } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useFailures(domain.site_domain, object);
  const retry = useRetry(domain.site_domain);
  const tryAgain = (records: FailedRecord[] | null) =>
    retry.mutate(records, {
      onSuccess: () => {
        void notify({ message: 'Trying again. How it went shows under Runs.' });
      },
      onError: (refusal) => tellFailure('This was not tried again', refusal),
    });
  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) return <Skeleton height={160} radius="md" aria-label="Loading failed records" />;
    if (data.length === 0) {
      return (
        <EmptyState title="Nothing is waiting here">
          No record{object ? ' of this kind' : ''} failed, or every one that did was sent again or
          taken off the list.
        </EmptyState>
      );
    }
    return (
      <ul aria-label="Failed records">
        {data.map((failure) => (
          <FailureRow
            key={`${failure.object} ${failure.local_id}`}
            failure={failure}
            domain={domain}
            mapping={mapping}
            busy={retry.isPending}
            onRetry={() => tryAgain([{ object: failure.object, local_id: failure.local_id }])}
          />
        ))}
      </ul>
    );
  };
  return (
    <div className={classes.part}>
      <search className={classes.filters}>
        <Select
          aria-label="Kind of record"
          placeholder="Every kind"
          size="xs"
          clearable
          data={FAILED_OBJECTS.map((value) => ({ value, label: OBJECT_LABELS[value] }))}
          value={object ?? null}
          onChange={(value) =>
            void navigate({
              search: (now) => ({
                ...now,
                object: (value ?? undefined) as FailedObject | undefined,
              }),
              replace: true,
            })
          }
        />
        {data && data.length > 0 && !object && (
          <Button
            size="xs"
            variant="default"
            loading={retry.isPending}
            onClick={() => tryAgain(null)}
          >
            Retry all
          </Button>
        )}
      </search>
      {body()}
    </div>
  );
}
