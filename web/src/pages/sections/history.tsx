import { getRouteApi } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import type { Section } from '@/data/section';
import { useSectionVersions } from '@/data/section-versions';
import { ErrorState } from '@/ui/error-state';
import { Panel } from '@/ui/panel';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { Comparison } from './comparison';
import classes from './history.module.css';
import { VersionList } from './version-list';

const route = getRouteApi('/shell/sections/$domain/$id');

type HistoryProps = { section: Section; dirty: boolean; onReverted: (section: Section) => void };

/** Every version, who saved it, and what is different between two of them. */
export function History({ section, dirty, onReverted }: HistoryProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const versions = useSectionVersions(section.site_domain, section.id);
  const domain = useDomains().find((each) => each.site_domain === section.site_domain);
  const timezone = domain?.timezone ?? 'UTC';
  const chosen = search.version ?? section.version;
  const against = search.against ?? Math.max(1, chosen - 1);
  const choose = (changed: { version?: number; against?: number }) =>
    void navigate({ search: (now) => ({ ...now, ...changed }), replace: true, resetScroll: false });

  if (versions.error && !versions.data) {
    return <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />;
  }
  if (!versions.data) return <PanelSkeleton label="Loading the versions" />;
  return (
    <div className={classes.columns}>
      <Panel title="Versions">
        <VersionList
          versions={versions.data}
          section={section}
          timezone={timezone}
          chosen={chosen}
          onChoose={(version) => choose({ version, against: undefined })}
        />
      </Panel>
      <Comparison
        section={section}
        versions={versions.data.map((each) => each.version)}
        chosen={chosen}
        against={against}
        onAgainst={(next) => choose({ against: next })}
        dirty={dirty}
        onReverted={onReverted}
      />
    </div>
  );
}
