-- Any figure by day, week or month, beside as many days before.

create function private.periods(p_from date, p_to date, p_bucket text)
returns table (bucket date, is_now boolean, starts_on date, ends_on date)
language plpgsql
immutable
set search_path = ''
as $$
begin
  perform private.check_window(p_from, p_to);
  if p_bucket is null or p_bucket not in ('day', 'week', 'month') then
    raise exception 'p_bucket is day, week or month, not %', coalesce(p_bucket, 'null') using errcode = 'PT400';
  end if;
  return query
  select
    buckets.bucket,
    shift.days = 0,
    buckets.first_day - shift.days,
    buckets.last_day - shift.days
  from (
    select
      greatest(date_trunc(p_bucket, series.day)::date, p_from) as bucket,
      min(series.day)::date as first_day,
      max(series.day)::date as last_day
    from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as series (day)
    group by 1
  ) as buckets
  cross join (values (0), (p_to - p_from + 1)) as shift (days)
  order by 2 desc, 1;
end
$$;

comment on function private.periods(date, date, text) is
  'The days, weeks (from Monday) or months of a range, the first and last cut by it, and for each the same days as many days earlier as the range has.';

create function private.figure_by_period(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_bucket text,
  p_metric text,
  p_dimension text,
  p_value text
)
returns table (bucket date, now bigint, before bigint)
language sql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
  with by_day as (
    select figure.day, sum(figure.n) as n
    from rollup.figures as figure
    where figure.site_domain = any (p_site_domains)
      and figure.metric = p_metric
      and figure.dimension = p_dimension
      and figure.value = p_value
      and figure.day between p_from - (p_to - p_from + 1) and p_to
    group by figure.day
  )
  select
    period.bucket,
    coalesce(sum(by_day.n) filter (where period.is_now), 0)::bigint,
    coalesce(sum(by_day.n) filter (where not period.is_now), 0)::bigint
  from private.periods(p_from, p_to, p_bucket) as period
  left join by_day on by_day.day between period.starts_on and period.ends_on
  group by period.bucket
$$;

comment on function private.figure_by_period(text[], date, date, text, text, text, text) is
  'An additive figure, in all (dimension and value '''') or of one value, by period and in the same days before.';

create function private.visitors_by_period(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_bucket text,
  p_kind text
)
returns table (bucket date, now bigint, before bigint)
language sql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
  with counted as (
    select period.bucket, period.is_now, link.n
    from private.periods(p_from, p_to, p_bucket) as period
    left join lateral rollup.folded_links(
      p_site_domains, array[rollup.steps_of_kind(p_kind)], period.starts_on, period.ends_on
    ) as link on true
    union all
    select period.bucket, period.is_now, link.n
    from private.periods(p_from, p_to, p_bucket) as period
    cross join lateral generate_series(
      period.starts_on::timestamp, period.ends_on::timestamp, interval '1 day'
    ) as series (day)
    join rollup.chain_deltas as link
      on link.site_domain = any (p_site_domains)
      and link.steps = rollup.steps_of_kind(p_kind)
      and link.day = series.day::date
      and link.since <= period.starts_on
  )
  select
    counted.bucket,
    coalesce(sum(counted.n) filter (where counted.is_now), 0)::bigint,
    coalesce(sum(counted.n) filter (where not counted.is_now), 0)::bigint
  from counted
  group by counted.bucket
$$;

comment on function private.visitors_by_period(text[], date, date, text, text) is
  'Distinct visitors of a kind (rollup.steps_of_kind) in each period and in the same days before.';

create function public.get_metric_over_time(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_metric text,
  p_bucket text default 'day'
)
returns table (
  bucket date,
  value bigint,
  base bigint,
  rate numeric,
  previous_bucket date,
  previous_value bigint,
  previous_base bigint,
  previous_rate numeric
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_figure text := case p_metric
    when 'widget_displays' then 'widget_displayed'
    when 'conversations' then 'conversations'
    when 'messaged_conversations' then 'messaged_conversations'
    when 'turns' then 'turns'
    when 'emails_captured' then 'email_captured'
    when 'demos_proposed' then 'demo_proposed'
    when 'cta_clicks' then 'cta_clicked'
    when 'demos_booked' then 'demo_booked'
  end;
  v_kind text := case p_metric when 'visitors' then 'active' when 'engaged_visitors' then 'engaged' end;
  v_base_figure text := case p_metric
    when 'messaged_conversations' then 'conversations'
    when 'turns' then 'messaged_conversations'
  end;
  v_base_kind text := case p_metric when 'engaged_visitors' then 'displayed' end;
begin
  if v_figure is null and v_kind is null then
    raise exception 'p_metric is a metric of get_dashboard_summary, not %', coalesce(p_metric, 'null')
      using errcode = 'PT400';
  end if;
  perform private.periods(p_from, p_to, p_bucket);
  return query
  with counted as (
    select f.* from private.figure_by_period(v_domains, p_from, p_to, p_bucket, v_figure, '', '') as f
    where v_figure is not null
    union all
    select f.* from private.visitors_by_period(v_domains, p_from, p_to, p_bucket, v_kind) as f
    where v_kind is not null
  ),
  based as (
    select f.* from private.figure_by_period(v_domains, p_from, p_to, p_bucket, v_base_figure, '', '') as f
    where v_base_figure is not null
    union all
    select f.* from private.visitors_by_period(v_domains, p_from, p_to, p_bucket, v_base_kind) as f
    where v_base_kind is not null
  )
  select
    counted.bucket,
    counted.now,
    based.now,
    private.ratio(counted.now, based.now),
    counted.bucket - (p_to - p_from + 1),
    counted.before,
    based.before,
    private.ratio(counted.before, based.before)
  from counted
  left join based on based.bucket = counted.bucket
  order by counted.bucket;
end
$$;

create function public.get_topic_over_time(
  p_site_domain text,
  p_topic_id uuid,
  p_from date,
  p_to date,
  p_bucket text default 'day'
)
returns table (
  bucket date,
  conversations bigint,
  previous_bucket date,
  previous_conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(array[p_site_domain]);
begin
  perform private.periods(p_from, p_to, p_bucket);
  return query
  select f.bucket, f.now, f.bucket - (p_to - p_from + 1), f.before
  from private.figure_by_period(
    v_domains, p_from, p_to, p_bucket, 'messaged_conversations', 'topic', coalesce(p_topic_id::text, '')
  ) as f
  where cardinality(v_domains) > 0
  order by f.bucket;
end
$$;

revoke execute on function
  private.periods(date, date, text),
  private.figure_by_period(text[], date, date, text, text, text, text),
  private.visitors_by_period(text[], date, date, text, text),
  public.get_metric_over_time(text[], date, date, text, text),
  public.get_topic_over_time(text, uuid, date, date, text)
from public, anon;
grant execute on function
  private.periods(date, date, text),
  private.figure_by_period(text[], date, date, text, text, text, text),
  private.visitors_by_period(text[], date, date, text, text),
  public.get_metric_over_time(text[], date, date, text, text),
  public.get_topic_over_time(text, uuid, date, date, text)
to authenticated, service_role;
