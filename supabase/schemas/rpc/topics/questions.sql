-- Questions the agent could not answer, the same ones together.

create function public.get_unanswered_questions(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_status text default 'open',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  site_domain text,
  group_id uuid,
  label text,
  status text,
  asked bigint,
  conversations bigint,
  last_asked_at timestamptz,
  examples jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  if p_status is not null and p_status not in ('open', 'resolved') then
    raise exception 'p_status is open, resolved or null, not %', p_status using errcode = 'PT400';
  end if;
  if p_after is not null and not coalesce(
    private.casts_to(p_after ->> 'asked', 'bigint') and private.casts_to(p_after ->> 'group_id', 'uuid'), false
  ) then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return query
  with asked as (
    select
      question.site_domain, question.group_id, question.conversation_id, question.question, question.asked_at
    from public.unanswered_questions as question
    join public.domains as domain on domain.site_domain = question.site_domain
    join public.counted_conversations as conversation
      on conversation.site_domain = question.site_domain and conversation.id = question.conversation_id
    where question.site_domain = any (v_domains)
      and question.group_id is not null
      and question.asked_at >= p_from::timestamp at time zone domain.timezone
      and question.asked_at < (p_to + 1)::timestamp at time zone domain.timezone
  ),
  counted as (
    select
      a.site_domain,
      a.group_id,
      count(*) as asked,
      count(distinct a.conversation_id) as conversations,
      max(a.asked_at) as last_asked_at
    from asked as a
    group by a.site_domain, a.group_id
  )
  select
    c.site_domain,
    c.group_id,
    kept.label,
    kept.status,
    c.asked,
    c.conversations,
    c.last_asked_at,
    (
      select jsonb_agg(
        jsonb_build_object(
          'question', left(example.question, 500), 'conversation_id', example.conversation_id,
          'asked_at', example.asked_at
        )
        order by example.asked_at desc
      )
      from (
        select a.question, a.conversation_id, a.asked_at
        from asked as a
        where a.site_domain = c.site_domain and a.group_id = c.group_id
        order by a.asked_at desc
        limit 5
      ) as example
    ),
    jsonb_build_object('asked', c.asked, 'site_domain', c.site_domain, 'group_id', c.group_id)
  from counted as c
  join public.question_groups as kept on kept.site_domain = c.site_domain and kept.id = c.group_id
  where (p_status is null or kept.status = p_status)
    and (
      p_after is null
      or (c.asked, c.group_id) < ((p_after ->> 'asked')::bigint, (p_after ->> 'group_id')::uuid)
    )
  order by c.asked desc, c.group_id desc
  limit least(greatest(coalesce(p_limit, 50), 1), 200);
end
$$;

comment on function public.get_unanswered_questions(text[], date, date, text, integer, jsonb) is
  'Groups of questions the agent could not answer in the range, most asked first: how often, in how many conversations, when last, and the five newest. The cursor of the last row asks for more.';

revoke execute on function public.get_unanswered_questions(text[], date, date, text, integer, jsonb) from public, anon;
grant execute on function public.get_unanswered_questions(text[], date, date, text, integer, jsonb)
to authenticated, service_role;

create function public.get_questions_of_group(
  p_site_domain text,
  p_group_id uuid,
  p_from date,
  p_to date,
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  conversation_id uuid,
  message_id uuid,
  question text,
  asked_at timestamptz,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
begin
  perform private.check_window(p_from, p_to);
  if p_after is not null and not coalesce(
    private.casts_to(p_after ->> 'asked_at', 'timestamptz') and private.casts_to(p_after ->> 'message_id', 'uuid'),
    false
  ) then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return query
  select
    question.conversation_id,
    question.message_id,
    left(question.question, 500),
    question.asked_at,
    jsonb_build_object('asked_at', question.asked_at, 'message_id', question.message_id)
  from public.unanswered_questions as question
  join public.domains as domain on domain.site_domain = question.site_domain
  join public.counted_conversations as conversation
    on conversation.site_domain = question.site_domain and conversation.id = question.conversation_id
  where question.site_domain = p_site_domain
    and question.group_id = p_group_id
    and question.asked_at >= p_from::timestamp at time zone domain.timezone
    and question.asked_at < (p_to + 1)::timestamp at time zone domain.timezone
    and (
      p_after is null
      or (question.asked_at, question.message_id)
        < ((p_after ->> 'asked_at')::timestamptz, (p_after ->> 'message_id')::uuid)
    )
  order by question.asked_at desc, question.message_id desc
  limit least(greatest(coalesce(p_limit, 50), 1), 200);
end
$$;

comment on function public.get_questions_of_group(text, uuid, date, date, integer, jsonb) is
  'The questions of one group of get_unanswered_questions that were asked in the range, newest first, at most 200 a page; the cursor of the last row asks for more.';

revoke execute on function public.get_questions_of_group(text, uuid, date, date, integer, jsonb) from public, anon;
grant execute on function public.get_questions_of_group(text, uuid, date, date, integer, jsonb)
to authenticated, service_role;
