-- Everything that happened, of one visitor or of everybody at a company, the newest first.

create function private.timeline_cursor(p_after jsonb)
returns timestamptz
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_after is null then
    return null;
  end if;
  if not coalesce(
    private.casts_to(p_after ->> 'at', 'timestamptz') and p_after ->> 'key' is not null, false
  ) then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return p_after ->> 'at';
end
$$;

comment on function private.timeline_cursor(jsonb) is 'The instant of a timeline''s cursor; PT400 for anything else.';

create function public.get_visitor_timeline(
  p_site_domain text,
  p_visitor_id uuid,
  p_kinds text[] default null,
  p_limit integer default 100,
  p_after jsonb default null
)
returns table (
  at timestamptz,
  kind text,
  name text,
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
  if not coalesce(p_kinds <@ array['page', 'widget', 'message', 'conversion', 'enrichment'], true) then
    raise exception 'p_kinds are page, widget, message, conversion and enrichment' using errcode = 'PT400';
  end if;
  return query
  select
    item.at, item.kind, item.name, item.session_id, item.conversation_id, item.page, item.text, item.details,
    jsonb_build_object('at', item.at, 'key', item.key)
  from (
    (
      select
        event.occurred_at as at,
        case when event.name in ('$pageview', '$pageleave') then 'page' else 'widget' end as kind,
        event.name,
        event.session_id,
        event.conversation_id,
        event.page,
        null::text as text,
        '{}'::jsonb as details,
        'event ' || event.uuid as key
      from public.events as event
      where event.site_domain = p_site_domain
        and event.visitor_id = p_visitor_id
        and (
          p_kinds is null
          or ('page' = any (p_kinds) and event.name in ('$pageview', '$pageleave'))
          or ('widget' = any (p_kinds) and event.name not in ('$pageview', '$pageleave'))
        )
        -- Conversions and messages have rows of their own below.
        and event.name not in (
          '$pageleave', 'message_sent', 'email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked'
        )
        and (v_at is null or event.occurred_at <= v_at)
        and (v_at is null or (event.occurred_at, 'event ' || event.uuid) < (v_at, v_key))
      order by event.occurred_at desc, event.uuid desc
      limit v_limit
    )
    union all
    (
      select
        message.sent_at,
        'message',
        message.role,
        conversation.session_id,
        message.conversation_id,
        conversation.page,
        left(message.text, 500),
        jsonb_build_object('latency_ms', message.latency_ms),
        'message ' || message.id
      from public.conversations as conversation
      join public.messages as message
        on message.site_domain = conversation.site_domain and message.conversation_id = conversation.id
      where conversation.site_domain = p_site_domain
        and conversation.visitor_id = p_visitor_id
        and (p_kinds is null or 'message' = any (p_kinds))
        and (v_at is null or conversation.started_at <= v_at)
        and (v_at is null or (message.sent_at, 'message ' || message.id) < (v_at, v_key))
      order by message.sent_at desc, message.id desc
      limit v_limit
    )
    union all
    (
      select
        conversion.occurred_at,
        'conversion',
        conversion.kind,
        conversion.session_id,
        conversion.conversation_id,
        null,
        null,
        '{}',
        'conversion ' || conversion.id
      from public.conversions as conversion
      where conversion.site_domain = p_site_domain
        and conversion.visitor_id = p_visitor_id
        and (p_kinds is null or 'conversion' = any (p_kinds))
        and (v_at is null or (conversion.occurred_at, 'conversion ' || conversion.id) < (v_at, v_key))
      order by conversion.occurred_at desc, conversion.id desc
      limit v_limit
    )
    union all
    (
      -- What was found at one time is one thing that happened.
      select
        found.at, 'enrichment', found.source, null, null, null, found.company, found.details, found.key
      from (
        select
          max(answer.observed_at) as at,
          coalesce(max(answer.source) filter (where answer.field = 'domain'), min(answer.source)) as source,
          coalesce(
            max(answer.value) filter (where answer.field = 'company'),
            max(answer.value) filter (where answer.field = 'domain')
          ) as company,
          jsonb_object_agg(
            answer.field,
            jsonb_build_object(
              'value', answer.value, 'source', answer.source, 'confidence', answer.confidence,
              'previous_value', answer.previous_value, 'previous_source', answer.previous_source,
              'is_current', answer.is_current
            )
          ) as details,
          'enrichment ' || min(answer.id::text) as key
        from public.enrichments as answer
        where answer.site_domain = p_site_domain
          and answer.visitor_id = p_visitor_id
          and (p_kinds is null or 'enrichment' = any (p_kinds))
        group by answer.recorded_at
      ) as found
      where v_at is null or (found.at, found.key) < (v_at, v_key)
      order by found.at desc, found.key desc
      limit v_limit
    )
  ) as item
  order by item.at desc, item.key desc
  limit v_limit;
end
$$;

comment on function public.get_visitor_timeline(text, uuid, text[], integer, jsonb) is
  'What a visitor did, newest first: page views, widget events, messages, conversions and enrichment changes; p_kinds keeps some. The cursor of the last row asks for what came before.';

create function public.get_visitor_sessions(
  p_site_domain text,
  p_visitor_id uuid,
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  id uuid,
  session_id text,
  first_event_at timestamptz,
  last_activity_at timestamptz,
  page_view_count integer,
  event_count integer,
  entry_page text,
  referrer_host text,
  utm_source text,
  utm_campaign text,
  country text,
  device_type text,
  browser text,
  os text,
  conversation_id uuid,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.timeline_cursor(p_after);
begin
  return query
  select
    session.id, session.session_id, session.first_event_at, session.last_activity_at, session.page_view_count,
    session.event_count, session.entry_page, session.referrer_host, session.utm_source, session.utm_campaign,
    session.country, session.device_type, session.browser, session.os, session.conversation_id,
    jsonb_build_object('at', session.first_event_at, 'key', session.id)
  from public.counted_sessions as session
  where session.site_domain = p_site_domain
    and session.visitor_id = p_visitor_id
    and (v_at is null or (session.first_event_at, session.id::text) < (v_at, p_after ->> 'key'))
  order by session.first_event_at desc, session.id::text desc
  limit least(greatest(coalesce(p_limit, 50), 1), 200);
end
$$;

comment on function public.get_visitor_sessions(text, uuid, integer, jsonb) is
  'The sessions of a visitor that count, newest first; the cursor of the last row asks for earlier ones.';

revoke execute on function
  private.timeline_cursor(jsonb),
  public.get_visitor_timeline(text, uuid, text[], integer, jsonb),
  public.get_visitor_sessions(text, uuid, integer, jsonb)
from public, anon;
grant execute on function
  private.timeline_cursor(jsonb),
  public.get_visitor_timeline(text, uuid, text[], integer, jsonb),
  public.get_visitor_sessions(text, uuid, integer, jsonb)
to authenticated, service_role;
