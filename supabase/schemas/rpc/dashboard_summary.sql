-- The Dashboard's tiles. Days are each domain's own; a range includes both its ends.

create function public.get_dashboard_summary(p_site_domains text[], p_from date, p_to date)
returns table (
  metric text,
  value bigint,
  base bigint,
  rate numeric,
  previous_value bigint,
  previous_base bigint,
  previous_rate numeric,
  conversations bigint,
  previous_conversations bigint,
  previous_from date,
  previous_to date,
  recountable_from date
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_previous_to date := p_from - 1;
  v_previous_from date := p_from - (p_to - p_from + 1);
  v_metrics text[] := array[
    'widget_displayed', 'conversations', 'messaged_conversations', 'turns', 'email_captured', 'demo_proposed',
    'cta_clicked', 'demo_booked'
  ];
  v_kinds text[] := array['active', 'displayed', 'engaged'];
begin
  perform private.check_window(p_from, p_to);
  return query
  with figures as (
    select figure.metric as name, figure.n as now, 0 as before
    from rollup.sums(v_domains, v_metrics, '', p_from, p_to) as figure
    union all
    select figure.metric, 0, figure.n
    from rollup.sums(v_domains, v_metrics, '', v_previous_from, v_previous_to) as figure
    union all
    select 'conversations with ' || figure.value, figure.n, 0
    from rollup.sums(v_domains, array['conversations'], 'conversion', p_from, p_to) as figure
    union all
    select 'conversations with ' || figure.value, 0, figure.n
    from rollup.sums(v_domains, array['conversations'], 'conversion', v_previous_from, v_previous_to) as figure
  ),
  counted as (
    select f.name, sum(f.now)::bigint as now, sum(f.before)::bigint as before
    from figures as f
    group by f.name
    union all
    select now.kind, now.n, before.n
    from private.distinct_visitors(v_domains, v_kinds, p_from, p_to) as now
    join private.distinct_visitors(v_domains, v_kinds, v_previous_from, v_previous_to) as before
      on before.kind = now.kind
  )
  select
    shown.metric,
    coalesce(figure.now, 0),
    case when shown.base is not null then coalesce(base.now, 0) end,
    private.ratio(case when shown.converts then coalesce(talk.now, 0) else coalesce(figure.now, 0) end, base.now),
    coalesce(figure.before, 0),
    case when shown.base is not null then coalesce(base.before, 0) end,
    private.ratio(
      case when shown.converts then coalesce(talk.before, 0) else coalesce(figure.before, 0) end, base.before
    ),
    case when shown.converts then coalesce(talk.now, 0) end,
    case when shown.converts then coalesce(talk.before, 0) end,
    v_previous_from,
    v_previous_to,
    (
      select max(domain.recountable_from)
      from public.domains as domain
      where domain.site_domain = any (v_domains)
    )
  from (
    values
      (1, 'widget_displays', 'widget_displayed', null, false),
      (2, 'visitors', 'active', null, false),
      (3, 'engaged_visitors', 'engaged', 'displayed', false),
      (4, 'conversations', 'conversations', null, false),
      (5, 'messaged_conversations', 'messaged_conversations', 'conversations', false),
      (6, 'turns', 'turns', 'messaged_conversations', false),
      (7, 'emails_captured', 'email_captured', 'messaged_conversations', true),
      (8, 'demos_proposed', 'demo_proposed', 'messaged_conversations', true),
      (9, 'cta_clicks', 'cta_clicked', 'messaged_conversations', true),
      (10, 'demos_booked', 'demo_booked', 'messaged_conversations', true)
  ) as shown (position, metric, figure, base, converts)
  left join counted as figure on figure.name = shown.figure
  left join counted as base on base.name = shown.base
  left join counted as talk on shown.converts and talk.name = 'conversations with ' || shown.figure
  order by shown.position;
end
$$;

revoke execute on function public.get_dashboard_summary(text[], date, date) from public, anon;
grant execute on function public.get_dashboard_summary(text[], date, date) to authenticated, service_role;
