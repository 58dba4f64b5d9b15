-- Distinct visitors over any range of days, exactly, from small tables.
--
-- Per visitor and day, `visitor_days.steps` says what the visitor did (bits below). A *kind* is a set of
-- steps. A visitor has reached a kind in [a, b] when each of its steps was done on some day in [a, b].
-- For a visitor, let reached(d) be the earliest of the last days, up to d, on which each step was done. It
-- only grows. Each growth is a *link* (day d, reached, previous), and
--
--   distinct visitors in [a, b] = links with d in [a, b], reached >= a and previous < a.
--
-- With a single step, reached is d itself and previous is the visitor's previous day of that kind.

create table rollup.visitor_days (
  site_domain text not null,
  visitor_id uuid not null,
  day date not null,
  steps smallint not null,
  constraint visitor_days_pkey primary key (site_domain, visitor_id, day)
)
with (fillfactor = 90);

create index visitor_days_day_idx on rollup.visitor_days (site_domain, day desc, visitor_id);

create index visitor_days_conversion_idx on rollup.visitor_days (site_domain, day desc, visitor_id)
  where steps & 240 <> 0;

comment on table rollup.visitor_days is
  'What a visitor did on a day, as bits: 1 active, 2 displayed, 4 opened, 8 messaged, 16 proposed, 32 clicked, 64 booked, 128 e-mail.';

create table rollup.chains (
  site_domain text not null,
  steps smallint not null,
  day date not null,
  previous date not null,
  reached date not null,
  n bigint not null,
  constraint chains_pkey primary key (site_domain, steps, day, previous, reached)
);

create table rollup.chain_deltas (
  site_domain text not null,
  id bigint not null generated always as identity,
  steps smallint not null,
  day date not null,
  previous date not null,
  reached date not null,
  n bigint not null,
  constraint chain_deltas_pkey primary key (site_domain, id)
)
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

comment on table rollup.chains is 'Folded links: how many visitors'' reach of a kind grew on a day from previous to reached.';
comment on table rollup.chain_deltas is 'Links not folded yet: what to add to rollup.chains.';

create view rollup.links with (security_invoker = true) as
select site_domain, steps, day, previous, reached, n from rollup.chains
union all
select site_domain, steps, day, previous, reached, n from rollup.chain_deltas;

comment on view rollup.links is 'Exact links: sum n over the rows of a key.';

alter table rollup.visitor_days enable row level security;
alter table rollup.chains enable row level security;
alter table rollup.chain_deltas enable row level security;
revoke all on rollup.visitor_days, rollup.chains, rollup.chain_deltas, rollup.links
  from public, anon, authenticated;
grant select on rollup.visitor_days, rollup.chains, rollup.chain_deltas, rollup.links
  to authenticated, service_role;

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
returns table (steps smallint, day date, previous date, reached date, n bigint)
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
  select b.steps, b.day, b.previous, b.reached, sum(b.sign)
  from bounded as b
  group by b.steps, b.day, b.previous, b.reached
  having sum(b.sign) <> 0
$$;

comment on function rollup.links_of(rollup.signed_day[]) is
  'The links of some visitors'' days, summed with their signs. The days of each visitor must be complete.';

revoke execute on function rollup.links_of(rollup.signed_day[])
from public, anon, authenticated, service_role;
