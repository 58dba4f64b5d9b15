import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBookmark, IconCheck, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { type SavedView, useChangeView, useSavedViews, type ViewChange } from '@/data/saved-views';
import type { Json } from '@/lib/database.types';
import { toProblem } from '@/lib/errors';
import { plainText } from '@/lib/plain-text';
import { Writes } from '@/ui/writes';
import { DeleteView } from './delete-view';
import { NameView } from './name-view';
import classes from './saved-views.module.css';

const MOST = 5;

type Search = Record<string, unknown>;
type SavedViewsProps = {
  page: string;
  /** The page's filters and order as its address has them, without domain and dates. */
  search: Search;
  onOpen: (search: Search) => void;
};

function set(search: Search): Search {
  const entries = Object.entries(search).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b)));
}

function same(a: unknown, b: Search): boolean {
  return JSON.stringify(set((a ?? {}) as Search)) === JSON.stringify(set(b));
}

/** Filters under a name, to come back to and to share. Any list page can show them. */
export function SavedViews({ page, search, onOpen }: SavedViewsProps) {
  const { data: views = [], isError, refetch } = useSavedViews(page);
  const change = useChangeView(page);
  const [naming, setNaming] = useState<SavedView | 'new' | null>(null);
  const [deleting, setDeleting] = useState<SavedView | null>(null);
  const current = views.find((view) => same(view.search, search));
  // One that is shown as it was saved has nothing to give to others.
  const changed = current ? [] : views.filter((view) => view.is_mine).slice(0, MOST);
  const now = set(search) as Json;

  const apply = (what: ViewChange, done: string) =>
    change.mutate(what, {
      onSuccess: () => notifications.show({ message: done }),
      onError: (error) =>
        notifications.show({
          color: 'red',
          title: 'The view was not changed',
          message: toProblem(error).message,
        }),
    });

  return (
    <>
      <Menu position="bottom-start" withinPortal width={280}>
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconBookmark size={15} aria-hidden />}
            maw={220}
            title={current && plainText(current.name)}
          >
            <span className={classes.shown}>{current ? plainText(current.name) : 'Views'}</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
          {isError && (
            <>
              <Menu.Label>The views could not be loaded.</Menu.Label>
              <Menu.Item closeMenuOnClick={false} onClick={() => void refetch()}>
                Try again
              </Menu.Item>
            </>
          )}
          {!isError && views.length === 0 && (
            <Menu.Label>No view yet. Save the filters you come back to.</Menu.Label>
          )}
          {views.map((view) => (
            <Menu.Item
              key={view.id}
              leftSection={
                <span className={classes.mark}>
                  {view === current && <IconCheck size={15} aria-label="Shown" />}
                </span>
              }
              rightSection={
                view.site_domain && (
                  <span className={classes.mark} title={`Shared with ${view.site_domain}`}>
                    <IconUsers size={15} aria-label={`Shared with ${view.site_domain}`} />
                  </span>
                )
              }
              onClick={() => onOpen((view.search ?? {}) as Search)}
            >
              {plainText(view.name)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Writes>
            <Menu.Item onClick={() => setNaming('new')}>Save as a new view…</Menu.Item>
            {current?.is_mine && (
              <>
                <Menu.Item onClick={() => setNaming(current)}>Rename or share…</Menu.Item>
                <Menu.Item color="red" onClick={() => setDeleting(current)}>
                  Delete “{plainText(current.name)}”…
                </Menu.Item>
              </>
            )}
            {changed.length > 0 && (
              <>
                <Menu.Divider />
                <Menu.Label>Keep these filters in place of a view’s own</Menu.Label>
                {changed.map((view) => (
                  <Menu.Item
                    key={view.id}
                    onClick={() =>
                      apply(
                        { do: 'update', id: view.id, search: now, siteDomain: view.site_domain },
                        `“${plainText(view.name)}” has these filters now.`,
                      )
                    }
                  >
                    Update “{plainText(view.name)}”
                  </Menu.Item>
                ))}
              </>
            )}
          </Writes>
        </Menu.Dropdown>
      </Menu>
      {naming !== null && (
        <NameView
          view={naming === 'new' ? null : naming}
          onClose={() => setNaming(null)}
          onSave={(name, siteDomain) => {
            setNaming(null);
            if (naming === 'new') {
              apply({ do: 'save', name, search: now, siteDomain }, 'The view is saved.');
              return;
            }
            if (name !== naming.name) {
              apply({ do: 'rename', id: naming.id, name }, 'The view has its new name.');
            }
            if (siteDomain !== naming.site_domain) {
              apply(
                { do: 'update', id: naming.id, search: now, siteDomain },
                siteDomain ? `Shared with ${siteDomain}.` : 'The view is yours alone.',
              );
            }
          }}
        />
      )}
      {deleting !== null && (
        <DeleteView page={page} view={deleting} onClose={() => setDeleting(null)} />
      )}
    </>
  );
}
