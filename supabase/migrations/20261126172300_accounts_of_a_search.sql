-- Accounts that a search finds, without searching again for every account that is looked at.

create function private.passes_as_company(p_name text, p_domain text, p_country text, p_industry text, p_filter jsonb)
returns boolean
language sql
immutable
parallel safe
as $$
  select (p_filter ->> 'country' is null or coalesce(p_country, '') = p_filter ->> 'country')
    and (p_filter ->> 'industry' is null or coalesce(p_industry, '') = p_filter ->> 'industry')
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or private.name_words(p_name, p_domain) @@ private.prefix_query(p_filter ->> 'search')
    )
$$;

comment on function private.passes_as_company(text, text, text, text, jsonb) is
  'Whether an account that is at hand passes what a filter says of the company, as private.matching_accounts finds them.';

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
      p_filter ->> 'scores' is null
      or done.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
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

revoke execute on function
  private.passes_as_company(text, text, text, text, jsonb),
  private.accounts_of_search(text[], jsonb, text, jsonb, integer, text[], uuid[])
from public, anon;
grant execute on function
  private.passes_as_company(text, text, text, text, jsonb),
  private.accounts_of_search(text[], jsonb, text, jsonb, integer, text[], uuid[])
to authenticated, service_role;

create or replace function private.leading_accounts(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer,
  p_walked integer
)
returns table (places text[], ids uuid[])
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_found record;
begin
  -- No account has more in a range than ever: once a page is full of accounts with at least what the next one has ever
  -- had, it is the page. A column's name cannot be a parameter; it comes from a list of the caller's.
  execute format(
    $sql$
      with candidates as (
        select bound.site_domain, bound.account_id, max(bound.figure) as figure
        from (
          select first.site_domain, first.account_id, first.figure
          from unnest($1) as wanted (site_domain)
          cross join lateral (
            select kept.site_domain, kept.account_id, kept.%1$I::bigint as figure
            from rollup.account_totals as kept
            where kept.site_domain = wanted.site_domain
            order by kept.%1$I desc, kept.account_id desc
            limit $5
          ) as first
          union all
          select
            pending.site_domain,
            pending.account_id,
            case '%1$s'
              when 'interest_score' then greatest(
                kept.interest_score,
                rollup.best_score(pending.curious, pending.interested, pending.engaged, pending.hot)
              )
              else coalesce(kept.%1$I, 0) + pending.figure
            end
          from (
            select
              f.site_domain,
              f.account_id,
              sum(greatest(f.%2$I, 0)) as figure,
              sum(greatest(f.curious, 0)) as curious,
              sum(greatest(f.interested, 0)) as interested,
              sum(greatest(f.engaged, 0)) as engaged,
              sum(greatest(f.hot, 0)) as hot
            from rollup.account_deltas as f
            where f.site_domain = any ($1)
            group by f.site_domain, f.account_id
          ) as pending
          left join rollup.account_totals as kept
            on kept.site_domain = pending.site_domain and kept.account_id = pending.account_id
        ) as bound
        group by bound.site_domain, bound.account_id
        order by figure desc, bound.account_id desc
        limit $5
      ),
      page as (
        select c.site_domain, c.account_id, done.%1$I::bigint as figure
        from candidates as c
        cross join lateral private.account_in_range(c.site_domain, c.account_id, $2) as done
        where (done.sessions > 0 or done.conversations > 0)
          and ($3 is null or (done.%1$I, c.account_id) < (($3 ->> 'figure')::bigint, ($3 ->> 'id')::uuid))
          and (
            $2 ->> 'scores' is null
            or done.interest_score = any (array(select jsonb_array_elements_text($2 -> 'scores')::smallint))
          )
          and ($2 ->> 'talked' is null or (done.conversations > 0) = ($2 ->> 'talked')::boolean)
          and (
            not private.filters_companies($2)
            or exists (
              select 1
              from public.accounts as company
              where company.site_domain = c.site_domain
                and company.id = c.account_id
                and private.passes_as_company(company.name, company.domain, company.country, company.industry, $2)
            )
          )
        order by done.%1$I desc, c.account_id desc
        limit $4
      )
      select
        array_agg(p.site_domain order by p.figure desc, p.account_id desc) as places,
        array_agg(p.account_id order by p.figure desc, p.account_id desc) as ids,
        (select count(*) from candidates) < $5
        or (
          count(*) = $4
          and (
            (select (l.figure, l.account_id) from page as l order by l.figure, l.account_id limit 1)
            >= (select (l.figure, l.account_id) from candidates as l order by l.figure, l.account_id limit 1)
          )
        ) as is_page
      from page as p
    $sql$,
    p_column,
    case p_column when 'interest_score' then 'conversations' else p_column end
  )
  into v_found
  using p_site_domains, p_filter, p_after, p_limit, p_walked;
  if v_found.is_page then
    return query select v_found.places, v_found.ids;
  end if;
end
$$;

create or replace function private.recent_accounts(
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
        and f.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
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
      and f.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
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
              p_filter ->> 'scores' is null
              or done.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
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

create or replace function private.page_of_accounts(
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
  foreach v_walked in array array[2 * p_limit, 6 * p_limit, 20 * p_limit] loop
    if p_sort = 'recent' then
      select * into v_page from private.recent_accounts(p_site_domains, p_filter, p_after, p_limit, v_walked);
      if cardinality(v_page.ids) = p_limit or v_page.walked < v_walked then
        return query select * from unnest(v_page.places, v_page.ids);
        return;
      end if;
    elsif private.covers_most(p_site_domains, (p_filter ->> 'from')::date, (p_filter ->> 'to')::date) then
      select * into v_page
      from private.leading_accounts(p_site_domains, p_filter, v_column, p_after, p_limit, v_walked);
      if found then
        return query select * from unnest(v_page.places, v_page.ids);
        return;
      end if;
    end if;
  end loop;
  if p_sort <> 'recent' then
    return query select * from private.accounts_by_figure(p_site_domains, p_filter, v_column, p_after, p_limit);
    return;
  end if;
  return query
    select found.site_domain, found.id
    from private.filtered_accounts(p_site_domains, p_filter) as found
    cross join lateral private.last_account_day(found.site_domain, found.id, p_filter) as last
    where p_after is null or (last.day, found.id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
    order by last.day desc, found.id desc
    limit p_limit;
end
$$;
