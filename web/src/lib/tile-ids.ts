import type { MetricId } from '@/lib/metrics';

/** The metrics of the Dashboard's tiles, in their order. */
export const TILE_IDS = [
  'widget_displays',
  'visitors',
  'engaged_visitors',
  'engagement_rate',
  'conversations',
  'turns_per_conversation',
  'emails_captured',
  'demos_proposed',
  'cta_clicks',
  'demos_booked',
] as const satisfies readonly MetricId[];
export type TileId = (typeof TILE_IDS)[number];
