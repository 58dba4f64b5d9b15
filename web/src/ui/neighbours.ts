type Key = { site_domain: string; id: string };

type Pages<Row> = {
  data: { pages: Row[][] } | undefined;
  hasNextPage: boolean;
  fetchNextPage: () => Promise<{ data: { pages: Row[][] } | undefined }>;
};

export type Neighbours = {
  hasPrevious: boolean;
  hasNext: boolean;
  openPrevious: () => void;
  openNext: () => void;
};

/** The way from the open row to those around it in its list, beyond the loaded rows too. */
export function neighboursOf<Row extends Key>(
  list: Pages<Row>,
  current: { domain: string; id: string },
  open: (row: Row) => void,
): Neighbours {
  const rows = list.data?.pages.flat() ?? [];
  const index = rows.findIndex(
    (row) => row.id === current.id && row.site_domain === current.domain,
  );
  const previous = index > 0 ? rows[index - 1] : undefined;
  const next = index >= 0 ? rows[index + 1] : undefined;
  const more = index >= 0 && list.hasNextPage;

  const openNext = async () => {
    if (next) return open(next);
    if (!more) return;
    const loaded = (await list.fetchNextPage()).data?.pages.flat()[index + 1];
    if (loaded) open(loaded);
  };

  return {
    hasPrevious: previous !== undefined,
    hasNext: next !== undefined || more,
    openPrevious: () => previous && open(previous),
    openNext: () => void openNext(),
  };
}
