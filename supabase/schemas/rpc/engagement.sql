-- How often the widget was shown, and how many of those who saw it wrote.

create function public.get_engagement_rate(p_site_domains text[], p_from date, p_to date)
returns table (displayed_visitors bigint, engaged_visitors bigint, engagement_rate numeric)
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
  return query
  select counted.displayed, counted.engaged, private.ratio(counted.engaged, counted.displayed)
  from (
    select
      sum(kind.n) filter (where kind.kind = 'displayed')::bigint as displayed,
      sum(kind.n) filter (where kind.kind = 'engaged')::bigint as engaged
    from private.distinct_visitors(v_domains, array['displayed', 'engaged'], p_from, p_to) as kind
  ) as counted;
end
$$;

create function public.get_widget_display_stats(p_site_domains text[], p_from date, p_to date)
returns table (day date, displays bigint, opens bigint, displayed_visitors bigint)
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
  return query
  select
    days.day::date,
    coalesce(counted.displays, 0)::bigint,
    coalesce(counted.opens, 0)::bigint,
    coalesce(visitors.n, 0)::bigint
  from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as days (day)
  left join (
    select
      figure.day,
      sum(figure.n) filter (where figure.metric = 'widget_displayed') as displays,
      sum(figure.n) filter (where figure.metric = 'widget_opened') as opens
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (array['widget_displayed', 'widget_opened'])
      and figure.dimension = ''
      and figure.day between p_from and p_to
    group by figure.day
  ) as counted on counted.day = days.day::date
  left join (
    -- Whatever a day's links began with, a range that is this day alone began later or then.
    select link.day, sum(link.n) as n
    from (
      select folded.site_domain, folded.steps, folded.day, folded.n
      from rollup.chains as folded
      where folded.scale = 1
      union all
      select pending.site_domain, pending.steps, pending.day, pending.n
      from rollup.chain_deltas as pending
    ) as link
    where link.site_domain = any (v_domains)
      and link.steps = rollup.steps_of_kind('displayed')
      and link.day between p_from and p_to
    group by link.day
  ) as visitors on visitors.day = days.day::date
  order by days.day;
end
$$;

revoke execute on function
  public.get_engagement_rate(text[], date, date),
  public.get_widget_display_stats(text[], date, date)
from public, anon;
grant execute on function
  public.get_engagement_rate(text[], date, date),
  public.get_widget_display_stats(text[], date, date)
to authenticated, service_role;
