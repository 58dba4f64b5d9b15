import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { AGENTS, TRAFFIC } from '@/data/keys';
import { askSettings } from '@/data/settings-api';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

/** An agent of a website, and what really arrived of it. */
export type Agent = {
  slug: string;
  name: string;
  description: string;
  channel: string;
  enabled: boolean;
  enabled_by_default: boolean;
  reason: string | null;
  version: number;
  switched_at: string | null;
  switched_by: string | null;
  last_activity_at: string | null;
  conversations_today: number | null;
  usual_conversations: number | null;
  median_answer_ms: number | null;
  unanswered: number | null;
  current_version: string | null;
  fetched_version: string | null;
  fetched_at: string | null;
};

/** How old what is shown may get while the page is looked at. */
const REFRESH_MS = 15_000;

async function fetchAgents({ client }: Backend, siteDomain: string, signal: AbortSignal) {
  const rows = unwrap(
    await client.rpc('get_agent_status', { p_site_domain: siteDomain }).abortSignal(signal),
  );
  return rows as unknown as Agent[];
}

function agentsQuery(backend: Backend, siteDomain: string) {
  return queryOptions({
    queryKey: [AGENTS, siteDomain],
    queryFn: ({ signal }) => fetchAgents(backend, siteDomain, signal),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  });
}

/** The agents of a website, asked for again and again while they are looked at. */
export function useAgents(siteDomain: string) {
  return useQuery(agentsQuery(useBackend(), siteDomain));
}

type Switch = { slug: string; version: number; enabled: boolean; reason: string };

/** Switches an agent on or off; staff may. */
export function useAgentSwitch(siteDomain: string) {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ slug, ...body }: Switch) => {
      await askSettings(backend, 'PUT', siteDomain, `agents/${slug}`, { body });
    },
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: [AGENTS, siteDomain] }),
        queryClient.invalidateQueries({ queryKey: [TRAFFIC, 'annotations'] }),
      ]),
  });
}
