import { Text } from '@mantine/core';
import type { Section } from '@/data/section';
import { useWidgetKey } from '@/data/widget-key';
import { useBackend } from '@/lib/backend';
import { widgetScript } from '@/lib/widget-script';
import { CopiedText } from '@/ui/copied-text';
import { ErrorState } from '@/ui/error-state';
import { Panel } from '@/ui/panel';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import classes from './snippet.module.css';

type SnippetProps = { section: Section };

/** What to paste into the website’s pages. */
export function Snippet({ section }: SnippetProps) {
  const { config } = useBackend();
  const { data: key, error, refetch } = useWidgetKey(section.site_domain);

  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (key === undefined) return <PanelSkeleton label="Loading the snippet" />;
  return (
    <div className={classes.stack}>
      <Panel title="Where the section should stand">
        <CopiedText label="the section" text={`<div data-rose-section="${section.slug}"></div>`} />
        <Text size="sm" c="dimmed" mt={8}>
          Nothing shows there until the section is published and on, or on pages that its rules
          leave out.
        </Text>
      </Panel>
      <Panel title="Once on every page, before the end of its body">
        {key === null ? (
          <Text size="sm">
            {section.site_domain} has no key for its widget yet. Ask Rose’s staff to make one.
          </Text>
        ) : (
          <CopiedText label="the script" text={widgetScript(config.apiUrl, key)} />
        )}
      </Panel>
      <Panel title="With your own markup instead">
        <CopiedText
          label="the template"
          text={`<template data-rose-section-template="${section.slug}">
  <h2 data-rose-title></h2>
  <button data-rose-repeat="question"><span data-rose-question-text></span></button>
  <form data-rose-search><input name="question"></form>
</template>`}
        />
        <Text size="sm" c="dimmed" mt={8}>
          The section’s title and questions are filled into your template; its colours and CSS are
          yours.
        </Text>
      </Panel>
    </div>
  );
}
