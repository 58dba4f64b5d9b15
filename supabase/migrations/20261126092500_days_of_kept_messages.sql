-- A message whose edit is not taken, as its text was deleted, makes its visitor active on no other day.

create or replace function private.put_messages(p_site_domain text, p_messages jsonb)
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
