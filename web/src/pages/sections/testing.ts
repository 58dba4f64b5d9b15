import type { Section } from '@/data/section';
import { NEW_CONTENT } from '@/lib/section-content';

export const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';

/** A section as the database gives it. */
export function section(id: string, more: Partial<Section> = {}): Section {
  return {
    ...NEW_CONTENT,
    site_domain: 'abtasty.com',
    id,
    slug: `slug-${id}`,
    position: 1,
    enabled: true,
    title: `Section ${id}`,
    questions: [{ id: 'q1', text: 'What does it cost?' }],
    version: 2,
    published_version: 1,
    published_at: '2026-11-01T10:00:00Z',
    created_at: '2026-11-01T09:00:00Z',
    updated_at: '2026-11-02T10:00:00Z',
    updated_by: 'u-1',
    archived_at: null,
    ...more,
  };
}
