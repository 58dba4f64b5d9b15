-- Noticing that an agent stops answering or that visits stay away, against what is usual.

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
  private.observe_agents(timestamptz),
  private.observe_traffic(timestamptz),
  private.check_alerts(timestamptz),
  private.forget_notifications(timestamptz)
from public, anon, authenticated;
grant execute on function
  private.observe_agents(timestamptz),
  private.observe_traffic(timestamptz),
  private.check_alerts(timestamptz),
  private.forget_notifications(timestamptz)
to service_role;
