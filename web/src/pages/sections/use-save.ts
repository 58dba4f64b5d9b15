import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Section } from '@/data/section';
import { useSectionChange } from '@/data/section-changes';
import { savedMeanwhile } from '@/data/server-api';
import { notify } from '@/ui/notify';
import { tellFailure } from '@/ui/tell-failure';
import type { useDraft } from './use-draft';

/** What somebody saved meanwhile, with their name. */
export type Theirs = Section & { author: string | null };

type Draft = ReturnType<typeof useDraft>;
export type Saving = ReturnType<typeof useSave>;

/** Saving and publishing a draft; a conflict waits in `theirs` until it is decided. */
export function useSave(domain: string, { base, draft, take, rebase }: Draft) {
  const navigate = useNavigate();
  const { mutateAsync, isPending, reset } = useSectionChange();
  const [error, setError] = useState<unknown>(null);
  const [theirs, setTheirs] = useState<Theirs | null>(null);

  const refused = (problem: unknown, title: string) => {
    const meanwhile = savedMeanwhile<Theirs>(problem);
    setTheirs(meanwhile);
    setError(meanwhile ? null : problem);
    if (!meanwhile) tellFailure(title, problem);
    return null;
  };

  const save = async (onto: Section | null = base): Promise<Section | null> => {
    const { slug, content } = draft;
    try {
      const answer = await mutateAsync(
        onto === null
          ? { kind: 'create', siteDomain: domain, slug, content }
          : { kind: 'save', siteDomain: domain, id: onto.id, version: onto.version, slug, content },
      );
      if (!answer) return null;
      setError(null);
      setTheirs(null);
      take(answer.section);
      void notify({ message: `Saved as version ${answer.section.version}.` });
      if (onto === null) {
        void navigate({
          to: '/sections/$domain/$id',
          params: { domain, id: answer.section.id },
          replace: true,
          // What was typed is saved, whatever the page of a new section still holds.
          ignoreBlocker: true,
        });
      }
      return answer.section;
    } catch (problem) {
      return refused(problem, 'The section was not saved');
    }
  };

  const publish = async (saved: Section): Promise<boolean> => {
    const { id, version } = saved;
    try {
      const answer = await mutateAsync({ kind: 'publish', siteDomain: domain, id, version });
      if (answer) take(answer.section);
      void notify({ color: 'teal', message: `Version ${version} is published.` });
      return true;
    } catch (problem) {
      refused(problem, 'The section was not published');
      return false;
    }
  };

  return {
    save,
    publish,
    isPending,
    error,
    theirs,
    /** Saves what is typed on top of theirs. */
    keepMine: () => {
      if (theirs === null) return;
      rebase(theirs);
      void save(theirs);
    },
    takeTheirs: () => {
      if (theirs) take(theirs);
      setTheirs(null);
      reset();
    },
    decideLater: () => setTheirs(null),
  };
}
