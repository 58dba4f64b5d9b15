-- :rows conversations of one website in :rows / 5 visitors, each with a topic and a first message as people write
-- them. Whoever runs it replaces the placeholder, as the bootstrap superuser; triggers and foreign keys are off.

set session_replication_role = replica;
set synchronous_commit = off;
select private.create_domain('export.example', 'Export', 'Europe/Paris', 'Export');

insert into public.topics (site_domain, id, label)
select 'export.example', md5('topic ' || n)::uuid, 'Topic ' || n
from generate_series(0, 59) as n;

insert into public.visitors (site_domain, id, name, email, counts, first_seen_at, last_seen_at)
select
  'export.example', md5('visitor ' || n)::uuid, 'Person ' || n, 'person' || n || '@company.example', true, now(), now()
from generate_series(0, :rows / 5 - 1) as n;

insert into public.conversations (
  site_domain, id, visitor_id, session_id, counts, page, country, device_type, opened_at, first_message_at,
  last_message_at, day, message_count, visitor_message_count, total_turns, topic_id, quality_score, preview
)
select
  'export.example',
  md5('talk ' || n)::uuid,
  md5('visitor ' || n % (:rows / 5))::uuid,
  md5('session ' || n)::uuid,
  true,
  '/page-' || n % 200,
  'FR',
  'desktop',
  at,
  at,
  at + interval '4 minutes',
  private.day_of(at, 'Europe/Paris'),
  10,
  5,
  5,
  md5('topic ' || n % 60)::uuid,
  1 + n % 5,
  'How much does it cost for ' || n || ' people a month? ' || repeat('And what about the others? ', n % 7)
from (
  select n, now() - make_interval(secs => n * 90) as at from generate_series(1, :rows) as n
) as planned;

select rollup.rebuild_visitor_facets('export.example');

reset session_replication_role;
analyze;
