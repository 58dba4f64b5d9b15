-- The best scores of accounts in a short range from the days with conversations alone.

drop index rollup.account_days_conversations_idx;

create index account_days_conversations_idx on rollup.account_days (site_domain, day, account_id)
  include (conversations, curious, interested, engaged, hot) where conversations <> 0;

create or replace function private.accounts_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_found bigint := 0;
begin
  -- The figure alone is less to read than all of them; those without any of it come last. Scores above the lowest
  -- stand beside conversations; what is not folded yet may change a score alone.
  if coalesce(p_filter ->> 'scores', p_filter ->> 'talked') is null then
    return query execute format(
      $sql$
        select c.site_domain, c.account_id
        from (
          select f.site_domain, f.account_id, %2$s as figure
          from (
            select kept.*
            from rollup.account_sums($1, ($2 ->> 'from')::date, ($2 ->> 'to')::date) as kept
            where kept.%1$I <> 0
            union all
            select
              d.site_domain, d.account_id, d.sessions, d.conversations, d.curious, d.interested, d.engaged, d.hot
            from rollup.account_deltas as d
            where d.site_domain = any ($1)
              and d.day between ($2 ->> 'from')::date and ($2 ->> 'to')::date
              and d.%1$I = 0
          ) as f
          group by f.site_domain, f.account_id
          having %2$s > %3$s
        ) as c
        where ($3 is null or (c.figure, c.account_id) < (($3 ->> 'figure')::bigint, ($3 ->> 'id')::uuid))
          and (
            not private.filters_companies($2)
            or (c.site_domain, c.account_id) in (
              select account.site_domain, account.id from private.matching_accounts($1, $2) as account
            )
          )
        order by c.figure desc, c.account_id desc
        limit $4
      $sql$,
      case p_column when 'sessions' then 'sessions' else 'conversations' end,
      case
        when p_column = 'interest_score'
          then 'rollup.best_score(sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot))'
        else format('sum(f.%I)', p_column)
      end,
      case p_column when 'interest_score' then 1 else 0 end
    )
    using p_site_domains, p_filter, p_after, p_limit;
    get diagnostics v_found = row_count;
    if v_found = p_limit then
      return;
    end if;
  end if;
  return query execute format(
    $sql$
      select found.site_domain, found.id
      from private.filtered_accounts($1, $2) as found
      where $3 is null or (found.%1$I, found.id) < (($3 ->> 'figure')::bigint, ($3 ->> 'id')::uuid)
      order by found.%1$I desc, found.id desc
      offset $5
      limit $4 - $5
    $sql$,
    p_column
  )
  using p_site_domains, p_filter, p_after, p_limit, v_found;
end
$$;
