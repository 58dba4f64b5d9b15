-- What conversations are filtered by. The filter is one argument of every function that lists, counts or exports
-- them, so that they cannot disagree.

create function private.filter_list(p_filter jsonb, p_key text)
returns text[]
language sql
immutable
parallel safe
as $$
  select case
    when jsonb_typeof(p_filter -> p_key) = 'array' and p_filter -> p_key <> '[]'
      then array(select nullif(e.value, 'none') from jsonb_array_elements_text(p_filter -> p_key) as e)
  end
$$;

comment on function private.filter_list(jsonb, text) is
  'A list in a filter, with null for `none`; null when it restricts nothing.';

create function private.check_conversation_filter(p_filter jsonb)
returns void
language sql
immutable
set search_path = ''
as $$
  select private.check_filter(
    p_filter,
    '{
      "from": "date", "to": "date", "search": "text", "conversions": "conversions", "messaged": "boolean",
      "page": "text", "country": "text", "language": "text", "device": "text", "referrer": "text",
      "visitor_id": "uuid", "account_id": "uuid", "min_turns": "integer", "max_turns": "integer",
      "min_messages": "integer", "max_messages": "integer", "scores": "scores", "min_quality": "quality",
      "max_quality": "quality", "topics": "topics", "intents": "intents", "signals": "texts", "review": "review",
      "unanswered": "boolean", "hour": "hour", "weekday": "weekday"
    }'
  )
$$;

comment on function private.check_conversation_filter(jsonb) is 'Refuses (PT400) a filter with an unknown key or an invalid value.';

create function private.filter_day(p_filter jsonb, p_key text)
returns date
language sql
immutable
parallel safe
as $$ select (p_filter ->> p_key)::date $$;

comment on function private.filter_day(jsonb, text) is
  'A day of a filter; null when it has none. Immutable, as check_filter takes days as year-month-day alone: a plan made for a filter holds the day itself instead of reading it for every row.';

create function private.conversation_has(
  p_filter jsonb,
  p_country text,
  p_device_type text,
  p_referrer_host text,
  p_email_captured boolean,
  p_demo_proposed boolean,
  p_cta_clicked boolean,
  p_demo_booked boolean,
  p_interest_score smallint,
  p_quality_score numeric,
  p_topic_id uuid,
  p_intent text,
  p_unanswered boolean
)
returns boolean
language sql
immutable
parallel safe
as $$
  -- Without settings of its own, so that it becomes part of the query that asks.
  select
    (not coalesce(p_filter -> 'conversions' ? 'email_captured', false) or p_email_captured)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_proposed', false) or p_demo_proposed)
    and (not coalesce(p_filter -> 'conversions' ? 'cta_clicked', false) or p_cta_clicked)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_booked', false) or p_demo_booked)
    and (
      p_filter ->> 'country' is null
      or case p_filter ->> 'country'
        when '' then coalesce(p_country, '') = ''
        else p_country = p_filter ->> 'country'
      end
    )
    and (
      p_filter ->> 'device' is null
      or case p_filter ->> 'device'
        when '' then coalesce(p_device_type, '') = ''
        else p_device_type = p_filter ->> 'device'
      end
    )
    and (
      p_filter ->> 'referrer' is null
      or case p_filter ->> 'referrer'
        when '' then coalesce(p_referrer_host, '') = ''
        else p_referrer_host = p_filter ->> 'referrer'
      end
    )
    and (
      private.filter_list(p_filter, 'scores') is null
      or p_interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
    )
    and (p_filter ->> 'min_quality' is null or p_quality_score >= (p_filter ->> 'min_quality')::numeric)
    and (p_filter ->> 'max_quality' is null or p_quality_score <= (p_filter ->> 'max_quality')::numeric)
    and (
      private.filter_list(p_filter, 'topics') is null
      or p_topic_id = any (private.filter_list(p_filter, 'topics')::uuid[])
      or (array_position(private.filter_list(p_filter, 'topics'), null) is not null and p_topic_id is null)
    )
    and (
      private.filter_list(p_filter, 'intents') is null
      or p_intent = any (private.filter_list(p_filter, 'intents'))
      or (array_position(private.filter_list(p_filter, 'intents'), null) is not null and p_intent is null)
    )
    and (
      p_filter ->> 'unanswered' is null
      or p_unanswered = (p_filter ->> 'unanswered')::boolean
    )
$$;

comment on function private.conversation_has(jsonb, text, text, text, boolean, boolean, boolean, boolean, smallint, numeric, uuid, text, boolean) is
  'Whether a conversation is what a filter says of what stands beside its words, too, in private.conversation_documents.';

create function private.filtered_conversations(p_site_domains text[], p_filter jsonb)
returns setof public.counted_conversations
language sql
stable
parallel safe
as $$
  select conversation.*
  from public.counted_conversations as conversation
  where conversation.site_domain = any (p_site_domains)
    -- No timezone is further from UTC than a day: times let an index find the range.
    and (
      p_filter ->> 'from' is null
      or conversation.started_at >= (private.filter_day(p_filter, 'from') - 1)::timestamp at time zone 'UTC'
    )
    and (
      p_filter ->> 'to' is null
      or conversation.started_at < (private.filter_day(p_filter, 'to') + 2)::timestamp at time zone 'UTC'
    )
    -- The days themselves, as a case: the planner would take them for another restriction than the times', expect few
    -- rows of a busy month, and sort all of them where an index has the order.
    and case
      when (p_filter ->> 'from' is null or conversation.day >= private.filter_day(p_filter, 'from'))
        and (p_filter ->> 'to' is null or conversation.day <= private.filter_day(p_filter, 'to'))
      then true
      else false
    end
    and (p_filter ->> 'messaged' is null
      or (conversation.visitor_message_count > 0) = (p_filter ->> 'messaged')::boolean)
    -- Also asked of what stands beside the words of a conversation.
    and private.conversation_has(
      p_filter,
      conversation.country,
      conversation.device_type,
      conversation.referrer_host,
      conversation.email_captured,
      conversation.demo_proposed,
      conversation.cta_clicked,
      conversation.demo_booked,
      conversation.interest_score,
      conversation.quality_score,
      conversation.topic_id,
      conversation.intent,
      conversation.unanswered_count > 0
    )
    -- Not one expression for both: this keeps the index by page, and what is known of how frequent a value is.
    and (
      p_filter ->> 'page' is null
      or case p_filter ->> 'page'
        when '' then coalesce(conversation.page, '') = ''
        else conversation.page = p_filter ->> 'page'
      end
    )
    and (
      p_filter ->> 'language' is null
      or coalesce(conversation.language, conversation.detected_language, '') = p_filter ->> 'language'
    )
    and (p_filter ->> 'visitor_id' is null or conversation.visitor_id = (p_filter ->> 'visitor_id')::uuid)
    and (p_filter ->> 'account_id' is null or conversation.account_id = (p_filter ->> 'account_id')::uuid)
    and (p_filter ->> 'min_turns' is null or conversation.total_turns >= (p_filter ->> 'min_turns')::integer)
    and (p_filter ->> 'max_turns' is null or conversation.total_turns <= (p_filter ->> 'max_turns')::integer)
    and (p_filter ->> 'min_messages' is null or conversation.message_count >= (p_filter ->> 'min_messages')::integer)
    and (p_filter ->> 'max_messages' is null or conversation.message_count <= (p_filter ->> 'max_messages')::integer)
    and (
      private.filter_list(p_filter, 'signals') is null
      or conversation.signals && private.filter_list(p_filter, 'signals')
    )
    and (
      p_filter ->> 'review' is null
      or case p_filter ->> 'review'
        when 'unreviewed' then conversation.review is null
        when 'reviewed' then conversation.review is not null
        else conversation.review = p_filter ->> 'review'
      end
    )
    and (p_filter ->> 'hour' is null or conversation.hour = (p_filter ->> 'hour')::smallint)
    and (p_filter ->> 'weekday' is null or extract(isodow from conversation.day) = (p_filter ->> 'weekday')::numeric)
$$;

comment on function private.filtered_conversations(text[], jsonb) is
  'The conversations that count, of some domains, that pass a filter; all of its keys but `search`.';

revoke execute on function
  private.filter_list(jsonb, text),
  private.filter_day(jsonb, text),
  private.check_conversation_filter(jsonb),
  private.conversation_has(jsonb, text, text, text, boolean, boolean, boolean, boolean, smallint, numeric, uuid, text, boolean),
  private.filtered_conversations(text[], jsonb)
from public, anon;
grant execute on function
  private.filter_list(jsonb, text),
  private.filter_day(jsonb, text),
  private.check_conversation_filter(jsonb),
  private.conversation_has(jsonb, text, text, text, boolean, boolean, boolean, boolean, smallint, numeric, uuid, text, boolean),
  private.filtered_conversations(text[], jsonb)
to authenticated, service_role;
