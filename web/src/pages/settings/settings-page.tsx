import { SegmentedControl, Skeleton } from '@mantine/core';
import { getRouteApi, Outlet, useMatch, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useConfiguration } from '@/data/configuration';
import { useIsStaff } from '@/data/use-is-staff';
import { useScope } from '@/data/use-scope';
import { PickDomain } from '@/lists/pick-domain';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { PageHead } from '@/ui/page-head';
import { ConfigurationList } from './configuration-list';
import classes from './settings-page.module.css';
import { TransferMenu } from './transfer-menu';

const route = getRouteApi('/shell/settings');

/** What a website's widget and agent do: the list of configurations and the open one's form. */
export function SettingsPage() {
  const search = route.useSearch();
  // From wherever one is: the open configuration stays open.
  const navigate = useNavigate();
  const scope = useScope(search);
  const isStaff = useIsStaff();
  const site = scope.domain?.site_domain ?? null;
  const everywhere = Boolean(search.everywhere);

  return (
    <>
      <PageHead
        title="Settings"
        note={
          everywhere ? 'What holds on every website that sets nothing else' : (site ?? undefined)
        }
      />
      {isStaff && (
        <div className={classes.tools}>
          <SegmentedControl
            size="xs"
            aria-label="Whose settings"
            data={[
              { value: 'site', label: 'One website' },
              { value: 'everywhere', label: 'Every website' },
            ]}
            value={everywhere ? 'everywhere' : 'site'}
            onChange={(value) =>
              void navigate({
                to: '.',
                search: (current) => ({
                  ...current,
                  everywhere: value === 'everywhere' || undefined,
                  history: undefined,
                }),
              })
            }
          />
          {site && !everywhere && <TransferMenu siteDomain={site} />}
        </div>
      )}
      {site || everywhere ? (
        <Configurations target={everywhere ? null : site} />
      ) : (
        <PickDomain title="Which domain?">
          Settings belong to one website. Choose its domain here, or at the top of the page.
        </PickDomain>
      )}
    </>
  );
}

function Configurations({ target }: { target: string | null }) {
  const { data, error, refetch } = useConfiguration(target);
  // The next click opens a form.
  useEffect(() => void import('./configuration-editor').catch(() => undefined), []);
  const opened = useMatch({ from: '/shell/settings/$slug', shouldThrow: false });
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div className={classes.split} role="status" aria-label="Loading the settings">
        <Skeleton className={classes.aside} height={420} radius="lg" />
        <Skeleton className={classes.main} height={420} radius="lg" />
      </div>
    );
  }
  return (
    <div className={classes.split} data-opened={opened ? true : undefined}>
      <ConfigurationList rows={data} everywhere={target === null} />
      <div className={classes.main}>
        <Outlet />
        {!opened && (
          <EmptyState title="Choose what to set">
            Each entry of the list opens its form. What you change is reviewed before it is saved,
            and can be taken back.
          </EmptyState>
        )}
      </div>
    </div>
  );
}
