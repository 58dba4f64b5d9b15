import { Input, Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { Removal } from '@/data/cleaned-css';
import classes from './css-field.module.css';

const CssEditor = lazy(() =>
  import('./css-editor').then((module) => ({ default: module.CssEditor })),
);

type CssFieldProps = {
  css: string;
  onChange: (css: string) => void;
  removed: Removal[];
  error?: string;
};

/** The section's own CSS, and what of it visitors do not get. */
export function CssField({ css, onChange, removed, error }: CssFieldProps) {
  return (
    <div className={classes.field}>
      <p className={classes.hint}>
        Rules reach only into the section: <code>.rose-section</code> is the block itself, inside
        are <code>.rose-title</code>, <code>.rose-question</code>, <code>.rose-search-input</code>{' '}
        and <code>.rose-search-button</code>.
      </p>
      <Suspense fallback={<Skeleton height={180} />}>
        <CssEditor value={css} onChange={onChange} />
      </Suspense>
      {error && <Input.Error>{error}</Input.Error>}
      <div role="status">
        {removed.length > 0 && (
          <>
            <p className={classes.left}>Visitors will not get:</p>
            <ul className={classes.removed} aria-label="Left out of the CSS">
              {removed.map(({ what, why, line }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the same may be left out twice
                <li key={index}>
                  Line {line}
                  {what && (
                    <>
                      : <code>{what}</code>
                    </>
                  )}
                  <span> {why}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </div>
  );
}
