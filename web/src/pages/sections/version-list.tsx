import type { Section } from '@/data/section';
import type { SectionVersion } from '@/data/section-versions';
import { formatShortDateTime } from '@/lib/format';
import classes from './history.module.css';
import badge from './section-state.module.css';

type VersionListProps = {
  versions: SectionVersion[];
  section: Section;
  timezone: string;
  chosen: number;
  onChoose: (version: number) => void;
};

export function VersionList({ versions, section, timezone, chosen, onChoose }: VersionListProps) {
  return (
    <ol aria-label="Versions">
      {versions.map(({ version, created_at, author, restored_from, published_at }) => (
        <li key={version}>
          <button
            type="button"
            className={classes.version}
            aria-pressed={version === chosen}
            onClick={() => onChoose(version)}
          >
            <span className={classes.name}>
              Version {version}
              {version === section.published_version && (
                <span className={badge.badge} data-tone="good">
                  Visitors get this
                </span>
              )}
            </span>
            <span className={classes.about}>
              {formatShortDateTime(created_at, timezone, { withZone: true })}
              {author && ` · ${author}`}
              {restored_from !== null && ` · as version ${restored_from} was`}
              {published_at !== null &&
                version !== section.published_version &&
                ` · published ${formatShortDateTime(published_at, timezone)}`}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
