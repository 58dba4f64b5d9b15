import { flag, parseScope, type Raw, type ScopeSearch } from '@/lib/filters';

export type SettingsSearch = ScopeSearch & {
  /** What holds for every website, in place of one website's own; for staff. */
  everywhere?: boolean;
  /** The history of the open configuration is shown. */
  history?: boolean;
};

export function parseSettingsSearch(raw: Raw): SettingsSearch {
  return {
    ...parseScope(raw),
    everywhere: flag(raw.everywhere),
    history: flag(raw.history),
  };
}
