import type { ImportedChange } from '@/data/configuration-transfer';
import type { Configuration } from '@/lib/configuration';
import { type Difference, differences, fromPointer, merge, valueAt } from '@/lib/json';
import { ChangesTable } from './changes-table';
import classes from './settings-page.module.css';

/** What a change of an override changes of what holds, where that can be told. */
function held(row: Configuration | undefined, change: ImportedChange): Difference[] {
  if (row?.merge_strategy !== 'deep') return [change];
  const path = fromPointer(change.pointer);
  const inherited = valueAt(row.inherited_config, path);
  const before = change.kind === 'added' ? undefined : change.before;
  const after = change.kind === 'removed' ? undefined : change.after;
  const found = differences(merge(inherited, before), merge(inherited, after), path);
  return found.length > 0 ? found : [change];
}

/** AI Sections have no schema here; what is about all of them is their order. */
const SECTIONS = { subject: 'sections', title: 'AI Sections', schema: { title: 'Order' } };

type ImportedChangesProps = { changes: ImportedChange[]; rows: Configuration[] };

/** What a file changes, configuration by configuration. */
export function ImportedChanges({ changes, rows }: ImportedChangesProps) {
  const subjects = [...new Set(changes.map((each) => each.subject))];
  return subjects.map((subject) => {
    const row = rows.find((each) => each.config_slug === subject);
    const known = row ?? (subject === SECTIONS.subject ? SECTIONS : undefined);
    const title = known?.title ?? subject;
    const own = changes.filter((each) => each.subject === subject);
    const whole = own.find((each) => each.kind === 'enabled' && each.pointer === '');
    const agents = own.filter((each) => each.kind === 'enabled' && each.pointer !== '');
    const switched = whole && {
      before: whole.before as boolean | null,
      after: whole.after as boolean | null,
    };
    return (
      <section key={subject} aria-label={title}>
        <h3 className={classes.subject}>{title}</h3>
        <ChangesTable
          label={`Changes of ${title}`}
          schema={known?.schema ?? {}}
          changes={[
            ...own.filter((each) => each.kind !== 'enabled').flatMap((each) => held(row, each)),
            ...agents,
          ]}
          switched={switched}
        />
      </section>
    );
  });
}
