-- Pages of the audit log by the order its index has; what a person did, by their id.

create or replace function private.passes_audit_filter(p_entry public.audit_log, p_filter jsonb)
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

create or replace function public.list_audit_log(
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
