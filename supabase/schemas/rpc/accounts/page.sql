-- Which accounts a page of the list shows. The first in an order are looked for where they stand in it; where too
-- few of those pass, everything in the range is added up.

create function private.recent_accounts(
  p_site_domains text[],
  p_filter jsonb,
  p_after jsonb,
  p_limit integer,
  p_walked integer
)
returns table (walked bigint, places text[], ids uuid[])
language sql
stable
as $$
  -- The newest account-days of the range, one after the other; each account stands on its last one alone.
  with walk as (
    select d.site_domain, d.account_id, d.day
    from unnest(p_site_domains) as wanted (site_domain)
    cross join lateral (
      select f.site_domain, f.account_id, f.day
      from rollup.account_days as f
      where f.site_domain = wanted.site_domain
        and f.day between private.filter_day(p_filter, 'from') and private.filter_day(p_filter, 'to')
        and (
          p_after is null
          or (f.day, f.account_id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
        )
      order by f.day desc, f.account_id desc
      limit p_walked
    ) as d
    union
    select f.site_domain, f.account_id, f.day
    from rollup.account_deltas as f
    where f.site_domain = any (p_site_domains)
      and f.day between private.filter_day(p_filter, 'from') and private.filter_day(p_filter, 'to')
      and (
        p_after is null
        or (f.day, f.account_id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
      )
  ),
  first_of_it as (
    select w.site_domain, w.account_id, w.day
    from walk as w
    order by w.day desc, w.account_id desc
    limit p_walked
  ),
  shown as (
    select w.site_domain, w.account_id, w.day
    from (select * from first_of_it as f order by f.day desc, f.account_id desc offset 0) as w
    cross join lateral private.last_account_day(w.site_domain, w.account_id, p_filter) as last
    where last.day = w.day
      and (
        coalesce(p_filter ->> 'scores', p_filter ->> 'talked') is null
        or exists (
          select 1
          from private.account_in_range(w.site_domain, w.account_id, p_filter) as done
          where (
              private.filter_list(p_filter, 'scores') is null
              or done.interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
            )
            and (p_filter ->> 'talked' is null or (done.conversations > 0) = (p_filter ->> 'talked')::boolean)
        )
      )
      and (
        not private.filters_companies(p_filter)
        or exists (
          select 1
          from public.accounts as company
          where company.site_domain = w.site_domain
            and company.id = w.account_id
            and private.passes_as_company(company.name, company.domain, company.country, company.industry, p_filter)
        )
      )
    order by w.day desc, w.account_id desc
    limit p_limit
  )
  select
    (select count(*) from first_of_it),
    array_agg(s.site_domain order by s.day desc, s.account_id desc),
    array_agg(s.account_id order by s.day desc, s.account_id desc)
  from shown as s
$$;

comment on function private.recent_accounts(text[], jsonb, jsonb, integer, integer) is
  'Those accounts, by their last day in a filter''s range, that are among the newest p_walked account-days of it; and how many those were.';

create function private.accounts_of_search(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_after jsonb,
  p_limit integer,
  p_sites text[],
  p_ids uuid[]
)
returns table (site_domain text, id uuid)
language sql
stable
as $$
  select company.site_domain, company.id
  from unnest(p_sites, p_ids) as found (site_domain, id)
  join public.accounts as company on company.site_domain = found.site_domain and company.id = found.id
  cross join lateral private.account_in_range(company.site_domain, company.id, p_filter) as done
  cross join lateral (
    select case p_sort
      when 'recent' then done.last_day - date '2000-01-01'
      when 'score' then done.interest_score
      when 'sessions' then done.sessions
      else done.conversations
    end::bigint as figure
  ) as place
  where company.site_domain = any (p_site_domains)
    and private.passes_as_company(company.name, company.domain, company.country, company.industry, p_filter)
    and (done.sessions > 0 or done.conversations > 0)
    and (
      private.filter_list(p_filter, 'scores') is null
      or done.interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
    )
    and (p_filter ->> 'talked' is null or (done.conversations > 0) = (p_filter ->> 'talked')::boolean)
    and (
      p_after is null
      or (place.figure, company.id) < (
        case p_sort
          when 'recent' then (p_after ->> 'last_day')::date - date '2000-01-01'
          else (p_after ->> 'figure')::bigint
        end,
        (p_after ->> 'id')::uuid
      )
    )
  order by place.figure desc, company.id desc
  limit p_limit
$$;

comment on function private.accounts_of_search(text[], jsonb, text, jsonb, integer, text[], uuid[]) is
  'A page of accounts of those that a search found, in a sort: each one''s figures of the range are added up.';

create function private.page_of_accounts(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
rows 50
as $$
declare
  v_column text := case p_sort when 'score' then 'interest_score' else p_sort end;
  v_walked integer;
  v_page record;
  v_found record;
  v_kept record;
begin
  -- What a search finds is added up; of a word of very many accounts, the first in the order are looked at.
  if coalesce(p_filter ->> 'search', '') <> '' then
    select array_agg(first.site_domain) as places, array_agg(first.id) as ids, count(*) as n into v_found
    from (
      select found.site_domain, found.id
      from private.search_accounts(p_site_domains, p_filter ->> 'search') as found
      limit 1001
    ) as first;
    if v_found.n <= 1000 then
      return query
        select * from private.accounts_of_search(
          p_site_domains, p_filter, p_sort, p_after, p_limit, v_found.places, v_found.ids
        );
      return;
    end if;
  end if;
  if p_sort <> 'recent' then
    select * into v_kept from rollup.days_of_accounts(p_site_domains);
    if p_after is null and private.holds_most(p_filter, v_kept.first_day, v_kept.last_day) then
      foreach v_walked in array array[2 * p_limit, 6 * p_limit] loop
        select * into v_page
        from private.leading_accounts(p_site_domains, p_filter, v_column, p_limit, v_walked);
        if found then
          return query select * from unnest(v_page.places, v_page.ids);
          return;
        end if;
      end loop;
    end if;
    return query
      select * from private.accounts_by_figure(
        p_site_domains, p_filter, v_column, p_after, p_limit, v_kept.first_day, v_kept.last_day
      );
    return;
  end if;
  foreach v_walked in array array[2 * p_limit, 6 * p_limit, 20 * p_limit] loop
    select * into v_page from private.recent_accounts(p_site_domains, p_filter, p_after, p_limit, v_walked);
    if cardinality(v_page.ids) = p_limit or v_page.walked < v_walked then
      return query select * from unnest(v_page.places, v_page.ids);
      return;
    end if;
  end loop;
  return query
    select found.site_domain, found.id
    from private.filtered_accounts(p_site_domains, p_filter) as found
    cross join lateral private.last_account_day(found.site_domain, found.id, p_filter) as last
    where p_after is null or (last.day, found.id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
    order by last.day desc, found.id desc
    limit p_limit;
end
$$;

comment on function private.page_of_accounts(text[], jsonb, text, jsonb, integer) is
  'Ids of a page of accounts in a sort: recent, score, sessions or conversations.';

revoke execute on function
  private.recent_accounts(text[], jsonb, jsonb, integer, integer),
  private.accounts_of_search(text[], jsonb, text, jsonb, integer, text[], uuid[]),
  private.page_of_accounts(text[], jsonb, text, jsonb, integer)
from public, anon;
grant execute on function
  private.recent_accounts(text[], jsonb, jsonb, integer, integer),
  private.accounts_of_search(text[], jsonb, text, jsonb, integer, text[], uuid[]),
  private.page_of_accounts(text[], jsonb, text, jsonb, integer)
to authenticated, service_role;
