-- Unanswered questions of a year without looking each one's conversation up: those that do not count are few.

create index conversations_not_counted_idx on public.conversations (site_domain, id) where not counts;

create or replace function private.asked_groups(p_site_domains text[], p_from date, p_to date)
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
