-- What arrives in each hour, noted so that what is usual is known.

create function private.activity_between(p_from timestamptz, p_to timestamptz)
returns table (site_domain text, hour timestamptz, sessions bigint, asked bigint, unanswered bigint)
language sql
stable
security definer
set search_path = ''
as $$
  with seen as (
    select domain.site_domain, date_trunc('hour', event.occurred_at, 'UTC') as hour,
      count(distinct event.session_id) as sessions
    from public.domains as domain
    join public.counted_events as event
      on event.site_domain = domain.site_domain and event.occurred_at >= p_from and event.occurred_at < p_to
    where domain.archived_at is null
    group by domain.site_domain, date_trunc('hour', event.occurred_at, 'UTC')
  ),
  said as (
    select
      message.site_domain, message.role, message.sent_at,
      max(message.sent_at) filter (where message.role = 'agent')
        over (partition by message.site_domain, message.conversation_id) as answered_at
    from public.domains as domain
    join public.counted_conversations as conversation
      on conversation.site_domain = domain.site_domain
      -- Who still writes after a day in the same conversation is not what is usual.
      and conversation.started_at >= p_from - interval '24 hours'
      and conversation.started_at < p_to
      and conversation.last_message_at >= p_from
    join public.messages as message
      on message.site_domain = conversation.site_domain and message.conversation_id = conversation.id
    where domain.archived_at is null
  ),
  asked as (
    select
      said.site_domain,
      date_trunc('hour', said.sent_at, 'UTC') as hour,
      count(*) as asked,
      count(*) filter (where said.answered_at is null or said.sent_at > said.answered_at) as unanswered
    from said
    where said.role = 'visitor' and said.sent_at >= p_from and said.sent_at < p_to
    group by said.site_domain, date_trunc('hour', said.sent_at, 'UTC')
  )
  select
    coalesce(seen.site_domain, asked.site_domain),
    coalesce(seen.hour, asked.hour),
    coalesce(seen.sessions, 0),
    coalesce(asked.asked, 0),
    coalesce(asked.unanswered, 0)
  from seen
  full join asked on asked.site_domain = seen.site_domain and asked.hour = seen.hour
$$;

comment on function private.activity_between(timestamptz, timestamptz) is
  'By website and hour (UTC): sessions with an event that counts, visitors'' messages, and those that no answer came after.';

create function private.note_activity(p_from timestamptz, p_to timestamptz)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.hourly_activity where hour >= p_from and hour < p_to;
  insert into private.hourly_activity (site_domain, hour, sessions, asked, unanswered)
  select a.site_domain, a.hour, a.sessions, a.asked, a.unanswered
  from private.activity_between(p_from, p_to) as a
  on conflict (site_domain, hour) do nothing;
end
$$;

comment on function private.note_activity(timestamptz, timestamptz) is
  'Counts whole hours anew.';

create function private.hours_to_note(p_now timestamptz)
returns table (since timestamptz, until timestamptz)
language sql
stable
security definer
set search_path = ''
as $$
  with present as (
    select date_trunc('hour', p_now, 'UTC') as hour
  )
  select present.hour - interval '4 hours', present.hour
  from present
  union all
  -- Every ten minutes another day: a load or a replay of the past becomes usual within hours.
  select day.since, day.since + interval '1 day'
  from present
  cross join lateral (
    select
      date_trunc('day', present.hour, 'UTC')
        - (1 + floor(extract(epoch from p_now) / 600)::bigint % 43) * interval '1 day' as since
  ) as day
  union all
  select day.since, day.since + interval '1 day'
  from present
  cross join lateral generate_series(
    date_trunc('day', present.hour, 'UTC') - interval '1 day',
    date_trunc('day', present.hour, 'UTC') - interval '43 days',
    interval '-1 day'
  ) as day (since)
  where not exists (select 1 from private.hourly_activity as h where h.hour >= day.since and h.hour < day.since + interval '1 day')
    and exists (
      select 1
      from public.domains as domain
      where exists (
          select 1
          from public.events as event
          where event.site_domain = domain.site_domain
            and event.occurred_at >= day.since
            and event.occurred_at < day.since + interval '1 day'
        )
        or exists (
          select 1
          from public.conversations as conversation
          where conversation.site_domain = domain.site_domain
            and conversation.started_at >= day.since
            and conversation.started_at < day.since + interval '1 day'
        )
    )
$$;

comment on function private.hours_to_note(timestamptz) is
  'Which hours to count: the last four, one day of the last six weeks in turn, and those days of which nothing was counted although something arrived.';

revoke execute on function
  private.activity_between(timestamptz, timestamptz),
  private.note_activity(timestamptz, timestamptz),
  private.hours_to_note(timestamptz)
from public, anon, authenticated;
grant execute on function
  private.activity_between(timestamptz, timestamptz),
  private.note_activity(timestamptz, timestamptz),
  private.hours_to_note(timestamptz)
to service_role;
