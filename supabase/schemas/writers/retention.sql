-- Deleting texts some days after they were said: by batches, each its own transaction, where the last one left off.

create function private.set_retention(p_site_domain text, p_days integer)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if auth.uid() is not null and not private.is_admin() then
    raise exception 'Only Rose staff set how long texts are kept' using errcode = 'PT403';
  elsif not exists (select 1 from public.domains as domain where domain.site_domain = p_site_domain) then
    raise exception 'There is no website %', p_site_domain using errcode = 'PT404';
  elsif p_days not between 1 and 3650 then
    raise exception 'Texts are kept for 1 to 3,650 days, or without a limit' using errcode = 'PT400', column = 'days';
  end if;
  if p_days is null then
    delete from public.retention_policies where site_domain = p_site_domain;
    return;
  end if;
  insert into public.retention_policies as kept (site_domain, days, set_at, set_by)
  values (p_site_domain, p_days, clock_timestamp(), auth.uid())
  on conflict (site_domain) do update
  set days = excluded.days, set_at = excluded.set_at, set_by = excluded.set_by
  where kept.days <> excluded.days;
end
$$;

comment on function private.set_retention(text, integer) is
  'Has the texts of a website deleted after so many days (1 to 3650); null keeps them. PT403: the caller is no staff; PT404: there is no such website.';

create function private.preview_retention(p_site_domain text, p_days integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_cutoff timestamptz := clock_timestamp() - make_interval(days => p_days);
  v_timezone text;
  v_found jsonb;
begin
  if auth.uid() is not null and not private.is_admin() then
    raise exception 'Only Rose staff set how long texts are kept' using errcode = 'PT403';
  elsif p_days is null or p_days not between 1 and 3650 then
    raise exception 'Texts are kept for 1 to 3,650 days, or without a limit' using errcode = 'PT400', column = 'days';
  end if;
  select domain.timezone into v_timezone from public.domains as domain where domain.site_domain = p_site_domain;
  if v_timezone is null then
    raise exception 'There is no website %', p_site_domain using errcode = 'PT404';
  end if;
  select jsonb_build_object(
    'cutoff', v_cutoff,
    'conversations', count(*),
    'messages', coalesce(sum(due.messages), 0),
    'first_day', min(due.day),
    'last_day', max(due.day)
  )
  into v_found
  from (
    select
      conversation.day,
      (
        select count(*)
        from public.messages as message
        where message.site_domain = p_site_domain
          and message.conversation_id = conversation.id
          and message.text <> ''
      ) as messages
    from private.conversations_due(p_site_domain, v_cutoff) as conversation
  ) as due;
  return v_found || (
    select jsonb_build_object('events', count(*), 'first_event_day', min(event.day))
    from public.events as event
    where event.site_domain = p_site_domain
      and event.occurred_at < v_cutoff
      and private.event_has_text(event.properties, event.url)
  );
end
$$;

comment on function private.preview_retention(text, integer) is
  'What deleting texts after so many days would delete now, and of which days; changes nothing. Raises as set_retention does.';

create function private.conversations_due(p_site_domain text, p_cutoff timestamptz)
returns setof public.conversations
language sql
stable
as $$
  -- What went on since its texts were deleted has new ones.
  select conversation.*
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain
    and conversation.started_at < p_cutoff
    and coalesce(conversation.last_message_at, conversation.opened_at) < p_cutoff
    and (conversation.text_deleted_at is null or conversation.updated_at > conversation.text_deleted_at)
    and conversation.text_deleted_by is distinct from 'erasure'
$$;

comment on function private.conversations_due(text, timestamptz) is
  'Conversations with texts whose last message came before an instant.';

create function private.event_has_text(p_properties jsonb, p_url text)
returns boolean
language sql
immutable
set search_path = ''
as $$ select p_properties <> private.kept_properties(p_properties) or coalesce(p_url ~ '[?#]', false) $$;

comment on function private.event_has_text(jsonb, text) is 'Whether an event holds more than what is kept when texts are deleted.';

create function private.open_retention_run(p_site_domain text)
returns public.retention_runs
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_policy public.retention_policies;
  v_run public.retention_runs;
begin
  select * into v_policy
  from public.retention_policies as policy
  where policy.site_domain = p_site_domain
  for update;
  select * into v_run
  from public.retention_runs as run
  where run.site_domain = p_site_domain and run.state = 'running';
  if v_policy.site_domain is null or v_run.days <> v_policy.days then
    -- What was begun under another rule ends; what it deleted stays deleted.
    update public.retention_runs as run
    set state = 'failed', error = 'The setting changed.', finished_at = clock_timestamp()
    where run.site_domain = p_site_domain and run.id = v_run.id;
    v_run := null;
  end if;
  if v_policy.site_domain is not null and v_run.id is null then
    insert into public.retention_runs (site_domain, days, cutoff, events_after)
    values (
      p_site_domain,
      v_policy.days,
      clock_timestamp() - make_interval(days => v_policy.days),
      -- Events may come late: the last days are looked at again, and at each month's beginning everything.
      case
        when v_policy.events_until is not null and extract(day from clock_timestamp() at time zone 'UTC') > 1 then
          jsonb_build_object(
            'at', v_policy.events_until - interval '7 days', 'id', '00000000-0000-0000-0000-000000000000'
          )
      end
    )
    returning * into v_run;
  end if;
  return v_run;
end
$$;

comment on function private.open_retention_run(text) is
  'The run that deletes a website''s texts: the one that was broken off, or a new one; null where texts are kept.';

create function private.advance_retention(p_site_domain text, p_run_id uuid, p_batch integer)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_run public.retention_runs;
  v_ids uuid[];
  v_last jsonb;
  v_messages bigint := 0;
  v_events bigint := 0;
begin
  select * into v_run
  from public.retention_runs as run
  where run.site_domain = p_site_domain and run.id = p_run_id and run.state = 'running'
  for update;
  if v_run.id is null then
    return false;
  end if;

  select
    array_agg(due.id),
    (array_agg(jsonb_build_object('at', due.started_at, 'id', due.id) order by due.started_at desc, due.id desc))[1]
  into v_ids, v_last
  from (
    select conversation.id, conversation.started_at
    from private.conversations_due(p_site_domain, v_run.cutoff) as conversation
    where v_run.conversations_after is null
      or (conversation.started_at, conversation.id) > (
        (v_run.conversations_after ->> 'at')::timestamptz, (v_run.conversations_after ->> 'id')::uuid
      )
    order by conversation.started_at, conversation.id
    limit p_batch
  ) as due;
  if v_ids is not null then
    perform private.lock_conversations(p_site_domain, v_ids);
    -- Somebody may have gone on talking, or been erased, before the lock.
    v_ids := array(
      select due.id from private.conversations_due(p_site_domain, v_run.cutoff) as due where due.id = any (v_ids)
    );
    v_messages := private.delete_texts(p_site_domain, v_ids, 'retention');
    update public.retention_runs as run
    set
      conversations = run.conversations + cardinality(v_ids),
      messages = run.messages + v_messages,
      conversations_after = v_last,
      advanced_at = clock_timestamp()
    where run.site_domain = p_site_domain and run.id = p_run_id;
    return true;
  end if;

  with looked_at as (
    select event.occurred_at, event.uuid
    from public.events as event
    where event.site_domain = p_site_domain
      and event.occurred_at < v_run.cutoff
      and (
        v_run.events_after is null
        or (event.occurred_at, event.uuid) > (
          (v_run.events_after ->> 'at')::timestamptz, (v_run.events_after ->> 'id')::uuid
        )
      )
    order by event.occurred_at, event.uuid
    limit p_batch * 20
  ),
  emptied as (
    update public.events as event
    set properties = private.kept_properties(event.properties), url = private.without_query(event.url)
    from looked_at
    where event.site_domain = p_site_domain
      and event.occurred_at = looked_at.occurred_at
      and event.uuid = looked_at.uuid
      and private.event_has_text(event.properties, event.url)
    returning event.uuid
  )
  select
    (select count(*) from emptied),
    (
      select jsonb_build_object('at', last.occurred_at, 'id', last.uuid)
      from looked_at as last
      order by last.occurred_at desc, last.uuid desc
      limit 1
    )
  into v_events, v_last;
  if v_last is not null then
    update public.retention_runs as run
    set events = run.events + v_events, events_after = v_last, advanced_at = clock_timestamp()
    where run.site_domain = p_site_domain and run.id = p_run_id;
    return true;
  end if;

  update public.retention_runs as run
  set state = 'done', finished_at = clock_timestamp(), advanced_at = clock_timestamp()
  where run.site_domain = p_site_domain and run.id = p_run_id
  returning * into v_run;
  update public.retention_policies as policy
  set events_until = v_run.cutoff
  where policy.site_domain = p_site_domain and policy.days = v_run.days;
  if v_run.conversations + v_run.events > 0 then
    perform private.audit(
      p_site_domain,
      'erase',
      'retention',
      p_site_domain,
      null,
      jsonb_build_object(
        'days', v_run.days,
        'cutoff', v_run.cutoff,
        'conversations', v_run.conversations,
        'messages', v_run.messages,
        'events', v_run.events
      )
    );
  end if;
  return false;
end
$$;

comment on function private.advance_retention(text, uuid, integer) is
  'Deletes the texts of the next conversations of a run, then of the next events; false once there are none, and the run is done.';

revoke execute on function
  private.set_retention(text, integer),
  private.preview_retention(text, integer),
  private.conversations_due(text, timestamptz),
  private.event_has_text(jsonb, text),
  private.open_retention_run(text),
  private.advance_retention(text, uuid, integer)
from public, anon, authenticated, service_role;
grant execute on function
  private.set_retention(text, integer),
  private.preview_retention(text, integer)
to authenticated, service_role;
grant execute on function
  private.open_retention_run(text),
  private.advance_retention(text, uuid, integer)
to service_role;
