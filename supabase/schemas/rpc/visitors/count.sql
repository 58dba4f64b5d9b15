-- How many visitors pass a filter. A definer checks the domains once: so it may count with several processes.

create function private.count_filtered_visitors(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set max_parallel_workers_per_gather = 2
set random_page_cost = 2
set work_mem = '16MB'
-- Rows found by an index are looked up one by one; of very many, a page at a time is less.
set cpu_index_tuple_cost = 0.03
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_search text := nullif(p_filter ->> 'search', '');
  v_count bigint;
begin
  -- Executed, as several processes count only then.
  execute format('select count(*) from (%s) as visitor', private.passing_query(v_search is not null))
  into v_count
  using
    v_domains,
    p_filter - 'search',
    private.wanted_days(p_filter),
    private.found_by_search(v_domains, v_search);
  return v_count;
end
$$;

comment on function private.count_filtered_visitors(text[], jsonb) is
  'How many visitors of domains the caller may see pass a filter, counted one by one.';

create function public.count_visitors(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_from date := p_filter ->> 'from';
  v_to date := p_filter ->> 'to';
begin
  perform private.check_visitor_filter(p_filter);
  if not exists (
    select 1 from jsonb_each(p_filter) as f
    where f.key not in ('from', 'to', 'did') and jsonb_typeof(f.value) <> 'null'
  ) then
    return (
      select counted.n
      from private.distinct_visitors(
        v_domains, array[coalesce(p_filter ->> 'did', 'active')], v_from, v_to
      ) as counted
    );
  end if;
  return private.count_filtered_visitors(v_domains, p_filter);
end
$$;

comment on function public.count_visitors(text[], jsonb) is
  'How many visitors pass the filter of get_visitor_stats_with_intent, exactly.';

revoke execute on function
  private.count_filtered_visitors(text[], jsonb),
  public.count_visitors(text[], jsonb)
from public, anon;
grant execute on function
  private.count_filtered_visitors(text[], jsonb),
  public.count_visitors(text[], jsonb)
to authenticated, service_role;
