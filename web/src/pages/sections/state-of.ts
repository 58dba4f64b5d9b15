type Stateful = {
  enabled: boolean;
  version: number;
  published_version: number | null;
  archived_at: string | null;
};

export type State = { label: string; tone: 'good' | 'open' | 'none'; hint: string };

/** What visitors get of a section. */
export function stateOf(section: Stateful): State {
  const { enabled, version, published_version: published, archived_at } = section;
  if (archived_at !== null) {
    return { label: 'Archived', tone: 'none', hint: 'Put away; visitors do not get it.' };
  }
  if (published === null) {
    return { label: 'Draft', tone: 'none', hint: 'Not published yet; visitors do not get it.' };
  }
  if (!enabled) {
    return { label: 'Off', tone: 'none', hint: 'Turned off; visitors do not get it.' };
  }
  if (published < version) {
    return {
      label: 'Published, edited since',
      tone: 'open',
      hint: `Visitors get version ${published}; version ${version} is not published.`,
    };
  }
  return { label: 'Published', tone: 'good', hint: `Visitors get version ${published}.` };
}
