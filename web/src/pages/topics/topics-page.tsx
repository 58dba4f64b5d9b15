import { Tabs } from '@mantine/core';
import { getRouteApi, Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useIsDemoLoading } from '@/data/demo-traffic';
import { useScope } from '@/data/use-scope';
import { DaysArrive } from '@/ui/change-label';
import { PageHead } from '@/ui/page-head';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { ScopeNote } from '@/ui/scope-note';
import { Split } from '@/ui/split';
import { Topics } from './topics';
import classes from './topics-page.module.css';

// The other tab is loaded when it is first opened.
const Questions = lazy(() =>
  import('./questions').then((module) => ({ default: module.Questions })),
);

const route = getRouteApi('/shell/topics');

export function TopicsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const scope = useScope(search);

  return (
    <DaysArrive value={useIsDemoLoading()}>
      <Split panel={<Outlet />}>
        <PageHead
          title="Topics"
          note={
            <ScopeNote
              range={scope}
              siteDomains={scope.siteDomains}
              timezone={scope.domain?.timezone ?? null}
            />
          }
        />
        <Tabs
          className={classes.main}
          value={search.view ?? 'topics'}
          onChange={(value) =>
            void navigate({
              search: (current) => ({
                ...current,
                view: value === 'questions' ? 'questions' : undefined,
              }),
            })
          }
          keepMounted={false}
        >
          <Tabs.List mb="md">
            <Tabs.Tab value="topics">Topics</Tabs.Tab>
            <Tabs.Tab value="questions">Unanswered questions</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="topics">
            <Topics scope={scope} />
          </Tabs.Panel>
          <Tabs.Panel value="questions">
            <Suspense fallback={<PanelSkeleton label="Loading the questions" />}>
              <Questions scope={scope} />
            </Suspense>
          </Tabs.Panel>
        </Tabs>
      </Split>
    </DaysArrive>
  );
}
