import { getRouteApi } from '@tanstack/react-router';
import { useProfile } from '@/data/profile';
import { useScope } from '@/data/use-scope';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { ListSkeleton } from '@/ui/list-skeleton';
import { PageHead } from '@/ui/page-head';
import { ErasuresPanel } from './erasures-panel';
import classes from './privacy-page.module.css';
import { RetentionPanel } from './retention-panel';

const route = getRouteApi('/shell/privacy');

/** For staff: how long texts are kept, and the receipts of erased visitors. */
export function PrivacyPage() {
  const { siteDomains, domain } = useScope(route.useSearch());
  const { data: profile, error, refetch } = useProfile();

  const body = () => {
    if (!profile) {
      return error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <ListSkeleton label="Loading the page" />
      );
    }
    if (profile.role !== 'admin') {
      return (
        <EmptyState title="This page is for Rose staff">
          A visitor’s data is downloaded from the visitor’s own panel, under Privacy. To have a
          visitor erased, or texts deleted after some days, ask in Support.
        </EmptyState>
      );
    }
    return (
      <div className={classes.panels}>
        <RetentionPanel siteDomains={siteDomains} />
        <ErasuresPanel siteDomains={siteDomains} />
      </div>
    );
  };

  return (
    <>
      <PageHead title="Privacy" note={domain ? domain.site_domain : 'All domains'} />
      {body()}
    </>
  );
}
