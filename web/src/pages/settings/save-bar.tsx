import { Button } from '@mantine/core';
import { formatCount } from '@/lib/format';
import type { DraftState } from './draft';
import classes from './settings-page.module.css';

type SaveBarProps = {
  draft: DraftState;
  checking: boolean;
  onReview: () => void;
  onShowError: () => void;
};

const many = (count: number, one: string, more: string) =>
  `${formatCount(count)} ${count === 1 ? one : more}`;

/** Under the form while it holds what is not saved. */
export function SaveBar({ draft, checking, onReview, onShowError }: SaveBarProps) {
  if (!draft.dirty) return null;
  const { changes, enabled, base, errors } = draft;
  const count = changes.length + (enabled === base.enabled ? 0 : 1);
  return (
    <section className={classes.bar} aria-label="Unsaved changes">
      <p className={classes.unsaved} aria-live="polite">
        {many(count, 'change', 'changes')} not saved
        {errors.length > 0 && (
          <>
            {' · '}
            <button type="button" className={classes.wrong} onClick={onShowError}>
              {many(errors.length, 'field is', 'fields are')} not valid
            </button>
          </>
        )}
      </p>
      <Button size="xs" variant="default" onClick={draft.discard}>
        Discard
      </Button>
      <Button size="xs" loading={checking} onClick={onReview}>
        Review the difference
      </Button>
    </section>
  );
}
