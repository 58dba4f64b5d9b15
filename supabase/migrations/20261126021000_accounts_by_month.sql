-- An account's figures by the month too, read from the index alone; the best topics are found before their days are read.

drop index rollup.daily_account_idx;
-- One value's days and months, of dimensions with very many values.
create index daily_account_idx on rollup.daily (site_domain, dimension, value, day desc, metric) include (n)
  where dimension in ('account', 'account_score');

create index monthly_account_idx on rollup.monthly (site_domain, dimension, value, month, metric) include (n)
  where dimension in ('account', 'account_score');

create or replace function private.account_in_range(p_site_domain text, p_account_id uuid, p_filter jsonb)
returns table (
  sessions bigint,
  conversations bigint,
  interest_score smallint,
  last_day date
)
language sql
stable
as $$
  with wanted as (
    select
      (p_filter ->> 'from')::date as first,
      (p_filter ->> 'to')::date as last,
      array[
        p_account_id::text, p_account_id || ':1', p_account_id || ':2', p_account_id || ':3',
        p_account_id || ':4', p_account_id || ':5'
      ] as known
  ),
  figures as (
    -- Whole months by the month; the days at the ends and what is not folded yet by the day.
    select f.dimension, f.value, f.metric, f.n
    from wanted
    join rollup.monthly as f
      on f.site_domain = p_site_domain
      and f.dimension in ('account', 'account_score')
      and f.value = any (wanted.known)
      and f.month >= rollup.first_whole_month(wanted.first)
      and f.month < rollup.end_of_whole_months(wanted.last)
    union all
    select f.dimension, f.value, f.metric, f.n
    from wanted
    join rollup.daily as f
      on f.site_domain = p_site_domain
      and f.dimension in ('account', 'account_score')
      and f.value = any (wanted.known)
      and f.day >= wanted.first
      and f.day < case
        when rollup.first_whole_month(wanted.first) < rollup.end_of_whole_months(wanted.last)
          then rollup.first_whole_month(wanted.first)
        else wanted.last + 1
      end
    union all
    select f.dimension, f.value, f.metric, f.n
    from wanted
    join rollup.daily as f
      on f.site_domain = p_site_domain
      and f.dimension in ('account', 'account_score')
      and f.value = any (wanted.known)
      and f.day >= greatest(rollup.end_of_whole_months(wanted.last), wanted.first)
      and f.day <= wanted.last
      and rollup.first_whole_month(wanted.first) < rollup.end_of_whole_months(wanted.last)
    union all
    select f.dimension, f.value, f.metric, f.n
    from wanted
    join rollup.deltas as f
      on f.site_domain = p_site_domain
      and f.dimension in ('account', 'account_score')
      and f.value = any (wanted.known)
      and f.day between wanted.first and wanted.last
  ),
  counted as (
    select f.dimension, f.value, f.metric, sum(f.n) as n
    from figures as f
    group by f.dimension, f.value, f.metric
    having sum(f.n) > 0
  )
  select
    coalesce(sum(c.n) filter (where c.metric = 'sessions'), 0)::bigint,
    coalesce(sum(c.n) filter (where c.metric = 'conversations' and c.dimension = 'account'), 0)::bigint,
    coalesce(max(substr(c.value, 38)) filter (where c.dimension = 'account_score'), '1')::smallint,
    (
      select f.day
      from wanted
      join rollup.figures as f
        on f.site_domain = p_site_domain
        and f.dimension = 'account'
        and f.value = p_account_id::text
        and f.day between wanted.first and wanted.last
      group by f.day, f.metric
      having sum(f.n) > 0
      order by f.day desc
      limit 1
    )
  from counted as c
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
begin
  perform private.check_window(p_from, p_to);
  if p_bucket is null or p_bucket not in ('day', 'week', 'month') then
    raise exception 'p_bucket is day, week or month, not %', coalesce(p_bucket, 'null') using errcode = 'PT400';
  end if;
  return query
  with best as (
    select f.site_domain, topic.id as topic_id, topic.label, sum(f.n) as n
    from rollup.sums(v_domains, array['messaged_conversations'], 'topic', p_from, p_to) as f
    join public.topics as topic
      on topic.site_domain = f.site_domain and topic.id::text = f.value and topic.status = 'active'
    group by f.site_domain, topic.id, topic.label
    having sum(f.n) <> 0
    order by sum(f.n) desc, topic.label, topic.id
    limit least(greatest(p_limit, 1), 20)
  ),
  counted as (
    select
      by_day.site_domain,
      by_day.value::uuid as topic_id,
      greatest(date_trunc(p_bucket, by_day.day::timestamp)::date, p_from) as bucket,
      sum(by_day.n) as n
    from (
      select f.site_domain, f.value, f.day, sum(f.n) as n
      from rollup.figures as f
      where f.site_domain = any (v_domains)
        and f.metric = 'messaged_conversations'
        and f.dimension = 'topic'
        and f.value = any (array(select best.topic_id::text from best))
        and f.day between p_from and p_to
      group by f.site_domain, f.value, f.day
    ) as by_day
    group by 1, 2, 3
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
