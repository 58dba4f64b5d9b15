-- Links by the two days that a range is compared with, also by the month: six small reads answer any range.

create temporary table old_links on commit drop as
select site_domain, steps, day, previous, reached, n from rollup.chains
union all
select site_domain, steps, day, previous, reached, n from rollup.chain_deltas;

drop view rollup.links;
drop table rollup.chains, rollup.chain_deltas;
drop function rollup.links_of(rollup.signed_day[]);

-- Both days also by the month (its first day), so that a year adds up months; `scale` says which of them are months.
create table rollup.chains (
  site_domain text not null,
  steps smallint not null,
  scale smallint not null,
  day date not null,
  since date not null,
  n bigint not null,
  constraint chains_pkey primary key (site_domain, steps, scale, day, since) include (n)
);

create table rollup.chain_deltas (
  site_domain text not null,
  id bigint not null generated always as identity,
  steps smallint not null,
  day date not null,
  since date not null,
  n bigint not null,
  constraint chain_deltas_pkey primary key (site_domain, id)
)
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

comment on table rollup.chains is
  'Folded links: how many more visitors of a kind a range holds that holds `day` and begins on `since` or later.';
comment on column rollup.chains.scale is '0: both are days; 1: `since` is a month; 2: `day` is a month; 3: both are months.';
comment on table rollup.chain_deltas is 'Links not folded yet: what to add to rollup.chains.';

create function rollup.scales(p_day date, p_since date)
returns table (scale smallint, day date, since date)
language sql
immutable
as $$
  select s.scale, s.day, s.since
  from (
    values
      (0::smallint, p_day, p_since),
      (1::smallint, p_day, date_trunc('month', p_since::timestamp)::date),
      (2::smallint, date_trunc('month', p_day::timestamp)::date, p_since),
      (3::smallint, date_trunc('month', p_day::timestamp)::date, date_trunc('month', p_since::timestamp)::date)
  ) as s (scale, day, since)
$$;

comment on function rollup.scales(date, date) is 'Where a link stands in rollup.chains: by days and by months.';

revoke execute on function rollup.scales(date, date) from public, anon, authenticated, service_role;

create function rollup.folded_links(p_site_domains text[], p_steps smallint, p_from date, p_to date)
returns table (site_domain text, n bigint)
language sql
stable
as $$
  -- What began before the month of p_from is read by the month, and so are the whole months of the range.
  select link.site_domain, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = p_steps
    and link.scale = 1
    and link.day >= p_from
    and link.day < case
      when rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to) then rollup.first_whole_month(p_from)
      else p_to + 1
    end
    and link.since < date_trunc('month', p_from::timestamp)::date
  union all
  select link.site_domain, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = p_steps
    and link.scale = 0
    and link.day >= p_from
    and link.day < case
      when rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to) then rollup.first_whole_month(p_from)
      else p_to + 1
    end
    and link.since >= date_trunc('month', p_from::timestamp)::date
    and link.since <= p_from
  union all
  select link.site_domain, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = p_steps
    and link.scale = 1
    and link.day >= greatest(rollup.end_of_whole_months(p_to), p_from)
    and link.day <= p_to
    and link.since < date_trunc('month', p_from::timestamp)::date
    and rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to)
  union all
  select link.site_domain, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = p_steps
    and link.scale = 0
    and link.day >= greatest(rollup.end_of_whole_months(p_to), p_from)
    and link.day <= p_to
    and link.since >= date_trunc('month', p_from::timestamp)::date
    and link.since <= p_from
    and rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to)
  union all
  select link.site_domain, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = p_steps
    and link.scale = 3
    and link.day >= rollup.first_whole_month(p_from)
    and link.day < rollup.end_of_whole_months(p_to)
    and link.since < date_trunc('month', p_from::timestamp)::date
  union all
  select link.site_domain, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = p_steps
    and link.scale = 2
    and link.day >= rollup.first_whole_month(p_from)
    and link.day < rollup.end_of_whole_months(p_to)
    and link.since >= date_trunc('month', p_from::timestamp)::date
    and link.since <= p_from
$$;

create function rollup.links(p_site_domains text[], p_steps smallint, p_from date, p_to date)
returns table (site_domain text, n bigint)
language sql
stable
as $$
  select link.site_domain, link.n
  from rollup.folded_links(p_site_domains, p_steps, p_from, p_to) as link
  union all
  select link.site_domain, link.n
  from rollup.chain_deltas as link
  where link.site_domain = any (p_site_domains)
    and link.steps = p_steps
    and link.day between p_from and p_to
    and link.since <= p_from
$$;

comment on function rollup.folded_links(text[], smallint, date, date) is 'What rollup.links gives, of what is folded.';
comment on function rollup.links(text[], smallint, date, date) is
  'Exact links of a range of days: the sum of n is how many distinct visitors did all of some steps in it.';

revoke execute on function
  rollup.folded_links(text[], smallint, date, date),
  rollup.links(text[], smallint, date, date)
from public, anon, authenticated;
grant execute on function
  rollup.folded_links(text[], smallint, date, date),
  rollup.links(text[], smallint, date, date)
to authenticated, service_role;

alter table rollup.chains enable row level security;
alter table rollup.chain_deltas enable row level security;
revoke all on rollup.chains, rollup.chain_deltas from public, anon, authenticated;
grant select on rollup.chains, rollup.chain_deltas to authenticated, service_role;

create policy chains_select on rollup.chains
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy chain_deltas_select on rollup.chain_deltas
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create function rollup.links_of(p_days rollup.signed_day[])
returns table (steps smallint, day date, since date, n bigint)
language sql
immutable
set search_path = ''
as $$
  with running as (
    select
      d.sign,
      d.visitor_id,
      d.day,
      coalesce(max(d.day) filter (where d.steps & 1 <> 0) over visitor, '-infinity') as active,
      coalesce(max(d.day) filter (where d.steps & 2 <> 0) over visitor, '-infinity') as displayed,
      coalesce(max(d.day) filter (where d.steps & 4 <> 0) over visitor, '-infinity') as opened,
      coalesce(max(d.day) filter (where d.steps & 8 <> 0) over visitor, '-infinity') as messaged,
      coalesce(max(d.day) filter (where d.steps & 16 <> 0) over visitor, '-infinity') as proposed,
      coalesce(max(d.day) filter (where d.steps & 32 <> 0) over visitor, '-infinity') as clicked,
      coalesce(max(d.day) filter (where d.steps & 64 <> 0) over visitor, '-infinity') as booked,
      coalesce(max(d.day) filter (where d.steps & 128 <> 0) over visitor, '-infinity') as email
    from unnest(p_days) as d
    window visitor as (partition by d.sign, d.visitor_id order by d.day)
  ),
  growing as (
    select
      r.sign,
      k.steps,
      r.day,
      lag(k.reached, 1, '-infinity'::date)
        over (partition by r.sign, r.visitor_id, k.steps order by r.day) as previous,
      k.reached
    from running as r
    cross join lateral (
      values
        (1::smallint, r.active),
        (2::smallint, r.displayed),
        (4::smallint, r.opened),
        (8::smallint, r.messaged),
        (16::smallint, r.proposed),
        (32::smallint, r.clicked),
        (64::smallint, r.booked),
        (128::smallint, r.email),
        (10::smallint, least(r.displayed, r.messaged)),
        (6::smallint, least(r.displayed, r.opened)),
        (14::smallint, least(r.displayed, r.opened, r.messaged)),
        (30::smallint, least(r.displayed, r.opened, r.messaged, r.proposed)),
        (62::smallint, least(r.displayed, r.opened, r.messaged, r.proposed, r.clicked)),
        (126::smallint, least(r.displayed, r.opened, r.messaged, r.proposed, r.clicked, r.booked))
    ) as k (steps, reached)
    where k.reached > '-infinity'
  ),
  bounded as (
    -- A range spans at most 366 days: what is older is as good as never.
    select
      g.sign,
      g.steps,
      g.day,
      case when g.previous < g.day - 366 then '-infinity'::date else g.previous end as previous,
      g.reached
    from growing as g
    where g.reached > g.previous and g.reached >= g.day - 366
  )
  select b.steps, b.day, ends.since, sum(b.sign * ends.n)
  from bounded as b
  cross join lateral (values (b.previous + 1, 1), (b.reached + 1, -1)) as ends (since, n)
  where ends.since <= b.day
  group by b.steps, b.day, ends.since
  having sum(b.sign * ends.n) <> 0
$$;

comment on function rollup.links_of(rollup.signed_day[]) is
  'The links of some visitors'' days, summed with their signs. The days of each visitor must be complete.';

revoke execute on function rollup.links_of(rollup.signed_day[])
from public, anon, authenticated, service_role;

insert into rollup.chains (site_domain, steps, scale, day, since, n)
select l.site_domain, l.steps, at.scale, at.day, at.since, sum(l.n * ends.n)
from old_links as l
cross join lateral (values (l.previous + 1, 1), (l.reached + 1, -1)) as ends (since, n)
cross join lateral rollup.scales(l.day, ends.since) as at
where ends.since <= l.day
group by l.site_domain, l.steps, at.scale, at.day, at.since
having sum(l.n * ends.n) <> 0;

create or replace function rollup.replace_visitor_days(p_site_domain text, p_days rollup.signed_day[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into rollup.chain_deltas (site_domain, steps, day, since, n)
  select p_site_domain, l.steps, l.day, l.since, l.n
  from rollup.links_of(p_days) as l;

  delete from rollup.visitor_days as kept
  using (
    select d.visitor_id, d.day
    from unnest(p_days) as d
    group by d.visitor_id, d.day
    having max(d.sign) < 0
  ) as gone
  where kept.site_domain = p_site_domain
    and kept.visitor_id = gone.visitor_id
    and kept.day = gone.day;

  insert into rollup.visitor_days as kept (site_domain, visitor_id, day, steps)
  select p_site_domain, d.visitor_id, d.day, d.steps
  from unnest(p_days) as d
  where d.sign > 0
  on conflict (site_domain, visitor_id, day) do update
  set steps = excluded.steps
  where kept.steps <> excluded.steps;
end
$$;

create or replace function rollup.fold()
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

  return v_daily + v_chains;
end
$$;

create or replace function private.distinct_visitors(
  p_site_domains text[],
  p_kind text,
  p_from date,
  p_to date
)
returns bigint
language sql
stable
set search_path = ''
as $$
  select coalesce(sum(link.n), 0)::bigint
  from rollup.links(p_site_domains, rollup.steps_of_kind(p_kind), p_from, p_to) as link
$$;

create or replace function public.get_widget_display_stats(p_site_domains text[], p_from date, p_to date)
returns table (day date, displays bigint, opens bigint, displayed_visitors bigint)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  return query
  select
    days.day::date,
    coalesce(counted.displays, 0)::bigint,
    coalesce(counted.opens, 0)::bigint,
    coalesce(visitors.n, 0)::bigint
  from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as days (day)
  left join (
    select
      figure.day,
      sum(figure.n) filter (where figure.metric = 'widget_displayed') as displays,
      sum(figure.n) filter (where figure.metric = 'widget_opened') as opens
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (array['widget_displayed', 'widget_opened'])
      and figure.dimension = ''
      and figure.day between p_from and p_to
    group by figure.day
  ) as counted on counted.day = days.day::date
  left join (
    -- Whatever a day's links began with, a range that is this day alone began later or then.
    select link.day, sum(link.n) as n
    from (
      select folded.site_domain, folded.steps, folded.day, folded.n
      from rollup.chains as folded
      where folded.scale = 1
      union all
      select pending.site_domain, pending.steps, pending.day, pending.n
      from rollup.chain_deltas as pending
    ) as link
    where link.site_domain = any (v_domains)
      and link.steps = rollup.steps_of_kind('displayed')
      and link.day between p_from and p_to
    group by link.day
  ) as visitors on visitors.day = days.day::date
  order by days.day;
end
$$;

create or replace function private.visitors_by_period(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_bucket text,
  p_kind text
)
returns table (bucket date, now bigint, before bigint)
language sql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
  with counted as (
    select period.bucket, period.is_now, link.n
    from private.periods(p_from, p_to, p_bucket) as period
    left join lateral rollup.folded_links(
      p_site_domains, rollup.steps_of_kind(p_kind), period.starts_on, period.ends_on
    ) as link on true
    union all
    select period.bucket, period.is_now, link.n
    from private.periods(p_from, p_to, p_bucket) as period
    cross join lateral generate_series(
      period.starts_on::timestamp, period.ends_on::timestamp, interval '1 day'
    ) as series (day)
    join rollup.chain_deltas as link
      on link.site_domain = any (p_site_domains)
      and link.steps = rollup.steps_of_kind(p_kind)
      and link.day = series.day::date
      and link.since <= period.starts_on
  )
  select
    counted.bucket,
    coalesce(sum(counted.n) filter (where counted.is_now), 0)::bigint,
    coalesce(sum(counted.n) filter (where not counted.is_now), 0)::bigint
  from counted
  group by counted.bucket
$$;

