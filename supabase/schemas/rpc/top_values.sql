-- The best pages, countries, devices and referrers.

create function public.get_top_values(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_dimension text,
  p_limit integer default 10
)
returns table (
  value text,
  sessions bigint,
  conversations bigint,
  conversation_rate numeric,
  previous_sessions bigint,
  previous_conversations bigint
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
  if p_dimension is null or p_dimension not in ('page', 'country', 'device', 'referrer') then
    raise exception 'p_dimension is page, country, device or referrer, not %', coalesce(p_dimension, 'null')
      using errcode = 'PT400';
  end if;
  return query
  with counted as (
    select
      figure.value,
      coalesce(sum(figure.n) filter (where figure.metric = 'sessions' and figure.day >= p_from), 0)::bigint
        as sessions,
      coalesce(sum(figure.n) filter (where figure.metric = 'conversations' and figure.day >= p_from), 0)::bigint
        as conversations,
      coalesce(sum(figure.n) filter (where figure.metric = 'sessions' and figure.day < p_from), 0)::bigint
        as previous_sessions,
      coalesce(sum(figure.n) filter (where figure.metric = 'conversations' and figure.day < p_from), 0)::bigint
        as previous_conversations
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (array['sessions', 'conversations'])
      and figure.dimension = p_dimension
      and figure.day between p_from - (p_to - p_from + 1) and p_to
    group by figure.value
  )
  select
    c.value,
    c.sessions,
    c.conversations,
    private.ratio(c.conversations, c.sessions),
    c.previous_sessions,
    c.previous_conversations
  from counted as c
  where c.sessions > 0 or c.conversations > 0
  order by c.conversations desc, c.sessions desc, c.value
  limit least(greatest(p_limit, 1), 100);
end
$$;

revoke execute on function public.get_top_values(text[], date, date, text, integer) from public, anon;
grant execute on function public.get_top_values(text[], date, date, text, integer) to authenticated, service_role;
