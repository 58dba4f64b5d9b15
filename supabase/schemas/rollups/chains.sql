-- Distinct visitors over any range of days, exactly, from small tables.
--
-- Per visitor and day, `visitor_days.steps` says what the visitor did (bits below). A *kind* is a set of
-- steps. A visitor has reached a kind in [a, b] when each of its steps was done on some day in [a, b].
-- For a visitor, let reached(d) be the earliest of the last days, up to d, on which each step was done. It
-- only grows. When it grows on day d from `previous` to `reached`, the visitor is new to every range that
-- holds d and begins after `previous`, up to `reached`. As a *link*: one more visitor on day d for ranges that
-- begin on `previous` + 1 or later, and one less for those that begin after `reached`. So
--
--   distinct visitors in [a, b] = sum of n over links with d in [a, b] and since <= a.
--
-- With a single step, reached is d itself, and no range that holds d begins after it.

create table rollup.visitor_days (
  site_domain text not null,
  visitor_id uuid not null,
  day date not null,
  steps smallint not null,
  account_id uuid,
  constraint visitor_days_pkey primary key (site_domain, visitor_id, day)
)
with (fillfactor = 90);

create index visitor_days_day_idx on rollup.visitor_days (site_domain, day desc, visitor_id) include (steps);

create index visitor_days_conversion_idx on rollup.visitor_days (site_domain, day desc, visitor_id)
  where steps & 240 <> 0;

create index visitor_days_account_id_idx on rollup.visitor_days (site_domain, account_id, day, visitor_id)
  where account_id is not null;

comment on table rollup.visitor_days is
  'What a visitor did on a day, as bits: 1 active, 2 displayed, 4 opened, 8 messaged, 16 proposed, 32 clicked, 64 booked, 128 e-mail.';
comment on column rollup.visitor_days.account_id is 'The visitor''s account; kept equal to it.';

-- The day also by the week (its Monday) and by the month (its first day), `since` also by the month, so that a year adds
-- up months and weeks; `scale` says which of them they are.
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
comment on column rollup.chains.scale is '0: both are days; 1: `since` is a month; 2: `day` is a month; 3: both are months; 4: `day` is a week; 5: `day` is a week, `since` a month.';
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
      (3::smallint, date_trunc('month', p_day::timestamp)::date, date_trunc('month', p_since::timestamp)::date),
      (4::smallint, date_trunc('week', p_day::timestamp)::date, p_since),
      (5::smallint, date_trunc('week', p_day::timestamp)::date, date_trunc('month', p_since::timestamp)::date)
  ) as s (scale, day, since)
$$;

comment on function rollup.scales(date, date) is 'Where a link stands in rollup.chains: by days, weeks and months.';

revoke execute on function rollup.scales(date, date) from public, anon, authenticated, service_role;

create function rollup.folded_links(p_site_domains text[], p_steps smallint[], p_from date, p_to date)
returns table (steps smallint, n bigint)
language sql
stable
as $$
  -- What began before the month of p_from is read by the month; the range by whole months, whole weeks and single days.
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 3
    and link.day = any (rollup.whole_months(p_from, p_to))
    and link.since < date_trunc('month', p_from::timestamp)::date
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 2
    and link.day = any (rollup.whole_months(p_from, p_to))
    and link.since between date_trunc('month', p_from::timestamp)::date and p_from
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 5
    and link.day = any (rollup.whole_weeks(p_from, p_to))
    and link.since < date_trunc('month', p_from::timestamp)::date
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 4
    and link.day = any (rollup.whole_weeks(p_from, p_to))
    and link.since between date_trunc('month', p_from::timestamp)::date and p_from
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 1
    and link.day = any (rollup.single_days(p_from, p_to))
    and link.since < date_trunc('month', p_from::timestamp)::date
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 0
    and link.day = any (rollup.single_days(p_from, p_to))
    and link.since between date_trunc('month', p_from::timestamp)::date and p_from
$$;

create function rollup.links(p_site_domains text[], p_steps smallint[], p_from date, p_to date)
returns table (steps smallint, n bigint)
language sql
stable
as $$
  select link.steps, link.n
  from rollup.folded_links(p_site_domains, p_steps, p_from, p_to) as link
  union all
  select link.steps, link.n
  from rollup.chain_deltas as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.day between p_from and p_to
    and link.since <= p_from
$$;

comment on function rollup.folded_links(text[], smallint[], date, date) is 'What rollup.links gives, of what is folded.';
comment on function rollup.links(text[], smallint[], date, date) is
  'Exact links of a range of days: the sum of n is how many distinct visitors did all of the steps in it.';

revoke execute on function
  rollup.folded_links(text[], smallint[], date, date),
  rollup.links(text[], smallint[], date, date)
from public, anon, authenticated;
grant execute on function
  rollup.folded_links(text[], smallint[], date, date),
  rollup.links(text[], smallint[], date, date)
to authenticated, service_role;

alter table rollup.visitor_days enable row level security;
alter table rollup.chains enable row level security;
alter table rollup.chain_deltas enable row level security;
revoke all on rollup.visitor_days, rollup.chains, rollup.chain_deltas from public, anon, authenticated;
grant select on rollup.visitor_days, rollup.chains, rollup.chain_deltas to authenticated, service_role;

create policy visitor_days_select on rollup.visitor_days
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy chains_select on rollup.chains
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy chain_deltas_select on rollup.chain_deltas
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create type rollup.signed_day as (
  sign smallint,
  visitor_id uuid,
  day date,
  steps smallint
);

comment on type rollup.signed_day is 'A visitor-day that comes (sign 1) or goes (sign -1).';

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
