-- The audit log as pages list it. The filter is one argument, so that list and count cannot disagree.

create function private.check_audit_domains(p_site_domains text[])
returns text[]
language sql
stable
set search_path = ''
as $$
  select private.check_domains(p_site_domains)
    || case when '' = any (p_site_domains) and private.is_admin() then array[''] else '{}' end
$$;

comment on function private.check_audit_domains(text[]) is
  'Those of some domains that the caller may see (null: all of them); '''', what belongs to no website, is for staff.';

create function private.check_audit_filter(p_filter jsonb)
returns void
language sql
immutable
set search_path = ''
as $$
  select private.check_filter(
    p_filter,
    '{
      "from": "date", "to": "date", "actor": "text", "action": "text", "subject_type": "text", "subject_id": "text",
      "search": "text"
    }'
  )
$$;

comment on function private.check_audit_filter(jsonb) is
  'Refuses (PT400) a filter with an unknown key or a value of a wrong type.';

create function private.search_audit(
  p_site_domain text,
  p_from timestamptz,
  p_to timestamptz,
  p_search text
)
returns setof bigint
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  -- What compares texts is not leakproof, so under row-level security it would be asked row by row: this checks the
  -- website itself.
  if not private.is_admin()
    and not exists (select 1 from private.my_domains() as mine (site_domain) where mine.site_domain = p_site_domain)
  then
    return;
  end if;
  return query
    select entry.position
    from public.audit_log as entry
    join public.audit_details as details
      on details.site_domain = entry.site_domain and details.position = entry.position
    where entry.site_domain = p_site_domain
      and entry.at >= p_from
      and entry.at < p_to
      and strpos(
        lower(
          concat_ws(
            ' ',
            details.actor_label,
            entry.action,
            entry.subject_type,
            entry.subject_id,
            entry.request_id,
            details.before,
            details.after
          )
        ),
        lower(p_search)
      ) > 0;
end
$$;

comment on function private.search_audit(text, timestamptz, timestamptz, text) is
  'Positions of the entries of a website in a span of time in which a text occurs, in whatever case, for callers who may see it.';

create function private.audit_spans(p_site_domains text[], p_filter jsonb)
returns table (site_domain text, starts_at timestamptz, ends_at timestamptz)
language sql
stable
set search_path = ''
as $$
  select
    wanted.site_domain,
    coalesce((p_filter ->> 'from')::date::timestamp at time zone coalesce(domain.timezone, 'UTC'), '-infinity'),
    coalesce(((p_filter ->> 'to')::date + 1)::timestamp at time zone coalesce(domain.timezone, 'UTC'), 'infinity')
  from unnest(p_site_domains) as wanted (site_domain)
  left join public.domains as domain on domain.site_domain = wanted.site_domain
$$;

comment on function private.audit_spans(text[], jsonb) is
  'When the days of a filter begin and end in each website''s timezone; in UTC for what belongs to no website.';

create function private.passes_audit_filter(p_entry public.audit_log, p_filter jsonb)
returns boolean
language sql
immutable
as $$
  select (
      p_filter ->> 'actor' is null
      or case
        when private.casts_to(p_filter ->> 'actor', 'uuid') then p_entry.actor_id = (p_filter ->> 'actor')::uuid
        else p_entry.actor_id is null and p_entry.actor_role = p_filter ->> 'actor'
      end
    )
    and (p_filter ->> 'action' is null or p_entry.action = p_filter ->> 'action')
    and (p_filter ->> 'subject_type' is null or p_entry.subject_type = p_filter ->> 'subject_type')
    and (p_filter ->> 'subject_id' is null or p_entry.subject_id = p_filter ->> 'subject_id')
$$;

comment on function private.passes_audit_filter(public.audit_log, jsonb) is
  'Whether an entry passes what a filter says of its actor, action and subject.';

create function private.filtered_audit(
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

comment on function private.filtered_audit(text, timestamptz, timestamptz, jsonb) is
  'The entries of one website in a span of time that pass a filter.';

create function public.list_audit_log(
  p_site_domains text[],
  p_filter jsonb default '{}',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  site_domain text,
  "position" bigint,
  at timestamptz,
  actor_id uuid,
  actor_role text,
  actor_label text,
  action text,
  subject_type text,
  subject_id text,
  label text,
  changed text[],
  before jsonb,
  after jsonb,
  erased boolean,
  request_id text,
  address_hash text,
  hash text,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_audit_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_searches boolean := coalesce(p_filter ->> 'search', '') <> '';
  v_after_at timestamptz;
  v_after_domain text := p_after ->> 'site_domain';
  v_after_position bigint;
begin
  perform private.check_audit_filter(p_filter);
  if p_after is not null then
    if not coalesce(
      private.casts_to(p_after ->> 'at', 'timestamptz') and private.casts_to(p_after ->> 'position', 'bigint'),
      false
    ) or v_after_domain is null then
      raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
    end if;
    v_after_at := p_after ->> 'at';
    v_after_position := p_after ->> 'position';
  end if;
  return query
  select
    e.site_domain,
    e.position,
    e.at,
    e.actor_id,
    e.actor_role,
    details.actor_label,
    e.action,
    e.subject_type,
    e.subject_id,
    private.audit_sentence(e.subject_type, e.action, e.subject_id, e.changed, details.before, details.after),
    e.changed,
    details.before,
    details.after,
    details.salt is null,
    e.request_id,
    e.address_hash,
    encode(e.hash, 'hex'),
    jsonb_build_object('at', e.at, 'site_domain', e.site_domain, 'position', e.position)
  from (
    select page.* from private.audit_spans(v_domains, p_filter) as span
    cross join lateral (
      select entry.* from private.filtered_audit(span.site_domain, span.starts_at, span.ends_at, p_filter) as entry
      where v_searches and (v_after_at is null
          or (entry.at, entry.site_domain, entry.position) < (v_after_at, v_after_domain, v_after_position))
      order by entry.at desc, entry.position desc
      limit v_limit
    ) as page
    union all
    -- Of what is not searched the index has the order, which a union within loses.
    select page.* from private.audit_spans(v_domains, p_filter) as span
    cross join lateral (
      select entry.* from public.audit_log as entry
      where not v_searches
        and entry.site_domain = span.site_domain
        and entry.at >= span.starts_at and entry.at < span.ends_at
        and private.passes_audit_filter(entry, p_filter)
        and (v_after_at is null or entry.at <= v_after_at)
        and (v_after_at is null
          or (entry.at, entry.site_domain, entry.position) < (v_after_at, v_after_domain, v_after_position))
      order by entry.at desc, entry.position desc
      limit v_limit
    ) as page
    order by at desc, site_domain desc, position desc
    limit v_limit
  ) as e
  join public.audit_details as details
    on details.site_domain = e.site_domain and details.position = e.position
  order by e.at desc, e.site_domain desc, e.position desc;
end
$$;

comment on function public.list_audit_log(text[], jsonb, integer, jsonb) is
  'Entries of the audit log that pass the filter, newest first, at most 200 a page; the cursor of the last row asks for the next page. An empty text in p_site_domains asks for what belongs to no website (staff). Filter keys: from, to (days of the website; of UTC for what belongs to none), actor (a person''s id, or service or system), action, subject_type, subject_id, search (a text anywhere in the entry).';

create function public.count_audit_log(p_site_domains text[], p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_audit_domains(p_site_domains);
begin
  perform private.check_audit_filter(p_filter);
  return (
    select count(*)
    from private.audit_spans(v_domains, p_filter) as span
    cross join lateral private.filtered_audit(span.site_domain, span.starts_at, span.ends_at, p_filter)
  );
end
$$;

comment on function public.count_audit_log(text[], jsonb) is
  'How many entries of the audit log pass the filter, exactly.';

revoke execute on function
  private.check_audit_domains(text[]),
  private.check_audit_filter(jsonb),
  private.search_audit(text, timestamptz, timestamptz, text),
  private.audit_spans(text[], jsonb),
  private.passes_audit_filter(public.audit_log, jsonb),
  private.filtered_audit(text, timestamptz, timestamptz, jsonb),
  public.list_audit_log(text[], jsonb, integer, jsonb),
  public.count_audit_log(text[], jsonb)
from public, anon;
grant execute on function
  private.check_audit_domains(text[]),
  private.check_audit_filter(jsonb),
  private.search_audit(text, timestamptz, timestamptz, text),
  private.audit_spans(text[], jsonb),
  private.passes_audit_filter(public.audit_log, jsonb),
  private.filtered_audit(text, timestamptz, timestamptz, jsonb),
  public.list_audit_log(text[], jsonb, integer, jsonb),
  public.count_audit_log(text[], jsonb)
to authenticated, service_role;
