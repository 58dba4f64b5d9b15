-- Questions the agent could not answer, the same ones together.

create function private.asked_groups(p_site_domains text[], p_from date, p_to date)
returns table (site_domain text, group_id uuid, asked bigint, conversations bigint, last_asked_at timestamptz)
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
rows 1000
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  -- Under row-level security each of tens of thousands of conversations would be looked up among all of the caller's
  -- websites: this checks the domains itself.
  return query
  select
    each.site_domain,
    each.group_id,
    sum(each.n)::bigint,
    count(*),
    max(each.last_asked_at)
  from (
    select
      question.site_domain, question.group_id, question.conversation_id,
      count(*) as n, max(question.asked_at) as last_asked_at
    from public.unanswered_questions as question
    join (
      select
        domain.site_domain,
        p_from::timestamp at time zone domain.timezone as since,
        (p_to + 1)::timestamp at time zone domain.timezone as until
      from public.domains as domain
      where domain.site_domain = any (v_domains)
      offset 0
    ) as bounds on bounds.site_domain = question.site_domain
    where question.site_domain = any (v_domains)
      and question.group_id is not null
      -- Conversations that do not count are few beside those that do.
      and not exists (
        select 1
        from public.conversations as conversation
        where conversation.site_domain = question.site_domain
          and conversation.id = question.conversation_id
          and not conversation.counts
      )
      -- No timezone is further from UTC than a day: the planner can tell from times how many questions these are. The
      -- days themselves are a case, lest it takes them for another restriction.
      and question.asked_at >= (p_from - 1)::timestamp at time zone 'UTC'
      and question.asked_at < (p_to + 2)::timestamp at time zone 'UTC'
      and case when question.asked_at >= bounds.since and question.asked_at < bounds.until then true else false end
    group by question.site_domain, question.group_id, question.conversation_id
  ) as each
  group by each.site_domain, each.group_id;
end
$$;

comment on function private.asked_groups(text[], date, date) is
  'How often the questions of each group were asked in a range, in how many conversations and when last, on websites of the caller.';

create function private.question_examples(
  p_site_domains text[],
  p_group_ids uuid[],
  p_from date,
  p_to date
)
returns table (site_domain text, group_id uuid, examples jsonb)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  return query
  select wanted.site_domain, wanted.group_id, newest.examples
  from unnest(p_site_domains, p_group_ids) as wanted (site_domain, group_id)
  join public.domains as domain on domain.site_domain = wanted.site_domain
  cross join lateral (
    select
      jsonb_agg(
        jsonb_build_object(
          'question', left(example.question, 500), 'conversation_id', example.conversation_id,
          'asked_at', example.asked_at
        )
        order by example.asked_at desc
      ) as examples
    from (
      select question.question, question.conversation_id, question.asked_at
      from public.unanswered_questions as question
      join public.counted_conversations as conversation
        on conversation.site_domain = question.site_domain and conversation.id = question.conversation_id
      where question.site_domain = wanted.site_domain
        and question.group_id = wanted.group_id
        and question.asked_at >= p_from::timestamp at time zone domain.timezone
        and question.asked_at < (p_to + 1)::timestamp at time zone domain.timezone
      order by question.asked_at desc
      limit 5
    ) as example
  ) as newest
  where wanted.site_domain = any (v_domains);
end
$$;

comment on function private.question_examples(text[], uuid[], date, date) is
  'The five newest questions of each of some groups (a website and a group at each position) in a range, on websites of the caller.';

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
  with page as (
    select counted.*, kept.label, kept.status
    from private.asked_groups(v_domains, p_from, p_to) as counted
    join public.question_groups as kept on kept.site_domain = counted.site_domain and kept.id = counted.group_id
    where (p_status is null or kept.status = p_status)
      and (
        p_after is null
        or (counted.asked, counted.group_id) < ((p_after ->> 'asked')::bigint, (p_after ->> 'group_id')::uuid)
      )
    order by counted.asked desc, counted.group_id desc
    limit least(greatest(coalesce(p_limit, 50), 1), 200)
  )
  select
    page.site_domain,
    page.group_id,
    page.label,
    page.status,
    page.asked,
    page.conversations,
    page.last_asked_at,
    newest.examples,
    jsonb_build_object('asked', page.asked, 'site_domain', page.site_domain, 'group_id', page.group_id)
  from page
  left join private.question_examples(
    array(select page.site_domain from page), array(select page.group_id from page), p_from, p_to
  ) as newest on newest.site_domain = page.site_domain and newest.group_id = page.group_id
  order by page.asked desc, page.group_id desc;
end
$$;

comment on function public.get_unanswered_questions(text[], date, date, text, integer, jsonb) is
  'Groups of questions the agent could not answer in the range, most asked first: how often, in how many conversations, when last, and the five newest. The cursor of the last row asks for more.';

revoke execute on function
  private.asked_groups(text[], date, date),
  private.question_examples(text[], uuid[], date, date),
  public.get_unanswered_questions(text[], date, date, text, integer, jsonb)
from public, anon;
grant execute on function
  private.asked_groups(text[], date, date),
  private.question_examples(text[], uuid[], date, date),
  public.get_unanswered_questions(text[], date, date, text, integer, jsonb)
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
