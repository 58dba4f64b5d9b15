import type { FailedObject } from '@/data/crm-failures';
import type { Counts, RunKind, RunState } from '@/data/crm-runs';
import type { ConnectionState } from '@/data/integration';
import { formatCount } from '@/lib/format';

export const STATES: Record<ConnectionState, string> = {
  connected: 'Connected',
  paused: 'Paused',
  revoked: 'Connect again',
  disconnected: 'Not connected',
};

export const RUN_KIND_LABELS: Record<RunKind, string> = {
  sync: 'Sync',
  dry_run: 'Dry run',
  retry: 'Retry',
};

export const RUN_STATE_LABELS: Record<RunState, string> = {
  waiting: 'Waiting',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  stopped: 'Stopped',
};

export const OBJECT_LABELS: Record<FailedObject, string> = {
  contact: 'Contact',
  company: 'Company',
  association: 'Contact at company',
  note: 'Note',
};

const PHASES: Record<string, string> = {
  properties: 'Looking at the properties',
  companies: 'Companies',
  contacts: 'Contacts and notes',
  reading: 'Reading owners, stages and deals',
};

const COUNTED: Record<string, string> = {
  contacts: 'contacts',
  companies: 'companies',
  notes: 'notes',
  associations: 'contacts at companies',
  deals: 'deals',
  properties: 'properties',
};
const OUTCOMES: Record<string, [done: string, would: string]> = {
  created: ['created', 'would be created'],
  updated: ['updated', 'would be updated'],
  unchanged: ['unchanged', 'unchanged'],
  failed: ['failed', 'would fail'],
  read: ['read', 'would be read'],
};

export function sayPhase(phase: string | null): string {
  return phase === null ? 'Starting' : (PHASES[phase] ?? phase);
}

/** What a run did, or a dry run would do: one line an object. */
export function sayCounts(counts: Counts, kind: RunKind): string[] {
  const tense = kind === 'dry_run' ? 1 : 0;
  return Object.entries(COUNTED).flatMap(([object, name]) => {
    const figures = counts[object] ?? {};
    const said = Object.entries(OUTCOMES).flatMap(([outcome, words]) =>
      figures[outcome] ? [`${formatCount(figures[outcome])} ${words[tense]}`] : [],
    );
    return said.length > 0 ? [`${name[0]?.toUpperCase()}${name.slice(1)}: ${said.join(', ')}`] : [];
  });
}
