import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Domain } from '@/data/domains';
import { useSectionOrder } from '@/data/section-order';
import type { ListedSection } from '@/data/sections';
import { formatCount } from '@/lib/format';
import { Panel } from '@/ui/panel';
import { tellFailure } from '@/ui/tell-failure';
import { useReadOnly, Writes } from '@/ui/writes';
import { NoSections } from './no-sections';
import { SectionRow } from './section-row';
import classes from './sections-page.module.css';
import { SortableList } from './sortable-list';

type SectionGroupProps = {
  domain: Domain;
  sections: ListedSection[];
  archived: boolean;
  clicks: Map<string, number> | undefined;
};

/** One domain's sections, which keep an order of their own. */
export function SectionGroup({ domain, sections, archived, clicks }: SectionGroupProps) {
  const { mutate } = useSectionOrder();
  const readOnly = useReadOnly() !== null;
  const order = (ids: string[]) =>
    mutate(
      { siteDomain: domain.site_domain, ids },
      { onError: (error) => tellFailure('The order was not saved', error) },
    );
  const move = (index: number, by: number) => {
    const ids = sections.map((section) => section.id);
    const [moved] = ids.splice(index, 1);
    if (moved) ids.splice(index + by, 0, moved);
    order(ids);
  };
  const many = `${formatCount(sections.length)} ${archived ? 'archived ' : ''}${
    sections.length === 1 ? 'section' : 'sections'
  }`;

  return (
    <Panel
      title={domain.name}
      note={`${domain.site_domain} · ${many}`}
      actions={
        !archived &&
        !readOnly && (
          <Button
            size="xs"
            leftSection={<IconPlus size={15} aria-hidden />}
            renderRoot={(props) => (
              <Link to="/sections/$domain/new" params={{ domain: domain.site_domain }} {...props} />
            )}
          >
            New section
          </Button>
        )
      }
    >
      {sections.length === 0 ? (
        <NoSections archived={archived} />
      ) : (
        <div className={classes.list}>
          <Writes>
            <SortableList
              label={`Sections of ${domain.name}`}
              rows={sections}
              nameOf={(section) => `“${section.title}”`}
              onOrder={order}
              disabled={archived}
            >
              {(section, index) => (
                <SectionRow
                  section={section}
                  clicks={clicks}
                  onMove={(by) => move(index, by)}
                  isFirst={index === 0}
                  isLast={index === sections.length - 1}
                />
              )}
            </SortableList>
          </Writes>
        </div>
      )}
    </Panel>
  );
}
