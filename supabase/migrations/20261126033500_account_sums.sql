-- An account's figures come from the function that adds figures up.

create or replace function private.account_in_range(p_site_domain text, p_account_id uuid, p_filter jsonb)
returns table (
  sessions bigint,
  conversations bigint,
  interest_score smallint,
  last_day date
)
language sql
stable
as $$
  with figures as (
    select 'account' as dimension, f.metric, f.value, f.n
    from rollup.sums(
      array[p_site_domain], array['sessions', 'conversations'], 'account', (p_filter ->> 'from')::date,
      (p_filter ->> 'to')::date
    ) as f
    where f.value = p_account_id::text
    union all
    -- The value is the account's id, a colon and the score.
    select 'account_score', f.metric, f.value, f.n
    from rollup.sums(
      array[p_site_domain], array['conversations'], 'account_score', (p_filter ->> 'from')::date,
      (p_filter ->> 'to')::date
    ) as f
    where f.value = any (
      array[p_account_id || ':1', p_account_id || ':2', p_account_id || ':3', p_account_id || ':4', p_account_id || ':5']
    )
  ),
  counted as (
    select f.dimension, f.metric, f.value, sum(f.n) as n
    from figures as f
    group by f.dimension, f.metric, f.value
    having sum(f.n) > 0
  )
  select
    coalesce(sum(c.n) filter (where c.metric = 'sessions'), 0)::bigint,
    coalesce(sum(c.n) filter (where c.metric = 'conversations' and c.dimension = 'account'), 0)::bigint,
    coalesce(max(substr(c.value, 38)) filter (where c.dimension = 'account_score'), '1')::smallint,
    (
      select f.day
      from rollup.figures as f
      where f.site_domain = p_site_domain
        and f.dimension = 'account'
        and f.value = p_account_id::text
        and f.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
      group by f.day, f.metric
      having sum(f.n) > 0
      order by f.day desc
      limit 1
    )
  from counted as c
$$;
