import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { type Outcome, useConfigurationCheck } from '@/data/configuration-changes';
import { isConflict, refusedFields, type Target } from '@/data/settings-api';
import type { Configuration } from '@/lib/configuration';
import { fromPointer } from '@/lib/json';
import type { FieldError } from '@/lib/schema-errors';
import { tellFailure } from '@/ui/tell-failure';
import { Writes } from '@/ui/writes';
import { useDraft } from './draft';
import { EditorHead } from './editor-head';
import { SchemaForm } from './form/schema-form';
import { History } from './history';
import { LeaveDialog } from './leave-dialog';
import { SaveBar } from './save-bar';
import classes from './settings-page.module.css';

// Dialogs are loaded when they are first opened.
const ReviewDialog = lazy(() =>
  import('./review-dialog').then((module) => ({ default: module.ReviewDialog })),
);
const Conflict = lazy(() =>
  import('./conflict-dialog').then((module) => ({ default: module.Conflict })),
);

type EditorProps = { row: Configuration; target: Target };

/** Leads to the field that says what is wrong with it. */
function showError({ field }: FieldError) {
  requestAnimationFrame(() => {
    const id = ['setting', ...fromPointer(field)].join('.');
    const place = document.getElementById(id) ?? document.getElementById(`${id}__error`);
    place?.scrollIntoView({ block: 'center' });
    place?.focus({ preventScroll: true });
  });
}

/** One configuration's form, and the way from a change to what visitors get. */
export function Editor({ row, target }: EditorProps) {
  const everywhere = target === null;
  const draft = useDraft(row, everywhere);
  const check = useConfigurationCheck({ target, slug: row.config_slug });
  const [reviewed, setReviewed] = useState<Outcome | null>(null);
  const [conflict, setConflict] = useState(false);

  const refuse = (errors: FieldError[]) => {
    setReviewed(null);
    draft.refuse(errors);
    if (errors[0]) showError(errors[0]);
  };
  const failed = (error: unknown) => {
    const refused = refusedFields(error);
    if (isConflict(error)) {
      setReviewed(null);
      setConflict(true);
    } else if (refused.length > 0) {
      refuse(refused);
    } else {
      tellFailure('Nothing was saved', error);
    }
  };
  const review = () => {
    draft.attempt();
    const [wrong] = draft.invalid;
    if (wrong) return showError(wrong);
    check.mutate(draft.wanted, {
      onSuccess: (outcome) => {
        if (outcome.version !== draft.base.version) setConflict(true);
        else if (outcome.errors.length > 0) refuse(outcome.errors);
        else setReviewed(outcome);
      },
      onError: failed,
    });
  };

  return (
    <>
      <EditorHead row={row} target={target} draft={draft} />
      <Writes>
        {row.is_feature && (
          <div className={classes.feature}>
            <SegmentedControl
              size="xs"
              aria-label={`${row.title} on or off`}
              data={[
                {
                  value: 'null',
                  label: `As inherited (${draft.base.inheritedEnabled ? 'on' : 'off'})`,
                },
                { value: 'true', label: 'On' },
                { value: 'false', label: 'Off' },
              ]}
              value={String(draft.enabled)}
              onChange={(value) => draft.setEnabled(value === 'null' ? null : value === 'true')}
            />
            {(draft.enabled ?? draft.base.inheritedEnabled) === false && (
              <span className={classes.offNote}>
                Off: visitors get nothing of it; its values are kept.
              </span>
            )}
          </div>
        )}
        <div className={classes.form}>
          <SchemaForm
            root={row.schema}
            edited={draft.base}
            defaults={row.default_config}
            values={draft.values}
            everywhere={everywhere}
            readOnly={false}
            errors={draft.errors}
            put={draft.put}
            onChange={draft.change}
          />
        </div>
      </Writes>
      <SaveBar
        draft={draft}
        checking={check.isPending}
        onReview={review}
        onShowError={() => draft.errors[0] && showError(draft.errors[0])}
      />
      <Suspense>
        {reviewed && (
          <ReviewDialog
            row={row}
            target={target}
            draft={draft}
            outcome={reviewed}
            onClose={() => setReviewed(null)}
            onFailed={failed}
          />
        )}
        {conflict && (
          <Conflict row={row} target={target} draft={draft} onClose={() => setConflict(false)} />
        )}
      </Suspense>
      <History row={row} target={target} dirty={draft.dirty} />
      <LeaveDialog dirty={draft.dirty} />
    </>
  );
}
