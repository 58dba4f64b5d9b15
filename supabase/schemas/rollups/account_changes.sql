-- How deltas of accounts come about, and how they are folded.

create function rollup.account_changes(p_changes rollup.change[])
returns table (
  site_domain text,
  account_id uuid,
  day date,
  sessions integer,
  conversations integer,
  curious integer,
  interested integer,
  engaged integer,
  hot integer
)
language sql
immutable
parallel safe
set search_path = ''
as $$
  -- The value is the account's id, and by score a colon and the score too.
  select
    c.site_domain,
    left(c.value, 36)::uuid,
    c.day,
    coalesce(sum(c.n) filter (where c.metric = 'sessions'), 0)::integer,
    coalesce(sum(c.n) filter (where c.metric = 'conversations' and c.dimension = 'account'), 0)::integer,
    coalesce(sum(c.n) filter (where c.dimension = 'account_score' and substr(c.value, 38) = '2'), 0)::integer,
    coalesce(sum(c.n) filter (where c.dimension = 'account_score' and substr(c.value, 38) = '3'), 0)::integer,
    coalesce(sum(c.n) filter (where c.dimension = 'account_score' and substr(c.value, 38) = '4'), 0)::integer,
    coalesce(sum(c.n) filter (where c.dimension = 'account_score' and substr(c.value, 38) = '5'), 0)::integer
  from unnest(p_changes) as c
  where c.dimension in ('account', 'account_score')
  group by c.site_domain, left(c.value, 36), c.day
$$;

comment on function rollup.account_changes(rollup.change[]) is 'The net of those changes that are figures of accounts, a row per account and day.';

revoke execute on function rollup.account_changes(rollup.change[]) from public, anon, authenticated, service_role;

create function rollup.fold_accounts()
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_folded bigint;
begin
  with gone as (
    delete from rollup.account_deltas
    returning site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
  ),
  added as (
    insert into rollup.account_days as kept (
      site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
    )
    select
      g.site_domain, g.account_id, g.day, sum(g.sessions), sum(g.conversations), sum(g.curious), sum(g.interested),
      sum(g.engaged), sum(g.hot)
    from gone as g
    group by g.site_domain, g.account_id, g.day
    on conflict (site_domain, account_id, day) do update
    set
      sessions = kept.sessions + excluded.sessions,
      conversations = kept.conversations + excluded.conversations,
      curious = kept.curious + excluded.curious,
      interested = kept.interested + excluded.interested,
      engaged = kept.engaged + excluded.engaged,
      hot = kept.hot + excluded.hot
  ),
  added_to_weeks as (
    insert into rollup.account_weeks as kept (
      site_domain, account_id, week, sessions, conversations, curious, interested, engaged, hot
    )
    select
      g.site_domain, g.account_id, date_trunc('week', g.day::timestamp)::date, sum(g.sessions), sum(g.conversations),
      sum(g.curious), sum(g.interested), sum(g.engaged), sum(g.hot)
    from gone as g
    group by g.site_domain, g.account_id, date_trunc('week', g.day::timestamp)::date
    on conflict (site_domain, account_id, week) do update
    set
      sessions = kept.sessions + excluded.sessions,
      conversations = kept.conversations + excluded.conversations,
      curious = kept.curious + excluded.curious,
      interested = kept.interested + excluded.interested,
      engaged = kept.engaged + excluded.engaged,
      hot = kept.hot + excluded.hot
  ),
  added_to_months as (
    insert into rollup.account_months as kept (
      site_domain, account_id, month, sessions, conversations, curious, interested, engaged, hot
    )
    select
      g.site_domain, g.account_id, date_trunc('month', g.day::timestamp)::date, sum(g.sessions), sum(g.conversations),
      sum(g.curious), sum(g.interested), sum(g.engaged), sum(g.hot)
    from gone as g
    group by g.site_domain, g.account_id, date_trunc('month', g.day::timestamp)::date
    on conflict (site_domain, account_id, month) do update
    set
      sessions = kept.sessions + excluded.sessions,
      conversations = kept.conversations + excluded.conversations,
      curious = kept.curious + excluded.curious,
      interested = kept.interested + excluded.interested,
      engaged = kept.engaged + excluded.engaged,
      hot = kept.hot + excluded.hot
  ),
  added_to_totals as (
    insert into rollup.account_totals as kept (
      site_domain, account_id, sessions, conversations, curious, interested, engaged, hot
    )
    select
      g.site_domain, g.account_id, sum(g.sessions), sum(g.conversations), sum(g.curious), sum(g.interested),
      sum(g.engaged), sum(g.hot)
    from gone as g
    group by g.site_domain, g.account_id
    on conflict (site_domain, account_id) do update
    set
      sessions = kept.sessions + excluded.sessions,
      conversations = kept.conversations + excluded.conversations,
      curious = kept.curious + excluded.curious,
      interested = kept.interested + excluded.interested,
      engaged = kept.engaged + excluded.engaged,
      hot = kept.hot + excluded.hot
  )
  select count(*) into v_folded from gone;
  return v_folded;
end
$$;

comment on function rollup.fold_accounts() is 'Folds the pending figures of accounts; gives how many. Called by rollup.fold, which lets in one at a time.';

revoke execute on function rollup.fold_accounts() from public, anon, authenticated, service_role;
