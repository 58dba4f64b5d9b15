import { Button, Table } from '@mantine/core';
import { useDomains } from '@/data/domains';
import { type Erasure, useErasures, useReceipt } from '@/data/erasures';
import { formatCount, formatDateTime } from '@/lib/format';
import { EmptyState } from '@/ui/empty-state';
import { Feed } from '@/ui/feed';
import { Panel } from '@/ui/panel';
import { tellFailure } from '@/ui/tell-failure';
import classes from './privacy-page.module.css';

/** Who was erased is known no more; that it happened, when and how much of it there was, is. */
export function ErasuresPanel({ siteDomains }: { siteDomains: string[] }) {
  const erasures = useErasures(siteDomains);
  const timezones = new Map(useDomains().map((each) => [each.site_domain, each.timezone]));
  return (
    <Panel title="Erased visitors">
      <Feed
        list={erasures}
        loading="Loading the receipts"
        empty={
          <EmptyState title="Nobody was erased yet">
            Open a visitor, then Privacy. A receipt of every erasure is kept here.
          </EmptyState>
        }
      >
        {(rows) => (
          <section
            className={classes.scroll}
            aria-label="Receipts"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            tabIndex={0}
          >
            <Table className={classes.table} verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">Erased</Table.Th>
                  <Table.Th scope="col">Domain</Table.Th>
                  <Table.Th scope="col">Visitors</Table.Th>
                  <Table.Th scope="col">Messages</Table.Th>
                  <Table.Th scope="col">HubSpot</Table.Th>
                  <Table.Th scope="col">Receipt</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((erasure) => (
                  <ErasureRow
                    key={erasure.id}
                    erasure={erasure}
                    timezone={timezones.get(erasure.site_domain) ?? 'UTC'}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </section>
        )}
      </Feed>
    </Panel>
  );
}

function ErasureRow({ erasure, timezone }: { erasure: Erasure; timezone: string }) {
  const receipt = useReceipt();
  const counts = erasure.counts as Record<string, number>;
  const when = formatDateTime(erasure.erased_at, timezone);
  return (
    <Table.Tr>
      <Table.Th scope="row">{when}</Table.Th>
      <Table.Td>{erasure.site_domain}</Table.Td>
      <Table.Td>{formatCount(erasure.visitors)}</Table.Td>
      <Table.Td>{formatCount(counts.messages)}</Table.Td>
      <Table.Td className={erasure.propagation_error ? classes.bad : classes.soft}>
        {outside(erasure)}
      </Table.Td>
      <Table.Td>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Download the receipt of ${when}`}
          loading={receipt.isPending}
          onClick={() =>
            receipt.mutate(
              { siteDomain: erasure.site_domain, id: erasure.id },
              { onError: (error) => tellFailure('The receipt was not downloaded', error) },
            )
          }
        >
          Download
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function outside(erasure: Erasure): string {
  if (erasure.propagations === 0) return 'Not connected, or not known there';
  if (erasure.propagated_at) return 'Erased there too';
  return erasure.propagation_error
    ? `Waits: ${erasure.propagation_error}`
    : 'Waits for the next sync';
}
