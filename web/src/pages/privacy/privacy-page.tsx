import { getRouteApi } from '@tanstack/react-router';
import { useProfile } from '@/data/profile';
import { useScope } from '@/data/use-scope';
import { EmptyState } from '@/ui/empty-state';
import { PageHead } from '@/ui/page-head';
import { ErasuresPanel } from './erasures-panel';
import classes from './privacy-page.module.css';
import { RetentionPanel } from './retention-panel';

const route = getRouteApi('/shell/privacy');

/** For staff: how long texts are kept, and the receipts of erased visitors. */
export function PrivacyPage() {
  const { siteDomains, domain } = useScope(route.useSearch());
  const profile = useProfile();
  return (
    <>
      <PageHead title="Privacy" note={domain ? domain.site_domain : 'All websites'} />
      {profile.data && profile.data.role !== 'admin' ? (
        <EmptyState title="This page is for Rose staff">
          A visitor’s data is downloaded from the visitor’s own panel, under Privacy. To have a
          visitor erased, or texts deleted after some days, ask in Support.
        </EmptyState>
      ) : (
        profile.data && (
          <div className={classes.panels}>
            <RetentionPanel siteDomains={siteDomains} />
            <ErasuresPanel siteDomains={siteDomains} />
          </div>
        )
      )}
    </>
  );
}
