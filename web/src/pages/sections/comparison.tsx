import { Button, Select } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { Section } from '@/data/section';
import { useSectionChange } from '@/data/section-changes';
import { useVersionContent } from '@/data/section-versions';
import { savedMeanwhile } from '@/data/server-api';
import { ErrorState } from '@/ui/error-state';
import { notify } from '@/ui/notify';
import { Panel } from '@/ui/panel';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { tellFailure } from '@/ui/tell-failure';
import { Writes } from '@/ui/writes';
import { ConfirmDialog } from './confirm-dialog';
import classes from './history.module.css';

const VersionDiff = lazy(() =>
  import('./version-diff').then((module) => ({ default: module.VersionDiff })),
);

type ComparisonProps = {
  section: Section;
  versions: number[];
  chosen: number;
  against: number;
  onAgainst: (version: number) => void;
  dirty: boolean;
  onReverted: (section: Section) => void;
};

/** What is different between two versions, and the way back to the chosen one. */
export function Comparison(props: ComparisonProps) {
  const { section, versions, chosen, against, onAgainst, dirty, onReverted } = props;
  const { site_domain: siteDomain, id, version } = section;
  const [asking, setAsking] = useState(false);
  const before = useVersionContent(siteDomain, id, against);
  const after = useVersionContent(siteDomain, id, chosen);
  const { mutate, isPending } = useSectionChange();
  const archived = section.archived_at !== null;

  const revert = () =>
    mutate(
      { kind: 'revert', siteDomain, id, version, to: chosen },
      {
        onSuccess: (answer) => {
          if (!answer) return;
          onReverted(answer.section);
          void notify({
            message: `Version ${chosen} is the draft again, as version ${answer.section.version}.`,
          });
        },
        onError: (error) => {
          const theirs = savedMeanwhile<Section>(error);
          if (theirs) onReverted(theirs);
          tellFailure('The version was not brought back', error);
        },
      },
    );

  const body = () => {
    const error = before.error ?? after.error;
    if (error) {
      const again = () => void Promise.all([before.refetch(), after.refetch()]);
      return <ErrorState error={error} onRetry={again} />;
    }
    if (!before.data || !after.data) return <PanelSkeleton label="Loading both versions" />;
    return (
      <Suspense fallback={<PanelSkeleton label="Comparing" />}>
        <VersionDiff before={before.data} after={after.data} />
      </Suspense>
    );
  };

  return (
    <Panel
      title={`Version ${chosen}`}
      actions={
        <Select
          size="xs"
          w={190}
          aria-label="Compared with"
          data={versions.map((each) => ({
            value: String(each),
            label: `Compared with ${each}`,
          }))}
          value={String(against)}
          onChange={(value) => value && onAgainst(Number(value))}
          allowDeselect={false}
        />
      }
    >
      <div className={classes.stack}>
        {body()}
        {chosen !== version && !archived && (
          <div className={classes.foot}>
            <Writes>
              <Button
                size="xs"
                variant="default"
                loading={isPending}
                onClick={() => (dirty ? setAsking(true) : revert())}
              >
                Bring version {chosen} back
              </Button>
            </Writes>
            It becomes a new draft. Visitors get it when you publish it.
          </div>
        )}
      </div>
      <ConfirmDialog
        opened={asking}
        title="Bring it back over what you typed?"
        action="Bring it back"
        onConfirm={revert}
        onClose={() => setAsking(false)}
      >
        What you changed in the draft is not saved and would be lost.
      </ConfirmDialog>
    </Panel>
  );
}
