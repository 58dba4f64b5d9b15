import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type Failure, useDismiss } from '@/data/crm-failures';
import type { Domain } from '@/data/domains';
import type { Mapping } from '@/data/integration';
import { formatDateTime } from '@/lib/format';
import { tellFailure } from '@/ui/tell-failure';
import classes from './integrations.module.css';
import { OBJECT_LABELS } from './words';

type FailureRowProps = {
  failure: Failure;
  domain: Domain;
  mapping: Mapping;
  busy: boolean;
  onRetry: () => void;
};

/** One refused record: the reason, where it is put right, and another try. */
export function FailureRow({ failure, domain, mapping, busy, onRetry }: FailureRowProps) {
  const dismiss = useDismiss(domain.site_domain);
  const { object, local_id, label, reason, field, attempts, failed_at, payload } = failure;
  const mapped = mapping.fields.find((each) => each.object === object && each.property === field);
  return (
    <li className={classes.row}>
      <div className={classes.head}>
        <span className={classes.name}>{label}</span>
        <span className={classes.text}>
          {OBJECT_LABELS[object]} · {formatDateTime(failed_at, domain.timezone)}
          {attempts > 1 && ` · tried ${attempts} times`}
        </span>
        <span className={classes.acts}>
          <Button
            size="compact-xs"
            variant="default"
            disabled={busy}
            aria-label={`Retry ${label}`}
            onClick={onRetry}
          >
            Retry
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            loading={dismiss.isPending}
            aria-label={`Take ${label} off the list`}
            onClick={() =>
              dismiss.mutate(
                { object, local_id },
                { onError: (error) => tellFailure('It is still on the list', error) },
              )
            }
          >
            Take off the list
          </Button>
        </span>
      </div>
      <p className={classes.notice} data-bad>
        {reason}
      </p>
      <div className={classes.head}>
        <RecordLink failure={failure} domain={domain} />
        {mapped && (
          <Link
            to="."
            search={(now) => ({ ...now, view: 'mapping' as const })}
            className={classes.link}
          >
            Change what goes to {field}
          </Link>
        )}
        <details>
          <summary className={classes.text}>What was sent</summary>
          <ul className={classes.lines}>
            {Object.entries(payload).map(([name, value]) => (
              <li key={name}>
                <span className={classes.code}>{name}</span> {value}
              </li>
            ))}
          </ul>
        </details>
      </div>
    </li>
  );
}

function RecordLink({ failure, domain }: { failure: Failure; domain: Domain }) {
  const params = { domain: domain.site_domain, id: failure.local_id };
  switch (failure.object) {
    case 'company':
      return (
        <Link to="/accounts/$domain/$id" params={params} className={classes.link}>
          Open the account
        </Link>
      );
    case 'note':
      return (
        <Link to="/conversations/$domain/$id" params={params} className={classes.link}>
          Open the conversation
        </Link>
      );
    default:
      return (
        <Link to="/visitors/$domain/$id" params={params} className={classes.link}>
          Open the visitor
        </Link>
      );
  }
}
