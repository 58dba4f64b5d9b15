-- New events into sessions, events, pages, visitors, conversions and visitor-days.

create function private.store_events(
  p_site_domain text,
  p_timezone text,
  p_events private.captured_event[]
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_talking uuid[];
  v_conversion record;
  v_moved uuid[] := '{}';
  v_outcome text;
  v_visitors uuid[] := '{}';
  v_days date[] := '{}';
  v_steps integer[] := '{}';
begin
  with session as (
    insert into public.visitor_sessions as kept (
      site_domain, session_id, visitor_id, first_event_at, last_activity_at, day, counts, is_bot,
      is_internal, event_count, page_view_count, entry_page, country, device_type, browser, os, language,
      referrer_host, utm_source, utm_medium, utm_campaign
    )
    select
      p_site_domain,
      e.session_id,
      e.visitor_id,
      min(e.occurred_at),
      max(e.occurred_at),
      min(e.day),
      bool_or(e.counts),
      bool_or(e.is_bot),
      bool_or(e.is_internal),
      count(*),
      count(*) filter (where e.name = '$pageview'),
      (array_agg(e.page order by e.occurred_at, e.uuid) filter (where e.page is not null))[1],
      min(e.country),
      min(e.device_type),
      min(e.browser),
      min(e.os),
      min(e.language),
      (array_agg(e.referrer_host order by e.occurred_at, e.uuid) filter (where e.referrer_host is not null))[1],
      min(e.utm_source),
      min(e.utm_medium),
      min(e.utm_campaign)
    from unnest(p_events) as e
    group by e.session_id, e.visitor_id
    order by e.visitor_id, e.session_id
    on conflict (site_domain, visitor_id, session_id) do update
    set
      first_event_at = least(kept.first_event_at, excluded.first_event_at),
      last_activity_at = greatest(kept.last_activity_at, excluded.last_activity_at),
      day = least(kept.day, excluded.day),
      counts = kept.counts or excluded.counts,
      is_bot = kept.is_bot or excluded.is_bot,
      is_internal = kept.is_internal or excluded.is_internal,
      event_count = kept.event_count + excluded.event_count,
      page_view_count = kept.page_view_count + excluded.page_view_count,
      entry_page = case
        when excluded.first_event_at < kept.first_event_at then coalesce(excluded.entry_page, kept.entry_page)
        else coalesce(kept.entry_page, excluded.entry_page)
      end,
      country = coalesce(kept.country, excluded.country),
      device_type = coalesce(kept.device_type, excluded.device_type),
      browser = coalesce(kept.browser, excluded.browser),
      os = coalesce(kept.os, excluded.os),
      language = coalesce(kept.language, excluded.language),
      referrer_host = coalesce(kept.referrer_host, excluded.referrer_host),
      utm_source = coalesce(kept.utm_source, excluded.utm_source),
      utm_medium = coalesce(kept.utm_medium, excluded.utm_medium),
      utm_campaign = coalesce(kept.utm_campaign, excluded.utm_campaign)
    returning kept.id, kept.visitor_id, kept.session_id, kept.conversation_id
  ),
  stored as (
    insert into public.events as event (
      site_domain, occurred_at, uuid, day, name, visitor_id, session_id, conversation_id, environment, counts,
      page, url, properties
    )
    select
      p_site_domain, e.occurred_at, e.uuid, e.day, e.name, e.visitor_id, session.id, e.conversation_id,
      e.environment, e.counts, e.page, e.url, e.properties
    from unnest(p_events) as e
    join session on session.visitor_id = e.visitor_id and session.session_id = e.session_id
    returning event.session_id, event.page, event.day, event.counts
  ),
  page as (
    insert into public.session_pages as kept (site_domain, session_id, page, day, counts)
    select p_site_domain, s.session_id, s.page, min(s.day), bool_or(s.counts)
    from stored as s
    where s.page is not null
    group by s.session_id, s.page
    order by s.session_id, s.page
    on conflict (site_domain, session_id, page) do update
    set day = least(kept.day, excluded.day), counts = kept.counts or excluded.counts
    where excluded.day < kept.day or (excluded.counts and not kept.counts)
  )
  select array_agg(session.id)
  into v_talking
  from session
  where session.conversation_id is not null;

  update public.visitors as visitor
  set
    first_seen_at = least(visitor.first_seen_at, seen.first_seen_at),
    last_seen_at = greatest(visitor.last_seen_at, seen.last_seen_at),
    counts = visitor.counts or seen.counts,
    is_bot = visitor.is_bot or seen.is_bot,
    is_internal = visitor.is_internal or seen.is_internal,
    email = coalesce(seen.email, visitor.email),
    name = coalesce(seen.person_name, visitor.name),
    country = coalesce(seen.country, visitor.country),
    device_type = coalesce(seen.device_type, visitor.device_type),
    browser = coalesce(seen.browser, visitor.browser),
    os = coalesce(seen.os, visitor.os),
    language = coalesce(seen.language, visitor.language)
  from (
    select
      e.visitor_id,
      min(e.occurred_at) as first_seen_at,
      max(e.occurred_at) as last_seen_at,
      bool_or(e.counts) as counts,
      bool_or(e.is_bot) as is_bot,
      bool_or(e.is_internal) as is_internal,
      max(e.email) as email,
      max(e.person_name) as person_name,
      min(e.country) as country,
      min(e.device_type) as device_type,
      min(e.browser) as browser,
      min(e.os) as os,
      min(e.language) as language
    from unnest(p_events) as e
    group by e.visitor_id
  ) as seen
  where visitor.site_domain = p_site_domain and visitor.id = seen.visitor_id;

  if v_talking is not null then
    perform private.refresh_conversations(p_site_domain, v_talking);
  end if;

  for v_conversion in
    select
      e.name as kind,
      e.visitor_id,
      event.session_id,
      conversation.id as conversation_id,
      e.occurred_at,
      coalesce(conversation.counts, e.counts) as counts
    from unnest(p_events) as e
    join public.events as event
      on event.site_domain = p_site_domain and event.occurred_at = e.occurred_at and event.uuid = e.uuid
    left join public.conversations as conversation
      on conversation.site_domain = p_site_domain
      and conversation.id = e.conversation_id
      and conversation.visitor_id = e.visitor_id
    where e.name in ('email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked')
    order by e.occurred_at, e.uuid
  loop
    v_outcome := private.record_conversion(
      p_site_domain, v_conversion.kind, v_conversion.visitor_id, v_conversion.session_id,
      v_conversion.conversation_id, v_conversion.occurred_at, v_conversion.counts, p_timezone
    );
    if v_outcome = 'moved' then
      v_moved := v_moved || v_conversion.visitor_id;
    elsif v_outcome = 'added' and v_conversion.counts then
      v_visitors := v_visitors || v_conversion.visitor_id;
      v_days := v_days || private.day_of(v_conversion.occurred_at, p_timezone);
      v_steps := v_steps || rollup.steps_of_conversion(v_conversion.kind);
    end if;
  end loop;

  perform rollup.touch_visitor_days(
    p_site_domain,
    v_visitors || array(select e.visitor_id from unnest(p_events) as e where e.counts),
    v_days || array(select e.day from unnest(p_events) as e where e.counts),
    v_steps || array(select rollup.steps_of_event(e.name) from unnest(p_events) as e where e.counts)
  );
  if v_moved <> '{}' then
    perform rollup.recount_visitor_days(p_site_domain, v_moved);
  end if;
  perform rollup.fold_if_due();
  perform private.analyze_young_tables();
end
$$;

comment on function private.store_events(text, text, private.captured_event[]) is
  'Writes events that were never seen before: sessions, events, pages, visitors, conversions, visitor-days.';

revoke execute on function private.store_events(text, text, private.captured_event[])
from public, anon, authenticated, service_role;
