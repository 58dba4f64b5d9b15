import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Change, useSettingsRefresh } from '@/data/configuration-changes';
import { SECTIONS } from '@/data/keys';
import { askSettings } from '@/data/settings-api';
import { type Backend, useBackend } from '@/lib/backend';
import type { FieldError } from '@/lib/schema-errors';

/** `subject` is a configuration, `agents` or `sections`; of kind `enabled`, what changes is on or off. */
export type ImportedChange = Omit<Change, 'kind'> & {
  subject: string;
  kind: Change['kind'] | 'enabled';
};
export type Import = {
  /** What the file was compared with. */
  state: string;
  changes: ImportedChange[];
  errors: FieldError[];
  saved: boolean;
};

/** Downloads everything a website sets, as one JSON file. */
export async function exportConfiguration(backend: Backend, siteDomain: string) {
  const answer = await askSettings(backend, 'GET', siteDomain, 'export');
  const named = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '');
  return { name: named?.[1] ?? `${siteDomain}.json`, content: await answer.blob() };
}

/** Without the `state` that a dry run gave, it is a dry run. */
type Wanted = { document: unknown; state?: string };

/** Takes such a file in; a dry run only tells what would change. */
export function useConfigurationImport(siteDomain: string) {
  const backend = useBackend();
  const refresh = useSettingsRefresh();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ document, state }: Wanted): Promise<Import> => {
      const path = `import?${new URLSearchParams(state ? { state } : { dry_run: 'true' })}`;
      const answer = await askSettings(backend, 'POST', siteDomain, path, { body: document });
      return answer.json();
    },
    onSuccess: async ({ saved }) => {
      if (!saved) return;
      await Promise.all([refresh(), queryClient.invalidateQueries({ queryKey: [SECTIONS] })]);
    },
  });
}
