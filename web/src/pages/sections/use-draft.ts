import { useCallback, useState } from 'react';
import type { Section } from '@/data/section';
import { contentOf, NEW_CONTENT, type SectionContent } from '@/lib/section-content';

export type Draft = { slug: string; content: SectionContent };

function draftOf(section: Section | null): Draft {
  if (section === null) return { slug: '', content: NEW_CONTENT };
  return { slug: section.slug, content: contentOf(section) };
}

const same = (one: Draft, other: Draft) => JSON.stringify(one) === JSON.stringify(other);

/**
 * What is being typed of a section, and the saved version it began from. What somebody else saves
 * is taken over while nothing was typed; after that it waits, so that nothing typed is lost.
 */
export function useDraft(latest: Section | null) {
  const [base, setBase] = useState(latest);
  const [draft, setDraft] = useState(() => draftOf(latest));
  const dirty = !same(draft, draftOf(base));

  const take = useCallback((section: Section) => {
    setBase(section);
    setDraft(draftOf(section));
  }, []);
  /** Goes on from another version with what is typed. */
  const rebase = useCallback((section: Section) => setBase(section), []);
  const change = useCallback(
    (changed: Partial<SectionContent>) =>
      setDraft((now) => ({ ...now, content: { ...now.content, ...changed } })),
    [],
  );
  const setSlug = useCallback((slug: string) => setDraft((now) => ({ ...now, slug })), []);

  const newer = latest !== null && base !== null && latest.version > base.version;
  if (newer && !dirty) take(latest);
  return { base, draft, dirty, overtaken: newer && dirty, take, rebase, change, setSlug };
}
