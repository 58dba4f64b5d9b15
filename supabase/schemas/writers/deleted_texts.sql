-- Deleting what was said and sent, by an erasure or by retention. Rows stay, so that every figure does.

create function private.conversations_without_text(p_site_domain text, p_ids uuid[])
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_erased uuid;
  v_ids uuid[];
begin
  select
    (array_agg(conversation.id) filter (where conversation.text_deleted_by = 'erasure'))[1],
    coalesce(array_agg(conversation.id), '{}')
  into v_erased, v_ids
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain
    and conversation.id = any (p_ids)
    and conversation.text_deleted_at is not null;
  if v_erased is not null then
    raise exception 'The visitor of conversation % was erased', v_erased using errcode = 'PT410';
  end if;
  return v_ids;
end
$$;

comment on function private.conversations_without_text(text, uuid[]) is
  'Which of some conversations had texts deleted by retention. PT410: the visitor of one was erased, and nothing more is stored of it.';

create function private.kept_properties(p_properties jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case
    when p_properties ->> 'section_slug' ~ '^[a-z0-9]+(-[a-z0-9]+)*$'
      and length(p_properties ->> 'section_slug') <= 60
      then jsonb_build_object('section_slug', p_properties -> 'section_slug')
    else '{}'
  end
$$;

comment on function private.kept_properties(jsonb) is
  'What stays of an event''s properties when texts are deleted: the section that clicks are counted by.';

create function private.without_query(p_url text)
returns text
language sql
immutable
set search_path = ''
as $$ select regexp_replace(p_url, '[?#].*$', '') $$;

comment on function private.without_query(text) is 'An address without its query and fragment.';

create function private.without_quotes(p_receipt jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case
    when jsonb_typeof(p_receipt -> 'components') = 'array' then
      p_receipt || jsonb_build_object(
        'components',
        (
          select coalesce(jsonb_agg(part.value || '{"quotes": []}' order by part.place), '[]')
          from jsonb_array_elements(p_receipt -> 'components') with ordinality as part (value, place)
          where jsonb_typeof(part.value) = 'object'
        )
      )
    else p_receipt
  end
$$;

comment on function private.without_quotes(jsonb) is 'A quality receipt without the words it quotes.';

create function private.rename_question_groups(p_site_domain text, p_ids uuid[])
returns void
language sql
security definer
set search_path = ''
as $$
  update public.question_groups as kept
  set label = coalesce(
    (
      select left(question.question, 300)
      from public.unanswered_questions as question
      where question.site_domain = p_site_domain and question.group_id = kept.id and question.question <> ''
      order by question.asked_at, question.message_id
      limit 1
    ),
    '…'
  )
  where kept.site_domain = p_site_domain
    and kept.id = any (p_ids)
    and not exists (
      select 1
      from public.unanswered_questions as question
      where question.site_domain = p_site_domain
        and question.group_id = kept.id
        and question.question <> ''
        and left(question.question, 300) = kept.label
    )
$$;

comment on function private.rename_question_groups(text, uuid[]) is
  'Calls groups whose name was a deleted question by another one of theirs, or "…" without any.';

create function private.delete_texts(p_site_domain text, p_ids uuid[], p_by text)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_messages bigint;
  v_groups uuid[];
  v_now timestamptz := clock_timestamp();
begin
  delete from public.message_versions where site_domain = p_site_domain and conversation_id = any (p_ids);

  with emptied as (
    update public.messages as message
    set text = '', metadata = '{}'
    from (
      select old.conversation_id, old.id, old.text
      from public.messages as old
      where old.site_domain = p_site_domain and old.conversation_id = any (p_ids)
    ) as old
    where message.site_domain = p_site_domain
      and message.conversation_id = old.conversation_id
      and message.id = old.id
      and (message.text <> '' or message.metadata <> '{}')
    returning old.text
  )
  select count(*) filter (where emptied.text <> '') into v_messages from emptied;

  update private.conversation_documents
  set document = ''
  where site_domain = p_site_domain and conversation_id = any (p_ids);

  update public.conversation_insights as insight
  set
    signals = (
      select coalesce(jsonb_agg(signal.value - 'quote' order by signal.place), '[]')
      from jsonb_array_elements(insight.signals) with ordinality as signal (value, place)
      where jsonb_typeof(signal.value) = 'object'
    ),
    quality_receipt = private.without_quotes(insight.quality_receipt),
    scorer_error = null
  where insight.site_domain = p_site_domain and insight.conversation_id = any (p_ids);

  with emptied as (
    update public.unanswered_questions as question
    set question = ''
    where question.site_domain = p_site_domain
      and question.conversation_id = any (p_ids)
      and question.question <> ''
    returning question.group_id
  )
  select array_agg(distinct emptied.group_id) into v_groups from emptied;
  perform private.rename_question_groups(p_site_domain, v_groups);

  update public.conversations as conversation
  set
    preview = null,
    metadata = '{}',
    insights_due = false,
    text_deleted_at = v_now,
    text_deleted_by = p_by,
    updated_at = v_now
  where conversation.site_domain = p_site_domain and conversation.id = any (p_ids);
  return v_messages;
end
$$;

comment on function private.delete_texts(text, uuid[], text) is
  'Deletes what was said in some conversations, and every quotation of it that the product made; gives how many messages. The caller holds their visitors'' locks.';

revoke execute on function
  private.conversations_without_text(text, uuid[]),
  private.kept_properties(jsonb),
  private.without_query(text),
  private.without_quotes(jsonb),
  private.rename_question_groups(text, uuid[]),
  private.delete_texts(text, uuid[], text)
from public, anon, authenticated, service_role;
