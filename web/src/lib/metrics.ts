import type { Conversion } from '@/lib/filters';
import { formatCount, formatShare } from '@/lib/format';

/** How the number of a metric reads and what a change of it is measured in. */
export type MetricUnit = 'count' | 'rate' | 'average';

export type MetricId =
  | 'widget_displays'
  | 'visitors'
  | 'engaged_visitors'
  | 'engagement_rate'
  | 'conversations'
  | 'turns_per_conversation'
  | 'emails_captured'
  | 'demos_proposed'
  | 'cta_clicks'
  | 'demos_booked';

/** What a row of get_dashboard_summary says. */
type Figure = { value: number; base: number | null; rate: number | null };

export type Metric = {
  id: MetricId;
  label: string;
  unit: MetricUnit;
  /** The row of get_dashboard_summary it is read from. */
  source: string;
  definition: string;
  /** The smaller figure under the number, and the row it is read from. */
  detail: { source: string; text: (figure: Figure) => string } | null;
  /** The conversations behind the number; null where it does not count conversations. */
  rows: { messaged?: true; conversions?: Conversion[] } | null;
};

const ofMessaged = ({ rate }: Figure) => `${formatShare(rate)} of messaged conversations`;

const ONLY_COUNTED = 'Bots, internal traffic and test environments are not counted.';

/** Every figure of the Dashboard, defined in one place: the tiles and their tooltips read it. */
export const METRICS: readonly Metric[] = [
  {
    id: 'widget_displays',
    label: 'Widget displays',
    unit: 'count',
    source: 'widget_displays',
    definition: `How many times the widget was shown. ${ONLY_COUNTED}`,
    detail: null,
    rows: null,
  },
  {
    id: 'visitors',
    label: 'Visitors',
    unit: 'count',
    source: 'visitors',
    definition: `Distinct visitors with any activity in the range. ${ONLY_COUNTED}`,
    detail: null,
    rows: null,
  },
  {
    id: 'engaged_visitors',
    label: 'Engaged visitors',
    unit: 'count',
    source: 'engaged_visitors',
    definition: 'Distinct visitors who were shown the widget and sent a message in the range.',
    detail: {
      source: 'engaged_visitors',
      text: ({ base }) => `of ${formatCount(base)} shown the widget`,
    },
    rows: null,
  },
  {
    id: 'engagement_rate',
    label: 'Engagement rate',
    unit: 'rate',
    source: 'engaged_visitors',
    definition:
      'Engaged visitors ÷ distinct visitors who were shown the widget in the range. “–” when nobody was shown it.',
    detail: null,
    rows: null,
  },
  {
    id: 'conversations',
    label: 'Conversations',
    unit: 'count',
    source: 'conversations',
    definition:
      'Conversations that belong to the range: to the day of their first message, or of their creation while they have none.',
    detail: {
      source: 'messaged_conversations',
      text: ({ rate }) => `${formatShare(rate)} with messages`,
    },
    rows: {},
  },
  {
    id: 'turns_per_conversation',
    label: 'Turns per conversation',
    unit: 'average',
    source: 'turns',
    definition:
      'Turns (a visitor message and the answer to it) ÷ messaged conversations, those with a visitor’s message.',
    detail: {
      source: 'turns',
      text: ({ value }) => `${formatCount(value)} turns in all`,
    },
    rows: { messaged: true },
  },
  {
    id: 'emails_captured',
    label: 'E-mails captured',
    unit: 'count',
    source: 'emails_captured',
    definition:
      'E-mail addresses given, on that day. Rate: conversations with one ÷ messaged conversations, those with a visitor’s message.',
    detail: { source: 'emails_captured', text: ofMessaged },
    rows: { conversions: ['email_captured'] },
  },
  {
    id: 'demos_proposed',
    label: 'Demos proposed',
    unit: 'count',
    source: 'demos_proposed',
    definition:
      'Times the agent proposed a demo, on that day. Rate: conversations with one ÷ messaged conversations, those with a visitor’s message.',
    detail: { source: 'demos_proposed', text: ofMessaged },
    rows: { conversions: ['demo_proposed'] },
  },
  {
    id: 'cta_clicks',
    label: 'CTA clicks',
    unit: 'count',
    source: 'cta_clicks',
    definition:
      'Calls to action that were clicked, on the day of the click. Rate: conversations with one ÷ messaged conversations, those with a visitor’s message.',
    detail: { source: 'cta_clicks', text: ofMessaged },
    rows: { conversions: ['cta_clicked'] },
  },
  {
    id: 'demos_booked',
    label: 'Demos booked',
    unit: 'count',
    source: 'demos_booked',
    definition:
      'Demos booked, on their own day. Rate: conversations with one ÷ messaged conversations, those with a visitor’s message.',
    detail: { source: 'demos_booked', text: ofMessaged },
    rows: { conversions: ['demo_booked'] },
  },
];

/** The steps of the funnel, by the name the server gives them. */
export const FUNNEL_STEPS: Record<string, { label: string; definition: string }> = {
  displayed: { label: 'Widget displayed', definition: 'Distinct visitors shown the widget.' },
  opened: { label: 'Widget opened', definition: '… who also opened it.' },
  messaged: { label: 'Message sent', definition: '… who also sent a message.' },
  demo_proposed: { label: 'Demo proposed', definition: '… to whom a demo was also proposed.' },
  cta_clicked: { label: 'CTA clicked', definition: '… who also clicked a call to action.' },
  demo_booked: { label: 'Demo booked', definition: '… who also booked a demo.' },
};
