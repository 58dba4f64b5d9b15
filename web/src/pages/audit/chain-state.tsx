import { Button } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { type AuditCheck, useAuditChecks, useAuditVerification } from '@/data/audit-checks';
import { useIsStaff } from '@/data/use-is-staff';
import { formatCount, formatDateTime } from '@/lib/format';
import { tellFailure } from '@/ui/tell-failure';
import classes from './chain-state.module.css';

type ChainStateProps = { sites: string[]; timezone: string };

/** Whether the log is as it was written, and when that was last computed. */
export function ChainState({ sites, timezone }: ChainStateProps) {
  const checks = useAuditChecks(sites);
  const isStaff = useIsStaff();
  const verification = useAuditVerification();
  if (!checks.data) return null;
  const broken = checks.data.filter((check) => check.reason !== null);
  const Icon = broken.length > 0 ? IconShieldX : IconShieldCheck;

  return (
    <section
      className={classes.state}
      data-broken={broken.length > 0 || undefined}
      aria-label="Verification"
    >
      <Icon size={18} stroke={1.7} aria-hidden />
      <p className={classes.told} role={broken.length > 0 ? 'alert' : undefined}>
        {broken.length > 0 ? broken.map(breakOf).join(' ') : whole(checks.data, timezone)}
      </p>
      {isStaff && (
        <Button
          size="compact-xs"
          variant="default"
          loading={verification.isPending}
          onClick={() =>
            verification.mutate(undefined, {
              onError: (error) => tellFailure('The log was not verified', error),
            })
          }
        >
          Verify now
        </Button>
      )}
    </section>
  );
}

function whole(checks: AuditCheck[], timezone: string): string {
  const oldest = checks.map((check) => check.checked_at).sort()[0];
  if (oldest === undefined) return 'Not verified yet; it is every night.';
  const entries = checks.reduce((sum, check) => sum + check.position, 0);
  return `Verified ${formatDateTime(oldest, timezone)}: ${formatCount(entries)} entries, every one as it was written.`;
}

function breakOf(check: AuditCheck): string {
  const where = check.site_domain || 'what belongs to no website';
  return `The log of ${where} is broken at entry ${formatCount(check.broken_at)}: ${check.reason}. Tell Rose’s engineers before anything else changes.`;
}
