-- What a conversation, its session and its visitor learn from each other.

create function private.timezone_of(p_site_domain text)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_timezone text;
begin
  -- Whoever writes days waits for a change of the timezone to end, and it for them. Not `stable`: what is read
  -- below must be from after the wait.
  perform pg_catalog.pg_advisory_xact_lock_shared(
    pg_catalog.hashtext('private.days'), pg_catalog.hashtext(p_site_domain)
  );
  select domain.timezone
  into v_timezone
  from public.domains as domain
  where domain.site_domain = p_site_domain and domain.archived_at is null;
  if v_timezone is null then
    raise exception 'There is no domain %', p_site_domain using errcode = 'PT404';
  end if;
  return v_timezone;
end
$$;

comment on function private.timezone_of(text) is 'The timezone of a domain that takes traffic, which stays that until the transaction ends; PT404 when there is none.';

create function private.lock_conversations(p_site_domain text, p_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_missing uuid;
  v_visitors uuid[];
  v_locked uuid[];
begin
  select wanted.id into v_missing
  from unnest(p_ids) as wanted (id)
  where not exists (
    select 1
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.id = wanted.id
  )
  limit 1;
  if v_missing is not null then
    raise exception 'There is no conversation %', v_missing using errcode = 'PT404';
  end if;

  loop
    v_visitors := array(
      select distinct conversation.visitor_id
      from public.conversations as conversation
      where conversation.site_domain = p_site_domain and conversation.id = any (p_ids)
      order by conversation.visitor_id
    );
    exit when v_visitors = v_locked;
    perform 1
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and visitor.id = any (v_visitors)
    order by visitor.id
    for update;
    v_locked := v_visitors;
  end loop;
end
$$;

comment on function private.lock_conversations(text, uuid[]) is
  'Locks the visitors of some conversations until the transaction ends. PT404: one does not exist.';

create function private.refresh_conversations(p_site_domain text, p_session_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_flipped uuid[];
begin
  with changed as (
    update public.conversations as conversation
    set
      country = coalesce(conversation.country, session.country),
      device_type = coalesce(conversation.device_type, session.device_type),
      referrer_host = coalesce(conversation.referrer_host, session.referrer_host),
      counts = conversation.environment = 'production' and not session.is_bot and not session.is_internal
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain
      and session.id = any (p_session_ids)
      and conversation.site_domain = p_site_domain
      and conversation.session_id = any (p_session_ids)
      and conversation.session_id = session.id
      and (
        (conversation.country is null and session.country is not null)
        or (conversation.device_type is null and session.device_type is not null)
        or (conversation.referrer_host is null and session.referrer_host is not null)
        or (conversation.counts and (session.is_bot or session.is_internal))
      )
    returning conversation.id, conversation.visitor_id, conversation.counts
  ),
  flipped as (
    update public.conversions as conversion
    set counts = false
    from changed
    where conversion.site_domain = p_site_domain
      and conversion.conversation_id = changed.id
      and not changed.counts
      and conversion.counts
    returning conversion.id
  )
  select array_agg(distinct changed.visitor_id)
  into v_flipped
  from changed
  where not changed.counts;

  if v_flipped is not null then
    perform rollup.recount_visitor_days(p_site_domain, v_flipped);
  end if;
end
$$;

comment on function private.refresh_conversations(text, uuid[]) is
  'Brings to conversations what their sessions have learnt since: country, device, referrer, bot or internal.';

create function private.follow_conversation(p_site_domain text, p_id uuid, p_email text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_conversation public.conversations;
begin
  select * into v_conversation
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain and conversation.id = p_id;

  update public.visitor_sessions as session
  set
    conversation_id = p_id,
    counts = session.counts or v_conversation.counts,
    first_event_at = least(session.first_event_at, v_conversation.started_at),
    last_activity_at = greatest(
      session.last_activity_at, v_conversation.started_at, v_conversation.last_message_at
    ),
    day = least(session.day, v_conversation.day)
  where session.site_domain = p_site_domain
    and session.id = v_conversation.session_id
    and (
      session.conversation_id is null
      or (
        session.conversation_id <> p_id
        and v_conversation.started_at >= (
          select other.started_at
          from public.conversations as other
          where other.site_domain = p_site_domain and other.id = session.conversation_id
        )
      )
      or (v_conversation.counts and not session.counts)
      or session.first_event_at > v_conversation.started_at
      or session.last_activity_at < coalesce(v_conversation.last_message_at, v_conversation.started_at)
    );

  update public.visitors as visitor
  set
    first_seen_at = least(visitor.first_seen_at, v_conversation.started_at),
    last_seen_at = greatest(
      visitor.last_seen_at, v_conversation.started_at, v_conversation.last_message_at
    ),
    counts = visitor.counts or v_conversation.counts,
    email = coalesce(p_email, visitor.email),
    language = coalesce(visitor.language, v_conversation.language),
    country = coalesce(visitor.country, v_conversation.country)
  where visitor.site_domain = p_site_domain
    and visitor.id = v_conversation.visitor_id
    and (
      visitor.first_seen_at > v_conversation.started_at
      or visitor.last_seen_at < coalesce(v_conversation.last_message_at, v_conversation.started_at)
      or (v_conversation.counts and not visitor.counts)
      or (p_email is not null and visitor.email is distinct from p_email)
      or (visitor.language is null and v_conversation.language is not null)
      or (visitor.country is null and v_conversation.country is not null)
    );
end
$$;

comment on function private.follow_conversation(text, uuid, text) is
  'Brings a conversation''s news to its session and visitor.';

revoke execute on function
  private.timezone_of(text),
  private.lock_conversations(text, uuid[]),
  private.refresh_conversations(text, uuid[]),
  private.follow_conversation(text, uuid, text)
from public, anon, authenticated, service_role;
