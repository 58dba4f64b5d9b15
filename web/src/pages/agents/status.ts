import type { Agent } from '@/data/agents';
import { formatAge, formatCount, formatDecimal, formatLatency, NONE } from '@/lib/format';

export type Health = 'off' | 'silent' | 'failing' | 'fine';

/** How an agent is, the worst of it first. */
export function healthOf(agent: Agent): Health {
  if (!agent.enabled) return 'off';
  if (agent.last_activity_at === null && agent.fetched_at === null) return 'silent';
  return (agent.unanswered ?? 0) > 0 ? 'failing' : 'fine';
}

export const HEALTH_LABELS: Record<Health, string> = {
  off: 'Off',
  silent: 'On, never active',
  failing: 'On, leaves visitors waiting',
  fine: 'On',
};

/** Fewer than that are too few for a percentage to mean anything. */
const COMPARABLE = 5;

/** Conversations of today beside what is usual until this time of day. */
export function sayVolume({ conversations_today, usual_conversations }: Agent): string {
  const usual = usual_conversations ?? 0;
  if (usual === 0) return 'None in the 28 days before';
  const average = `${formatDecimal(usual)} are usual until this time of day`;
  if (usual < COMPARABLE) return average;
  const share = ((conversations_today ?? 0) / usual - 1) * 100;
  if (Math.abs(share) < 10) return `About as usual: ${average}`;
  return `${formatCount(Math.abs(share))}% ${share > 0 ? 'more' : 'fewer'} than usual: ${average}`;
}

export function sayAnswerTime({ median_answer_ms }: Agent): string {
  return median_answer_ms === null ? NONE : formatLatency(median_answer_ms);
}

const short = (version: string | null) => version?.slice(0, 8) ?? NONE;

/** Which version of the settings whoever runs the agent downloaded last. */
export function sayFetched(agent: Agent, now = new Date()): { text: string; note: string } {
  const { channel, fetched_at, fetched_version, current_version } = agent;
  if (fetched_at === null) {
    const who = channel === 'widget' ? 'No widget' : 'No backend';
    return {
      text: 'Never fetched',
      note: `${who} has asked for version ${short(current_version)}`,
    };
  }
  const when = `fetched ${formatAge(fetched_at, now)}`;
  return fetched_version === current_version
    ? { text: 'Newest', note: `Version ${short(current_version)}, ${when}` }
    : {
        text: 'Older',
        note: `Version ${short(fetched_version)}, ${when}; the newest is ${short(current_version)}`,
      };
}
