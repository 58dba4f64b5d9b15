-- A page of the list by a figure of the visitors. The first in the order are looked for where they stand in it; where
-- too few of those were there in the range, whoever was is put in order.

create function private.visitors_after(p_column text, p_after jsonb, p_parameter text default '$3')
returns text
language sql
immutable
as $$
  select case
    when p_after is null then 'true'
    else format(
      -- Of the level, too, so that its index knows where to begin.
      case when p_column = 'page_view_count'
        then 'visitor.page_view_level <= private.page_view_level((%2$s ->> ''figure'')::integer) and '
        else ''
      end || '(visitor.%1$I, visitor.id) < ((%2$s ->> ''figure'')::integer, (%2$s ->> ''id'')::uuid)',
      p_column,
      p_parameter
    )
  end
$$;

comment on function private.visitors_after(text, jsonb, text) is
  'The condition on a visitor to come after a cursor (a parameter) in the order of a figure, as SQL.';

create function private.leading_visitors(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer,
  p_walked integer
)
returns table (places text[], ids uuid[], is_page boolean)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_candidates text;
  v_level integer;
begin
  if p_column = 'page_view_count' then
    -- The index knows the order of their levels alone: those down to the level of the last candidate are put in order.
    -- It is asked for first, so that the plan knows how few these are.
    execute format(
      $sql$
        select first.level
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select visitor.page_view_level as level
          from private.matching_visitors(array[wanted.site_domain], $2) as visitor
          where visitor.site_domain = wanted.site_domain and %s
          order by visitor.page_view_level desc
          limit $4
        ) as first
        order by first.level desc
        offset $4 - 1
        limit 1
      $sql$,
      private.visitors_after(p_column, p_after)
    )
    into v_level
    using p_site_domains, p_filter, p_after, p_walked;
    v_candidates := $sql$
      with candidates as materialized (
        select first.site_domain, first.id, first.figure, first.was_there
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select
            visitor.site_domain, visitor.id, visitor.page_view_count as figure, visitor.step_days && all ($6) as was_there
          from private.matching_visitors(array[wanted.site_domain], $2) as visitor
          where visitor.site_domain = wanted.site_domain and visitor.page_view_level >= $7 and %2$s
        ) as first
        order by first.figure desc, first.id desc
        limit $5
      ),
    $sql$;
  else
    v_candidates := $sql$
      with candidates as materialized (
        select first.site_domain, first.id, first.figure, first.was_there
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select visitor.site_domain, visitor.id, visitor.%1$I as figure, visitor.step_days && all ($6) as was_there
          from private.matching_visitors(array[wanted.site_domain], $2) as visitor
          where visitor.site_domain = wanted.site_domain and %2$s
          order by visitor.%1$I desc, visitor.id desc
          limit $5
        ) as first
        order by first.figure desc, first.id desc
        limit $5
      ),
    $sql$;
  end if;
  -- A column's name cannot be a parameter; it comes from a list of the caller's.
  return query execute format(v_candidates, p_column, private.visitors_after(p_column, p_after)) || $sql$
    page as (
      select c.site_domain, c.id, c.figure
      from candidates as c
      where c.was_there
      order by c.figure desc, c.id desc
      limit $4
    )
    select
      array_agg(p.site_domain order by p.figure desc, p.id desc) as places,
      array_agg(p.id order by p.figure desc, p.id desc) as ids,
      count(*) = $4 or (select count(*) from candidates) < $5
    from page as p
  $sql$
  using
    p_site_domains, p_filter, p_after, p_limit, p_walked, private.wanted_days(p_filter), coalesce(v_level, 0);
end
$$;

comment on function private.leading_visitors(text[], jsonb, text, jsonb, integer, integer) is
  'Who was there of the first p_walked visitors, by one of their figures, who pass what a filter says of the visitor; at most a page, and whether it is one.';

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
      from %2$s
      where %3$s
      -- Not as an index has it: that was tried before.
      order by visitor.%1$I + 0 desc, visitor.id desc
      limit $6
    $sql$,
    p_column,
    case
      when p_there is null then format('(%s) as visitor', private.passing_query(v_search is not null, p_column))
      else $sql$
        (
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
        cross join lateral (
          select matching.*
          from private.matching_visitors(array[there.site_domain], $11) as matching
          where matching.site_domain = there.site_domain
            and matching.id = there.visitor_id
            and matching.step_days && all ($3)
          limit 1
        ) as visitor
      $sql$
    end,
    private.visitors_after(p_column, p_after, '$5')
  )
  using
    v_domains,
    p_filter - 'search',
    private.wanted_days(p_filter),
    case when p_there is null then private.found_by_search(v_domains, v_search) end,
    p_after,
    p_limit,
    private.filter_day(p_filter, 'from'),
    private.filter_day(p_filter, 'to'),
    private.last_step(private.wanted_steps(p_filter)),
    p_there,
    private.said_of_one(p_filter);
end
$$;

comment on function private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, integer) is
  'A page of visitors by one of their figures: all who pass are put in order, looked up one by one from the visitor-days of the range (private.count_days_there, as many as p_there) or, where it is null, found by their own columns.';

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

create function private.visitors_by_figure(
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
  -- Of a search, the words of each one have to be looked at.
  v_most integer := case when coalesce(p_filter ->> 'search', '') = '' then 20000 else 4000 end;
  v_filter jsonb;
begin
  -- Conversions have an index of their own, and few days have any: without a walk in an order that may have nobody first.
  if private.wanted_steps(p_filter) >= 16 then
    v_there := private.count_days_there(p_site_domains, p_filter, v_most);
  end if;
  if v_there is null or v_there > 3000 then
    v_filter := private.filter_to_walk(p_site_domains, p_filter, (p_filter ->> 'to')::date);
  end if;
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
      v_there := coalesce(v_there, private.count_days_there(p_site_domains, p_filter, v_most));
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
      exit when v_there <= v_most;
    end if;
    -- Twice as many as it takes if as many of the next were there; words are looked for in each.
    v_walked := 20 * p_limit * p_limit / greatest(v_held, 1);
    exit when v_filter ? 'words' or v_walked > 150 * p_limit;
  end loop;
  -- Else few passed the filter or few were there.
  return query
    select page.site_domain, page.id, null::date, null::timestamptz
    from private.rare_visitors_by_figure(
      p_site_domains, p_filter, p_column, p_after, p_limit, case when v_there <= v_most then v_there end
    ) as page;
end
$$;

comment on function private.visitors_by_figure(text[], jsonb, text, jsonb, integer) is
  'A page of visitors by one of their figures, the greatest first.';

revoke execute on function
  private.visitors_after(text, jsonb, text),
  private.leading_visitors(text[], jsonb, text, jsonb, integer, integer),
  private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, integer),
  private.count_days_there(text[], jsonb, integer),
  private.visitors_by_figure(text[], jsonb, text, jsonb, integer)
from public, anon;
grant execute on function
  private.visitors_after(text, jsonb, text),
  private.leading_visitors(text[], jsonb, text, jsonb, integer, integer),
  private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, integer),
  private.count_days_there(text[], jsonb, integer),
  private.visitors_by_figure(text[], jsonb, text, jsonb, integer)
to authenticated, service_role;
