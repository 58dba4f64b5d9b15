-- What one fact contributes to which figures. Triggers and the rebuild both read these definitions.

create function rollup.event_contributions(p_name text)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select p_name, '', '', 1::bigint
  where p_name in (
    'widget_displayed', 'widget_opened', 'message_sent', 'typed_into_input', 'suggestion_clicked',
    'section_question_clicked', 'cta_displayed', 'form_submitted', '$pageview'
  )
$$;

create function rollup.session_contributions(p_country text, p_device_type text, p_referrer_host text)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'sessions', d.dimension, coalesce(d.value, ''), 1::bigint
  from (
    values ('', ''), ('country', p_country), ('device', p_device_type), ('referrer', p_referrer_host)
  ) as d (dimension, value)
$$;

create function rollup.session_page_contributions(p_page text)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'sessions', 'page', p_page, 1::bigint
$$;

create function rollup.conversation_contributions(
  p_page text,
  p_country text,
  p_device_type text,
  p_referrer_host text,
  p_visitor_message_count integer,
  p_total_turns integer,
  p_email_captured boolean,
  p_demo_proposed boolean,
  p_cta_clicked boolean,
  p_demo_booked boolean
)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'conversations', d.dimension, coalesce(d.value, ''), 1::bigint
  from (
    values
      ('', ''),
      ('page', p_page),
      ('country', p_country),
      ('device', p_device_type),
      ('referrer', p_referrer_host)
  ) as d (dimension, value)
  union all
  select 'messaged_conversations', '', '', 1 where p_visitor_message_count > 0
  union all
  select 'turns', '', '', p_total_turns where p_total_turns > 0
  union all
  select 'conversations', 'conversion', flag.kind, 1
  from (
    values
      ('email_captured', p_email_captured),
      ('demo_proposed', p_demo_proposed),
      ('cta_clicked', p_cta_clicked),
      ('demo_booked', p_demo_booked)
  ) as flag (kind, held)
  where flag.held
$$;

create function rollup.conversion_contributions(p_kind text)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select p_kind, '', '', 1::bigint
$$;

comment on function rollup.event_contributions(text) is 'Figures of an event that counts: how often each known name occurred.';
comment on function rollup.session_contributions(text, text, text) is 'Figures of a session that counts: sessions, in all and by country, device and referrer.';
comment on function rollup.session_page_contributions(text) is 'Figures of a page seen in a session: sessions by page.';
comment on function rollup.conversation_contributions(
  text, text, text, text, integer, integer, boolean, boolean, boolean, boolean
) is
  'Figures of a conversation that counts: conversations in all and by page, country, device, referrer and conversion; with a visitor''s message; turns.';
comment on function rollup.conversion_contributions(text) is 'Figures of a conversion that counts: conversions by kind.';

revoke execute on function
  rollup.event_contributions(text),
  rollup.session_contributions(text, text, text),
  rollup.session_page_contributions(text),
  rollup.conversation_contributions(
  text, text, text, text, integer, integer, boolean, boolean, boolean, boolean
),
  rollup.conversion_contributions(text)
from public, anon, authenticated;
