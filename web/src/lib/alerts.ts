import { formatCount, formatDecimal, formatShare, formatTime } from '@/lib/format';

type AgentFigures = {
  asked: number;
  unanswered: number;
  usual_share: number;
  history_asked: number;
  from: string;
  to: string;
};
type TrafficFigures = { sessions: number; usual: number; weeks: number; from: string; to: string };

type Common = {
  site_domain: string;
  id: string;
  started_at: string;
  ended_at: string | null;
  end_reason: 'recovered' | 'no_data' | null;
};

/** Something that is not as usual on a website, with the figures that say so. */
export type Alert = Common &
  ({ kind: 'agent'; figures: AgentFigures } | { kind: 'traffic'; figures: TrafficFigures });

export const ALERT_TITLES: Record<Alert['kind'], string> = {
  agent: 'The agent leaves visitors without an answer',
  traffic: 'Far fewer visits than usual',
};

/** What an alert is based on, in one sentence. */
export function sayAlert(alert: Alert, timezone: string): string {
  const { from, to } = alert.figures;
  const when = `Between ${formatTime(from, timezone)} and ${formatTime(to, timezone)}`;
  if (alert.kind === 'agent') {
    const { asked, unanswered, usual_share, history_asked } = alert.figures;
    return `${when}, ${formatCount(unanswered)} of ${formatCount(asked)} messages got no answer; usually it is ${formatShare(usual_share)} (of ${formatCount(history_asked)} in the 28 days before).`;
  }
  const { sessions, usual, weeks } = alert.figures;
  return `${when} there were ${formatCount(sessions)} visits; at this time of this weekday there usually are ${formatDecimal(usual, 0)} (the median of ${formatCount(weeks)} weeks).`;
}
