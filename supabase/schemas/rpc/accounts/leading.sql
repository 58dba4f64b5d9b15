-- The accounts with most of something in a range, found among those with most of it ever.

create function private.leading_accounts(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
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
            limit $4
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
        limit $4
      ),
      page as (
        select c.site_domain, c.account_id, done.%1$I::bigint as figure
        from candidates as c
        cross join lateral private.account_in_range(c.site_domain, c.account_id, $2) as done
        where (done.sessions > 0 or done.conversations > 0)
          and (
            private.filter_list($2, 'scores') is null
            or done.interest_score = any (private.filter_list($2, 'scores')::smallint[])
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
        limit $3
      )
      select
        array_agg(p.site_domain order by p.figure desc, p.account_id desc) as places,
        array_agg(p.account_id order by p.figure desc, p.account_id desc) as ids,
        (select count(*) from candidates) < $4
        or (
          count(*) = $3
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
  using p_site_domains, p_filter, p_limit, p_walked;
  if v_found.is_page then
    return query select v_found.places, v_found.ids;
  end if;
end
$$;

comment on function private.leading_accounts(text[], jsonb, text, integer, integer) is
  'The first page of accounts by a figure of a filter''s range, where the p_walked accounts with most of it ever suffice to tell; else nothing.';

revoke execute on function private.leading_accounts(text[], jsonb, text, integer, integer) from public, anon;
grant execute on function private.leading_accounts(text[], jsonb, text, integer, integer)
to authenticated, service_role;
