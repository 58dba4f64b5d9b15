import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import type { Change } from '@/data/configuration-changes';
import { CONFIGURATION } from '@/data/keys';
import { askSettings, type Target } from '@/data/settings-api';
import { type Backend, useBackend } from '@/lib/backend';
import type { JsonObject } from '@/lib/json';

/** One save; `config` is what was overridden from then on. */
export type ConfigurationVersion = {
  version: number;
  action: string;
  restored_from: number | null;
  author: string | null;
  created_at: string;
  enabled: boolean | null;
  config: JsonObject | null;
  changes: Change[];
};

const PAGE = 20;

function historyQuery(backend: Backend, target: Target, slug: string) {
  return infiniteQueryOptions({
    queryKey: [CONFIGURATION, 'history', target, slug],
    queryFn: async ({ pageParam, signal }): Promise<ConfigurationVersion[]> => {
      const before = pageParam === null ? '' : `&before=${pageParam}`;
      const path = `configs/${slug}/history?limit=${PAGE}${before}`;
      const answer = await askSettings(backend, 'GET', target, path, { signal });
      return (await answer.json()).versions;
    },
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.version),
  });
}

/** Who saved what of a configuration and when, newest first. */
export function useConfigurationHistory(target: Target, slug: string) {
  return useInfiniteQuery(historyQuery(useBackend(), target, slug));
}
