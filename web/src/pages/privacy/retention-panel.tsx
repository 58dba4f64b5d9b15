import { Button, Skeleton, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { type Domain, useDomains } from '@/data/domains';
import { type RetentionRun, useRetention, useRetentionRun } from '@/data/retention';
import { formatCount, formatDateTime } from '@/lib/format';
import { ConfirmDialog } from '@/ui/confirm-dialog';
import { ErrorState } from '@/ui/error-state';
import { notify } from '@/ui/notify';
import { Panel } from '@/ui/panel';
import classes from './privacy-page.module.css';
import { RetentionDialog } from './retention-dialog';

/** How long the texts of each website are kept, and what was last deleted. */
export function RetentionPanel({ siteDomains }: { siteDomains: string[] }) {
  const [askedAt, setAskedAt] = useState<number | null>(null);
  const [asking, setAsking] = useState(false);
  const { data, error, refetch } = useRetention(siteDomains, askedAt);
  const domains = useDomains().filter((each) => siteDomains.includes(each.site_domain));
  const run = useRetentionRun();
  const [changing, setChanging] = useState<Domain | null>(null);
  const daysOf = (site: string) => data?.policies.find((each) => each.site_domain === site)?.days;

  const deleteNow = () =>
    run.mutate(undefined, {
      onSuccess: () => {
        setAsking(false);
        setAskedAt(Date.now());
        void notify({ message: 'What is due is being deleted; this page shows how far it is.' });
      },
    });

  return (
    <Panel
      title="How long texts are kept"
      actions={
        data && data.policies.length > 0 ? (
          <Button size="xs" variant="default" onClick={() => setAsking(true)}>
            Delete what is due now
          </Button>
        ) : undefined
      }
    >
      <p className={classes.hint}>
        After the days you set, the words of conversations and what events carried are deleted every
        night. Who a visitor is stays, and so do all figures, reviews and scores.
      </p>
      {!data && error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={120} radius="md" role="status" aria-label="Loading" />}
      {data && (
        <section
          className={classes.scroll}
          aria-label="Domains"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
        >
          <Table className={classes.table} verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Domain</Table.Th>
                <Table.Th scope="col">Texts are kept</Table.Th>
                <Table.Th scope="col">Last deletion</Table.Th>
                <Table.Th scope="col">Change</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {domains.map((domain) => {
                const days = daysOf(domain.site_domain);
                const last = data.runs.find((each) => each.site_domain === domain.site_domain);
                return (
                  <Table.Tr key={domain.site_domain}>
                    <Table.Th scope="row">{domain.site_domain}</Table.Th>
                    <Table.Td>{days ? `${formatCount(days)} days` : 'Without a limit'}</Table.Td>
                    <Table.Td>{last ? lastOf(last, domain.timezone) : '–'}</Table.Td>
                    <Table.Td>
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={`Change how long texts of ${domain.site_domain} are kept`}
                        onClick={() => setChanging(domain)}
                      >
                        Change
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </section>
      )}
      {asking && (
        <ConfirmDialog
          title="Delete what is due now?"
          action="Delete for good"
          danger
          pending={run.isPending}
          error={run.error}
          onConfirm={deleteNow}
          onClose={() => setAsking(false)}
        >
          <Text size="sm">
            Texts older than their limit are deleted on every website that has one, not only on
            those shown here: what the next night would do. They cannot be brought back.
          </Text>
        </ConfirmDialog>
      )}
      {changing && (
        <RetentionDialog
          domain={changing}
          days={daysOf(changing.site_domain) ?? null}
          onClose={() => setChanging(null)}
        />
      )}
    </Panel>
  );
}

function lastOf(run: RetentionRun, timezone: string): string {
  const told = `${formatCount(run.messages)} messages, ${formatCount(run.events)} events`;
  if (run.state === 'running') return `Running: ${told} so far`;
  const at = formatDateTime(run.finished_at ?? run.started_at, timezone);
  if (run.state === 'failed') return `${at}: ended early, ${told}`;
  return run.messages + run.events > 0 ? `${at}: ${told}` : `${at}: nothing was due`;
}
