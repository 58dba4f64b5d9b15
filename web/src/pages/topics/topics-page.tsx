import { Tabs } from '@mantine/core';
import { getRouteApi, Outlet } from '@tanstack/react-router';
import { useScope } from '@/data/use-scope';
import { PageHead } from '@/ui/page-head';
import { ScopeNote } from '@/ui/scope-note';
import { Questions } from './questions';
import { Topics } from './topics';
import classes from './topics-page.module.css';

const route = getRouteApi('/shell/topics');

export function TopicsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const scope = useScope(search);

  return (
    <>
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
      <div className={classes.split}>
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
            <Questions scope={scope} />
          </Tabs.Panel>
        </Tabs>
        <Outlet />
      </div>
    </>
  );
}
