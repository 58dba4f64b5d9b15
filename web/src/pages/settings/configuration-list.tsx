import { Link } from '@tanstack/react-router';
import { type Configuration, editedOf } from '@/lib/configuration';
import { differences } from '@/lib/json';
import { StaffMark } from './form/staff-mark';
import classes from './settings-page.module.css';

const GROUPS = [
  { scope: 'global', title: 'Global' },
  { scope: 'website', title: 'Website agent' },
] as const;

type ConfigurationListProps = { rows: Configuration[]; everywhere: boolean };

/** The configurations: which are on, and in which something is set. */
export function ConfigurationList({ rows, everywhere }: ConfigurationListProps) {
  return (
    <nav className={classes.aside} aria-label="Configurations">
      {GROUPS.map(({ scope, title }) => {
        const shown = rows.filter((row) => row.scope === scope);
        if (shown.length === 0) return null;
        return (
          <section key={scope} aria-label={title}>
            <h2 className={classes.group}>{title}</h2>
            <ul>
              {shown.map((row) => (
                <li key={row.config_slug}>
                  <Entry row={row} everywhere={everywhere} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}

function Entry({ row, everywhere }: { row: Configuration; everywhere: boolean }) {
  const { enabled, inheritedEnabled, inherited, values } = editedOf(row, everywhere);
  const isOn = enabled ?? inheritedEnabled;
  const set = differences(inherited, values).length + (enabled === null ? 0 : 1);
  return (
    <Link
      to="/settings/$slug"
      params={{ slug: row.config_slug }}
      search={(current) => ({ ...current, history: undefined })}
      className={classes.entry}
      resetScroll={false}
    >
      <span className={classes.name}>{row.title}</span>
      <span className={classes.marks}>
        {row.access === 'staff' && <StaffMark still />}
        {set > 0 && (
          <span className={classes.set} title="Fields that differ from what is inherited">
            {set} set
          </span>
        )}
        {row.is_feature && (
          <span className={classes.state} data-on={isOn || undefined}>
            {isOn ? 'On' : 'Off'}
          </span>
        )}
      </span>
    </Link>
  );
}
