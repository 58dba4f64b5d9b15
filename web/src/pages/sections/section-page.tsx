import { getRouteApi } from '@tanstack/react-router';
import { useSection } from '@/data/section';
import { ErrorState } from '@/ui/error-state';
import { PageHead } from '@/ui/page-head';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { SectionEditor } from './section-editor';

const route = getRouteApi('/shell/sections/$domain/$id');

/** One AI Section at its own address. */
export function SectionPage() {
  const { domain, id } = route.useParams();
  const { data, error, refetch } = useSection(domain, id);
  if (error && !data) {
    return (
      <>
        <PageHead title="AI Section" />
        <ErrorState error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  if (!data) return <PanelSkeleton label="Loading the section" lines={14} />;
  return <SectionEditor key={id} domain={domain} section={data} />;
}
