import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Removal } from '@/data/cleaned-css';
import { SECTIONS, TRAFFIC } from '@/data/keys';
import type { Section } from '@/data/section';
import { askServerFor } from '@/data/server-api';
import { useBackend } from '@/lib/backend';
import type { SectionContent } from '@/lib/section-content';

type Named = { siteDomain: string; id: string };
type Answer = { section: Section; removed: Removal[] };

/** What one may do to a section. */
export type SectionChange =
  | { kind: 'create'; siteDomain: string; slug: string; content: SectionContent }
  | ({ kind: 'save'; version: number; slug: string; content: SectionContent } & Named)
  | ({ kind: 'publish'; version: number } & Named)
  | ({ kind: 'revert'; version: number; to: number } & Named)
  | ({ kind: 'enabled'; enabled: boolean } & Named)
  | ({ kind: 'duplicate'; into: string; slug: string } & Named)
  | ({ kind: 'unpublish' | 'archive' | 'restore' | 'delete' } & Named);

function request(change: SectionChange): ['POST' | 'PUT' | 'DELETE', string, unknown?] {
  if (change.kind === 'create') {
    const { slug, content } = change;
    return ['POST', `content/v1/sections/${change.siteDomain}`, { slug, content }];
  }
  const one = `content/v1/sections/${change.siteDomain}/${change.id}`;
  switch (change.kind) {
    case 'save': {
      const { version, slug, content } = change;
      return ['PUT', one, { version, slug, content }];
    }
    case 'publish':
      return ['POST', `${one}/publish`, { version: change.version }];
    case 'revert':
      return ['POST', `${one}/revert`, { version: change.version, to: change.to }];
    case 'enabled':
      return ['PUT', `${one}/enabled`, { enabled: change.enabled }];
    case 'duplicate':
      return ['POST', `${one}/duplicate`, { site_domain: change.into, slug: change.slug }];
    case 'delete':
      return ['DELETE', one];
    default:
      return ['POST', `${one}/${change.kind}`];
  }
}

/** Changes a section; the queries over sections follow, and so do the charts' annotations. */
export function useSectionChange() {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (change: SectionChange) =>
      askServerFor<Answer | undefined>(backend, ...request(change)),
    onSuccess: async (answer, change) => {
      if (change.kind === 'delete') {
        queryClient.removeQueries({ queryKey: [SECTIONS, 'one', change.siteDomain, change.id] });
      } else if (answer) {
        const { site_domain, id } = answer.section;
        queryClient.setQueryData([SECTIONS, 'one', site_domain, id], answer.section);
      }
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: [SECTIONS, 'list'] }),
        queryClient.invalidateQueries({ queryKey: [SECTIONS, 'versions'] }),
        queryClient.invalidateQueries({ queryKey: [TRAFFIC, 'annotations'] }),
      ]);
    },
  });
}
