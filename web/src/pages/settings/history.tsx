import { getRouteApi } from '@tanstack/react-router';
import { type ComponentProps, lazy, Suspense, useState } from 'react';

const HistoryDrawer = lazy(() =>
  import('./history-drawer').then((module) => ({ default: module.HistoryDrawer })),
);
const route = getRouteApi('/shell/settings/$slug');

/** The history, loaded when it is first opened; it stays then, so that focus finds its way back. */
export function History(props: ComponentProps<typeof HistoryDrawer>) {
  const { history = false } = route.useSearch();
  const [seen, setSeen] = useState(history);
  if (history && !seen) setSeen(true);
  return (
    seen && (
      <Suspense>
        <HistoryDrawer {...props} />
      </Suspense>
    )
  );
}
