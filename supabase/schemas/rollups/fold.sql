-- One folder at a time turns deltas into folded rows, delete-and-add in one transaction.

create function rollup.fold()
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_daily bigint;
  v_chains bigint;
begin
  if not pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('rollup.fold')) then
    return 0;
  end if;

  with gone as (
    delete from rollup.deltas
    returning site_domain, metric, dimension, day, value, n
  ),
  added as (
    insert into rollup.daily as kept (site_domain, metric, dimension, day, value, n)
    select g.site_domain, g.metric, g.dimension, g.day, g.value, sum(g.n)
    from gone as g
    group by g.site_domain, g.metric, g.dimension, g.day, g.value
    having sum(g.n) <> 0
    on conflict (site_domain, metric, dimension, day, value) do update
    set n = kept.n + excluded.n
  ),
  added_to_weeks as (
    insert into rollup.weekly as kept (site_domain, metric, dimension, week, value, n)
    select g.site_domain, g.metric, g.dimension, date_trunc('week', g.day::timestamp)::date, g.value, sum(g.n)
    from gone as g
    group by g.site_domain, g.metric, g.dimension, date_trunc('week', g.day::timestamp)::date, g.value
    having sum(g.n) <> 0
    on conflict (site_domain, metric, dimension, week, value) do update
    set n = kept.n + excluded.n
  ),
  added_to_months as (
    insert into rollup.monthly as kept (site_domain, metric, dimension, month, value, n)
    select g.site_domain, g.metric, g.dimension, date_trunc('month', g.day::timestamp)::date, g.value, sum(g.n)
    from gone as g
    group by g.site_domain, g.metric, g.dimension, date_trunc('month', g.day::timestamp)::date, g.value
    having sum(g.n) <> 0
    on conflict (site_domain, metric, dimension, month, value) do update
    set n = kept.n + excluded.n
  )
  select count(*) into v_daily from gone;

  with gone as (
    delete from rollup.chain_deltas
    returning site_domain, steps, day, since, n
  ),
  added as (
    insert into rollup.chains as kept (site_domain, steps, scale, day, since, n)
    select g.site_domain, g.steps, at.scale, at.day, at.since, sum(g.n)
    from gone as g
    cross join lateral rollup.scales(g.day, g.since) as at
    group by g.site_domain, g.steps, at.scale, at.day, at.since
    having sum(g.n) <> 0
    on conflict (site_domain, steps, scale, day, since) do update
    set n = kept.n + excluded.n
  )
  select count(*) into v_chains from gone;

  return v_daily + v_chains + rollup.fold_accounts();
end
$$;

comment on function rollup.fold() is
  'Folds every pending delta; gives how many. Returns 0 at once when another session is folding.';

create function rollup.backlog(p_bound integer)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select
    exists (select 1 from rollup.deltas offset p_bound)
    or exists (select 1 from rollup.chain_deltas offset p_bound)
    or exists (select 1 from rollup.account_deltas offset p_bound)
$$;

comment on function rollup.backlog(integer) is 'Whether more than p_bound deltas of a kind wait to be folded.';

create function rollup.fold_if_due()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Looking is cheap but not free: one writer in twenty looks.
  if random() < 0.05 and rollup.backlog(2000) then
    perform rollup.fold();
  end if;
end
$$;

comment on function rollup.fold_if_due() is
  'Called by writers, so that the backlog stays bounded without any worker: folds, now and then, when 2,000 deltas wait.';

revoke execute on function rollup.fold_if_due() from public, anon, authenticated, service_role;
revoke execute on function rollup.fold(), rollup.backlog(integer) from public, anon, authenticated;
grant execute on function rollup.fold(), rollup.backlog(integer) to service_role;
