-- Weekly digests and alerts by e-mail: who wants them, what was sent, and what is usual.

-- Who wants to be written to about which website, what was written, and what is wrong where.

create table public.notification_choices (
  user_id uuid not null,
  site_domain text not null,
  digest_since timestamptz,
  alerts_since timestamptz,
  constraint notification_choices_pkey primary key (user_id, site_domain),
  constraint notification_choices_user_id_fkey foreign key (user_id) references public.profiles (id) on delete cascade,
  constraint notification_choices_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

create index notification_choices_site_domain_idx on public.notification_choices (site_domain);

comment on table public.notification_choices is 'Which e-mails a person wants about a website. Nobody gets any they did not choose.';
comment on column public.notification_choices.digest_since is 'Since when the weekly digest is wanted; null: it is not.';
comment on column public.notification_choices.alerts_since is 'Since when alerts are wanted; null: they are not.';

alter table public.notification_choices enable row level security;
revoke all on public.notification_choices from public, anon, authenticated;
grant select on public.notification_choices to authenticated;
grant all on public.notification_choices to service_role;

create policy notification_choices_select on public.notification_choices
  for select to authenticated
  using (
    site_domain = any (array(select private.my_domains()))
    and (user_id = (select auth.uid()) or (select private.is_admin()))
  );

create table public.notification_mails (
  site_domain text not null,
  user_id uuid not null,
  kind text not null,
  occasion text not null,
  status text not null default 'waiting',
  attempts integer not null default 0,
  queued_at timestamptz not null,
  next_at timestamptz not null,
  give_up_at timestamptz not null,
  taken_at timestamptz,
  sent_at timestamptz,
  problem text,
  constraint notification_mails_pkey primary key (site_domain, user_id, kind, occasion),
  constraint notification_mails_user_id_fkey foreign key (user_id) references public.profiles (id) on delete cascade,
  constraint notification_mails_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint notification_mails_kind_check check (kind in ('digest', 'alert_started', 'alert_ended')),
  constraint notification_mails_status_check check (
    status in ('waiting', 'preparing', 'sending', 'sent', 'failed', 'skipped', 'unclear')
  )
);

create index notification_mails_user_id_idx on public.notification_mails (user_id, queued_at desc);
create index notification_mails_due_idx on public.notification_mails (next_at)
  where status in ('waiting', 'preparing', 'sending');

comment on table public.notification_mails is
  'Every e-mail about a website, to one person, for one occasion. The row is there before the e-mail, and the same one is never made twice.';
comment on column public.notification_mails.occasion is 'A digest''s Monday (the first day it is about), or the id of an alert.';
comment on column public.notification_mails.status is
  'waiting, preparing (being written), sending (handed over), sent, failed, skipped (no longer wanted) or unclear: the server stopped while it handed the e-mail over, so that it may or may not have left; it is not sent again.';

alter table public.notification_mails enable row level security;
revoke all on public.notification_mails from public, anon, authenticated;
grant select on public.notification_mails to authenticated;
grant all on public.notification_mails to service_role;

create policy notification_mails_select on public.notification_mails
  for select to authenticated
  using (
    site_domain = any (array(select private.my_domains()))
    and (user_id = (select auth.uid()) or (select private.is_admin()))
  );

create table public.alerts (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  started_at timestamptz not null,
  figures jsonb not null,
  ended_at timestamptz,
  end_reason text,
  end_figures jsonb,
  constraint alerts_pkey primary key (site_domain, id),
  constraint alerts_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint alerts_kind_check check (kind in ('agent', 'traffic')),
  constraint alerts_end_reason_check check (end_reason in ('recovered', 'no_data')),
  constraint alerts_end_check check ((ended_at is null) = (end_reason is null))
);

-- One at a time: whoever notices the same second is refused here.
create unique index alerts_open_key on public.alerts (site_domain, kind) where ended_at is null;
create index alerts_started_at_idx on public.alerts (site_domain, started_at desc);

comment on table public.alerts is
  'What went wrong on a website against its own usual: the agent left visitors without an answer, or visits stayed away.';
comment on column public.alerts.figures is
  'What it is based on. agent: asked, unanswered, usual_share, history_asked, from, to. traffic: sessions, usual, low, weeks, samples, from, to.';
comment on column public.alerts.end_reason is 'recovered, or no_data: a week went by with too little to tell.';

alter table public.alerts enable row level security;
revoke all on public.alerts from public, anon, authenticated;
grant select on public.alerts to authenticated;
grant all on public.alerts to service_role;

create policy alerts_select on public.alerts
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table private.hourly_activity (
  site_domain text not null,
  hour timestamptz not null,
  sessions integer not null,
  asked integer not null,
  unanswered integer not null,
  constraint hourly_activity_pkey primary key (site_domain, hour),
  constraint hourly_activity_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

create index hourly_activity_hour_idx on private.hourly_activity (hour);

comment on table private.hourly_activity is
  'What is usual on a website, by hour (UTC) for six weeks: sessions with an event, visitors'' messages, and those that no answer came after. Hours without any of it have no row.';

alter table private.hourly_activity enable row level security;
revoke all on private.hourly_activity from public, anon, authenticated;
grant all on private.hourly_activity to service_role;

create policy hourly_activity_select on private.hourly_activity
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- Choosing e-mails, and sending each of them once.

create function private.write_notification_choice(p_site_domain text, p_digest boolean, p_alerts boolean)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if auth.uid() is null or not p_site_domain = any (array(select private.my_domains())) then
    raise exception 'There is no website % for you', p_site_domain using errcode = 'PT404';
  end if;
  insert into public.notification_choices as kept (user_id, site_domain, digest_since, alerts_since)
  values (
    auth.uid(),
    p_site_domain,
    case when p_digest then statement_timestamp() end,
    case when p_alerts then statement_timestamp() end
  )
  on conflict (user_id, site_domain) do update
  set
    digest_since = case
      when p_digest is null then kept.digest_since
      when p_digest then coalesce(kept.digest_since, excluded.digest_since)
    end,
    alerts_since = case
      when p_alerts is null then kept.alerts_since
      when p_alerts then coalesce(kept.alerts_since, excluded.alerts_since)
    end;
end
$$;

comment on function private.write_notification_choice(text, boolean, boolean) is
  'Sets which e-mails the caller wants about a website; null leaves a choice as it is. PT404: not one of the caller''s.';

create function private.unsubscribe(p_user_id uuid, p_site_domain text, p_kind text)
returns boolean
language sql
security definer
set search_path = ''
as $$
  with changed as (
    update public.notification_choices
    set
      digest_since = case when p_kind = 'digest' then null else digest_since end,
      alerts_since = case when p_kind = 'alerts' then null else alerts_since end
    where user_id = p_user_id and site_domain = p_site_domain
    returning 1
  )
  select exists (select 1 from changed)
$$;

comment on function private.unsubscribe(uuid, text, text) is
  'Ends a person''s digest or alerts of a website, by the link of an e-mail; whether there was a choice at all.';

create function private.may_get_mail(p_user_id uuid, p_site_domain text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select 1
    from public.profiles as profile
    join public.domains as domain on domain.site_domain = p_site_domain and domain.archived_at is null
    where profile.id = p_user_id
      and profile.disabled_at is null
      and profile.email <> ''
      and (
        profile.role = 'admin'
        or exists (
          select 1
          from public.user_domains as membership
          where membership.user_id = p_user_id and membership.site_domain = p_site_domain
        )
      )
  )
$$;

comment on function private.may_get_mail(uuid, text) is
  'Whether a person still sees a website: enabled, and it is theirs and not archived.';

create function private.digest_due_at(p_monday date, p_timezone text)
returns timestamptz
language sql
stable
set search_path = ''
as $$ select (p_monday + time '08:00') at time zone p_timezone $$;

comment on function private.digest_due_at(date, text) is 'Monday at 8:00 of a timezone.';

create function private.queue_digests(p_now timestamptz)
returns integer
language sql
security definer
set search_path = ''
as $$
  with queued as (
    insert into public.notification_mails (site_domain, user_id, kind, occasion, queued_at, next_at, give_up_at)
    select
      choice.site_domain, choice.user_id, 'digest', (week.monday - 7)::text, p_now, p_now,
      week.due_at + interval '48 hours'
    from public.notification_choices as choice
    join public.domains as domain on domain.site_domain = choice.site_domain
    cross join lateral (
      select
        date_trunc('week', p_now at time zone domain.timezone)::date as monday,
        private.digest_due_at(date_trunc('week', p_now at time zone domain.timezone)::date, domain.timezone) as due_at
    ) as week
    where choice.digest_since <= week.due_at
      and p_now >= week.due_at
      -- A server that was away catches up until Wednesday morning; later, the week is old news.
      and p_now < week.due_at + interval '48 hours'
      and private.may_get_mail(choice.user_id, choice.site_domain)
    on conflict (site_domain, user_id, kind, occasion) do nothing
    returning 1
  )
  select count(*)::integer from queued
$$;

comment on function private.queue_digests(timestamptz) is
  'Makes the row of each digest that is due: from Monday 8:00 of the website''s timezone, once a week and person; gives how many.';

create function private.take_mail(p_now timestamptz)
returns table (
  site_domain text,
  user_id uuid,
  kind text,
  occasion text,
  attempts integer,
  taken_at timestamptz,
  email text
)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  -- A worker that died while it wrote had sent nothing; one that died while it handed over may have.
  update public.notification_mails
  set status = 'waiting'
  where status = 'preparing' and taken_at < p_now - interval '10 minutes';
  update public.notification_mails
  set status = 'unclear', problem = 'The server stopped while it handed the e-mail over.'
  where status = 'sending' and taken_at < p_now - interval '15 minutes';
  update public.notification_mails as mail
  set
    status = case when mail.give_up_at <= p_now then 'failed' else 'skipped' end,
    problem = case
      when mail.give_up_at > p_now then 'No longer wanted, or no longer yours to see.'
      else coalesce(mail.problem, 'It could not be sent in time.')
    end
  where mail.status = 'waiting'
    and (
      mail.give_up_at <= p_now
      or not private.may_get_mail(mail.user_id, mail.site_domain)
      or not exists (
        select 1
        from public.notification_choices as choice
        where choice.user_id = mail.user_id
          and choice.site_domain = mail.site_domain
          and case mail.kind when 'digest' then choice.digest_since else choice.alerts_since end is not null
      )
    );
  return query
    with next as (
      select mail.site_domain, mail.user_id, mail.kind, mail.occasion
      from public.notification_mails as mail
      where mail.status = 'waiting' and mail.next_at <= p_now
      order by mail.next_at, mail.queued_at
      limit 1
      for update skip locked
    )
    update public.notification_mails as mail
    set status = 'preparing', attempts = mail.attempts + 1, taken_at = p_now
    from next, public.profiles as profile
    where mail.site_domain = next.site_domain
      and mail.user_id = next.user_id
      and mail.kind = next.kind
      and mail.occasion = next.occasion
      and profile.id = mail.user_id
    returning mail.site_domain, mail.user_id, mail.kind, mail.occasion, mail.attempts, mail.taken_at, profile.email;
end
$$;

comment on function private.take_mail(timestamptz) is
  'The next e-mail to write, taken so that nobody else writes it, with its address; no row when there is none. Puts aside what is no longer wanted, too late, or of workers that died.';

create function private.move_mail(
  p_site_domain text,
  p_user_id uuid,
  p_kind text,
  p_occasion text,
  p_taken_at timestamptz,
  p_status text,
  p_problem text default null,
  p_next_at timestamptz default null
)
returns boolean
language sql
security definer
set search_path = ''
as $$
  with moved as (
    update public.notification_mails
    set
      status = p_status,
      problem = p_problem,
      next_at = coalesce(p_next_at, next_at),
      sent_at = case when p_status = 'sent' then statement_timestamp() end
    where site_domain = p_site_domain
      and user_id = p_user_id
      and kind = p_kind
      and occasion = p_occasion
      and taken_at = p_taken_at
      and status = case when p_status = 'sending' then 'preparing' else status end
      and status in ('preparing', 'sending')
    returning 1
  )
  select exists (select 1 from moved)
$$;

comment on function private.move_mail(text, uuid, text, text, timestamptz, text, text, timestamptz) is
  'Says how far a taken e-mail is; false when it is no longer the one that was taken.';

revoke execute on function
  private.write_notification_choice(text, boolean, boolean),
  private.unsubscribe(uuid, text, text),
  private.may_get_mail(uuid, text),
  private.digest_due_at(date, text),
  private.queue_digests(timestamptz),
  private.take_mail(timestamptz),
  private.move_mail(text, uuid, text, text, timestamptz, text, text, timestamptz)
from public, anon, authenticated;
grant execute on function
  private.unsubscribe(uuid, text, text),
  private.may_get_mail(uuid, text),
  private.queue_digests(timestamptz),
  private.take_mail(timestamptz),
  private.move_mail(text, uuid, text, text, timestamptz, text, text, timestamptz)
to service_role;
grant execute on function
  private.write_notification_choice(text, boolean, boolean),
  private.digest_due_at(date, text)
to authenticated, service_role;

-- Noticing that an agent stops answering or that visits stay away, against what is usual.

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

create function private.observe_agents(p_now timestamptz)
returns table (site_domain text, figures jsonb, is_bad boolean, is_good boolean)
language sql
stable
security definer
set search_path = ''
as $$
  -- An answer may take three minutes before its lack says anything.
  with present as (
    select a.site_domain, sum(a.asked) as asked, sum(a.unanswered) as unanswered
    from private.activity_between(p_now - interval '123 minutes', p_now - interval '3 minutes') as a
    group by a.site_domain
  ),
  usual as (
    select
      h.site_domain,
      sum(h.asked) as asked,
      count(distinct h.hour::date) as days,
      -- As if one in twenty of twenty more had failed: a website where none ever did is not infinitely sure.
      (sum(h.unanswered) + 1.0) / (sum(h.asked) + 20.0) as share
    from private.hourly_activity as h
    where h.hour >= date_trunc('hour', p_now - interval '28 days', 'UTC')
      and h.hour < date_trunc('hour', p_now - interval '3 hours', 'UTC')
      and h.asked > 0
    group by h.site_domain
  )
  select
    domain.site_domain,
    jsonb_build_object(
      'asked', present.asked,
      'unanswered', present.unanswered,
      'usual_share', round(usual.share, 4),
      'history_asked', usual.asked,
      'from', p_now - interval '123 minutes',
      'to', p_now - interval '3 minutes'
    ),
    coalesce(
      usual.asked >= 50
      and usual.days >= 7
      and present.asked >= 5
      and present.unanswered >= 3
      and present.unanswered * 2 >= present.asked
      -- Four standard deviations of a binomial above what is usual.
      and present.unanswered - present.asked * usual.share
        >= 4 * sqrt(present.asked * usual.share * (1 - usual.share)),
      false
    ),
    coalesce(
      present.asked >= 3 and present.unanswered <= present.asked * greatest(2 * usual.share, 0.2), false
    )
  from public.domains as domain
  left join present on present.site_domain = domain.site_domain
  left join usual on usual.site_domain = domain.site_domain
  where domain.archived_at is null
$$;

comment on function private.observe_agents(timestamptz) is
  'Whether each website''s agent leaves visitors of the last two hours without an answer. Bad: at least 5 messages, half of them and 3 unanswered, and 4 standard deviations above the share of the 28 days before, of which there are at least 50 messages on 7 days. Good: at least 3 messages, at most a fifth or twice the usual share unanswered. Neither: too little to tell.';

create function private.observe_traffic(p_now timestamptz)
returns table (site_domain text, figures jsonb, is_bad boolean, is_good boolean)
language sql
stable
security definer
set search_path = ''
as $$
  with windows as (
    select
      domain.site_domain,
      week.n as week,
      edge.local_end at time zone domain.timezone as until,
      edge.local_end at time zone domain.timezone - interval '3 hours' as since,
      first.hour as first_hour
    from public.domains as domain
    cross join generate_series(0, 6) as week (n)
    -- The same time of the same weekday, whatever the clocks did in between.
    cross join lateral (
      select (date_trunc('hour', p_now, 'UTC') at time zone domain.timezone) - week.n * interval '7 days' as local_end
    ) as edge
    cross join lateral (
      select min(h.hour) as hour from private.hourly_activity as h where h.site_domain = domain.site_domain
    ) as first
    where domain.archived_at is null
  ),
  counted as (
    select
      w.site_domain, w.week, w.since, w.until,
      (
        select coalesce(sum(h.sessions), 0)
        from private.hourly_activity as h
        where h.site_domain = w.site_domain and h.hour >= w.since and h.hour < w.until
      ) as sessions
    from windows as w
    where w.week = 0 or w.first_hour <= w.since
  ),
  usual as (
    select
      c.site_domain,
      count(*) as weeks,
      percentile_cont(0.5) within group (order by c.sessions)::numeric as median,
      array_agg(c.sessions order by c.week) as samples
    from counted as c
    where c.week > 0
    group by c.site_domain
  ),
  spread as (
    select
      u.site_domain, u.weeks, u.median, u.samples,
      -- The median absolute deviation, as a standard deviation; never less than what counting alone varies by.
      greatest(
        1.4826 * (
          select percentile_cont(0.5) within group (order by abs(s.sessions - u.median)) from unnest(u.samples) as s (sessions)
        )::numeric,
        sqrt(u.median)
      ) as deviation
    from usual as u
  )
  select
    now.site_domain,
    jsonb_build_object(
      'sessions', now.sessions,
      'usual', round(spread.median, 1),
      'low', greatest(round(least(0.4 * spread.median, spread.median - 4 * spread.deviation), 1), 0),
      'weeks', coalesce(spread.weeks, 0),
      'samples', to_jsonb(spread.samples),
      'from', now.since,
      'to', now.until
    ),
    coalesce(
      spread.weeks >= 4
      and spread.median >= 20
      and now.sessions <= least(0.4 * spread.median, spread.median - 4 * spread.deviation),
      false
    ),
    coalesce(spread.weeks >= 4 and spread.median >= 20 and now.sessions >= 0.7 * spread.median, false)
  from counted as now
  left join spread on spread.site_domain = now.site_domain
  where now.week = 0
$$;

comment on function private.observe_traffic(timestamptz) is
  'Whether the sessions of the last three whole hours stayed away on each website, beside the same hours of the same weekday of up to 6 weeks before. Bad: at least 4 such weeks with a median of 20 or more, and now at most 40 % of it and 4 robust standard deviations (1.4826 times the median absolute deviation, at least the square root of the median) below. Good: 70 % of the median or more. Neither: too little to tell.';

create function private.check_alerts(p_now timestamptz)
returns table (site_domain text, id uuid, kind text, change text)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  -- Another worker looks at the same.
  if not pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('private.check_alerts')) then
    return;
  end if;
  return query
  with observed as materialized (
    select 'agent' as kind, o.* from private.observe_agents(p_now) as o
    union all
    select 'traffic', o.* from private.observe_traffic(p_now) as o
  ),
  started as (
    insert into public.alerts (site_domain, id, kind, started_at, figures)
    select o.site_domain, gen_random_uuid(), o.kind, p_now, o.figures
    from observed as o
    where o.is_bad
    on conflict (site_domain, kind) where ended_at is null do nothing
    returning site_domain, id, kind
  ),
  ended as (
    update public.alerts as alert
    set
      ended_at = p_now,
      end_reason = case when o.is_good then 'recovered' else 'no_data' end,
      end_figures = o.figures
    from observed as o
    where alert.ended_at is null
      and o.site_domain = alert.site_domain
      and o.kind = alert.kind
      and not o.is_bad
      and (o.is_good or alert.started_at < p_now - interval '7 days')
    returning alert.site_domain, alert.id, alert.kind
  ),
  told as (
    insert into public.notification_mails (site_domain, user_id, kind, occasion, queued_at, next_at, give_up_at)
    select s.site_domain, choice.user_id, 'alert_started', s.id::text, p_now, p_now, p_now + interval '24 hours'
    from started as s
    join public.notification_choices as choice
      on choice.site_domain = s.site_domain and choice.alerts_since is not null
    where private.may_get_mail(choice.user_id, s.site_domain)
    union all
    -- Who was told that it began; to anybody else its end says nothing.
    select e.site_domain, begun.user_id, 'alert_ended', e.id::text, p_now, p_now, p_now + interval '24 hours'
    from ended as e
    join public.notification_mails as begun
      on begun.site_domain = e.site_domain
      and begun.kind = 'alert_started'
      and begun.occasion = e.id::text
      and begun.status in ('sent', 'unclear', 'sending', 'preparing', 'waiting')
    on conflict (site_domain, user_id, kind, occasion) do nothing
    returning 1
  )
  select s.site_domain, s.id, s.kind, 'started' from started as s
  union all
  select e.site_domain, e.id, e.kind, 'ended' from ended as e
  union all
  select null, null, null, null from told where false;
end
$$;

comment on function private.check_alerts(timestamptz) is
  'Opens an alert where something is bad and none is open, ends one where it is good again or a week told nothing, and makes the e-mails'' rows in the same transaction; gives what changed.';

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

create function private.forget_notifications(p_now timestamptz)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.hourly_activity where hour < p_now - interval '50 days';
  delete from public.notification_mails where queued_at < p_now - interval '1 year';
  delete from public.alerts where ended_at < p_now - interval '1 year';
end
$$;

comment on function private.forget_notifications(timestamptz) is
  'Deletes hours older than what is compared, and e-mails'' and alerts'' rows of over a year ago.';

revoke execute on function
  private.activity_between(timestamptz, timestamptz),
  private.note_activity(timestamptz, timestamptz),
  private.observe_agents(timestamptz),
  private.observe_traffic(timestamptz),
  private.check_alerts(timestamptz),
  private.hours_to_note(timestamptz),
  private.forget_notifications(timestamptz)
from public, anon, authenticated;
grant execute on function
  private.activity_between(timestamptz, timestamptz),
  private.note_activity(timestamptz, timestamptz),
  private.observe_agents(timestamptz),
  private.observe_traffic(timestamptz),
  private.check_alerts(timestamptz),
  private.hours_to_note(timestamptz),
  private.forget_notifications(timestamptz)
to service_role;

-- What a person chose to be written about, and choosing it.

create function public.get_my_notifications()
returns table (
  site_domain text,
  name text,
  timezone text,
  digest_since timestamptz,
  alerts_since timestamptz,
  next_digest_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    domain.site_domain,
    domain.name,
    domain.timezone,
    choice.digest_since,
    choice.alerts_since,
    case
      when choice.digest_since is not null then
        case
          when statement_timestamp() < private.digest_due_at(week.monday, domain.timezone)
            then private.digest_due_at(week.monday, domain.timezone)
          else private.digest_due_at(week.monday + 7, domain.timezone)
        end
    end
  from public.domains as domain
  cross join lateral (
    select date_trunc('week', statement_timestamp() at time zone domain.timezone)::date as monday
  ) as week
  left join public.notification_choices as choice
    on choice.site_domain = domain.site_domain and choice.user_id = auth.uid()
  where domain.archived_at is null
  order by domain.site_domain
$$;

comment on function public.get_my_notifications() is
  'Every website the caller sees, since when they want its weekly digest and its alerts (null: not), and when the next digest comes: Mondays at 8:00 of its timezone.';

create function public.save_notification_choice(
  p_site_domain text,
  p_digest boolean default null,
  p_alerts boolean default null
)
returns void
language sql
set search_path = ''
as $$ select private.write_notification_choice(p_site_domain, p_digest, p_alerts) $$;

comment on function public.save_notification_choice(text, boolean, boolean) is
  'Turns the caller''s weekly digest and alerts of a website on or off; what is left out or null stays as it is. PT404: not one of the caller''s websites.';

revoke execute on function
  public.get_my_notifications(),
  public.save_notification_choice(text, boolean, boolean)
from public, anon;
grant execute on function
  public.get_my_notifications(),
  public.save_notification_choice(text, boolean, boolean)
to authenticated, service_role;
