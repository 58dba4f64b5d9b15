-- Keeping visitor-days, and the links that follow from them.

create function rollup.replace_visitor_days(p_site_domain text, p_days rollup.signed_day[])
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

  insert into rollup.visitor_days as kept (site_domain, visitor_id, day, steps, account_id)
  select p_site_domain, d.visitor_id, d.day, d.steps, visitor.account_id
  from unnest(p_days) as d
  left join public.visitors as visitor on visitor.site_domain = p_site_domain and visitor.id = d.visitor_id
  where d.sign > 0
  on conflict (site_domain, visitor_id, day) do update
  set steps = excluded.steps
  where kept.steps <> excluded.steps;

  update public.visitors as visitor
  set step_days = whole.step_days
  from (
    select d.visitor_id, range_agg(rollup.steps_on(d.steps, d.day)) filter (where d.sign > 0) as step_days
    from unnest(p_days) as d
    group by d.visitor_id
  ) as whole
  where visitor.site_domain = p_site_domain
    and visitor.id = whole.visitor_id
    and visitor.step_days is distinct from whole.step_days;
end
$$;

comment on function rollup.replace_visitor_days(text, rollup.signed_day[]) is
  'Replaces the complete days of some visitors (sign -1: as they are, 1: as they become) and appends the links'' deltas. The caller holds the visitors'' row locks.';

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
  rollup.replace_visitor_days(text, rollup.signed_day[]),
  rollup.touch_visitor_days(text, uuid[], date[], integer[]),
  rollup.counted_steps(text, uuid[]),
  rollup.recount_visitor_days(text, uuid[])
from public, anon, authenticated, service_role;
