import { Button, Menu, Modal, Select, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBookmark, IconCheck, IconUsers } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useDomains } from '@/data/domains';
import { type SavedView, useChangeView, useSavedViews, type ViewChange } from '@/data/saved-views';
import type { Json } from '@/lib/database.types';
import { toProblem } from '@/lib/errors';
import { plainText } from '@/lib/plain-text';
import { Writes } from '@/ui/writes';

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
  const { data: views = [], isError } = useSavedViews(page);
  const change = useChangeView(page);
  const [naming, setNaming] = useState<SavedView | 'new' | null>(null);
  const current = views.find((view) => same(view.search, search));
  const now = set(search) as Json;

  const apply = (what: ViewChange, done: string) =>
    change.mutate(what, {
      onSuccess: () => notifications.show({ message: done }),
      onError: (error) =>
        notifications.show({
          color: 'red',
          title: 'The view was not saved',
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
          >
            {current ? plainText(current.name) : 'Views'}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
          {isError && <Menu.Label>The views could not be loaded.</Menu.Label>}
          {!isError && views.length === 0 && (
            <Menu.Label>No view yet. Save the filters you come back to.</Menu.Label>
          )}
          {views.map((view) => (
            <Menu.Item
              key={view.id}
              leftSection={view === current ? <IconCheck size={15} aria-label="Shown" /> : <i />}
              rightSection={
                view.site_domain && (
                  <IconUsers size={15} aria-label={`Shared with ${view.site_domain}`} />
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
            {views
              .filter((view) => view.is_mine && view !== current)
              .slice(0, 5)
              .map((view) => (
                <Menu.Item
                  key={view.id}
                  onClick={() =>
                    apply(
                      { do: 'update', id: view.id, search: now, siteDomain: view.site_domain },
                      'The view has these filters now.',
                    )
                  }
                >
                  Update “{plainText(view.name)}”
                </Menu.Item>
              ))}
            {current?.is_mine && (
              <>
                <Menu.Item onClick={() => setNaming(current)}>Rename or share…</Menu.Item>
                <Menu.Item
                  color="red"
                  onClick={() => apply({ do: 'delete', id: current.id }, 'The view is deleted.')}
                >
                  Delete “{plainText(current.name)}”
                </Menu.Item>
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
    </>
  );
}

type NameViewProps = {
  view: SavedView | null;
  onClose: () => void;
  onSave: (name: string, siteDomain: string | null) => void;
};

function NameView({ view, onClose, onSave }: NameViewProps) {
  const domains = useDomains();
  const [name, setName] = useState(view?.name ?? '');
  const [shared, setShared] = useState<string | null>(view?.site_domain ?? null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) onSave(name.trim(), shared);
  };
  return (
    <Modal opened onClose={onClose} title={view ? 'Rename or share' : 'Save this view'} size="sm">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={80}
            required
            data-autofocus
          />
          <Select
            label="Share with"
            description="Everybody who sees the domain finds the view. Only you change it."
            placeholder="Nobody: it is yours alone"
            data={domains.map((each) => each.site_domain)}
            value={shared}
            onChange={setShared}
            clearable
            searchable
          />
          <Button type="submit" disabled={!name.trim()}>
            Save
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
