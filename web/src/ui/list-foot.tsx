import { Button } from '@mantine/core';
import { formatCount } from '@/lib/format';
import { ErrorState } from './error-state';
import classes from './list-table.module.css';
import type { ListPages } from './rows-in-view';

type ListFootProps = { list: ListPages; shown: number };

/** Below a list: the way to more rows, or that these are all. */
export function ListFoot({ list, shown }: ListFootProps) {
  const more = () => void list.fetchNextPage();
  if (list.isFetchNextPageError) {
    return <ErrorState error={list.error} onRetry={more} below />;
  }
  if (list.hasNextPage) {
    return (
      <div className={classes.foot}>
        <Button size="xs" variant="default" loading={list.isFetchingNextPage} onClick={more}>
          Load more
        </Button>
      </div>
    );
  }
  if (shown <= 20) return null;
  return <p className={classes.foot}>All {formatCount(shown)} are shown.</p>;
}
