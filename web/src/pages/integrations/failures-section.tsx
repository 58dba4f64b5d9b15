import { Button, Select } from '@mantine/core';
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
import { Feed } from '@/ui/feed';
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
  const failures = useFailures(domain.site_domain, object);
  const retry = useRetry(domain.site_domain);
  const tryAgain = (records: FailedRecord[] | null) =>
    retry.mutate(records, {
      onSuccess: () => {
        void notify({ message: 'Trying again. How it went shows under Runs.' });
      },
      onError: (refusal) => tellFailure('This was not tried again', refusal),
    });
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
              resetScroll: false,
            })
          }
        />
        {(failures.data?.pages[0]?.length ?? 0) > 0 && !object && (
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
      <Feed
        list={failures}
        loading="Loading failed records"
        empty={
          <EmptyState title="Nothing is waiting here">
            No record{object ? ' of this kind' : ''} failed, or those that did were sent again or
            taken off the list.
          </EmptyState>
        }
      >
        {(rows) => (
          <ul aria-label="Failed records">
            {rows.map((failure) => (
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
        )}
      </Feed>
    </div>
  );
}
