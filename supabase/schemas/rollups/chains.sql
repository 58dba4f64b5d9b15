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

create function rollup.steps_of_event(p_name text)
returns integer
language sql
immutable
parallel safe
as $$
  select case p_name
    when 'widget_displayed' then 3
    when 'widget_opened' then 5
    when 'message_sent' then 9
    else 1
  end
$$;

create function rollup.steps_of_message(p_role text)
returns integer
language sql
immutable
parallel safe
as $$ select case p_role when 'visitor' then 9 end $$;

create function rollup.steps_of_conversion(p_kind text)
returns integer
language sql
immutable
parallel safe
as $$
  select case p_kind
    when 'demo_proposed' then 16
    when 'cta_clicked' then 32
    when 'demo_booked' then 64
    when 'email_captured' then 128
  end
$$;

create function rollup.steps_of_kind(p_kind text)
returns smallint
language sql
immutable
parallel safe
as $$
  select case p_kind
    when 'active' then 1
    when 'displayed' then 2
    when 'opened' then 4
    when 'messaged' then 8
    when 'proposed' then 16
    when 'clicked' then 32
    when 'booked' then 64
    when 'email' then 128
    when 'engaged' then 10
    when 'funnel_opened' then 6
    when 'funnel_messaged' then 14
    when 'funnel_proposed' then 30
    when 'funnel_clicked' then 62
    when 'funnel_booked' then 126
  end::smallint
$$;

comment on function rollup.steps_of_event(text) is 'The steps an event that counts proves.';
comment on function rollup.steps_of_message(text) is 'The steps a message proves; null for the agent''s.';
comment on function rollup.steps_of_conversion(text) is 'The step a conversion proves.';
comment on function rollup.steps_of_kind(text) is 'The steps of a kind: one bit, or all that its visitors must have done.';

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

create function rollup.replace_visitor_days(p_site_domain text, p_days rollup.signed_day[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into rollup.chain_deltas (site_domain, steps, day, previous, reached, n)
  select p_site_domain, l.steps, l.day, l.previous, l.reached, l.n
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

comment on function rollup.replace_visitor_days(text, rollup.signed_day[]) is
  'Replaces the complete days of some visitors (sign -1: as they are, 1: as they become) and appends the links'' deltas.';

create function rollup.touch_visitor_days(
  p_site_domain text,
  p_visitor_ids uuid[],
  p_days date[],
  p_steps integer[]
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_days rollup.signed_day[];
begin
  with touched as (
    select t.visitor_id, t.day, bit_or(t.steps)::smallint as steps
    from unnest(p_visitor_ids, p_days, p_steps) as t (visitor_id, day, steps)
    group by t.visitor_id, t.day
  ),
  changed as (
    select t.visitor_id, t.day, (t.steps | coalesce(kept.steps, 0::smallint))::smallint as steps
    from touched as t
    left join rollup.visitor_days as kept
      on kept.site_domain = p_site_domain
      and kept.visitor_id = t.visitor_id
      and kept.day = t.day
    where kept.steps is null or t.steps & ~kept.steps <> 0
  ),
  before as (
    select kept.visitor_id, kept.day, kept.steps
    from (select distinct c.visitor_id from changed as c) as v
    join rollup.visitor_days as kept
      on kept.site_domain = p_site_domain
      and kept.visitor_id = v.visitor_id
  )
  select array_agg(row(s.sign, s.visitor_id, s.day, s.steps)::rollup.signed_day)
  into v_days
  from (
    select -1::smallint as sign, b.visitor_id, b.day, b.steps from before as b
    union all
    select
      1::smallint,
      coalesce(c.visitor_id, b.visitor_id),
      coalesce(c.day, b.day),
      coalesce(c.steps, b.steps)
    from before as b
    full join changed as c on c.visitor_id = b.visitor_id and c.day = b.day
  ) as s;

  if v_days is not null then
    perform rollup.replace_visitor_days(p_site_domain, v_days);
  end if;
end
$$;

comment on function rollup.touch_visitor_days(text, uuid[], date[], integer[]) is
  'Adds steps to visitor-days. The caller holds the visitors'' row locks, taken in an earlier statement.';

create function rollup.counted_steps(p_site_domain text, p_visitor_ids uuid[])
returns table (visitor_id uuid, day date, steps smallint)
language sql
stable
set search_path = ''
as $$
  select proof.visitor_id, proof.day, bit_or(proof.steps)::smallint
  from (
    select event.visitor_id, event.day, rollup.steps_of_event(event.name) as steps
    from public.counted_events as event
    where event.site_domain = p_site_domain and event.visitor_id = any (p_visitor_ids)
    union all
    select message.visitor_id, message.day, rollup.steps_of_message(message.role)
    from public.counted_messages as message
    where message.site_domain = p_site_domain
      and message.visitor_id = any (p_visitor_ids)
      and message.role = 'visitor'
    union all
    select conversion.visitor_id, conversion.day, rollup.steps_of_conversion(conversion.kind)
    from public.counted_conversions as conversion
    where conversion.site_domain = p_site_domain and conversion.visitor_id = any (p_visitor_ids)
  ) as proof
  group by proof.visitor_id, proof.day
$$;

comment on function rollup.counted_steps(text, uuid[]) is 'What some visitors did on which days, counted from the facts.';

create function rollup.recount_visitor_days(p_site_domain text, p_visitor_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_days rollup.signed_day[];
begin
  select array_agg(row(s.sign, s.visitor_id, s.day, s.steps)::rollup.signed_day)
  into v_days
  from (
    select -1::smallint as sign, kept.visitor_id, kept.day, kept.steps
    from rollup.visitor_days as kept
    where kept.site_domain = p_site_domain and kept.visitor_id = any (p_visitor_ids)
    union all
    select 1::smallint, counted.visitor_id, counted.day, counted.steps
    from rollup.counted_steps(p_site_domain, p_visitor_ids) as counted
  ) as s;

  if v_days is not null then
    perform rollup.replace_visitor_days(p_site_domain, v_days);
  end if;
end
$$;

comment on function rollup.recount_visitor_days(text, uuid[]) is
  'Sets the visitor-days of some visitors to what their facts say. The caller holds the visitors'' row locks.';

revoke execute on function
  rollup.steps_of_event(text),
  rollup.steps_of_message(text),
  rollup.steps_of_conversion(text),
  rollup.steps_of_kind(text),
  rollup.links_of(rollup.signed_day[]),
  rollup.replace_visitor_days(text, rollup.signed_day[]),
  rollup.touch_visitor_days(text, uuid[], date[], integer[]),
  rollup.counted_steps(text, uuid[]),
  rollup.recount_visitor_days(text, uuid[])
from public, anon, authenticated, service_role;
grant execute on function rollup.steps_of_kind(text) to authenticated, service_role;
