-- Messages in: one or many, of one conversation or several.

create type private.incoming_message as (
  conversation_id uuid,
  id uuid,
  seq integer,
  role text,
  text text,
  sent_at timestamptz,
  latency_ms integer,
  metadata jsonb
);

comment on type private.incoming_message is 'A message on its way in.';

create function private.put_messages(p_site_domain text, p_messages jsonb)
returns table (conversation_id uuid, id uuid, status text)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text := private.timezone_of(p_site_domain);
  v_messages private.incoming_message[];
  v_conversations uuid[];
  v_deleted uuid[];
  v_stored uuid[];
  v_edited uuid[];
  v_edited_conversations uuid[];
  v_conversation_id uuid;
begin
  select
    array_agg(
      row(
        m.conversation_id, m.id, coalesce(m.seq, 0), m.role, m.text, m.sent_at, m.latency_ms,
        coalesce(m.metadata, '{}')
      )::private.incoming_message
    ),
    array_agg(distinct m.conversation_id)
  into v_messages, v_conversations
  from (
    -- Sent twice in one call, the later one holds.
    select distinct on (sent.conversation_id, sent.id) sent.*
    from rows from (
      jsonb_to_recordset(p_messages) as (
        conversation_id uuid, id uuid, seq integer, role text, text text, sent_at timestamptz,
        latency_ms integer, metadata jsonb
      )
    ) with ordinality as sent (
      conversation_id, id, seq, role, text, sent_at, latency_ms, metadata, position
    )
    order by sent.conversation_id, sent.id, sent.position desc
  ) as m;
  if v_messages is null then
    return;
  end if;
  perform private.lock_conversations(p_site_domain, v_conversations);
  -- A text that was deleted stays so, however often its message is sent again.
  v_deleted := private.conversations_without_text(p_site_domain, v_conversations);

  with added as (
    insert into public.messages as kept (
      site_domain, conversation_id, id, seq, role, text, sent_at, latency_ms, metadata
    )
    select p_site_domain, m.conversation_id, m.id, m.seq, m.role, m.text, m.sent_at, m.latency_ms, m.metadata
    from unnest(v_messages) as m
    on conflict (site_domain, conversation_id, id) do nothing
    returning kept.id
  )
  select coalesce(array_agg(added.id), '{}') into v_stored from added;

  -- The same id with other content is an edit; the earlier text is kept.
  insert into public.message_versions (site_domain, conversation_id, message_id, replaced_at, text)
  select p_site_domain, kept.conversation_id, kept.id, clock_timestamp(), kept.text
  from unnest(v_messages) as m
  join public.messages as kept
    on kept.site_domain = p_site_domain
    and kept.conversation_id = m.conversation_id
    and kept.id = m.id
  where kept.text <> m.text
    and not (kept.text = '' and kept.conversation_id = any (v_deleted));

  with changed as (
    update public.messages as kept
    set
      seq = m.seq,
      role = m.role,
      text = m.text,
      sent_at = m.sent_at,
      latency_ms = m.latency_ms,
      metadata = m.metadata,
      edited_at = clock_timestamp()
    from unnest(v_messages) as m
    where kept.site_domain = p_site_domain
      and kept.conversation_id = m.conversation_id
      and kept.id = m.id
      and (kept.seq, kept.role, kept.text, kept.sent_at, kept.latency_ms, kept.metadata)
        is distinct from (m.seq, m.role, m.text, m.sent_at, m.latency_ms, m.metadata)
      and not (kept.text = '' and kept.conversation_id = any (v_deleted))
    returning kept.id, kept.conversation_id
  )
  select coalesce(array_agg(changed.id), '{}'), array_agg(distinct changed.conversation_id)
  into v_edited, v_edited_conversations
  from changed;

  if v_stored <> '{}' or v_edited <> '{}' then
    perform private.sum_up_conversations(p_site_domain, v_conversations, v_timezone);
    foreach v_conversation_id in array v_conversations loop
      perform private.follow_conversation(p_site_domain, v_conversation_id, null);
    end loop;
    perform private.index_messages(p_site_domain, v_messages, v_stored, v_edited_conversations);

    perform rollup.touch_visitor_days(
      p_site_domain,
      array_agg(conversation.visitor_id),
      array_agg(private.day_of(kept.sent_at, v_timezone)),
      array_agg(rollup.steps_of_message(kept.role))
    )
    from unnest(v_messages) as m
    -- As it is kept: an edit of a text that was deleted is not taken.
    join public.messages as kept
      on kept.site_domain = p_site_domain
      and kept.conversation_id = m.conversation_id
      and kept.id = m.id
    join public.conversations as conversation
      on conversation.site_domain = p_site_domain and conversation.id = m.conversation_id
    where kept.role = 'visitor' and conversation.counts;
    if v_edited <> '{}' then
      perform rollup.recount_visitor_days(p_site_domain, array_agg(distinct conversation.visitor_id))
      from public.conversations as conversation
      where conversation.site_domain = p_site_domain
        and conversation.id = any (v_edited_conversations);
    end if;
    perform rollup.fold_if_due();
    perform private.analyze_young_tables();
  end if;

  return query
    select
      m.conversation_id,
      m.id,
      case
        when m.id = any (v_stored) then 'stored'
        when m.id = any (v_edited) then 'edited'
        else 'duplicate'
      end
    from unnest(v_messages) as m;
end
$$;

comment on function private.put_messages(text, jsonb) is
  'Takes messages in; gives whether each was stored, edited or known already. PT404: a conversation does not exist; PT410: its visitor was erased.';

create function private.add_messages(p_site_domain text, p_conversation_id uuid, p_messages jsonb)
returns table (id uuid, status text)
language sql
security definer
set search_path = ''
as $$
  select taken.id, taken.status
  from private.put_messages(
    p_site_domain,
    (
      select jsonb_agg(message.value || jsonb_build_object('conversation_id', p_conversation_id))
      from jsonb_array_elements(p_messages) as message
    )
  ) as taken
$$;

comment on function private.add_messages(text, uuid, jsonb) is 'Takes messages of one conversation in.';

create function private.sum_up_conversations(p_site_domain text, p_ids uuid[], p_timezone text)
returns void
language sql
security definer
set search_path = ''
as $$
  with ordered as (
    select
      message.*,
      lag(message.role) over (
        partition by message.conversation_id order by message.sent_at, message.seq, message.id
      ) as previous_role
    from public.messages as message
    where message.site_domain = p_site_domain and message.conversation_id = any (p_ids)
  ),
  summed as (
    select
      o.conversation_id,
      count(*) as message_count,
      count(*) filter (where o.role = 'visitor') as visitor_message_count,
      count(*) filter (where o.role = 'agent' and o.previous_role = 'visitor') as total_turns,
      min(o.sent_at) as first_message_at,
      max(o.sent_at) as last_message_at,
      (array_agg(left(o.text, 200) order by o.sent_at, o.seq, o.id) filter (where o.role = 'visitor'))[1] as preview
    from ordered as o
    group by o.conversation_id
  )
  update public.conversations as conversation
  set
    message_count = summed.message_count,
    visitor_message_count = summed.visitor_message_count,
    total_turns = summed.total_turns,
    first_message_at = summed.first_message_at,
    last_message_at = summed.last_message_at,
    day = private.day_of(summed.first_message_at, p_timezone),
    hour = private.hour_of(summed.first_message_at, p_timezone),
    -- What is left of a conversation says too little of it.
    insights_due = summed.visitor_message_count > 0 and conversation.text_deleted_at is null,
    preview = nullif(summed.preview, ''),
    updated_at = clock_timestamp()
  from summed
  where conversation.site_domain = p_site_domain and conversation.id = summed.conversation_id
$$;

comment on function private.sum_up_conversations(text, uuid[], text) is
  'Counts a conversation''s messages and turns anew, and finds its first and last message.';

revoke execute on function
  private.put_messages(text, jsonb),
  private.add_messages(text, uuid, jsonb),
  private.sum_up_conversations(text, uuid[], text)
from public, anon, authenticated, service_role;
grant execute on function
  private.put_messages(text, jsonb),
  private.add_messages(text, uuid, jsonb)
to service_role;
