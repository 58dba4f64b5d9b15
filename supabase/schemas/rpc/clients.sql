-- Organizations and their websites, with what happened on each in the last 30 days. For staff.

create function private.check_clients(p_filter jsonb)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_unknown text;
begin
  if not (select private.is_admin()) then
    raise exception 'Clients are for Rose staff' using errcode = 'PT403';
  end if;
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception 'p_filter must be an object' using errcode = 'PT400';
  end if;
  select given.name into v_unknown
  from jsonb_object_keys(p_filter) as given (name)
  where given.name not in ('search', 'status')
  limit 1;
  if v_unknown is not null then
    raise exception 'p_filter has no key "%"', v_unknown using errcode = 'PT400';
  elsif coalesce(p_filter ->> 'status', 'active') not in ('active', 'archived', 'all') then
    raise exception 'status must be active, archived or all' using errcode = 'PT400';
  end if;
end
$$;

comment on function private.check_clients(jsonb) is
  'Refuses everybody but staff (PT403), and what is no filter of clients (PT400).';

create function private.filtered_clients(p_filter jsonb)
returns table (organization_id uuid, organization text, site_domain text)
language sql
stable
as $$
  select organization.id, organization.name, domain.site_domain
  from public.organizations as organization
  left join public.domains as domain on domain.organization_id = organization.id
  cross join lateral (
    select
      coalesce(p_filter ->> 'status', 'active') as status,
      lower(trim(coalesce(p_filter ->> 'search', ''))) as search,
      coalesce(domain.archived_at, organization.archived_at) is not null as is_archived
  ) as wanted
  where (wanted.status = 'all' or wanted.is_archived = (wanted.status = 'archived'))
    and (
      wanted.search = ''
      or strpos(lower(organization.name), wanted.search) > 0
      or strpos(coalesce(domain.site_domain, ''), wanted.search) > 0
      or strpos(lower(coalesce(domain.name, '')), wanted.search) > 0
    )
$$;

comment on function private.filtered_clients(jsonb) is
  'The websites that pass a filter, with their organizations; an organization without any stands for itself.';

create function private.client_activity(p_site_domains text[])
returns table (
  site_domain text,
  first_day date,
  conversations bigint,
  visitors bigint,
  days bigint[],
  last_event_at timestamptz
)
language sql
stable
as $$
  select
    domain.site_domain,
    span.first_day,
    coalesce(counted.conversations, 0)::bigint,
    coalesce(distinct_visitors.n, 0)::bigint,
    counted.days,
    latest.at
  from public.domains as domain
  cross join lateral (
    select
      private.day_of(statement_timestamp(), domain.timezone) - 29 as first_day,
      private.day_of(statement_timestamp(), domain.timezone) as last_day
  ) as span
  left join lateral (
    select sum(of_day.n) as conversations, array_agg(of_day.n order by of_day.day) as days
    from (
      select each.day::date as day, coalesce(sum(figure.n), 0)::bigint as n
      from generate_series(span.first_day::timestamp, span.last_day::timestamp, interval '1 day') as each (day)
      left join rollup.figures as figure
        on figure.site_domain = domain.site_domain
        and figure.metric = 'conversations'
        and figure.dimension = ''
        and figure.day = each.day::date
        and figure.day between span.first_day and span.last_day
      group by each.day
    ) as of_day
  ) as counted on true
  left join lateral (
    select sum(link.n) as n
    from rollup.links(
      array[domain.site_domain], array[rollup.steps_of_kind('active')], span.first_day, span.last_day
    ) as link
  ) as distinct_visitors on true
  left join lateral (
    select event.occurred_at as at
    from public.events as event
    where event.site_domain = domain.site_domain
    order by event.occurred_at desc
    limit 1
  ) as latest on true
  where domain.site_domain = any (p_site_domains)
$$;

comment on function private.client_activity(text[]) is
  'The last 30 days of some websites, today included, each in its own timezone: conversations in all and by day, distinct visitors; and the last event of any time.';

create function public.get_clients(
  p_filter jsonb default '{}',
  p_limit integer default 30,
  p_after jsonb default null
)
returns table (
  id uuid,
  name text,
  created_at timestamptz,
  archived_at timestamptz,
  domains jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 30), 1), 100);
begin
  perform private.check_clients(p_filter);
  if p_after is not null and (
    p_after ->> 'name' is null or not coalesce(private.casts_to(p_after ->> 'id', 'uuid'), false)
  ) then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return query
  with page as (
    select found.organization_id, found.organization, array_remove(array_agg(found.site_domain), null) as site_domains
    from private.filtered_clients(p_filter) as found
    where p_after is null
      or (lower(found.organization), found.organization_id)
        > (lower(p_after ->> 'name'), (p_after ->> 'id')::uuid)
    group by found.organization_id, found.organization
    order by lower(found.organization), found.organization_id
    limit v_limit
  ),
  activity as (
    select active.*
    from private.client_activity(
      array(select unnest(page.site_domains) from page)
    ) as active
  )
  select
    organization.id,
    organization.name,
    organization.created_at,
    organization.archived_at,
    coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'site_domain', domain.site_domain,
            'name', domain.name,
            'timezone', domain.timezone,
            'created_at', domain.created_at,
            'archived_at', domain.archived_at,
            'first_day', active.first_day,
            'conversations', active.conversations,
            'visitors', active.visitors,
            'days', active.days,
            'last_event_at', active.last_event_at,
            'ending_keys', (
              select count(*)
              from public.domain_keys as key
              where key.site_domain = domain.site_domain
                and key.revoked_at is null
                and key.expires_at > statement_timestamp()
            )
          )
          order by domain.site_domain
        )
        from public.domains as domain
        join activity as active on active.site_domain = domain.site_domain
        where domain.site_domain = any (page.site_domains)
      ),
      '[]'
    ),
    jsonb_build_object('name', organization.name, 'id', organization.id)
  from page
  join public.organizations as organization on organization.id = page.organization_id
  order by lower(organization.name), organization.id;
end
$$;

comment on function public.get_clients(jsonb, integer, jsonb) is
  'Organizations with those of their websites that pass the filter, by name, at most 100 a page; the cursor of the last row asks for the next page. Filter keys: search (in names and domains), status (active, the default; archived; all). Of each website: conversations, distinct visitors and conversations by day of the last 30 days, today included, in its own timezone, the last event of any time, and how many replaced keys still work. PT403: not staff.';

create function public.count_clients(p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  perform private.check_clients(p_filter);
  return (select count(*) from private.filtered_clients(p_filter));
end
$$;

comment on function public.count_clients(jsonb) is
  'How many websites pass the filter of get_clients; an organization without any counts as one.';

create function private.export_clients(p_filter jsonb)
returns table (
  organization text,
  site_domain text,
  name text,
  timezone text,
  created_at timestamptz,
  archived_at timestamptz,
  conversations bigint,
  visitors bigint,
  last_event_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    found.organization,
    found.site_domain,
    domain.name,
    domain.timezone,
    coalesce(domain.created_at, organization.created_at),
    coalesce(domain.archived_at, organization.archived_at),
    active.conversations,
    active.visitors,
    active.last_event_at
  from private.filtered_clients(p_filter) as found
  join public.organizations as organization on organization.id = found.organization_id
  left join public.domains as domain on domain.site_domain = found.site_domain
  left join private.client_activity(
    array(select each.site_domain from private.filtered_clients(p_filter) as each where each.site_domain is not null)
  ) as active on active.site_domain = found.site_domain
  order by lower(found.organization), found.organization_id, found.site_domain
$$;

comment on function private.export_clients(jsonb) is
  'The websites that count_clients counts, one row each, with the figures of get_clients.';

revoke execute on function
  private.check_clients(jsonb),
  private.filtered_clients(jsonb),
  private.client_activity(text[]),
  private.export_clients(jsonb),
  public.get_clients(jsonb, integer, jsonb),
  public.count_clients(jsonb)
from public, anon;
grant execute on function
  private.check_clients(jsonb),
  private.filtered_clients(jsonb),
  private.client_activity(text[]),
  private.export_clients(jsonb),
  public.get_clients(jsonb, integer, jsonb),
  public.count_clients(jsonb)
to authenticated, service_role;
