-- Conversations in, from the agent's backend.

create function private.put_conversation(p_site_domain text, p_id uuid, p_conversation jsonb)
returns table (id uuid, created boolean)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text;
  v_kept public.conversations;
  v_session public.visitor_sessions;
  v_visitor_id uuid;
  v_opened_at timestamptz := coalesce((p_conversation ->> 'started_at')::timestamptz, clock_timestamp());
  v_host text := lower(substring(p_conversation ->> 'url' from '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/:?#]+)'));
  v_environment text;
  v_created boolean;
begin
  v_timezone := private.timezone_of(p_site_domain);
  perform private.conversations_without_text(p_site_domain, array[p_id]);

  v_visitor_id := (
    select locked.visitor_id
    from private.lock_visitors(
      p_site_domain, array[p_conversation ->> 'distinct_id'], array[v_opened_at]
    ) as locked
  );
  select * into v_kept
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain and conversation.id = p_id;
  if v_kept.visitor_id <> v_visitor_id then
    raise exception 'Conversation % belongs to another visitor', p_id using errcode = 'PT409';
  end if;

  if p_conversation ->> 'session_id' is not null then
    insert into public.visitor_sessions as kept (
      site_domain, session_id, visitor_id, first_event_at, last_activity_at, day, counts
    )
    values (
      p_site_domain, p_conversation ->> 'session_id', v_visitor_id, v_opened_at, v_opened_at,
      private.day_of(v_opened_at, v_timezone), false
    )
    on conflict (site_domain, visitor_id, session_id) do nothing;
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain
      and session.visitor_id = v_visitor_id
      and session.session_id = p_conversation ->> 'session_id';
  elsif v_kept.id is not null then
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain and session.id = v_kept.session_id;
  else
    -- Two statements: the one that makes the session does not see it yet.
    v_session.id := (
      select joined.id
      from private.join_session(p_site_domain, v_visitor_id, v_opened_at, v_timezone) as joined
    );
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain and session.id = v_session.id;
  end if;

  v_environment := coalesce(
    p_conversation ->> 'environment',
    v_kept.environment,
    private.environment_of(
      p_site_domain,
      v_host,
      (select h.environment from public.domain_hosts as h where h.site_domain = p_site_domain and h.host = v_host)
    )
  );

  insert into public.conversations as kept (
    site_domain, id, visitor_id, session_id, environment, counts, page, country, device_type,
    referrer_host, language, opened_at, day, hour, metadata
  )
  values (
    p_site_domain,
    p_id,
    v_visitor_id,
    v_session.id,
    v_environment,
    v_environment = 'production' and not v_session.is_bot and not v_session.is_internal,
    p_conversation ->> 'page',
    coalesce(p_conversation ->> 'country', v_session.country),
    v_session.device_type,
    coalesce(p_conversation ->> 'referrer_host', v_session.referrer_host),
    p_conversation ->> 'language',
    v_opened_at,
    private.day_of(v_opened_at, v_timezone),
    private.hour_of(v_opened_at, v_timezone),
    coalesce(p_conversation -> 'metadata', '{}')
  )
  on conflict (site_domain, id) do update
  set
    session_id = excluded.session_id,
    environment = excluded.environment,
    counts = excluded.counts,
    page = coalesce(excluded.page, kept.page),
    country = coalesce(excluded.country, kept.country),
    device_type = coalesce(excluded.device_type, kept.device_type),
    referrer_host = coalesce(excluded.referrer_host, kept.referrer_host),
    language = coalesce(excluded.language, kept.language),
    opened_at = case when p_conversation ? 'started_at' then excluded.opened_at else kept.opened_at end,
    day = case
      when kept.first_message_at is null and p_conversation ? 'started_at' then excluded.day
      else kept.day
    end,
    hour = case
      when kept.first_message_at is null and p_conversation ? 'started_at' then excluded.hour
      else kept.hour
    end,
    metadata = kept.metadata || excluded.metadata,
    updated_at = excluded.updated_at
  where (
    kept.session_id, kept.environment, kept.counts, kept.page, kept.country, kept.referrer_host, kept.language
  ) is distinct from (
    excluded.session_id, excluded.environment, excluded.counts, coalesce(excluded.page, kept.page),
    coalesce(excluded.country, kept.country), coalesce(excluded.referrer_host, kept.referrer_host),
    coalesce(excluded.language, kept.language)
  )
  or (p_conversation ? 'started_at' and kept.opened_at <> excluded.opened_at)
  or not kept.metadata @> excluded.metadata;

  v_created := v_kept.id is null;

  perform private.follow_conversation(p_site_domain, p_id, p_conversation ->> 'email');

  if v_created then
    perform private.adopt_conversions(p_site_domain, p_id, v_timezone);
  else
    update public.conversions as conversion
    set session_id = conversation.session_id, counts = conversation.counts
    from public.conversations as conversation
    where conversion.site_domain = p_site_domain
      and conversion.conversation_id = p_id
      and conversation.site_domain = p_site_domain
      and conversation.id = p_id
      and (conversion.session_id, conversion.counts)
        is distinct from (conversation.session_id, conversation.counts);
    if v_kept.counts <> (
      select c.counts from public.conversations as c where c.site_domain = p_site_domain and c.id = p_id
    ) then
      perform rollup.recount_visitor_days(p_site_domain, array[v_visitor_id]);
    end if;
  end if;

  perform private.set_flags(p_site_domain, p_id, p_conversation, v_timezone);
  return query select p_id, v_created;
end
$$;

comment on function private.put_conversation(text, uuid, jsonb) is
  'Makes a conversation or changes what is told about it; the same again changes nothing. PT409: it is another visitor''s; PT410: its visitor was erased.';

create function private.patch_conversation(p_site_domain text, p_id uuid, p_changes jsonb)
returns table (id uuid)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text := private.timezone_of(p_site_domain);
begin
  perform private.lock_conversations(p_site_domain, array[p_id]);
  perform private.conversations_without_text(p_site_domain, array[p_id]);

  update public.conversations as conversation
  set
    language = coalesce(p_changes ->> 'language', conversation.language),
    page = coalesce(p_changes ->> 'page', conversation.page),
    metadata = conversation.metadata || coalesce(p_changes -> 'metadata', '{}'),
    updated_at = clock_timestamp()
  where conversation.site_domain = p_site_domain
    and conversation.id = p_id
    and p_changes ?| array['language', 'page', 'metadata'];

  perform private.follow_conversation(p_site_domain, p_id, p_changes ->> 'email');
  perform private.set_flags(p_site_domain, p_id, p_changes, v_timezone);
  return query select p_id;
end
$$;

comment on function private.patch_conversation(text, uuid, jsonb) is
  'Changes flags, language, page, e-mail or metadata of a conversation. PT404: there is none; PT410: its visitor was erased.';

revoke execute on function
  private.put_conversation(text, uuid, jsonb),
  private.patch_conversation(text, uuid, jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  private.put_conversation(text, uuid, jsonb),
  private.patch_conversation(text, uuid, jsonb)
to service_role;
