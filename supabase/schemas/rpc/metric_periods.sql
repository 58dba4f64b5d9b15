-- A figure or distinct visitors by day, week or month, beside as many days before.

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
  with periods as (
    select
      period.*,
      p_bucket <> 'day'
        and period.starts_on = date_trunc(p_bucket, period.starts_on::timestamp)::date
        and period.ends_on + 1 = (period.starts_on + ('1 ' || p_bucket)::interval)::date as is_whole
    from private.periods(p_from, p_to, p_bucket) as period
  ),
  days as (
    -- Each day belongs to one period.
    select period.bucket, period.is_now, period.starts_on, period.is_whole, series.day::date as day
    from periods as period
    cross join lateral generate_series(
      period.starts_on::timestamp, period.ends_on::timestamp, interval '1 day'
    ) as series (day)
  ),
  parts as (
    -- A whole week or month, or a day of another period: where its links stand (rollup.scales), those that are kept
    -- by the month they began in and those by the day.
    select
      period.bucket,
      period.is_now,
      period.starts_on,
      period.starts_on as day,
      case p_bucket when 'week' then 5 else 3 end as by_month,
      case p_bucket when 'week' then 4 else 2 end as by_day
    from periods as period
    where period.is_whole
    union all
    select days.bucket, days.is_now, days.starts_on, days.day, 1, 0
    from days
    where not days.is_whole
  ),
  counted as (
    -- Links begin on their day at the latest, so a period of one day holds all of it; of a longer one, those that began
    -- before its month are read by the month, the others by the day.
    select part.bucket, part.is_now, link.n
    from rollup.chains as link
    join parts as part on part.day = link.day and part.by_month = link.scale
    where link.site_domain = any (p_site_domains)
      and link.steps = rollup.steps_of_kind(p_kind)
      and link.scale = any (case p_bucket when 'day' then '{1}' when 'week' then '{1,5}' else '{1,3}' end::smallint[])
      and link.day between p_from - (p_to - p_from + 1) and p_to
      and (p_bucket = 'day' or link.since < date_trunc('month', part.starts_on::timestamp)::date)
    union all
    select part.bucket, part.is_now, link.n
    from parts as part
    cross join lateral (
      select of_part.n
      from rollup.chains as of_part
      where of_part.site_domain = any (p_site_domains)
        and of_part.steps = rollup.steps_of_kind(p_kind)
        and of_part.scale = part.by_day
        and of_part.day = part.day
        and of_part.since between date_trunc('month', part.starts_on::timestamp)::date and part.starts_on
      offset 0
    ) as link
    where p_bucket <> 'day'
    union all
    select days.bucket, days.is_now, link.n
    from rollup.chain_deltas as link
    join days on days.day = link.day
    where link.site_domain = any (p_site_domains)
      and link.steps = rollup.steps_of_kind(p_kind)
      and link.since <= days.starts_on
  )
  select
    period.bucket,
    coalesce(sum(summed.n) filter (where period.is_now), 0)::bigint,
    coalesce(sum(summed.n) filter (where not period.is_now), 0)::bigint
  from periods as period
  left join (
    select counted.bucket, counted.is_now, sum(counted.n) as n
    from counted
    group by counted.bucket, counted.is_now
  ) as summed on summed.bucket = period.bucket and summed.is_now = period.is_now
  group by period.bucket
$$;

comment on function private.visitors_by_period(text[], date, date, text, text) is
  'Distinct visitors of a kind (rollup.steps_of_kind) in each period and in the same days before.';

revoke execute on function
  private.periods(date, date, text),
  private.figure_by_period(text[], date, date, text, text, text, text),
  private.visitors_by_period(text[], date, date, text, text)
from public, anon;
grant execute on function
  private.periods(date, date, text),
  private.figure_by_period(text[], date, date, text, text, text, text),
  private.visitors_by_period(text[], date, date, text, text)
to authenticated, service_role;
