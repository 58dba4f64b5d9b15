-- Facts of the domain :site in bulk: :events events in :days days up to today, four to a session, sessions of
-- visitors of whom half come back. Whoever runs it replaces the placeholders, as the bootstrap superuser, and runs
-- rollup.rebuild in a repeatable-read transaction afterwards, because triggers are off.

set session_replication_role = replica;
select setseed(0.42);
select private.create_domain(':site', 'Bench', 'Europe/Paris', 'Bench');
select private.make_event_partitions(now() - make_interval(days => :days + 1), now());

create temporary table plan_sessions as
select
  gen_random_uuid() as id,
  visitor.id as visitor_id,
  s.n,
  now() - random() * make_interval(days => :days) as at,
  random() as luck
from generate_series(1, :events / 4) as s (n)
join (
  select row_number() over () as n, gen_random_uuid() as id
  from generate_series(1, :events / 8)
) as visitor on visitor.n = 1 + floor(power((s.n::bigint * 7919 % (:events / 4))::float / (:events / 4), 1.5) * (:events / 8));

insert into public.visitors (site_domain, id, counts, country, device_type, first_seen_at, last_seen_at)
select ':site', visitor_id, true, 'FR', 'desktop', min(at), max(at)
from plan_sessions
group by visitor_id;

insert into public.visitor_sessions (
  site_domain, id, session_id, visitor_id, first_event_at, last_activity_at, day, counts, event_count,
  country, device_type, referrer_host
)
select
  ':site', id, id::text, visitor_id, at, at + interval '4 minutes',
  private.day_of(at, 'Europe/Paris'), true, 4,
  (array['FR', 'DE', 'US', 'GB', 'ES', 'NL'])[1 + n % 6],
  (array['desktop', 'mobile', 'tablet'])[1 + n % 3],
  (array['google.com', 'linkedin.com', null])[1 + n % 3]
from plan_sessions;

insert into public.session_pages (site_domain, session_id, page, day, counts)
select ':site', id, '/page-' || floor(power(luck, 3) * 200)::int, private.day_of(at, 'Europe/Paris'), true
from plan_sessions;

insert into public.events (
  site_domain, occurred_at, uuid, day, name, visitor_id, session_id, environment, counts, page
)
select
  ':site',
  p.at + step.n * interval '1 minute',
  gen_random_uuid(),
  private.day_of(p.at + step.n * interval '1 minute', 'Europe/Paris'),
  step.name,
  p.visitor_id,
  p.id,
  'production',
  true,
  '/page-' || floor(power(p.luck, 3) * 200)::int
from plan_sessions as p
cross join lateral (
  values
    (0, '$pageview'),
    (1, 'widget_displayed'),
    (2, case when p.n % 3 = 0 then 'widget_opened' else '$pageview' end),
    (3, case when p.n % 9 = 0 then 'message_sent' else '$pageleave' end)
) as step (n, name);

insert into public.conversations (
  site_domain, id, visitor_id, session_id, counts, page, country, device_type, opened_at,
  first_message_at, last_message_at, day, message_count, visitor_message_count, total_turns, demo_proposed,
  cta_clicked, preview
)
select
  ':site', gen_random_uuid(), visitor_id, id, true, '/page-' || floor(power(luck, 3) * 200)::int,
  'FR', 'desktop', at, at, at, private.day_of(at, 'Europe/Paris'), 4, 2, 2, n % 18 = 0, n % 36 = 0, 'Hello'
from plan_sessions
where n % 9 = 0;

insert into public.conversions (
  site_domain, kind, visitor_id, session_id, conversation_id, occurred_at, day, counts
)
select
  c.site_domain, k.kind, c.visitor_id, c.session_id, c.id, c.opened_at, c.day, true
from public.conversations as c
cross join lateral (values ('demo_proposed', c.demo_proposed), ('cta_clicked', c.cta_clicked)) as k (kind, held)
where c.site_domain = ':site' and k.held;

reset session_replication_role;
analyze;
