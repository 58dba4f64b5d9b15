-- Any figure by day, week or month, beside as many days before.

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
  public.get_metric_over_time(text[], date, date, text, text),
  public.get_topic_over_time(text, uuid, date, date, text)
from public, anon;
grant execute on function
  public.get_metric_over_time(text[], date, date, text, text),
  public.get_topic_over_time(text, uuid, date, date, text)
to authenticated, service_role;
