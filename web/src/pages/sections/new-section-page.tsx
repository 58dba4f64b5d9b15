import { getRouteApi } from '@tanstack/react-router';
import { SectionEditor } from './section-editor';

const route = getRouteApi('/shell/sections/$domain/new');

/** A section that is not saved yet. */
export function NewSectionPage() {
  const { domain } = route.useParams();
  return <SectionEditor key={domain} domain={domain} section={null} />;
}
