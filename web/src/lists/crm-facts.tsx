import { useCrmValues } from '@/data/crm-values';
import type { CrmObject } from '@/data/integration';
import { formatAge, formatDateTime } from '@/lib/format';
import { type Fact, Facts } from '@/ui/facts';

type CrmFactsProps = { siteDomain: string; object: CrmObject; id: string; timezone: string };

/** What HubSpot says of a visitor or an account, and how old that is; nothing where it says nothing. */
export function CrmFacts({ siteDomain, object, id, timezone }: CrmFactsProps) {
  const { data } = useCrmValues(siteDomain, object, id);
  if (!data) return null;
  const deal = [data.deal_name, data.deal_stage].filter(Boolean).join(' · ');
  const facts: Fact[] = [
    ['Owner', data.owner],
    ['Lifecycle stage', data.lifecycle_stage],
    ['Deal', deal],
    [
      'Source',
      <span key="source" title={formatDateTime(data.fetched_at, timezone)}>
        {data.record_url ? (
          <a href={data.record_url} target="_blank" rel="noreferrer">
            HubSpot
          </a>
        ) : (
          'HubSpot'
        )}
        , {formatAge(data.fetched_at)}
      </span>,
    ],
  ];
  return <Facts label="In HubSpot" facts={facts} />;
}
