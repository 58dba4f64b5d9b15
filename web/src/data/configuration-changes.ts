import { useMutation, useQueryClient } from '@tanstack/react-query';
import { AGENTS, CONFIGURATION, TRAFFIC } from '@/data/keys';
import { askSettings, type Target } from '@/data/settings-api';
import { useBackend } from '@/lib/backend';
import type { Json, JsonObject } from '@/lib/json';
import type { FieldError } from '@/lib/schema-errors';

export type Change = {
  pointer: string;
  kind: 'added' | 'removed' | 'changed';
  before: Json;
  after: Json;
};

/** What a save did, or (when it was only checked) would do. */
export type Outcome = {
  config_slug: string;
  version: number;
  enabled: boolean | null;
  config: JsonObject | null;
  resolved: JsonObject;
  resolved_enabled: boolean;
  changes: Change[];
  errors: FieldError[];
};

export type Wanted = { version: number; values: JsonObject; enabled: boolean | null };

type Named = { target: Target; slug: string };

/** Asks what a save would do: what changes, and what is not valid. */
export function useConfigurationCheck({ target, slug }: Named) {
  const backend = useBackend();
  return useMutation({
    mutationFn: async (wanted: Wanted): Promise<Outcome> => {
      const answer = await askSettings(backend, 'POST', target, `configs/${slug}/check`, {
        body: wanted,
      });
      return answer.json();
    },
  });
}

/** What follows from settings: forms, agents, and the marks on charts. */
export function useSettingsRefresh() {
  const queryClient = useQueryClient();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: [CONFIGURATION] }),
      queryClient.invalidateQueries({ queryKey: [AGENTS] }),
      queryClient.invalidateQueries({ queryKey: [TRAFFIC, 'annotations'] }),
    ]);
}

/** Saves what a form holds, based on the version it was filled from. */
export function useConfigurationSave({ target, slug }: Named) {
  const backend = useBackend();
  const refresh = useSettingsRefresh();
  return useMutation({
    mutationFn: async (wanted: Wanted): Promise<Outcome> => {
      const answer = await askSettings(backend, 'PUT', target, `configs/${slug}`, { body: wanted });
      return answer.json();
    },
    onSuccess: refresh,
  });
}

/** Goes back to how an earlier version left it, under a new version. */
export function useConfigurationRevert({ target, slug }: Named) {
  const backend = useBackend();
  const refresh = useSettingsRefresh();
  return useMutation({
    mutationFn: async (wanted: { version: number; to: number }): Promise<Outcome> => {
      const answer = await askSettings(backend, 'POST', target, `configs/${slug}/revert`, {
        body: wanted,
      });
      return answer.json();
    },
    onSuccess: refresh,
  });
}
