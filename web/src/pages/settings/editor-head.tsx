import { Button, Group } from '@mantine/core';
import { IconArrowBackUp, IconHistory } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import type { Target } from '@/data/settings-api';
import type { Configuration } from '@/lib/configuration';
import { formatDateTime } from '@/lib/format';
import { differences } from '@/lib/json';
import { browserTimezone } from '@/lib/timezone';
import { Writes } from '@/ui/writes';
import type { DraftState } from './draft';
import { StaffMark } from './form/staff-mark';
import classes from './settings-page.module.css';

const route = getRouteApi('/shell/settings/$slug');

type EditorHeadProps = { row: Configuration; target: Target; draft: DraftState };

/** What a configuration is about, who saved it last, and the way back to what is inherited. */
export function EditorHead({ row, target, draft }: EditorHeadProps) {
  const navigate = route.useNavigate();
  const timezone = useTimezone(target);
  const { base, values, enabled } = draft;
  const isSet = enabled !== null || differences(base.inherited, values).length > 0;
  return (
    <header className={classes.head}>
      <div className={classes.about}>
        <h2 className={classes.title}>
          {row.title} {row.access === 'staff' && <StaffMark />}
        </h2>
        <p className={classes.description}>{row.description}</p>
        <p className={classes.saved}>
          {row.updated_at
            ? `Version ${base.version}, saved ${formatDateTime(row.updated_at, timezone)} by ${row.updated_by ?? 'an erased person'}`
            : `Nothing was ever set here: ${target === null ? 'the product’s defaults hold' : 'what every website inherits holds'}.`}
        </p>
      </div>
      <Group gap="xs">
        <Writes>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconArrowBackUp size={15} aria-hidden />}
            disabled={!isSet}
            onClick={draft.inheritAll}
          >
            Reset all
          </Button>
        </Writes>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconHistory size={15} aria-hidden />}
          onClick={() =>
            void navigate({
              search: (current) => ({ ...current, history: true }),
              resetScroll: false,
            })
          }
        >
          History
        </Button>
      </Group>
    </header>
  );
}

/** Times are the website's own; of every website, the reader's. */
export function useTimezone(target: Target): string {
  const domains = useDomains();
  return domains.find((each) => each.site_domain === target)?.timezone ?? browserTimezone();
}
