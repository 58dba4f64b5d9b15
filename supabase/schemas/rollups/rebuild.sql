-- Recounts everything of a domain from its facts, for changed definitions and changed timezones.

create function rollup.recounted_figures(p_site_domain text)
returns setof rollup.change
language sql
stable
set search_path = ''
as $$
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_events as f
  cross join lateral rollup.event_contributions(f.name) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_sessions as f
  cross join lateral rollup.session_contributions(f.country, f.device_type, f.referrer_host, f.account_id) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_session_pages as f
  cross join lateral rollup.session_page_contributions(f.page) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_conversations as f
  cross join lateral rollup.conversation_contributions(row(f.*)::public.conversations) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_conversions as f
  cross join lateral rollup.conversion_contributions(f.kind) as c
  where f.site_domain = p_site_domain
$$;

create function rollup.rebuild(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_days rollup.signed_day[];
  v_last uuid := '00000000-0000-0000-0000-000000000000';
  v_until uuid;
begin
  if current_setting('transaction_isolation') not in ('repeatable read', 'serializable') then
    raise exception 'rollup.rebuild must run in a repeatable read transaction'
      using errcode = '25001', hint = 'Facts and deltas must be read from one snapshot.';
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rollup.fold'));

  delete from rollup.deltas where site_domain = p_site_domain;
  delete from rollup.daily where site_domain = p_site_domain;
  delete from rollup.weekly where site_domain = p_site_domain;
  delete from rollup.monthly where site_domain = p_site_domain;
  delete from rollup.account_deltas where site_domain = p_site_domain;
  delete from rollup.account_days where site_domain = p_site_domain;
  delete from rollup.account_weeks where site_domain = p_site_domain;
  delete from rollup.account_months where site_domain = p_site_domain;
  delete from rollup.account_totals where site_domain = p_site_domain;
  delete from rollup.chain_deltas where site_domain = p_site_domain;
  delete from rollup.chains where site_domain = p_site_domain;
  delete from rollup.visitor_days where site_domain = p_site_domain;

  insert into rollup.daily (site_domain, metric, dimension, day, value, n)
  select f.site_domain, f.metric, f.dimension, f.day, f.value, sum(f.n)
  from rollup.recounted_figures(p_site_domain) as f
  where f.dimension not in ('account', 'account_score')
  group by f.site_domain, f.metric, f.dimension, f.day, f.value;

  insert into rollup.weekly (site_domain, metric, dimension, week, value, n)
  select f.site_domain, f.metric, f.dimension, date_trunc('week', f.day::timestamp)::date, f.value, sum(f.n)
  from rollup.daily as f
  where f.site_domain = p_site_domain
  group by f.site_domain, f.metric, f.dimension, date_trunc('week', f.day::timestamp)::date, f.value
  having sum(f.n) <> 0;

  insert into rollup.monthly (site_domain, metric, dimension, month, value, n)
  select f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value, sum(f.n)
  from rollup.daily as f
  where f.site_domain = p_site_domain
  group by f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value
  having sum(f.n) <> 0;

  insert into rollup.account_deltas (
    site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
  )
  select c.site_domain, c.account_id, c.day, c.sessions, c.conversations, c.curious, c.interested, c.engaged, c.hot
  from (
    select array_agg(f) as changes
    from rollup.recounted_figures(p_site_domain) as f
    where f.dimension in ('account', 'account_score')
    group by f.day
  ) as by_day
  cross join lateral rollup.account_changes(by_day.changes) as c;

  -- Visitors by the ten thousand, so that memory stays bounded.
  loop
    v_until := (
      select chunk.id
      from (
        select visitor.id
        from public.visitors as visitor
        where visitor.site_domain = p_site_domain and visitor.id > v_last
        order by visitor.id
        limit 10000
      ) as chunk
      order by chunk.id desc
      limit 1
    );
    exit when v_until is null;
    select array_agg(row(1, counted.visitor_id, counted.day, counted.steps)::rollup.signed_day)
    into v_days
    from rollup.counted_steps(
      p_site_domain,
      array(
        select visitor.id
        from public.visitors as visitor
        where visitor.site_domain = p_site_domain and visitor.id > v_last and visitor.id <= v_until
      )
    ) as counted;
    if v_days is not null then
      perform rollup.replace_visitor_days(p_site_domain, v_days);
    end if;
    v_last := v_until;
  end loop;
  update public.visitors as visitor
  set step_days = null
  where visitor.site_domain = p_site_domain
    and visitor.step_days is not null
    and not exists (
      select 1
      from rollup.visitor_days as kept
      where kept.site_domain = visitor.site_domain and kept.visitor_id = visitor.id
    );
  perform rollup.rebuild_visitor_facets(p_site_domain);
  perform rollup.fold();
end
$$;

comment on function rollup.recounted_figures(text) is 'Every contribution of a domain''s facts, one row each, counted from the raw rows.';
comment on function rollup.rebuild(text) is
  'Recounts the rollups of a domain from its facts, in one repeatable-read transaction with the folder locked out.';

revoke execute on function rollup.recounted_figures(text), rollup.rebuild(text)
from public, anon, authenticated;
grant execute on function rollup.rebuild(text) to service_role;
