-- Conversations by day, week or month.

create function public.get_conversations_over_time(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_bucket text default 'day'
)
returns table (
  bucket date,
  conversations bigint,
  messaged_conversations bigint,
  previous_bucket date,
  previous_conversations bigint,
  previous_messaged_conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_length integer := p_to - p_from + 1;
begin
  perform private.check_window(p_from, p_to);
  if p_bucket is null or p_bucket not in ('day', 'week', 'month') then
    raise exception 'p_bucket is day, week or month, not %', coalesce(p_bucket, 'null') using errcode = 'PT400';
  end if;
  return query
  with days as (
    -- Each day of the range beside the day as many days before it.
    select
      greatest(date_trunc(p_bucket, series.day)::date, p_from) as bucket,
      series.day::date as day,
      series.day::date - v_length as previous_day
    from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as series (day)
  ),
  counted as (
    select
      figure.day,
      coalesce(sum(figure.n) filter (where figure.metric = 'conversations'), 0) as conversations,
      coalesce(sum(figure.n) filter (where figure.metric = 'messaged_conversations'), 0) as messaged
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (array['conversations', 'messaged_conversations'])
      and figure.dimension = ''
      and figure.day between p_from - v_length and p_to
    group by figure.day
  )
  select
    days.bucket,
    coalesce(sum(now.conversations), 0)::bigint,
    coalesce(sum(now.messaged), 0)::bigint,
    min(days.previous_day),
    coalesce(sum(before.conversations), 0)::bigint,
    coalesce(sum(before.messaged), 0)::bigint
  from days
  left join counted as now on now.day = days.day
  left join counted as before on before.day = days.previous_day
  group by days.bucket
  order by days.bucket;
end
$$;

revoke execute on function public.get_conversations_over_time(text[], date, date, text) from public, anon;
grant execute on function public.get_conversations_over_time(text[], date, date, text) to authenticated, service_role;
