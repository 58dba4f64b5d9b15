import { useMemo } from 'react';
import { useDomains } from '@/data/domains';
import { type Scope, scopeOf } from '@/data/scope';
import type { ScopeSearch } from '@/lib/filters';

export function useScope({ domain, from, to }: ScopeSearch): Scope {
  const domains = useDomains();
  return useMemo(() => scopeOf({ domain, from, to }, domains), [domain, from, to, domains]);
}
