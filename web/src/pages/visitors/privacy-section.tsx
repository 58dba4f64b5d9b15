import { Button, Text } from '@mantine/core';
import { IconDownload, IconEraser } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useVisitorExport } from '@/data/privacy-of-visitor';
import { useIsStaff } from '@/data/use-is-staff';
import type { Visitor } from '@/data/visitor';
import { formatDateTime } from '@/lib/format';
import { tellFailure } from '@/ui/tell-failure';
import classes from './privacy-section.module.css';

const EraseDialog = lazy(() =>
  import('./erase-dialog').then((module) => ({ default: module.EraseDialog })),
);

type PrivacySectionProps = { visitor: Visitor; timezone: string; onErased: () => void };

/** What a visitor may ask for: everything that is kept of them, and that it is erased. */
export function PrivacySection({ visitor, timezone, onErased }: PrivacySectionProps) {
  const isStaff = useIsStaff();
  const [erasing, setErasing] = useState(false);
  const file = useVisitorExport(visitor.site_domain, visitor.id);

  return (
    <div className={classes.section}>
      <section aria-labelledby="privacy-export">
        <h3 id="privacy-export" className={classes.title}>
          Everything kept of this visitor
        </h3>
        <Text size="sm" c="dimmed">
          One JSON file: identity, ids, sessions, events, conversations with their messages and
          reviews, conversions, and what enrichment found. The audit log keeps who took it.
        </Text>
        <Button
          mt="xs"
          size="xs"
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
          loading={file.isPending}
          onClick={() =>
            file.mutate(undefined, {
              onError: (error) => tellFailure('Nothing was downloaded', error),
            })
          }
        >
          Download JSON
        </Button>
      </section>

      <section aria-labelledby="privacy-erase">
        <h3 id="privacy-erase" className={classes.title}>
          Erase
        </h3>
        {visitor.erased_at ? (
          <Text size="sm" c="dimmed">
            Erased on {formatDateTime(visitor.erased_at, timezone)}. What is left here are figures,
            under an id that leads to nobody.
          </Text>
        ) : (
          <>
            <Text size="sm" c="dimmed">
              Deletes for good who this is and what was said. Figures stay as they are.
              {!isStaff && ' Only Rose staff can do it, since nobody can undo it: ask in Support.'}
            </Text>
            {isStaff && (
              <Button
                mt="xs"
                size="xs"
                color="red"
                variant="light"
                leftSection={<IconEraser size={15} aria-hidden />}
                onClick={() => setErasing(true)}
              >
                Erase this visitor…
              </Button>
            )}
          </>
        )}
      </section>
      {erasing && (
        <Suspense>
          <EraseDialog visitor={visitor} onErased={onErased} onClose={() => setErasing(false)} />
        </Suspense>
      )}
    </div>
  );
}
