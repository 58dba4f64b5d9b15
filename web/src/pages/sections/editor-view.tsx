import { Alert } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertCircle } from '@tabler/icons-react';
import { NO_CSS, useCleanedCss } from '@/data/cleaned-css';
import { fieldErrors } from '@/data/server-api';
import { Panel } from '@/ui/panel';
import { Writes } from '@/ui/writes';
import { AppearanceFields } from './appearance-fields';
import { ContentFields } from './content-fields';
import { CssField } from './css-field';
import { Preview } from './preview';
import classes from './section-editor.module.css';
import { UrlFields } from './url-fields';
import type { useDraft } from './use-draft';

type EditorViewProps = {
  domain: string;
  slugIsFixed: boolean;
  draft: ReturnType<typeof useDraft>;
  error: unknown;
};

const DELAY = 350;

/** The form, and beside it what visitors would see. */
export function EditorView({ domain, slugIsFixed, draft, error }: EditorViewProps) {
  const { content, slug } = draft.draft;
  const [css] = useDebouncedValue(content.custom_css, DELAY);
  const { data: cleaned = NO_CSS } = useCleanedCss(css);
  const shown = css.trim() === '' ? NO_CSS : cleaned;
  const errors = fieldErrors(error);
  const many = Object.keys(errors).length;

  return (
    <div className={classes.columns}>
      <div className={classes.form}>
        <Writes>
          {' '}
          {many > 0 && (
            <Alert color="red" role="alert" icon={<IconAlertCircle size={18} aria-hidden />}>
              {many === 1 ? 'One field is' : `${many} fields are`} not as needed:{' '}
              {Object.values(errors).join(' ')}
            </Alert>
          )}
          <Panel title="Content">
            <ContentFields
              slug={slug}
              slugIsFixed={slugIsFixed}
              isNew={draft.base === null}
              onSlug={draft.setSlug}
              content={content}
              onChange={draft.change}
              errors={errors}
            />
          </Panel>
          <Panel title="Layout and colours">
            <AppearanceFields content={content} onChange={draft.change} errors={errors} />
          </Panel>
          <Panel title="Where it shows">
            <UrlFields
              domain={domain}
              urls={content.urls}
              onChange={(urls) => draft.change({ urls })}
              errors={errors}
            />
          </Panel>
          <Panel title="Custom CSS">
            <CssField
              css={content.custom_css}
              onChange={(custom_css) => draft.change({ custom_css })}
              removed={shown.removed}
              error={errors['content.custom_css']}
            />
          </Panel>
        </Writes>
      </div>
      <div className={classes.preview}>
        <Preview slug={slug} content={content} css={shown.css} />
      </div>
    </div>
  );
}
