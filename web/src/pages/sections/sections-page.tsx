import { Switch } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { domainsIn } from '@/data/scope';
import { useSectionClicks } from '@/data/section-clicks';
import { useSections } from '@/data/sections';
import { useScope } from '@/data/use-scope';
import { definitionOf, labelOf } from '@/lib/metrics';
import { Definition } from '@/ui/definition';
import { ErrorState } from '@/ui/error-state';
import { ListSkeleton } from '@/ui/list-skeleton';
import { PageHead } from '@/ui/page-head';
import { ScopeNote } from '@/ui/scope-note';
import { SectionGroup } from './section-group';
import classes from './sections-page.module.css';

const route = getRouteApi('/shell/sections');

/** The AI Sections of the chosen domains, in the order in which the widget gets them. */
export function SectionsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const scope = useScope(search);
  const domains = domainsIn(search, useDomains());
  const archived = search.archived === true;
  const sections = useSections(scope.siteDomains, archived);
  const clicks = useSectionClicks(scope);

  const body = () => {
    if (sections.error && !sections.data) {
      return <ErrorState error={sections.error} onRetry={() => void sections.refetch()} />;
    }
    if (!sections.data) return <ListSkeleton label="Loading the AI Sections" />;
    return domains.map((domain) => (
      <SectionGroup
        key={domain.site_domain}
        domain={domain}
        sections={sections.data.filter((each) => each.site_domain === domain.site_domain)}
        archived={archived}
        clicks={clicks.data}
      />
    ));
  };

  return (
    <>
      <PageHead
        title="AI Sections"
        note={
          <>
            {labelOf('section_clicks')}:{' '}
            <ScopeNote
              range={scope}
              siteDomains={scope.siteDomains}
              timezone={scope.domain?.timezone ?? null}
              compared={false}
            />
            <Definition of={labelOf('section_clicks')} text={definitionOf('section_clicks')} />
          </>
        }
      />
      <div className={classes.stack}>
        <Switch
          className={classes.archived}
          size="xs"
          label="Show archived sections"
          checked={archived}
          onChange={(event) => {
            const next = event.currentTarget.checked || undefined;
            void navigate({ search: (now) => ({ ...now, archived: next }), replace: true });
          }}
        />
        {body()}
      </div>
    </>
  );
}
