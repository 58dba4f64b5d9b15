-- Who was there on few days is found by these days, by a plan that is told how few.

drop function private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, boolean);

create function private.rare_visitors_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer,
  p_there integer
)
returns table (site_domain text, id uuid)
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
  v_search text := nullif(p_filter ->> 'search', '');
begin
  -- A column's name cannot be a parameter; it comes from a list of the caller's.
  return query execute format(
    $sql$
      select visitor.site_domain, visitor.id
      from (%2$s) as visitor
      %4$s
      where %3$s
      -- Not as an index has it: that was tried before.
      order by visitor.%1$I + 0 desc, visitor.id desc
      limit $6
    $sql$,
    p_column,
    private.passing_query(v_search is not null, p_column),
    private.visitors_after(p_column, p_after, '$5'),
    case when p_there is not null then $sql$
      join (
        select distinct one_day.site_domain, one_day.visitor_id
        from (
          select candidate.site_domain, candidate.visitor_id
          from rollup.visitor_days as candidate
          where candidate.site_domain = any ($1)
            and candidate.day between $7 and $8
            and candidate.steps & $9 <> 0
            and ($9 < 16 or candidate.steps & 240 <> 0)
          -- All of them: so that the plan knows how few.
          limit $10
        ) as one_day
      ) as there
        on there.site_domain = visitor.site_domain and there.visitor_id = visitor.id
    $sql$ else '' end
  )
  using
    v_domains,
    p_filter - 'search',
    private.wanted_days(p_filter),
    private.found_by_search(v_domains, v_search),
    p_after,
    p_limit,
    private.filter_day(p_filter, 'from'),
    private.filter_day(p_filter, 'to'),
    private.last_step(private.wanted_steps(p_filter)),
    p_there;
end
$$;

comment on function private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, integer) is
  'A page of visitors by one of their figures: all who pass are put in order, found by the visitor-days of the range (private.count_days_there, as many as p_there) or, where it is null, by their own columns.';

create function private.count_days_there(p_site_domains text[], p_filter jsonb, p_most integer)
returns integer
language sql
stable
as $$
  select count(*)::integer
  from (
    select
    from rollup.visitor_days as candidate
    where candidate.site_domain = any (p_site_domains)
      and candidate.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
      and candidate.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
      and (private.wanted_steps(p_filter) < 16 or candidate.steps & 240 <> 0)
    limit p_most + 1
  ) as there
$$;

comment on function private.count_days_there(text[], jsonb, integer) is
  'On how many days of a range visitors did the last of the steps that a filter wants, each visitor counted by the day; more than p_most are not counted on.';

create or replace function private.visitors_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date, last_visit_at timestamptz)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_walked integer := 10 * p_limit;
  v_held integer;
  v_page record;
  v_there integer;
  v_filter jsonb := private.filter_to_walk(p_site_domains, p_filter, (p_filter ->> 'to')::date);
begin
  -- The first in the order, as long as enough of them were there in the range.
  while v_filter is not null loop
    select * into v_page
    from private.leading_visitors(p_site_domains, v_filter, p_column, p_after, p_limit, v_walked);
    if v_page.is_page then
      return query
        select page.site_domain, page.id, null::date, null::timestamptz
        from unnest(v_page.places, v_page.ids) as page (site_domain, id);
      return;
    end if;
    exit when v_walked > 10 * p_limit;
    v_held := coalesce(cardinality(v_page.ids), 0);
    if v_held * 4 < p_limit then
      v_there := private.count_days_there(p_site_domains, p_filter, 20000);
      exit when v_there <= 3000;
      if v_there <= 20000
        and p_column <> 'page_view_count'
        and private.last_step(private.wanted_steps(p_filter)) = private.wanted_steps(p_filter)
        and not exists (
          select from jsonb_each(p_filter) as f
          where f.key not in ('from', 'to', 'did') and jsonb_typeof(f.value) <> 'null'
        )
      then
        select * into v_page
        from private.leading_visitors_there(p_site_domains, p_filter, p_column, p_after, p_limit, 20000);
        if found then
          return query
            select page.site_domain, page.id, null::date, null::timestamptz
            from unnest(v_page.places, v_page.ids) as page (site_domain, id);
          return;
        end if;
      end if;
      exit when v_there <= 20000;
    end if;
    -- Twice as many as it takes if as many of the next were there; words are looked for in each.
    v_walked := 20 * p_limit * p_limit / greatest(v_held, 1);
    exit when v_filter ? 'words' or v_walked > 150 * p_limit;
  end loop;
  -- Else few passed the filter or few were there. Conversions have an index of their own, and few days have any.
  if v_there is null and private.wanted_steps(p_filter) >= 16 then
    v_there := private.count_days_there(p_site_domains, p_filter, 20000);
  end if;
  return query
    select page.site_domain, page.id, null::date, null::timestamptz
    from private.rare_visitors_by_figure(
      p_site_domains, p_filter, p_column, p_after, p_limit, case when v_there <= 20000 then v_there end
    ) as page;
end
$$;

revoke execute on function
  private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, integer),
  private.count_days_there(text[], jsonb, integer)
from public, anon;
grant execute on function
  private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, integer),
  private.count_days_there(text[], jsonb, integer)
to authenticated, service_role;
