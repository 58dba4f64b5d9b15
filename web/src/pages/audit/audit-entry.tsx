import { Link } from '@tanstack/react-router';
import type { AuditEntry } from '@/data/audit-log-list';
import { formatShortDateTime } from '@/lib/format';
import classes from './audit-page.module.css';
import { type Difference, differences } from './diff';
import { actorKey } from './words';

type AuditEntryRowProps = {
  entry: AuditEntry;
  timezone: string;
  /** Says whose entry it is and in which timezone, where the list mixes several. */
  withDomain: boolean;
};

/** One entry; opened, what stood there before and after, and what to quote of it. */
export function AuditEntryRow({ entry, timezone, withDomain }: AuditEntryRowProps) {
  const actor = entry.actor_label ?? 'An erased person';
  return (
    <details className={classes.entry}>
      <summary className={classes.summary}>
        <span className={classes.label}>{entry.label}</span>
        <span className={classes.actor}>{actor}</span>
        {withDomain && <span className={classes.domain}>{entry.site_domain || 'No website'}</span>}
        <time className={classes.time} dateTime={entry.at}>
          {formatShortDateTime(entry.at, timezone, { withZone: withDomain })}
        </time>
      </summary>
      <div className={classes.opened}>
        <Changes entry={entry} />
        <dl className={classes.facts}>
          <Fact name="By">
            <Link to="/audit" search={(current) => ({ ...current, actor: actorKey(entry) })}>
              {actor}
            </Link>
          </Fact>
          <Fact name="Subject">{entry.subject_id || '–'}</Fact>
          <Fact name="Request">{entry.request_id || '–'}</Fact>
          <Fact name="Address (hashed)">{entry.address_hash?.slice(0, 16) ?? '–'}</Fact>
          <Fact name="Entry">
            {entry.position} · {entry.hash.slice(0, 16)}
          </Fact>
        </dl>
      </div>
    </details>
  );
}

function Changes({ entry }: { entry: AuditEntry }) {
  const found = differences(entry);
  if (entry.erased) return <p className={classes.soft}>What stood there has been erased.</p>;
  if (found.length === 0) return <p className={classes.soft}>Nothing more is known of it.</p>;
  return (
    <table className={classes.diff}>
      <caption className={classes.caption}>{entry.label}</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {found.map((each) => (
          <DifferenceRow key={each.column} {...each} />
        ))}
      </tbody>
    </table>
  );
}

function DifferenceRow({ column, before, after, hidden }: Difference) {
  return (
    <tr>
      <th scope="row">{column}</th>
      {hidden ? (
        <td colSpan={2} className={classes.soft}>
          Changed; never written down
        </td>
      ) : (
        <>
          <td>{before === null ? '–' : <del>{before}</del>}</td>
          <td>{after === null ? '–' : <ins>{after}</ins>}</td>
        </>
      )}
    </tr>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
