import type { Annotation } from '@/data/annotations';
import { useDomains } from '@/data/domains';
import type { Scope } from '@/data/scope';
import { formatShortDateTime } from '@/lib/format';
import classes from './annotations.module.css';

type AnnotationsProps = { scope: Scope; annotations: Annotation[] };

/** The changes that the chart marks, to read: what, when and by whom. */
export function Annotations({ scope, annotations }: AnnotationsProps) {
  const timezones = new Map(useDomains().map((each) => [each.site_domain, each.timezone]));
  if (annotations.length === 0) return null;
  const count = annotations.length;
  return (
    <details className={classes.changes}>
      <summary>
        {count} {count === 1 ? 'change' : 'changes'} that could explain a difference
      </summary>
      <ul className={classes.list}>
        {annotations.toReversed().map((change) => (
          <li key={`${change.site_domain} ${change.position}`}>
            <time dateTime={change.at}>
              {formatShortDateTime(change.at, timezones.get(change.site_domain) ?? 'UTC')}
            </time>{' '}
            {change.label}, by {change.actor_label ?? 'somebody erased'}
            {scope.domain === null && ` (${change.site_domain})`}
          </li>
        ))}
      </ul>
    </details>
  );
}
