-- Which steps a fact proves, and which steps make a kind (bits as in rollup.visitor_days).

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

create function rollup.step_range(p_step smallint, p_from date, p_to date)
returns int4range
language sql
immutable
parallel safe
as $$
  -- The steps' days stand apart by 2^22 days, which is more than there are from the first year to the last of four digits.
  select int4range(
    p_step * 4194304 + (greatest(p_from, date '0001-01-01') - date '2000-01-01'),
    p_step * 4194304 + (least(p_to, date '9999-12-31') - date '2000-01-01'),
    '[]'
  )
$$;

create function rollup.steps_on(p_steps smallint, p_day date)
returns int4multirange
language sql
immutable
parallel safe
as $$
  select range_agg(rollup.step_range(done.step, p_day, p_day))
  from unnest('{1,2,4,8,16,32,64,128}'::smallint[]) as done (step)
  where p_steps & done.step <> 0
$$;

create function rollup.last_step_day(p_step_days int4multirange, p_step smallint, p_from date, p_to date)
returns date
language sql
immutable
parallel safe
as $$
  select
    upper(p_step_days * int4multirange(rollup.step_range(p_step, p_from, p_to))) - 1 - p_step * 4194304
      + date '2000-01-01'
$$;

comment on function rollup.steps_of_event(text) is 'The steps an event that counts proves.';
comment on function rollup.steps_of_message(text) is 'The steps a message proves; null for the agent''s.';
comment on function rollup.steps_of_conversion(text) is 'The step a conversion proves.';
comment on function rollup.step_range(smallint, date, date) is
  'One step (a bit of rollup.visitor_days) on the days of a range, as numbers of visitors.step_days.';
comment on function rollup.steps_on(smallint, date) is 'The steps of a day, as numbers of visitors.step_days.';
comment on function rollup.last_step_day(int4multirange, smallint, date, date) is
  'The last day of a range on which visitors.step_days has a step; null: none.';
comment on function rollup.steps_of_kind(text) is 'The steps of a kind: one bit, or all that its visitors must have done.';

revoke execute on function
  rollup.steps_of_event(text),
  rollup.steps_of_message(text),
  rollup.steps_of_conversion(text),
  rollup.steps_of_kind(text),
  rollup.step_range(smallint, date, date),
  rollup.steps_on(smallint, date),
  rollup.last_step_day(int4multirange, smallint, date, date)
from public, anon, authenticated, service_role;
grant execute on function
  rollup.steps_of_kind(text),
  rollup.step_range(smallint, date, date),
  rollup.last_step_day(int4multirange, smallint, date, date)
to authenticated, service_role;
