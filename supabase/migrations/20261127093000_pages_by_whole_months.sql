-- Of the best pages, countries, devices and referrers, too, whole months are read where that is less.

create or replace function public.get_top_values(
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
  v_limit integer := least(greatest(coalesce(p_limit, 10), 1), 100);
  v_best text[];
  v_before date;
  v_wide daterange;
  v_wide_before daterange;
begin
  perform private.check_window(p_from, p_to);
  v_before := p_from - (p_to - p_from + 1);
  v_wide := rollup.widened(p_from, p_to);
  v_wide_before := rollup.widened(v_before, p_from - 1);
  if p_dimension is null or p_dimension not in ('page', 'country', 'device', 'referrer') then
    raise exception 'p_dimension is page, country, device or referrer, not %', coalesce(p_dimension, 'null')
      using errcode = 'PT400';
  end if;
  -- The best are those with the most conversations, ties and all: where there are enough of them, sessions and the
  -- time before are read of these alone.
  v_best := array(
    select ranked.value
    from (
      select f.value, rank() over (order by sum(f.n) desc) as place, count(*) over () as values
      from rollup.sums_of_wider(
        v_domains, array['conversations'], p_dimension, p_from, p_to, lower(v_wide), upper(v_wide) - 1
      ) as f
      group by f.value
      having sum(f.n) > 0
    ) as ranked
    where ranked.place <= v_limit and ranked.values >= v_limit
  );
  return query
  with counted as (
    select
      f.value,
      coalesce(sum(f.n) filter (where f.is_now and f.metric = 'sessions'), 0)::bigint as sessions,
      coalesce(sum(f.n) filter (where f.is_now and f.metric = 'conversations'), 0)::bigint as conversations,
      coalesce(sum(f.n) filter (where not f.is_now and f.metric = 'sessions'), 0)::bigint as previous_sessions,
      coalesce(sum(f.n) filter (where not f.is_now and f.metric = 'conversations'), 0)::bigint
        as previous_conversations
    from (
      select figure.value, figure.metric, figure.n, true as is_now
      from rollup.sums_of_wider(
        v_domains,
        array['sessions', 'conversations'],
        p_dimension,
        p_from,
        p_to,
        lower(v_wide),
        upper(v_wide) - 1
      ) as figure
      union all
      select figure.value, figure.metric, figure.n, false
      from rollup.sums_of_wider(
        v_domains,
        array['sessions', 'conversations'],
        p_dimension,
        v_before,
        p_from - 1,
        lower(v_wide_before),
        upper(v_wide_before) - 1
      ) as figure
    ) as f
    where v_best = '{}' or f.value = any (v_best)
    group by f.value
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
  limit v_limit;
end
$$;
