-- Exact figures of any range of days, from few rows.

create function rollup.folded_sums(
  p_site_domains text[],
  p_metrics text[],
  p_dimension text,
  p_from date,
  p_to date
)
returns table (site_domain text, metric text, value text, n bigint)
language sql
stable
as $$
  -- Whole months by the month, whole weeks of the rest by the week, and its other days.
  select f.site_domain, f.metric, f.value, f.n
  from rollup.monthly as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.month = any (rollup.whole_months(p_from, p_to))
  union all
  select f.site_domain, f.metric, f.value, f.n
  from rollup.weekly as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.week = any (rollup.whole_weeks(p_from, p_to))
  union all
  select f.site_domain, f.metric, f.value, f.n
  from rollup.daily as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.day = any (rollup.single_days(p_from, p_to))
$$;

create function rollup.sums(
  p_site_domains text[],
  p_metrics text[],
  p_dimension text,
  p_from date,
  p_to date
)
returns table (site_domain text, metric text, value text, n bigint)
language sql
stable
as $$
  select f.site_domain, f.metric, f.value, f.n
  from rollup.folded_sums(p_site_domains, p_metrics, p_dimension, p_from, p_to) as f
  union all
  select f.site_domain, f.metric, f.value, f.n
  from rollup.deltas as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.day between p_from and p_to
$$;

create function rollup.sums_of_wider(
  p_site_domains text[],
  p_metrics text[],
  p_dimension text,
  p_from date,
  p_to date,
  p_wide_from date,
  p_wide_to date
)
returns table (site_domain text, metric text, value text, n bigint)
language sql
stable
as $$
  select f.site_domain, f.metric, f.value, f.n
  from rollup.folded_sums(p_site_domains, p_metrics, p_dimension, p_wide_from, p_wide_to) as f
  union all
  select f.site_domain, f.metric, f.value, -f.n
  from rollup.folded_sums(p_site_domains, p_metrics, p_dimension, p_wide_from, p_from - 1) as f
  union all
  select f.site_domain, f.metric, f.value, -f.n
  from rollup.folded_sums(p_site_domains, p_metrics, p_dimension, p_to + 1, p_wide_to) as f
  union all
  select f.site_domain, f.metric, f.value, f.n
  from rollup.deltas as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.day between p_from and p_to
$$;

create function rollup.single_days_of_buckets(p_from date, p_to date, p_bucket text)
returns date[]
language sql
immutable
parallel safe
as $$
  select array(
    select series.day::date
    from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as series (day)
    where p_bucket = 'day'
      or date_trunc(p_bucket, series.day) < p_from
      or date_trunc(p_bucket, series.day) + ('1 ' || p_bucket)::interval > p_to + 1
  )
$$;

create function rollup.sums_by_bucket(
  p_site_domains text[],
  p_metric text,
  p_dimension text,
  p_values text[],
  p_from date,
  p_to date,
  p_bucket text
)
returns table (site_domain text, value text, bucket date, n bigint)
language sql
stable
as $$
  -- Whole weeks or months as they are kept, the days of the others, and what is not folded yet.
  select f.site_domain, f.value, f.week, f.n
  from rollup.weekly as f
  where p_bucket = 'week'
    and f.site_domain = any (p_site_domains)
    and f.metric = p_metric
    and f.dimension = p_dimension
    and f.week between p_from and p_to - 6
    and f.value = any (p_values)
  union all
  select f.site_domain, f.value, f.month, f.n
  from rollup.monthly as f
  where p_bucket = 'month'
    and f.site_domain = any (p_site_domains)
    and f.metric = p_metric
    and f.dimension = p_dimension
    and f.month >= rollup.first_whole_month(p_from)
    and f.month < rollup.end_of_whole_months(p_to)
    and f.value = any (p_values)
  union all
  select f.site_domain, f.value, greatest(date_trunc(p_bucket, f.day::timestamp)::date, p_from), f.n
  from rollup.daily as f
  where f.site_domain = any (p_site_domains)
    and f.metric = p_metric
    and f.dimension = p_dimension
    and f.day = any (rollup.single_days_of_buckets(p_from, p_to, p_bucket))
    and f.value = any (p_values)
  union all
  select f.site_domain, f.value, greatest(date_trunc(p_bucket, f.day::timestamp)::date, p_from), f.n
  from rollup.deltas as f
  where f.site_domain = any (p_site_domains)
    and f.metric = p_metric
    and f.dimension = p_dimension
    and f.day between p_from and p_to
    and f.value = any (p_values)
$$;

comment on function rollup.folded_sums(text[], text[], text, date, date) is 'What rollup.sums gives, of what is folded.';
comment on function rollup.sums(text[], text[], text, date, date) is
  'Exact figures of a range of days, by value: sum n over the rows of a key. Adds up months, weeks and days.';
comment on function rollup.sums_of_wider(text[], text[], text, date, date, date, date) is
  'What rollup.sums gives, as the figures of a range that holds it (rollup.widened) less those of its other days; some values add up to 0.';
comment on function rollup.single_days_of_buckets(date, date, text) is
  'The days of a range whose week or month is cut by it; all of them when the bucket is a day.';
comment on function rollup.sums_by_bucket(text[], text, text, text[], date, date, text) is
  'Exact figures of some values in a range, by day, week (from Monday) or month, the first cut by the range: sum n over the rows of a key.';

revoke execute on function
  rollup.folded_sums(text[], text[], text, date, date),
  rollup.sums(text[], text[], text, date, date),
  rollup.sums_of_wider(text[], text[], text, date, date, date, date),
  rollup.single_days_of_buckets(date, date, text),
  rollup.sums_by_bucket(text[], text, text, text[], date, date, text)
from public, anon, authenticated;
grant execute on function
  rollup.folded_sums(text[], text[], text, date, date),
  rollup.sums(text[], text[], text, date, date),
  rollup.sums_of_wider(text[], text[], text, date, date, date, date),
  rollup.single_days_of_buckets(date, date, text),
  rollup.sums_by_bucket(text[], text, text, text[], date, date, text)
to authenticated, service_role;
