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

comment on function rollup.steps_of_event(text) is 'The steps an event that counts proves.';
comment on function rollup.steps_of_message(text) is 'The steps a message proves; null for the agent''s.';
comment on function rollup.steps_of_conversion(text) is 'The step a conversion proves.';
comment on function rollup.steps_of_kind(text) is 'The steps of a kind: one bit, or all that its visitors must have done.';

revoke execute on function
  rollup.steps_of_event(text),
  rollup.steps_of_message(text),
  rollup.steps_of_conversion(text),
  rollup.steps_of_kind(text)
from public, anon, authenticated, service_role;
grant execute on function rollup.steps_of_kind(text) to authenticated, service_role;
