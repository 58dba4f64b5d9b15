import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { SECTIONS } from '@/data/keys';
import { askServerFor } from '@/data/server-api';
import { type Backend, useBackend } from '@/lib/backend';

/** What was left out of CSS, why, and on which line it stands. */
export type Removal = { what: string; why: string; line: number };
export type CleanedCss = { css: string; removed: Removal[] };

export const NO_CSS: CleanedCss = { css: '', removed: [] };

export function cleanedCssQuery(backend: Backend, css: string) {
  return queryOptions({
    queryKey: [SECTIONS, 'css', css],
    queryFn: ({ signal }) =>
      askServerFor<CleanedCss>(backend, 'POST', 'content/v1/section-css', { css }, signal),
    enabled: css.trim() !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

/** Custom CSS as visitors would get it. */
export function useCleanedCss(css: string) {
  return useQuery(cleanedCssQuery(useBackend(), css));
}
