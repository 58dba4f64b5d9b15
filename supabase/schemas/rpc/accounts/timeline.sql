-- What everybody at a company did, and what they asked about.

create function public.get_account_timeline(
  p_site_domain text,
  p_account_id uuid,
  p_kinds text[] default null,
  p_limit integer default 100,
  p_after jsonb default null
)
returns table (
  at timestamptz,
  kind text,
  name text,
  visitor_id uuid,
  visitor_label text,
  session_id uuid,
  conversation_id uuid,
  page text,
  text text,
  details jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 100), 1), 500);
  v_at timestamptz := private.timeline_cursor(p_after);
  v_key text := p_after ->> 'key';
begin
  if not coalesce(p_kinds <@ array['session', 'conversation', 'conversion', 'enrichment'], true) then
    raise exception 'p_kinds are session, conversation, conversion and enrichment' using errcode = 'PT400';
  end if;
  return query
  select
    item.at, item.kind, item.name, item.visitor_id,
    coalesce(visitor.name, visitor.email, 'Visitor ' || left(visitor.id::text, 8)),
    item.session_id, item.conversation_id, item.page, item.text, item.details,
    jsonb_build_object('at', item.at, 'key', item.key)
  from (
    (
      select
        session.first_event_at as at,
        'session' as kind,
        'session' as name,
        session.visitor_id,
        session.id as session_id,
        session.conversation_id,
        session.entry_page as page,
        null::text as text,
        jsonb_build_object(
          'page_views', session.page_view_count, 'referrer_host', session.referrer_host,
          'last_activity_at', session.last_activity_at
        ) as details,
        'session ' || session.id as key
      from public.counted_sessions as session
      where session.site_domain = p_site_domain
        and session.account_id = p_account_id
        and (p_kinds is null or 'session' = any (p_kinds))
        and (v_at is null or session.first_event_at <= v_at)
        and (v_at is null or (session.first_event_at, 'session ' || session.id) < (v_at, v_key))
      order by session.first_event_at desc, session.id desc
      limit v_limit
    )
    union all
    (
      select
        conversation.started_at,
        'conversation',
        'conversation',
        conversation.visitor_id,
        conversation.session_id,
        conversation.id,
        conversation.page,
        conversation.preview,
        jsonb_build_object(
          'turns', conversation.total_turns, 'interest_score', conversation.interest_score,
          'quality_score', conversation.quality_score, 'topic', topic.label
        ),
        'conversation ' || conversation.id
      from public.counted_conversations as conversation
      left join public.topics as topic
        on topic.site_domain = conversation.site_domain and topic.id = conversation.topic_id
      where conversation.site_domain = p_site_domain
        and conversation.account_id = p_account_id
        and (p_kinds is null or 'conversation' = any (p_kinds))
        and (v_at is null or conversation.started_at <= v_at)
        and (v_at is null or (conversation.started_at, 'conversation ' || conversation.id) < (v_at, v_key))
      order by conversation.started_at desc, conversation.id desc
      limit v_limit
    )
    union all
    (
      select
        conversion.occurred_at,
        'conversion',
        conversion.kind,
        conversion.visitor_id,
        conversion.session_id,
        conversion.conversation_id,
        null,
        null,
        '{}',
        'conversion ' || conversion.id
      from public.visitors as person
      join public.counted_conversions as conversion
        on conversion.site_domain = person.site_domain and conversion.visitor_id = person.id
      where person.site_domain = p_site_domain
        and person.account_id = p_account_id
        and (p_kinds is null or 'conversion' = any (p_kinds))
        and (v_at is null or (conversion.occurred_at, 'conversion ' || conversion.id) < (v_at, v_key))
      order by conversion.occurred_at desc, conversion.id desc
      limit v_limit
    )
    union all
    (
      -- What was learnt of the company itself, and whom it was found out of that they work there.
      select
        found.at, 'enrichment', found.source, found.visitor_id, null, null, null, found.company, found.details,
        found.key
      from (
        select
          max(answer.observed_at) as at,
          answer.visitor_id,
          coalesce(max(answer.source) filter (where answer.field = 'domain'), min(answer.source)) as source,
          max(answer.value) filter (where answer.field in ('domain', 'name')) as company,
          jsonb_object_agg(
            answer.field,
            jsonb_build_object(
              'value', answer.value, 'source', answer.source, 'confidence', answer.confidence,
              'previous_value', answer.previous_value, 'previous_source', answer.previous_source,
              'is_current', answer.is_current
            )
          ) as details,
          'enrichment ' || min(answer.id::text) as key
        from (
          select told.*
          from public.enrichments as told
          where told.site_domain = p_site_domain and told.account_id = p_account_id
          union all
          select told.*
          from public.visitors as person
          join public.accounts as account on account.site_domain = p_site_domain and account.id = p_account_id
          join public.enrichments as told
            on told.site_domain = p_site_domain
            and told.visitor_id = person.id
            and told.field = 'domain'
            and told.value = account.domain
          where person.site_domain = p_site_domain and person.account_id = p_account_id
        ) as answer
        where p_kinds is null or 'enrichment' = any (p_kinds)
        group by answer.recorded_at, answer.visitor_id
      ) as found
      where v_at is null or (found.at, found.key) < (v_at, v_key)
      order by found.at desc, found.key desc
      limit v_limit
    )
  ) as item
  left join public.visitors as visitor on visitor.site_domain = p_site_domain and visitor.id = item.visitor_id
  order by item.at desc, item.key desc
  limit v_limit;
end
$$;

comment on function public.get_account_timeline(text, uuid, text[], integer, jsonb) is
  'What everybody at a company did, newest first: sessions, conversations, conversions and enrichment changes; p_kinds keeps some. The cursor of the last row asks for what came before.';

create function public.get_account_topics(p_site_domain text, p_account_id uuid)
returns table (
  topic_id uuid,
  label text,
  conversations bigint,
  last_asked_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select conversation.topic_id, topic.label, count(*), max(conversation.started_at)
  from public.counted_conversations as conversation
  join public.topics as topic on topic.site_domain = conversation.site_domain and topic.id = conversation.topic_id
  where conversation.site_domain = p_site_domain and conversation.account_id = p_account_id
  group by conversation.topic_id, topic.label
  order by count(*) desc, topic.label
  limit 50
$$;

comment on function public.get_account_topics(text, uuid) is
  'The topics people of an account asked about, of all time, at most 50: conversations of each, and when the last one was.';

revoke execute on function
  public.get_account_timeline(text, uuid, text[], integer, jsonb),
  public.get_account_topics(text, uuid)
from public, anon;
grant execute on function
  public.get_account_timeline(text, uuid, text[], integer, jsonb),
  public.get_account_topics(text, uuid)
to authenticated, service_role;
