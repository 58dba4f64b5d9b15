-- What the insights find over many conversations: topics, who belongs to them, groups of questions.

create function private.store_topics(
  p_site_domain text,
  p_version integer,
  p_fitted_at timestamptz,
  p_conversation_count integer,
  p_topics jsonb,
  p_model jsonb,
  p_arrays bytea
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.topics as kept (site_domain, id, label, keywords, created_at, updated_at)
  select
    p_site_domain, t.id, t.label, array(select jsonb_array_elements_text(t.keywords)), p_fitted_at, p_fitted_at
  from jsonb_to_recordset(p_topics) as t (id uuid, label text, keywords jsonb)
  on conflict (site_domain, id) do update
  set
    label = case when kept.label_is_custom then kept.label else excluded.label end,
    keywords = excluded.keywords,
    updated_at = excluded.updated_at
  where (kept.label, kept.keywords) is distinct from (
    case when kept.label_is_custom then kept.label else excluded.label end, excluded.keywords
  );

  insert into private.topic_models as kept (site_domain, version, fitted_at, conversation_count, model, arrays)
  values (p_site_domain, p_version, p_fitted_at, p_conversation_count, p_model, p_arrays)
  on conflict (site_domain) do update
  set
    version = excluded.version,
    fitted_at = excluded.fitted_at,
    conversation_count = excluded.conversation_count,
    model = excluded.model,
    arrays = excluded.arrays;
end
$$;

comment on function private.store_topics(text, integer, timestamptz, integer, jsonb, jsonb, bytea) is
  'Keeps the topics found, [{id, label, keywords}], and the model new conversations are compared with. A name a person gave, and hiding and merging, stay.';

create function private.assign_topics(p_site_domain text, p_assigned jsonb)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  v_ids := array(
    select conversation.id
    from jsonb_to_recordset(p_assigned) as a (conversation_id uuid, topic_id uuid)
    join public.conversations as conversation
      on conversation.site_domain = p_site_domain and conversation.id = a.conversation_id
    where conversation.topic_id is distinct from a.topic_id and conversation.text_deleted_at is null
  );
  if v_ids = '{}' then
    return 0;
  end if;
  perform private.lock_conversations(p_site_domain, v_ids);
  update public.conversations as conversation
  set topic_id = a.topic_id
  from jsonb_to_recordset(p_assigned) as a (conversation_id uuid, topic_id uuid)
  where conversation.site_domain = p_site_domain
    and conversation.id = any (v_ids)
    and conversation.id = a.conversation_id
    and conversation.text_deleted_at is null;
  perform rollup.fold_if_due();
  return cardinality(v_ids);
end
$$;

comment on function private.assign_topics(text, jsonb) is
  'Puts conversations, [{conversation_id, topic_id}], into topics; a null topic is none. Gives how many that changed.';

create function private.forget_empty_topics(p_site_domain text, p_kept uuid[])
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_forgotten integer;
begin
  delete from public.topics as topic
  where topic.site_domain = p_site_domain
    and topic.status = 'active'
    and not topic.label_is_custom
    and not topic.id = any (p_kept)
    and not exists (
      select 1
      from public.conversations as conversation
      where conversation.site_domain = p_site_domain and conversation.topic_id = topic.id
    )
    and not exists (
      select 1
      from public.topics as merged
      where merged.site_domain = p_site_domain and merged.merged_into = topic.id
    );
  get diagnostics v_forgotten = row_count;
  return v_forgotten;
end
$$;

comment on function private.forget_empty_topics(text, uuid[]) is
  'Deletes topics that were not found again, that nobody touched and no conversation belongs to; gives how many.';

create function private.open_question_groups(p_site_domain text, p_groups jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into public.question_groups as kept (site_domain, id, label)
  select p_site_domain, g.id, g.label
  from jsonb_to_recordset(p_groups) as g (id uuid, label text)
  on conflict (site_domain, id) do update
  set label = excluded.label
  -- The questions it had were deleted.
  where kept.label = '…'
$$;

comment on function private.open_question_groups(text, jsonb) is
  'Opens groups of unanswered questions, [{id, label}], that are not there yet.';

revoke execute on function
  private.store_topics(text, integer, timestamptz, integer, jsonb, jsonb, bytea),
  private.assign_topics(text, jsonb),
  private.forget_empty_topics(text, uuid[]),
  private.open_question_groups(text, jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  private.store_topics(text, integer, timestamptz, integer, jsonb, jsonb, bytea),
  private.assign_topics(text, jsonb),
  private.forget_empty_topics(text, uuid[]),
  private.open_question_groups(text, jsonb)
to service_role;
