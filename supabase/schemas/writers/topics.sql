-- What people change of topics: names, merges, hiding; and of questions that were open.

create function private.check_domain(p_site_domain text)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not exists (select 1 from private.my_domains() as mine (site_domain) where mine.site_domain = p_site_domain) then
    raise exception 'There is no domain % for you', coalesce(p_site_domain, 'null') using errcode = 'PT404';
  end if;
end
$$;

comment on function private.check_domain(text) is 'Refuses (PT404) a domain the caller may not see.';

create function private.lock_topic(p_site_domain text, p_topic_id uuid)
returns public.topics
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_topic public.topics;
begin
  perform private.check_domain(p_site_domain);
  select * into v_topic
  from public.topics as topic
  where topic.site_domain = p_site_domain and topic.id = p_topic_id
  for update;
  if v_topic.id is null then
    raise exception 'There is no topic %', coalesce(p_topic_id::text, 'null') using errcode = 'PT404';
  end if;
  return v_topic;
end
$$;

comment on function private.lock_topic(text, uuid) is 'A topic the caller may change, locked; PT404 when there is none.';

create function private.rename_topic(p_site_domain text, p_topic_id uuid, p_label text)
returns public.topics
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_topic public.topics := private.lock_topic(p_site_domain, p_topic_id);
  v_label text := btrim(regexp_replace(p_label, '\s+', ' ', 'g'));
begin
  if coalesce(length(v_label), 0) not between 1 and 120 then
    raise exception 'A topic''s name has 1 to 120 characters' using errcode = 'PT400';
  end if;
  update public.topics as topic
  set label = v_label, label_is_custom = true, updated_at = clock_timestamp()
  where topic.site_domain = p_site_domain and topic.id = v_topic.id
  returning topic.* into v_topic;
  return v_topic;
end
$$;

comment on function private.rename_topic(text, uuid, text) is 'Names a topic; the name stays when topics are found anew.';

create function private.hide_topic(p_site_domain text, p_topic_id uuid, p_hidden boolean)
returns public.topics
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_topic public.topics := private.lock_topic(p_site_domain, p_topic_id);
begin
  if v_topic.status = 'merged' then
    raise exception 'The topic was merged into another' using errcode = 'PT409';
  end if;
  update public.topics as topic
  set status = case when p_hidden then 'hidden' else 'active' end, updated_at = clock_timestamp()
  where topic.site_domain = p_site_domain and topic.id = v_topic.id
  returning topic.* into v_topic;
  return v_topic;
end
$$;

comment on function private.hide_topic(text, uuid, boolean) is 'Takes a topic out of charts and lists, or brings it back.';

create function private.merge_topics(p_site_domain text, p_from uuid, p_into uuid)
returns public.topics
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_from public.topics;
  v_into public.topics;
  v_conversations uuid[];
begin
  if p_from = p_into then
    raise exception 'A topic cannot be merged into itself' using errcode = 'PT400';
  end if;
  -- Both locked in the order of their ids, so that two merges at once cannot wait for each other.
  perform private.lock_topic(p_site_domain, least(p_from, p_into));
  perform private.lock_topic(p_site_domain, greatest(p_from, p_into));
  v_from := private.lock_topic(p_site_domain, p_from);
  v_into := private.lock_topic(p_site_domain, p_into);
  if v_from.status = 'merged' or v_into.status = 'merged' then
    raise exception 'A merged topic cannot be merged again' using errcode = 'PT409';
  end if;
  v_conversations := array(
    select conversation.id
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.topic_id = p_from
  );
  update public.conversations as conversation
  set topic_id = p_into
  where conversation.site_domain = p_site_domain and conversation.id = any (v_conversations);
  update public.topics as topic
  set merged_into = p_into, updated_at = clock_timestamp()
  where topic.site_domain = p_site_domain and topic.merged_into = p_from;
  update public.topics as topic
  set status = 'merged', merged_into = p_into, updated_at = clock_timestamp()
  where topic.site_domain = p_site_domain and topic.id = p_from;
  return v_into;
end
$$;

comment on function private.merge_topics(text, uuid, uuid) is
  'Gives a topic''s conversations, and those it will still find, to another topic. PT409: one of them is merged already.';

create function private.resolve_questions(p_site_domain text, p_group_id uuid, p_resolved boolean)
returns public.question_groups
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_group public.question_groups;
begin
  perform private.check_domain(p_site_domain);
  update public.question_groups as kept
  set
    status = case when p_resolved then 'resolved' else 'open' end,
    resolved_at = case when p_resolved then clock_timestamp() end,
    resolved_by = case when p_resolved then auth.uid() end
  where kept.site_domain = p_site_domain and kept.id = p_group_id
  returning kept.* into v_group;
  if v_group.id is null then
    raise exception 'There is no such group of questions' using errcode = 'PT404';
  end if;
  return v_group;
end
$$;

comment on function private.resolve_questions(text, uuid, boolean) is 'Marks a group of unanswered questions as dealt with, or as open again.';

create function public.rename_topic(p_site_domain text, p_topic_id uuid, p_label text)
returns public.topics
language sql
set search_path = ''
as $$ select private.rename_topic(p_site_domain, p_topic_id, p_label) $$;

create function public.hide_topic(p_site_domain text, p_topic_id uuid, p_hidden boolean)
returns public.topics
language sql
set search_path = ''
as $$ select private.hide_topic(p_site_domain, p_topic_id, p_hidden) $$;

create function public.merge_topics(p_site_domain text, p_from uuid, p_into uuid)
returns public.topics
language sql
set search_path = ''
as $$ select private.merge_topics(p_site_domain, p_from, p_into) $$;

create function public.resolve_questions(p_site_domain text, p_group_id uuid, p_resolved boolean)
returns public.question_groups
language sql
set search_path = ''
as $$ select private.resolve_questions(p_site_domain, p_group_id, p_resolved) $$;

comment on function public.rename_topic(text, uuid, text) is 'Names a topic (1 to 120 characters); the name stays when topics are found anew.';
comment on function public.hide_topic(text, uuid, boolean) is 'Takes a topic out of charts and lists, or brings it back. Its conversations still count.';
comment on function public.merge_topics(text, uuid, uuid) is 'Gives a topic''s conversations, and those it will still find, to another topic; the other one is returned.';
comment on function public.resolve_questions(text, uuid, boolean) is 'Marks a group of unanswered questions as dealt with, or as open again.';

revoke execute on function
  private.lock_topic(text, uuid),
  private.check_domain(text)
from public, anon, authenticated, service_role;
revoke execute on function
  private.rename_topic(text, uuid, text),
  private.hide_topic(text, uuid, boolean),
  private.merge_topics(text, uuid, uuid),
  private.resolve_questions(text, uuid, boolean),
  public.rename_topic(text, uuid, text),
  public.hide_topic(text, uuid, boolean),
  public.merge_topics(text, uuid, uuid),
  public.resolve_questions(text, uuid, boolean)
from public, anon;
grant execute on function
  private.rename_topic(text, uuid, text),
  private.hide_topic(text, uuid, boolean),
  private.merge_topics(text, uuid, uuid),
  private.resolve_questions(text, uuid, boolean),
  public.rename_topic(text, uuid, text),
  public.hide_topic(text, uuid, boolean),
  public.merge_topics(text, uuid, uuid),
  public.resolve_questions(text, uuid, boolean)
to authenticated, service_role;
