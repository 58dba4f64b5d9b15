-- Less is read: of topics and hours whole months where they are shorter, of visitors whole pages where very many pass.

create or replace function rollup.widened(p_from date, p_to date)
returns daterange
language sql
stable
parallel safe
as $$ select rollup.widened(p_from, p_to, p_from - 366, current_date) $$;

comment on function rollup.widened(date, date) is
  'As rollup.widened of four days, for figures that every day up to today may have.';

revoke execute on function rollup.widened(date, date) from public, anon, authenticated;
grant execute on function rollup.widened(date, date) to authenticated, service_role;

create or replace function private.topic_stats(p_site_domains text[], p_from date, p_to date)
returns table (
  site_domain text,
  topic_id uuid,
  label text,
  keywords text[],
  status text,
  label_is_custom boolean,
  conversations bigint,
  previous_conversations bigint,
  share numeric,
  turns_per_conversation numeric,
  quality numeric,
  previous_quality numeric,
  conversion_rate numeric,
  unanswered_share numeric,
  total_conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_wide daterange;
  v_before date;
  v_wide_before daterange;
begin
  perform private.check_window(p_from, p_to);
  v_wide := rollup.widened(p_from, p_to);
  v_before := p_from - (p_to - p_from + 1);
  v_wide_before := rollup.widened(v_before, p_from - 1);
  return query
  with counted as (
    select f.site_domain, f.value, f.metric, sum(f.n) as now, 0::numeric as before
    from rollup.sums_of_wider(
      v_domains,
      array[
        'messaged_conversations', 'turns', 'converted_conversations', 'unanswered_conversations',
        'scored_conversations', 'quality_tenths'
      ],
      'topic',
      p_from,
      p_to,
      lower(v_wide),
      upper(v_wide) - 1
    ) as f
    group by f.site_domain, f.value, f.metric
    union all
    select f.site_domain, f.value, f.metric, 0::numeric, sum(f.n)
    from rollup.sums_of_wider(
      v_domains,
      array['messaged_conversations', 'scored_conversations', 'quality_tenths'],
      'topic',
      v_before,
      p_from - 1,
      lower(v_wide_before),
      upper(v_wide_before) - 1
    ) as f
    group by f.site_domain, f.value, f.metric
  ),
  by_topic as (
    select
      c.site_domain,
      nullif(c.value, '')::uuid as topic_id,
      coalesce(sum(c.now) filter (where c.metric = 'messaged_conversations'), 0)::bigint as conversations,
      coalesce(sum(c.before) filter (where c.metric = 'messaged_conversations'), 0)::bigint as previous_conversations,
      sum(c.now) filter (where c.metric = 'turns') as turns,
      coalesce(sum(c.now) filter (where c.metric = 'converted_conversations'), 0) as converted,
      coalesce(sum(c.now) filter (where c.metric = 'unanswered_conversations'), 0) as unanswered,
      nullif(sum(c.now) filter (where c.metric = 'scored_conversations'), 0) as scored,
      sum(c.now) filter (where c.metric = 'quality_tenths') as tenths,
      nullif(sum(c.before) filter (where c.metric = 'scored_conversations'), 0) as previous_scored,
      sum(c.before) filter (where c.metric = 'quality_tenths') as previous_tenths
    from counted as c
    group by c.site_domain, c.value
  )
  select
    b.site_domain,
    b.topic_id,
    topic.label,
    topic.keywords,
    topic.status,
    topic.label_is_custom,
    b.conversations,
    b.previous_conversations,
    private.ratio(b.conversations, total.n),
    private.ratio(coalesce(b.turns, 0), b.conversations),
    private.ratio(b.tenths, 10 * b.scored),
    private.ratio(b.previous_tenths, 10 * b.previous_scored),
    private.ratio(b.converted, b.conversations),
    private.ratio(b.unanswered, b.conversations),
    total.n::bigint
  from by_topic as b
  cross join (select coalesce(sum(all_topics.conversations), 0) as n from by_topic as all_topics) as total
  left join public.topics as topic on topic.site_domain = b.site_domain and topic.id = b.topic_id
  where b.conversations > 0 or b.previous_conversations > 0;
end
$$;

create or replace function public.get_topics_over_time(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_bucket text default 'day',
  p_limit integer default 6
)
returns table (
  bucket date,
  site_domain text,
  topic_id uuid,
  label text,
  conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 6), 1), 20);
  v_wide daterange;
  v_topics text[];
begin
  perform private.check_window(p_from, p_to);
  if p_bucket is null or p_bucket not in ('day', 'week', 'month') then
    raise exception 'p_bucket is day, week or month, not %', coalesce(p_bucket, 'null') using errcode = 'PT400';
  end if;
  v_wide := rollup.widened(p_from, p_to);
  v_topics := array(
    select topic.id::text
    from (
      select sums.site_domain, nullif(sums.value, '')::uuid as topic_id, sum(sums.n) as n
      from rollup.sums_of_wider(
        v_domains, array['messaged_conversations'], 'topic', p_from, p_to, lower(v_wide), upper(v_wide) - 1
      ) as sums
      group by sums.site_domain, sums.value
      having sum(sums.n) <> 0
    ) as f
    join public.topics as topic
      on topic.site_domain = f.site_domain and topic.id = f.topic_id and topic.status = 'active'
    order by f.n desc, topic.label, topic.id
    limit v_limit
  );
  return query
  with counted as (
    select f.site_domain, f.value::uuid as topic_id, f.bucket, sum(f.n) as n
    from rollup.sums_by_bucket(v_domains, 'messaged_conversations', 'topic', v_topics, p_from, p_to, p_bucket) as f
    group by f.site_domain, f.value, f.bucket
  ),
  best as (
    select topic.site_domain, topic.id as topic_id, topic.label, sum(c.n) as n
    from counted as c
    join public.topics as topic
      on topic.site_domain = c.site_domain and topic.id = c.topic_id and topic.status = 'active'
    group by topic.site_domain, topic.id, topic.label
    having sum(c.n) <> 0
    order by sum(c.n) desc, topic.label, topic.id
    limit v_limit
  ),
  buckets as (
    select distinct greatest(date_trunc(p_bucket, series.day)::date, p_from) as bucket
    from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as series (day)
  )
  select buckets.bucket, best.site_domain, best.topic_id, best.label, coalesce(c.n, 0)::bigint
  from buckets
  cross join best
  left join counted as c
    on c.site_domain = best.site_domain and c.topic_id = best.topic_id and c.bucket = buckets.bucket
  order by best.n desc, best.label, best.topic_id, buckets.bucket;
end
$$;

create or replace function public.get_heat_map(p_site_domains text[], p_from date, p_to date)
returns table (weekday integer, hour integer, conversations bigint)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_wide daterange;
begin
  perform private.check_window(p_from, p_to);
  v_wide := rollup.widened(p_from, p_to);
  return query
  select
    weekdays.weekday,
    hours.hour,
    coalesce(counted.n, 0)::bigint
  from generate_series(1, 7) as weekdays (weekday)
  cross join generate_series(0, 23) as hours (hour)
  left join (
    select
      split_part(figure.value, ' ', 1)::integer as weekday,
      split_part(figure.value, ' ', 2)::integer as hour,
      sum(figure.n) as n
    from rollup.sums_of_wider(
      v_domains, array['conversations'], 'weekday_hour', p_from, p_to, lower(v_wide), upper(v_wide) - 1
    ) as figure
    group by figure.value
  ) as counted on counted.weekday = weekdays.weekday and counted.hour = hours.hour
  order by weekdays.weekday, hours.hour;
end
$$;

create or replace function public.get_top_values(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_dimension text,
  p_limit integer default 10
)
returns table (
  value text,
  sessions bigint,
  conversations bigint,
  conversation_rate numeric,
  previous_sessions bigint,
  previous_conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 10), 1), 100);
  v_best text[];
  v_wide daterange;
begin
  perform private.check_window(p_from, p_to);
  v_wide := rollup.widened(p_from, p_to);
  if p_dimension is null or p_dimension not in ('page', 'country', 'device', 'referrer') then
    raise exception 'p_dimension is page, country, device or referrer, not %', coalesce(p_dimension, 'null')
      using errcode = 'PT400';
  end if;
  -- The best are those with the most conversations, ties and all: where there are enough of them, sessions and the
  -- time before are read of these alone.
  v_best := array(
    select ranked.value
    from (
      select f.value, rank() over (order by sum(f.n) desc) as place, count(*) over () as values
      from rollup.sums_of_wider(
        v_domains, array['conversations'], p_dimension, p_from, p_to, lower(v_wide), upper(v_wide) - 1
      ) as f
      group by f.value
      having sum(f.n) > 0
    ) as ranked
    where ranked.place <= v_limit and ranked.values >= v_limit
  );
  return query
  with counted as (
    select
      f.value,
      coalesce(sum(f.n) filter (where f.is_now and f.metric = 'sessions'), 0)::bigint as sessions,
      coalesce(sum(f.n) filter (where f.is_now and f.metric = 'conversations'), 0)::bigint as conversations,
      coalesce(sum(f.n) filter (where not f.is_now and f.metric = 'sessions'), 0)::bigint as previous_sessions,
      coalesce(sum(f.n) filter (where not f.is_now and f.metric = 'conversations'), 0)::bigint
        as previous_conversations
    from (
      select figure.value, figure.metric, figure.n, true as is_now
      from rollup.sums(v_domains, array['sessions', 'conversations'], p_dimension, p_from, p_to) as figure
      union all
      select figure.value, figure.metric, figure.n, false
      from rollup.sums(
        v_domains, array['sessions', 'conversations'], p_dimension, p_from - (p_to - p_from + 1), p_from - 1
      ) as figure
    ) as f
    where v_best = '{}' or f.value = any (v_best)
    group by f.value
  )
  select
    c.value,
    c.sessions,
    c.conversations,
    private.ratio(c.conversations, c.sessions),
    c.previous_sessions,
    c.previous_conversations
  from counted as c
  where c.sessions > 0 or c.conversations > 0
  order by c.conversations desc, c.sessions desc, c.value
  limit v_limit;
end
$$;

alter function private.count_filtered_visitors(text[], jsonb) set cpu_index_tuple_cost = 0.03;
