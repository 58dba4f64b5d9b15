-- Which accounts a page of the list shows.

create function private.accounts_by_day(
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

comment on function private.accounts_by_day(text[], jsonb, date, date, jsonb, integer) is
  'A page of accounts by their last day in a filter''s range, of those days alone: quick where many pass the filter.';

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
as $$
#variable_conflict use_column
declare
  v_from date := p_filter ->> 'from';
  v_to date := least((p_filter ->> 'to')::date, (p_after ->> 'last_day')::date);
  v_start date;
  v_length integer := 1;
  v_left integer := p_limit;
  v_found integer;
begin
  if p_sort <> 'recent' then
    return query
      select found.site_domain, found.id
      from private.filtered_accounts(p_site_domains, p_filter) as found
      cross join lateral (
        values (
          case p_sort
            when 'score' then found.interest_score
            when 'sessions' then found.sessions
            else found.conversations
          end::bigint
        )
      ) as by (figure)
      where p_after is null
        or (by.figure, found.id) < ((p_after ->> 'figure')::bigint, (p_after ->> 'id')::uuid)
      order by by.figure desc, found.id desc
      limit p_limit;
    return;
  end if;
  -- The newest days first, more of them each time.
  while v_left > 0 and v_to >= v_from loop
    v_start := greatest(v_from, v_to - v_length + 1);
    return query
      select by_day.site_domain, by_day.id
      from private.accounts_by_day(p_site_domains, p_filter, v_start, v_to, p_after, v_left) as by_day;
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_to := v_start - 1;
    if v_found < p_limit / 4 then
      v_length := v_length * 4;
    end if;
  end loop;
end
$$;

comment on function private.page_of_accounts(text[], jsonb, text, jsonb, integer) is
  'Ids of a page of accounts in a sort: recent, score, sessions or conversations.';

revoke execute on function
  private.accounts_by_day(text[], jsonb, date, date, jsonb, integer),
  private.page_of_accounts(text[], jsonb, text, jsonb, integer)
from public, anon;
grant execute on function
  private.accounts_by_day(text[], jsonb, date, date, jsonb, integer),
  private.page_of_accounts(text[], jsonb, text, jsonb, integer)
to authenticated, service_role;
