-- The audit log's search runs once for a website, not once for each entry.

create function private.passes_audit_filter(p_entry public.audit_log, p_filter jsonb)
returns boolean
language sql
immutable
as $$
  select (
      p_filter ->> 'actor' is null
      or p_entry.actor_id::text = p_filter ->> 'actor'
      or (p_entry.actor_id is null and p_entry.actor_role = p_filter ->> 'actor')
    )
    and (p_filter ->> 'action' is null or p_entry.action = p_filter ->> 'action')
    and (p_filter ->> 'subject_type' is null or p_entry.subject_type = p_filter ->> 'subject_type')
    and (p_filter ->> 'subject_id' is null or p_entry.subject_id = p_filter ->> 'subject_id')
$$;

comment on function private.passes_audit_filter(public.audit_log, jsonb) is
  'Whether an entry passes what a filter says of its actor, action and subject.';

revoke execute on function private.passes_audit_filter(public.audit_log, jsonb) from public, anon;
grant execute on function private.passes_audit_filter(public.audit_log, jsonb) to authenticated, service_role;

create or replace function private.filtered_audit(
  p_site_domain text,
  p_starts_at timestamptz,
  p_ends_at timestamptz,
  p_filter jsonb
)
returns setof public.audit_log
language sql
stable
as $$
  select entry.*
  from public.audit_log as entry
  where coalesce(p_filter ->> 'search', '') = ''
    and entry.site_domain = p_site_domain
    and entry.at >= p_starts_at
    and entry.at < p_ends_at
    and private.passes_audit_filter(entry, p_filter)
  union all
  -- Searched once, not for each entry.
  select entry.*
  from private.search_audit(p_site_domain, p_starts_at, p_ends_at, p_filter ->> 'search') as found (position)
  join public.audit_log as entry on entry.site_domain = p_site_domain and entry.position = found.position
  where coalesce(p_filter ->> 'search', '') <> ''
    and private.passes_audit_filter(entry, p_filter)
$$;

comment on function public.list_audit_log(text[], jsonb, integer, jsonb) is
  'Entries of the audit log that pass the filter, newest first, at most 200 a page; the cursor of the last row asks for the next page. An empty text in p_site_domains asks for what belongs to no website (staff). Filter keys: from, to (days of the website; of UTC for what belongs to none), actor (a person''s id, or service or system), action, subject_type, subject_id, search (a text anywhere in the entry).';
