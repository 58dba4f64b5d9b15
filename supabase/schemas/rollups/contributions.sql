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

create function rollup.session_contributions(
  p_country text,
  p_device_type text,
  p_referrer_host text,
  p_account_id uuid
)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'sessions', d.dimension, coalesce(d.value, ''), 1::bigint
  from (
    values ('', ''), ('country', p_country), ('device', p_device_type), ('referrer', p_referrer_host)
  ) as d (dimension, value)
  union all
  select 'sessions', 'account', p_account_id::text, 1 where p_account_id is not null
$$;

create function rollup.session_page_contributions(p_page text)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'sessions', 'page', p_page, 1::bigint
$$;

create function rollup.conversation_contributions(p_conversation public.conversations)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'conversations', d.dimension, coalesce(d.value, ''), 1::bigint
  from (
    values
      ('', ''),
      ('page', p_conversation.page),
      ('country', p_conversation.country),
      ('device', p_conversation.device_type),
      ('referrer', p_conversation.referrer_host),
      ('language', coalesce(p_conversation.language, p_conversation.detected_language)),
      ('weekday_hour', extract(isodow from p_conversation.day) || ' ' || p_conversation.hour),
      ('score', p_conversation.interest_score::text)
  ) as d (dimension, value)
  union all
  select 'conversations', d.dimension, d.value, 1
  from (
    values
      ('account', p_conversation.account_id::text),
      ('account_score', p_conversation.account_id::text || ':' || p_conversation.interest_score::text),
      ('intent', p_conversation.intent),
      ('quality', round(p_conversation.quality_score)::text)
  ) as d (dimension, value)
  where d.value is not null
  union all
  select 'conversations', 'conversion', flag.kind, 1
  from (
    values
      ('email_captured', p_conversation.email_captured),
      ('demo_proposed', p_conversation.demo_proposed),
      ('cta_clicked', p_conversation.cta_clicked),
      ('demo_booked', p_conversation.demo_booked)
  ) as flag (kind, held)
  where flag.held
  union all
  select m.metric, d.dimension, d.value, m.n
  from (
    values
      ('messaged_conversations', 1::bigint),
      ('turns', p_conversation.total_turns),
      (
        'converted_conversations',
        (p_conversation.email_captured or p_conversation.cta_clicked or p_conversation.demo_booked)::integer
      ),
      ('unanswered_conversations', (p_conversation.unanswered_count > 0)::integer),
      ('scored_conversations', (p_conversation.quality_score is not null)::integer),
      ('quality_tenths', (10 * p_conversation.quality_score)::integer)
  ) as m (metric, n)
  cross join (
    values ('', ''), ('topic', coalesce(p_conversation.topic_id::text, ''))
  ) as d (dimension, value)
  where p_conversation.visitor_message_count > 0 and m.n > 0
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
comment on function rollup.session_contributions(text, text, text, uuid) is 'Figures of a session that counts: sessions, in all and by country, device, referrer and account.';
comment on function rollup.session_page_contributions(text) is 'Figures of a page seen in a session: sessions by page.';
comment on function rollup.conversation_contributions(public.conversations) is
  'Figures of a conversation that counts: conversations in all and by page, country, device, referrer, language, weekday and hour, interest score, account, intent, quality (rounded) and conversion; and of one with a visitor''s message, in all and by topic: itself, turns, whether it converted (e-mail, CTA or demo), had an unanswered question, was scored, and tenths of its quality score.';
comment on function rollup.conversion_contributions(text) is 'Figures of a conversion that counts: conversions by kind.';

revoke execute on function
  rollup.event_contributions(text),
  rollup.session_contributions(text, text, text, uuid),
  rollup.session_page_contributions(text),
  rollup.conversation_contributions(public.conversations),
  rollup.conversion_contributions(text)
from public, anon, authenticated;
