import { useInfiniteQuery } from '@tanstack/react-query';
import { useIntegrationAct } from '@/data/integration';
import { CRM } from '@/data/keys';
import { newestFirst } from '@/data/keyset';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export const RUN_KINDS = ['sync', 'dry_run', 'retry'] as const;
export const RUN_STATES = ['waiting', 'running', 'done', 'failed', 'stopped'] as const;
export type RunKind = (typeof RUN_KINDS)[number];
export type RunState = (typeof RUN_STATES)[number];

export type Counts = Record<string, Partial<Record<string, number>>>;
export type Example = {
  object: string;
  label: string;
  action: 'create' | 'update';
  properties: { name: string; value: string; before: string | null }[];
};

export type Run = {
  id: string;
  kind: RunKind;
  is_full: boolean;
  state: RunState;
  phase: string | null;
  done: number;
  total: number | null;
  counts: Counts;
  examples: Example[];
  notice: string | null;
  error: string | null;
  resume_at: string | null;
  started_by: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
};

export type RunFilter = { kind?: RunKind; state?: RunState };

const COLUMNS =
  'id,kind,is_full,state,phase,done,total,counts,examples,notice,error,resume_at,started_by,created_at,started_at,finished_at';
const PAGE_SIZE = 20;
const WATCHED_MS = 2_000;
const IDLE_MS = 20_000;

export const isActive = ({ state }: Run) => state === 'waiting' || state === 'running';

async function fetchRuns(
  { client }: Backend,
  siteDomain: string,
  { kind, state }: RunFilter,
  after: string | null,
  signal: AbortSignal,
): Promise<Run[]> {
  let asked = client.from('crm_runs').select(COLUMNS).eq('site_domain', siteDomain);
  if (kind) asked = asked.eq('kind', kind);
  if (state) asked = asked.eq('state', state);
  if (after) asked = asked.or(after);
  const rows = unwrap(
    await asked
      .order('created_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(PAGE_SIZE)
      .abortSignal(signal),
  );
  return rows as unknown as Run[];
}

/** The runs of a website, the latest first, asked for again and again while one is under way. */
export function useRuns(siteDomain: string, filter: RunFilter = {}) {
  const backend = useBackend();
  return useInfiniteQuery({
    ...newestFirst<Run>({
      queryKey: [CRM, 'runs', siteDomain, filter],
      pageSize: PAGE_SIZE,
      by: ['created_at', 'id'],
      fetchPage: (after, signal) => fetchRuns(backend, siteDomain, filter, after, signal),
    }),
    refetchInterval: ({ state }) =>
      state.data?.pages.flat().some(isActive) ? WATCHED_MS : IDLE_MS,
  });
}

export function useStartRun(siteDomain: string) {
  return useIntegrationAct<{ kind: 'sync' | 'dry_run'; full?: boolean }, { id: string }>(
    siteDomain,
    (body) => ({ path: 'runs', body }),
  );
}

export function useStopRun(siteDomain: string) {
  return useIntegrationAct<void, unknown>(siteDomain, () => ({ path: 'runs/stop' }));
}
