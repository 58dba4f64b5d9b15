-- What people ask about: how often, how well it is answered, how it changes.

create function private.topic_stats(p_site_domains text[], p_from date, p_to date)
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

comment on function private.topic_stats(text[], date, date) is
  'Every topic that came up in a range or the one before, with its figures (see get_topic_stats); a row of a null topic: conversations that belong to none.';

create function public.get_topic_stats(p_site_domains text[], p_from date, p_to date)
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
language sql
stable
set search_path = ''
as $$
  select stats.*
  from private.topic_stats(p_site_domains, p_from, p_to) as stats
  order by stats.conversations desc, stats.label, stats.topic_id
  limit 1000
$$;

create function public.get_topics_over_time(
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

comment on function public.get_topics_over_time(text[], date, date, text, integer) is
  'The most asked topics that are not hidden, each with its conversations by day, week (from Monday) or month; every bucket is there.';

create function public.get_heat_map(p_site_domains text[], p_from date, p_to date)
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

revoke execute on function
  private.topic_stats(text[], date, date),
  public.get_topic_stats(text[], date, date),
  public.get_topics_over_time(text[], date, date, text, integer),
  public.get_heat_map(text[], date, date)
from public, anon;
grant execute on function
  private.topic_stats(text[], date, date),
  public.get_topic_stats(text[], date, date),
  public.get_topics_over_time(text[], date, date, text, integer),
  public.get_heat_map(text[], date, date)
to authenticated, service_role;
