import { counted, listed, metrics } from '@config/metrics.json';
import { formatCount, formatShare } from '@/lib/format';
import type { Rows } from '@/lib/rows';
import type { TileId } from '@/lib/tile-ids';

/** How the number of a metric reads and what a change of it is measured in. */
export type MetricUnit = 'count' | 'rate' | 'average' | 'score';

/** A metric of config/metrics.json, where each is named and defined once for SQL, docs and pages. */
export type MetricId = keyof typeof metrics;

export function labelOf(id: MetricId): string {
  return metrics[id].label;
}

/** What never counts, in any figure. */
export const ONLY_COUNTED = counted;

/** What a metric means, and what never counts. */
export function definitionOf(id: MetricId): string {
  return `${metrics[id].definition} ${counted}`;
}

/** What a row of get_dashboard_summary says. */
type Figure = { value: number; base: number | null; rate: number | null };

export type Metric = {
  id: TileId;
  label: string;
  unit: MetricUnit;
  /** The row of get_dashboard_summary, and the metric of get_metric_over_time, it is read from. */
  source: MetricId;
  definition: string;
  /** The smaller figure under the number, the row it is read from and the rows it opens. */
  detail: { source: MetricId; text: (figure: Figure) => string; rows: Rows | null } | null;
  /** What the number opens; null where it counts no rows of a list. */
  rows: Rows | null;
};

const ofMessaged = ({ rate }: Figure) => `${formatShare(rate)} of messaged conversations`;
const people = (count: number) => `${formatCount(count)} ${count === 1 ? 'visitor' : 'visitors'}`;

const DISPLAYED: Rows = { to: '/visitors', search: { did: 'displayed' } };
const ENGAGED: Rows = { to: '/visitors', search: { did: 'engaged' } };

type Given = Pick<Metric, 'rows'> & Partial<Pick<Metric, 'source' | 'detail'>>;

function tile(id: TileId, { source = id, detail = null, rows }: Given): Metric {
  const { label, unit } = metrics[id];
  return {
    id,
    label,
    unit: unit as MetricUnit,
    source,
    definition: definitionOf(id),
    detail,
    rows,
  };
}

function conversion(id: TileId, kind: string): Metric {
  const found = tile(id, {
    detail: { source: id, text: ofMessaged, rows: null },
    rows: { to: '/conversations', search: { conversions: [kind] } },
  });
  return { ...found, definition: `${metrics[id].definition} ${listed} ${counted}` };
}

/** Every figure of the Dashboard: the tiles, their tooltips and what they open. */
export const METRICS: readonly Metric[] = [
  tile('widget_displays', {
    detail: {
      source: 'engaged_visitors',
      text: ({ base }) => `to ${people(base ?? 0)}`,
      rows: DISPLAYED,
    },
    rows: null,
  }),
  tile('visitors', { rows: { to: '/visitors', search: { did: 'active' } } }),
  tile('engaged_visitors', {
    detail: {
      source: 'engaged_visitors',
      text: ({ base }) => `of ${formatCount(base)} shown the widget`,
      rows: DISPLAYED,
    },
    rows: ENGAGED,
  }),
  tile('engagement_rate', { source: 'engaged_visitors', rows: ENGAGED }),
  tile('conversations', {
    detail: {
      source: 'messaged_conversations',
      text: ({ rate }) => `${formatShare(rate)} with messages`,
      rows: { to: '/conversations', search: { messaged: true } },
    },
    rows: { to: '/conversations', search: {} },
  }),
  tile('turns_per_conversation', {
    source: 'turns',
    detail: {
      source: 'turns',
      text: ({ value }) => `${formatCount(value)} ${value === 1 ? 'turn' : 'turns'} in all`,
      rows: null,
    },
    rows: { to: '/conversations', search: { messaged: true } },
  }),
  conversion('emails_captured', 'email_captured'),
  conversion('demos_proposed', 'demo_proposed'),
  conversion('cta_clicks', 'cta_clicked'),
  conversion('demos_booked', 'demo_booked'),
];

export function metricOf(id: TileId): Metric {
  return METRICS.find((each) => each.id === id) as Metric;
}

/** The steps of the funnel, by the name the server gives them: their metric, and who reached them. */
export const FUNNEL_STEPS: Record<string, { metric: MetricId; did: string }> = {
  displayed: { metric: 'funnel_displayed', did: 'displayed' },
  opened: { metric: 'funnel_opened', did: 'funnel_opened' },
  messaged: { metric: 'funnel_messaged', did: 'funnel_messaged' },
  demo_proposed: { metric: 'funnel_proposed', did: 'funnel_proposed' },
  cta_clicked: { metric: 'funnel_clicked', did: 'funnel_clicked' },
  demo_booked: { metric: 'funnel_booked', did: 'funnel_booked' },
};
