-- Since when a figure is what it is.

create function public.get_metric_beginning(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_metric text,
  p_rate boolean default false
)
returns table (
  begins_on date,
  mean_before double precision,
  mean_after double precision,
  days_before bigint,
  days_after bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  -- Andrews, "Tests for Parameter Instability and Structural Change with Unknown Change Point" (Econometrica 61, 1993;
  -- corrected 2003): the sup-F of a shifted mean at 1 %, with 15 % of the days left out at either end.
  c_clear constant double precision := 12.35;
  c_left_out constant double precision := 0.15;
begin
  return query
  with counted as (
    select m.* from public.get_metric_over_time(p_site_domains, p_from, p_to, p_metric, 'day') as m
  ),
  days as (
    select counted.bucket as day, case when p_rate then counted.rate else counted.value end::double precision as n
    from counted
    union all
    select
      counted.previous_bucket,
      case when p_rate then counted.previous_rate else counted.previous_value end::double precision
    from counted
  ),
  known as (
    -- Sundays are unlike Mondays before and after alike.
    select days.day, days.n, days.n - avg(days.n) over (partition by extract(isodow from days.day)) as off
    from days
    where days.n is not null
  ),
  splits as (
    select
      known.day,
      count(*) over earlier as earlier,
      sum(known.off) over earlier as off_before,
      avg(known.n) over earlier as mean_before,
      avg(known.n) over later as mean_after,
      count(*) over () as every,
      sum(known.off * known.off) over () as squares
    from known
    window
      earlier as (order by known.day rows between unbounded preceding and 1 preceding),
      later as (order by known.day rows between current row and unbounded following)
  ),
  explained as (
    select
      splits.*,
      splits.off_before ^ 2 * splits.every / (splits.earlier * (splits.every - splits.earlier)) as between_means
    from splits
    where splits.earlier >= greatest(7, c_left_out * splits.every)
      and splits.every - splits.earlier >= greatest(7, c_left_out * splits.every)
  )
  select e.day, e.mean_before, e.mean_after, e.earlier, e.every - e.earlier
  from explained as e
  where e.between_means > 0
    and (e.every - 2) * e.between_means >= c_clear * (e.squares - e.between_means)
  order by e.between_means desc, e.day
  limit 1;
end
$$;

revoke execute on function public.get_metric_beginning(text[], date, date, text, boolean) from public, anon;
grant execute on function public.get_metric_beginning(text[], date, date, text, boolean) to authenticated, service_role;
