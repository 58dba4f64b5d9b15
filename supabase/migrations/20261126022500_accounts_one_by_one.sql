-- Accounts of a day are looked up one by one, and later days are asked for where there are any.

create or replace function private.accounts_by_day(
  p_site_domains text[],
  p_filter jsonb,
  p_from date,
  p_to date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language sql
stable
as $$
  -- Days first: accounts whose last day in the filter's range lies in [p_from, p_to].
  select account.site_domain, account.id, shown.day
  from (
    select f.site_domain, f.value::uuid as account_id, max(f.day) as day
    from (
      select g.site_domain, g.value, g.day
      from rollup.figures as g
      where g.site_domain = any (p_site_domains)
        and g.metric in ('sessions', 'conversations')
        and g.dimension = 'account'
        and g.day between p_from and p_to
      group by g.site_domain, g.metric, g.value, g.day
      having sum(g.n) > 0
    ) as f
    group by f.site_domain, f.value
  ) as shown
  -- One after the other: joined at once, each is compared with every account of its domain.
  cross join lateral (
    select matching.site_domain, matching.id
    from private.matching_accounts(array[shown.site_domain], p_filter) as matching
    where matching.id = shown.account_id
    limit 1
  ) as account
  where (
      p_to >= (p_filter ->> 'to')::date
      or not exists (
        select 1
        from rollup.figures as later
        where later.site_domain = shown.site_domain
          and later.dimension = 'account'
          and later.value = shown.account_id::text
          and later.day > p_to
          and later.day <= (p_filter ->> 'to')::date
        group by later.day, later.metric
        having sum(later.n) > 0
      )
    )
    and (
      coalesce(p_filter ->> 'scores', p_filter ->> 'talked') is null
      or exists (
        select 1
        from private.account_in_range(shown.site_domain, shown.account_id, p_filter) as done
        where (
            p_filter ->> 'scores' is null
            or done.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
          )
          and (p_filter ->> 'talked' is null or (done.conversations > 0) = (p_filter ->> 'talked')::boolean)
      )
    )
    and (
      p_after is null
      or (shown.day, account.id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
    )
  order by shown.day desc, account.id desc
  limit p_limit
$$;
