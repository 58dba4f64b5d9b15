-- What the insights found, into the conversations and what the pages read.

create function private.store_insights(p_site_domain text, p_insights jsonb)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  -- A conversation may be gone by now.
  v_ids := array(
    select conversation.id
    from jsonb_array_elements(p_insights) as i
    join public.conversations as conversation
      on conversation.site_domain = p_site_domain and conversation.id = (i ->> 'conversation_id')::uuid
  );
  if v_ids = '{}' then
    return 0;
  end if;
  perform private.lock_conversations(p_site_domain, v_ids);
  -- What was read before texts were deleted must not come back after.
  v_ids := array(
    select conversation.id
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain
      and conversation.id = any (v_ids)
      and conversation.text_deleted_at is null
  );
  delete from public.question_groups as opened
  using jsonb_array_elements(p_insights) as i, jsonb_array_elements(coalesce(i -> 'unanswered', '[]')) as u
  where (i ->> 'conversation_id')::uuid <> all (v_ids)
    and opened.site_domain = p_site_domain
    and opened.id = (u ->> 'group_id')::uuid
    and opened.status = 'open'
    and not exists (
      select 1
      from public.unanswered_questions as question
      where question.site_domain = p_site_domain and question.group_id = opened.id
    )
    -- Others of this call may be the first to ask it.
    and not exists (
      select 1
      from jsonb_array_elements(p_insights) as other
      cross join jsonb_array_elements(coalesce(other -> 'unanswered', '[]')) as asked
      where (other ->> 'conversation_id')::uuid = any (v_ids) and asked ->> 'group_id' = u ->> 'group_id'
    );

  with insight as (
    select i.*
    from jsonb_to_recordset(p_insights) as i (
      conversation_id uuid, version integer, analyzed_at timestamptz, message_count integer, language text,
      language_confidence real, intent text, signals jsonb, quality_score numeric(2, 1),
      quality_receipt jsonb, scorer text, scorer_error text, messages jsonb
    )
    where i.conversation_id = any (v_ids)
  )
  insert into public.conversation_insights as kept (
    site_domain, conversation_id, version, analyzed_at, message_count, language, language_confidence, intent,
    signals, quality_score, quality_receipt, scorer, scorer_error, messages
  )
  select
    p_site_domain, i.conversation_id, i.version, i.analyzed_at, i.message_count, i.language,
    i.language_confidence, i.intent, coalesce(i.signals, '[]'), i.quality_score, i.quality_receipt, i.scorer,
    i.scorer_error, coalesce(i.messages, '[]')
  from insight as i
  on conflict (site_domain, conversation_id) do update
  set
    version = excluded.version,
    analyzed_at = excluded.analyzed_at,
    message_count = excluded.message_count,
    language = excluded.language,
    language_confidence = excluded.language_confidence,
    intent = excluded.intent,
    signals = excluded.signals,
    quality_score = excluded.quality_score,
    quality_receipt = excluded.quality_receipt,
    scorer = excluded.scorer,
    scorer_error = excluded.scorer_error,
    messages = excluded.messages;

  delete from public.unanswered_questions as kept
  where kept.site_domain = p_site_domain
    and kept.conversation_id = any (v_ids)
    and not exists (
      select 1
      from jsonb_array_elements(p_insights) as i
      cross join jsonb_array_elements(coalesce(i -> 'unanswered', '[]')) as u
      where (i ->> 'conversation_id')::uuid = kept.conversation_id
        and (u ->> 'message_id')::uuid = kept.message_id
    );

  insert into public.unanswered_questions as kept (
    site_domain, conversation_id, message_id, group_id, question, asked_at
  )
  select p_site_domain, message.conversation_id, message.id, (u ->> 'group_id')::uuid, u ->> 'question', message.sent_at
  from jsonb_array_elements(p_insights) as i
  cross join jsonb_array_elements(coalesce(i -> 'unanswered', '[]')) as u
  join public.messages as message
    on message.site_domain = p_site_domain
    and message.conversation_id = (i ->> 'conversation_id')::uuid
    and message.id = (u ->> 'message_id')::uuid
  where message.conversation_id = any (v_ids)
  on conflict (site_domain, conversation_id, message_id) do update
  set
    group_id = coalesce(excluded.group_id, kept.group_id),
    question = excluded.question,
    asked_at = excluded.asked_at;

  update public.conversations as conversation
  set
    intent = i.intent,
    signals = i.kinds,
    signal_score = coalesce(i.signal_score, 1),
    quality_score = i.quality_score,
    unanswered_count = i.unanswered_count,
    detected_language = i.language,
    topic_id = i.kept_topic_id,
    -- More was said, or said otherwise, since it was read.
    insights_due = conversation.message_count <> i.message_count
      or i.edited_at is distinct from (
        select max(message.edited_at)
        from public.messages as message
        where message.site_domain = p_site_domain and message.conversation_id = conversation.id
      )
  from (
    select
      r.*,
      array(select distinct s ->> 'kind' from jsonb_array_elements(coalesce(r.signals, '[]')) as s order by 1) as kinds,
      (
        select count(*)
        from public.unanswered_questions as question
        where question.site_domain = p_site_domain and question.conversation_id = r.conversation_id
      ) as unanswered_count,
      -- What was merged away finds conversations for the topic that took it over.
      (
        select coalesce(topic.merged_into, topic.id)
        from public.topics as topic
        where topic.site_domain = p_site_domain and topic.id = r.topic_id
      ) as kept_topic_id
    from jsonb_to_recordset(p_insights) as r (
      conversation_id uuid, message_count integer, edited_at timestamptz, language text, intent text, signals jsonb,
      signal_score smallint, quality_score numeric(2, 1), topic_id uuid
    )
  ) as i
  where conversation.site_domain = p_site_domain
    and conversation.id = i.conversation_id
    and conversation.id = any (v_ids);

  perform rollup.fold_if_due();
  return cardinality(v_ids);
end
$$;

comment on function private.store_insights(text, jsonb) is
  'Stores what was found in some conversations: [{conversation_id, version, analyzed_at, message_count, edited_at, language, language_confidence, intent, signals, signal_score, quality_score, quality_receipt, scorer, scorer_error, messages, topic_id, unanswered: [{message_id, question, group_id}]}]; gives how many. The same again changes nothing but the time.';

revoke execute on function private.store_insights(text, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.store_insights(text, jsonb) to service_role;
