-- The funnel, step by step.

create function public.get_conversation_funnel(p_site_domains text[], p_from date, p_to date)
returns table (
  step integer,
  name text,
  visitors bigint,
  share_of_first numeric,
  share_of_previous numeric,
  previous_visitors bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_kinds text[] := array[
    'displayed', 'funnel_opened', 'funnel_messaged', 'funnel_proposed', 'funnel_clicked', 'funnel_booked'
  ];
begin
  perform private.check_window(p_from, p_to);
  return query
  with steps as (
    select *
    from (
      values
        (1, 'displayed', 'displayed'),
        (2, 'opened', 'funnel_opened'),
        (3, 'messaged', 'funnel_messaged'),
        (4, 'demo_proposed', 'funnel_proposed'),
        (5, 'cta_clicked', 'funnel_clicked'),
        (6, 'demo_booked', 'funnel_booked')
    ) as s (step, name, kind)
  ),
  counted as (
    select steps.step, steps.name, now.n as visitors, before.n as previous_visitors
    from steps
    join private.distinct_visitors(v_domains, v_kinds, p_from, p_to) as now on now.kind = steps.kind
    join private.distinct_visitors(
      v_domains, v_kinds, p_from - (p_to - p_from + 1), p_from - 1
    ) as before on before.kind = steps.kind
  )
  select
    c.step,
    c.name,
    c.visitors,
    private.ratio(c.visitors, first_value(c.visitors) over (order by c.step)),
    private.ratio(c.visitors, lag(c.visitors) over (order by c.step)),
    c.previous_visitors
  from counted as c
  order by c.step;
end
$$;

revoke execute on function public.get_conversation_funnel(text[], date, date) from public, anon;
grant execute on function public.get_conversation_funnel(text[], date, date) to authenticated, service_role;
