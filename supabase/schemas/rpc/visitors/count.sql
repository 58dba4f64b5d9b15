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
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_wanted smallint := private.wanted_steps(p_filter);
  v_count bigint;
begin
  -- Executed, as several processes count only then. A step alone is found on the first day that has it; several are
  -- gathered from all days of the range. Who viewed pages and was first and last seen within a long range, a timezone's
  -- day from its ends, was there in it: only the others' days are looked up.
  execute format(
    case
      when v_wanted = 1 and private.filter_day(p_filter, 'to') - private.filter_day(p_filter, 'from') > 60 then $sql$
        select count(*)
        from private.%I($1, $2) as visitor
        where visitor.last_seen_at >= ($3 - 1)::timestamp at time zone 'UTC'
          and visitor.first_seen_at < ($4 + 2)::timestamp at time zone 'UTC'
          and (
            (
              visitor.page_view_count > 0
              and visitor.first_seen_at >= ($3 + 1)::timestamp at time zone 'UTC'
              and visitor.last_seen_at < $4::timestamp at time zone 'UTC'
            )
            or exists (
              select 1
              from rollup.visitor_days as done
              where done.site_domain = visitor.site_domain
                and done.visitor_id = visitor.id
                and done.day between $3 and $4
                and done.steps & $5 <> 0
            )
          )
      $sql$
      when v_wanted = private.last_step(v_wanted) then $sql$
        select count(*)
        from private.%I($1, $2) as visitor
        where exists (
          select 1
          from rollup.visitor_days as done
          where done.site_domain = visitor.site_domain
            and done.visitor_id = visitor.id
            and done.day between $3 and $4
            and done.steps & $5 <> 0
        )
      $sql$
      else $sql$
        select count(*)
        from (
          select done.site_domain, done.visitor_id
          from rollup.visitor_days as done
          join private.%I($1, $2) as visitor
            on visitor.site_domain = done.site_domain and visitor.id = done.visitor_id
          where done.site_domain = any ($1) and done.day between $3 and $4
          group by done.site_domain, done.visitor_id
          having bit_or(done.steps) & $5 = $5
        ) as counted
      $sql$
    end,
    -- A search is made once, by one process.
    case when coalesce(p_filter ->> 'search', '') = '' then 'matching_visitors' else 'passing_visitors' end
  )
  into v_count
  using v_domains, p_filter, private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to'), v_wanted;
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
