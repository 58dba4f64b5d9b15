-- A year of :sessions sessions in bulk, one domain with half of them: a fifth talk, ten messages each. Whoever
-- runs it replaces the placeholder, as the bootstrap superuser; triggers and foreign keys are off, and the
-- rollups are counted at the end. Random, but the same at every run.

set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '256MB';
set maintenance_work_mem = '1GB';
select setseed(0.42);

create temporary table sites (site text, share double precision, start double precision);
insert into sites values
  ('half.example', 0.5, 0), ('b.example', 0.2, 0.5), ('c.example', 0.12, 0.7), ('d.example', 0.1, 0.82),
  ('e.example', 0.08, 0.92);
select private.create_domain(site, site, 'Europe/Paris', site) from sites;

-- Words as people use them: the n-th a hundredth as often as the first. "the" stands in half of the messages.
create temporary table words as
select n, case when n = 1 then 'price' else 'word' || n end as word, 1.0 / n as weight
from generate_series(1, 5000) as n;
create temporary table sentences as
select
  s.n,
  case when s.n % 2 = 0 then 'the ' else '' end || case when s.n = 4999 then 'zanzibar ' else '' end
    || string_agg('word' || floor(power(5000, random()))::int, ' ') as text
from generate_series(0, 4999) as s (n)
cross join generate_series(1, 9) as w (n)
group by s.n;
create unique index on sentences (n);

insert into public.accounts (site_domain, id, domain, name, industry, country)
select
  sites.site, md5(sites.site || ' account ' || n)::uuid, 'company' || n || '.example', 'Company ' || n,
  (array['software', 'retail', 'finance', 'health', 'media'])[1 + n % 5],
  (array['FR', 'DE', 'US', 'GB', 'ES', 'NL'])[1 + n % 6]
from sites
cross join lateral generate_series(1, greatest((:sessions * sites.share / 100)::int, 10)) as n;

insert into public.topics (site_domain, id, label, keywords)
select sites.site, md5(sites.site || ' topic ' || n)::uuid, 'Topic ' || n, array['word' || n]
from sites
cross join generate_series(1, 60) as n;

create temporary table plan_sessions as
select
  s.n,
  sites.site,
  md5('session ' || s.n)::uuid as id,
  md5(sites.site || ' visitor ' || floor(power(random(), 1.2) * :sessions * sites.share / 2))::uuid as visitor_id,
  now() - (s.n::double precision / :sessions) * interval '365 days' - random() * interval '12 hours' as at,
  random() as luck,
  s.n % 5 = 0 as talks
from generate_series(1, :sessions) as s (n)
join sites on (s.n * 0.6180339887) % 1 >= sites.start and (s.n * 0.6180339887) % 1 < sites.start + sites.share;

create temporary table plan_visitors as
select
  site, visitor_id, min(at) as first_at, max(at) as last_at, count(*) as sessions, min(luck) as luck,
  min(n) as n,
  case
    when min(luck) < 0.2
      then md5(site || ' account ' || (1 + min(n) % greatest((:sessions * 0.08 / 100)::int, 10)))::uuid
  end as account_id
from plan_sessions
group by site, visitor_id;
create unique index on plan_visitors (site, visitor_id);
analyze plan_visitors;

-- Sessions stand for their page views and displays here, so visitor-days come from them and the conversations.
insert into rollup.visitor_days (site_domain, visitor_id, day, account_id, steps)
select
  s.site, s.visitor_id, private.day_of(s.at, 'Europe/Paris'), v.account_id,
  bit_or(
    3 | case when s.n % 3 = 0 or s.talks then 4 else 0 end
    | case
      when s.talks then 8 | case when s.luck < 0.2 then 16 else 0 end | case when s.luck < 0.08 then 32 else 0 end
        | case when s.luck < 0.02 then 64 else 0 end | case when s.luck < 0.1 then 128 else 0 end
      else 0
    end
  )::smallint
from plan_sessions as s
join plan_visitors as v on v.site = s.site and v.visitor_id = s.visitor_id
group by 1, 2, 3, 4;
analyze rollup.visitor_days;

insert into public.visitors (
  site_domain, id, counts, email, name, account_id, country, device_type, language, first_seen_at, last_seen_at,
  session_count, page_view_count, step_days
)
select
  site, v.visitor_id, true,
  case when luck < 0.05 then 'person' || n || '@company' || n % 1000 || '.example' end,
  case when luck < 0.03 then 'Person ' || n end,
  account_id,
  (array['FR', 'DE', 'US', 'GB', 'ES', 'NL'])[1 + n % 6], (array['desktop', 'mobile', 'tablet'])[1 + n % 3],
  (array['fr', 'de', 'en'])[1 + n % 3], first_at, last_at + interval '4 minutes', sessions, 3 * sessions, kept.step_days
from plan_visitors as v
join (
  select d.site_domain, d.visitor_id, range_agg(rollup.steps_on(d.steps, d.day)) as step_days
  from rollup.visitor_days as d
  group by d.site_domain, d.visitor_id
) as kept on kept.site_domain = v.site and kept.visitor_id = v.visitor_id;

insert into public.visitor_sessions (
  site_domain, id, session_id, visitor_id, first_event_at, last_activity_at, day, counts, event_count,
  page_view_count, entry_page, country, device_type, referrer_host, account_id
)
select
  s.site, s.id, s.id::text, s.visitor_id, s.at, s.at + interval '4 minutes', private.day_of(s.at, 'Europe/Paris'),
  true, 6, 3, '/page-' || floor(power(s.luck, 3) * 200)::int,
  (array['FR', 'DE', 'US', 'GB', 'ES', 'NL'])[1 + s.n % 6], (array['desktop', 'mobile', 'tablet'])[1 + s.n % 3],
  (array['google.com', 'linkedin.com', null])[1 + s.n % 3], v.account_id
from plan_sessions as s
join plan_visitors as v on v.site = s.site and v.visitor_id = s.visitor_id
order by s.at;

insert into public.conversations (
  site_domain, id, visitor_id, session_id, counts, page, country, device_type, referrer_host, language, opened_at,
  first_message_at, last_message_at, day, hour, message_count, visitor_message_count, total_turns, email_captured,
  demo_proposed, cta_clicked, demo_booked, preview, account_id, topic_id, intent, signals, signal_score, quality_score,
  unanswered_count, detected_language
)
select
  s.site, md5('conversation ' || s.n)::uuid, s.visitor_id, s.id, true, '/page-' || floor(power(s.luck, 3) * 200)::int,
  (array['FR', 'DE', 'US', 'GB', 'ES', 'NL'])[1 + s.n % 6], (array['desktop', 'mobile', 'tablet'])[1 + s.n % 3],
  (array['google.com', 'linkedin.com', null])[1 + s.n % 3], null, s.at, s.at, s.at + interval '3 minutes',
  private.day_of(s.at, 'Europe/Paris'), private.hour_of(s.at, 'Europe/Paris'), 10, 5, 5,
  s.luck < 0.1, s.luck < 0.2, s.luck < 0.08, s.luck < 0.02,
  'What about word' || floor(power(5000, s.luck))::int || ' and the rest of it, please?', v.account_id,
  md5(s.site || ' topic ' || ceil(power(s.luck, 2) * 60)::int)::uuid,
  (array['LEARN', 'LEARN', 'CONTEXT', 'SUPPORT', 'OTHER'])[1 + s.n / 5 % 5],
  case when s.luck < 0.15 then array['pricing'] else '{}' end, 1 + floor(3 * power(1 - s.luck, 4))::int,
  round((1 + 4 * sqrt(s.luck))::numeric, 1), case when s.luck > 0.9 then 1 else 0 end,
  (array['en', 'en', 'fr', 'de'])[1 + s.n / 5 % 4]
from plan_sessions as s
join plan_visitors as v on v.site = s.site and v.visitor_id = s.visitor_id
where s.talks
order by s.at;

insert into public.messages (site_domain, conversation_id, id, seq, role, text, sent_at, latency_ms)
select
  s.site, md5('conversation ' || s.n)::uuid, md5('message ' || s.n || ' ' || m)::uuid, m,
  case when m % 2 = 0 then 'visitor' else 'agent' end, sentence.text, s.at + m * interval '20 seconds',
  case when m % 2 = 1 then 2000 end
from plan_sessions as s
cross join generate_series(0, 9) as m
join sentences as sentence on sentence.n = (s.n::bigint * 31 + m * 977) % 5000
where s.talks;

drop index private.conversation_documents_document_idx;
insert into private.conversation_documents (
  site_domain, conversation_id, document, day, counts, country, device_type, referrer_host, email_captured,
  demo_proposed, cta_clicked, demo_booked, interest_score, quality_score, topic_id, intent, unanswered
)
select
  c.site_domain, c.id, to_tsvector('simple', spoken.text), c.day, c.counts, c.country, c.device_type, c.referrer_host,
  c.email_captured, c.demo_proposed, c.cta_clicked, c.demo_booked, c.interest_score, c.quality_score, c.topic_id,
  c.intent, c.unanswered_count > 0
from plan_sessions as s
join public.conversations as c on c.site_domain = s.site and c.id = md5('conversation ' || s.n)::uuid
cross join lateral (
  select string_agg(sentence.text, ' ') as text
  from generate_series(0, 9) as m
  join sentences as sentence on sentence.n = (s.n::bigint * 31 + m * 977) % 5000
) as spoken
where s.talks
order by s.at;
create index conversation_documents_document_idx on private.conversation_documents using gin (document)
  with (fastupdate = on);

insert into public.conversions (site_domain, kind, visitor_id, session_id, conversation_id, occurred_at, day, counts)
select c.site_domain, k.kind, c.visitor_id, c.session_id, c.id, c.opened_at, c.day, true
from public.conversations as c
cross join lateral (
  values
    ('email_captured', c.email_captured), ('demo_proposed', c.demo_proposed), ('cta_clicked', c.cta_clicked),
    ('demo_booked', c.demo_booked)
) as k (kind, held)
where k.held;

update public.visitors as visitor
set conversation_count = counted.n, interest_score = counted.best
from (
  select site_domain, visitor_id, count(*) as n, max(interest_score) as best
  from public.conversations
  group by site_domain, visitor_id
) as counted
where visitor.site_domain = counted.site_domain and visitor.id = counted.visitor_id;

select rollup.rebuild_visitor_facets(site) from sites;

insert into rollup.daily (site_domain, metric, dimension, day, value, n)
select f.site_domain, f.metric, f.dimension, f.day, f.value, sum(f.n)
from sites
cross join lateral (
  select c.metric, c.dimension, c.value, c.n, s.site_domain, s.day
  from public.visitor_sessions as s
  cross join lateral rollup.session_contributions(s.country, s.device_type, s.referrer_host, s.account_id) as c
  where s.site_domain = sites.site
  union all
  select 'sessions', 'page', s.entry_page, 1, s.site_domain, s.day
  from public.visitor_sessions as s
  where s.site_domain = sites.site
  union all
  select e.name, '', '', 1, s.site_domain, s.day
  from public.visitor_sessions as s
  cross join (values ('widget_displayed'), ('$pageview')) as e (name)
  where s.site_domain = sites.site
  union all
  select c.metric, c.dimension, c.value, c.n, k.site_domain, k.day
  from public.conversations as k
  cross join lateral rollup.conversation_contributions(k) as c
  where k.site_domain = sites.site
  union all
  select c.metric, c.dimension, c.value, c.n, k.site_domain, k.day
  from public.conversions as k
  cross join lateral rollup.conversion_contributions(k.kind) as c
  where k.site_domain = sites.site
) as f
where f.dimension not in ('account', 'account_score')
group by f.site_domain, f.metric, f.dimension, f.day, f.value;

insert into rollup.weekly (site_domain, metric, dimension, week, value, n)
select f.site_domain, f.metric, f.dimension, date_trunc('week', f.day::timestamp)::date, f.value, sum(f.n)
from rollup.daily as f
group by 1, 2, 3, 4, 5;

insert into rollup.monthly (site_domain, metric, dimension, month, value, n)
select f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value, sum(f.n)
from rollup.daily as f
group by 1, 2, 3, 4, 5;

insert into rollup.account_days (
  site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
)
select
  f.site_domain, f.account_id, f.day, count(*) filter (where f.score is null), count(f.score),
  count(*) filter (where f.score = 2), count(*) filter (where f.score = 3), count(*) filter (where f.score = 4),
  count(*) filter (where f.score = 5)
from (
  select site_domain, account_id, day, null::smallint as score from public.visitor_sessions
  union all
  select site_domain, account_id, day, interest_score from public.conversations
) as f
where f.account_id is not null
group by 1, 2, 3;

insert into rollup.account_weeks (
  site_domain, account_id, week, sessions, conversations, curious, interested, engaged, hot
)
select
  f.site_domain, f.account_id, date_trunc('week', f.day::timestamp)::date, sum(f.sessions), sum(f.conversations),
  sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot)
from rollup.account_days as f
group by 1, 2, 3;

insert into rollup.account_months (
  site_domain, account_id, month, sessions, conversations, curious, interested, engaged, hot
)
select
  f.site_domain, f.account_id, date_trunc('month', f.day::timestamp)::date, sum(f.sessions), sum(f.conversations),
  sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot)
from rollup.account_days as f
group by 1, 2, 3;

insert into rollup.account_totals (
  site_domain, account_id, sessions, conversations, curious, interested, engaged, hot
)
select
  f.site_domain, f.account_id, sum(f.sessions), sum(f.conversations), sum(f.curious), sum(f.interested),
  sum(f.engaged), sum(f.hot)
from rollup.account_months as f
group by 1, 2;

do $$
declare
  v_site text;
  v_last uuid;
  v_until uuid;
  v_days rollup.signed_day[];
begin
  for v_site in select site from sites loop
    v_last := '00000000-0000-0000-0000-000000000000';
    loop
      v_until := (
        select chunk.id
        from (
          select id from public.visitors where site_domain = v_site and id > v_last order by id limit 10000
        ) as chunk
        order by chunk.id desc
        limit 1
      );
      exit when v_until is null;
      select array_agg(row(1, d.visitor_id, d.day, d.steps)::rollup.signed_day) into v_days
      from rollup.visitor_days as d
      where d.site_domain = v_site and d.visitor_id > v_last and d.visitor_id <= v_until;
      insert into rollup.chain_deltas (site_domain, steps, day, since, n)
      select v_site, l.steps, l.day, l.since, l.n from rollup.links_of(v_days) as l;
      v_last := v_until;
    end loop;
  end loop;
  perform rollup.fold();
end
$$;

reset session_replication_role;
reset work_mem;
