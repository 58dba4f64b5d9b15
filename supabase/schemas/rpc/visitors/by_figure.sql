-- A page of the list by a figure of the visitors. The first in the order are looked for where they stand in it; where
-- too few of those were there in the range, whoever was is put in order.

create function private.visitors_after(p_column text, p_after jsonb)
returns text
language sql
immutable
as $$
  select case
    when p_after is null then 'true'
    else format(
      -- Of the level, too, so that its index knows where to begin.
      case when p_column = 'page_view_count'
        then 'visitor.page_view_level <= private.page_view_level(($3 ->> ''figure'')::integer) and '
        else ''
      end || '(visitor.%I, visitor.id) < (($3 ->> ''figure'')::integer, ($3 ->> ''id'')::uuid)',
      p_column
    )
  end
$$;

comment on function private.visitors_after(text, jsonb) is
  'The condition on a visitor to come after a cursor ($3) in the order of a figure, as SQL.';

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
begin
  if p_column = 'page_view_count' then
    -- The index knows the order of their levels alone: those down to the level of the last candidate are put in order.
    v_candidates := $sql$
      with least_level as materialized (
        select first.level
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select visitor.page_view_level as level
          from private.matching_visitors(array[wanted.site_domain], $2) as visitor
          where visitor.site_domain = wanted.site_domain and %2$s
          order by visitor.page_view_level desc
          limit $5
        ) as first
        order by first.level desc
        offset $5 - 1
        limit 1
      ),
      candidates as materialized (
        select first.site_domain, first.id, first.figure
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select visitor.site_domain, visitor.id, visitor.page_view_count as figure
          from private.matching_visitors(array[wanted.site_domain], $2) as visitor
          where visitor.site_domain = wanted.site_domain
            and visitor.page_view_level >= (select coalesce(max(l.level), 0) from least_level as l)
            and %2$s
        ) as first
        order by first.figure desc, first.id desc
        limit $5
      ),
    $sql$;
  else
    v_candidates := $sql$
      with candidates as materialized (
        select first.site_domain, first.id, first.figure
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select visitor.site_domain, visitor.id, visitor.%1$I as figure
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
      from (select * from candidates as each_one order by each_one.figure desc, each_one.id desc offset 0) as c
      cross join lateral private.days_in_range(c.site_domain, c.id, $2) as done
      where done.last_day is not null
        and done.steps & private.wanted_steps($2) = private.wanted_steps($2)
      limit $4
    )
    select
      array_agg(p.site_domain order by p.figure desc, p.id desc) as places,
      array_agg(p.id order by p.figure desc, p.id desc) as ids,
      count(*) = $4 or (select count(*) from candidates) < $5
    from page as p
  $sql$
  using p_site_domains, p_filter, p_after, p_limit, p_walked;
end
$$;

comment on function private.leading_visitors(text[], jsonb, text, jsonb, integer, integer) is
  'Who was there of the first p_walked visitors, by one of their figures, who pass what a filter says of the visitor; at most a page, and whether it is one.';

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
    if v_held * 4 < p_limit or v_filter ? 'words' then
      select count(*) into v_there
      from (
        select
        from rollup.visitor_days as candidate
        where candidate.site_domain = any (p_site_domains)
          and candidate.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
          and candidate.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
          and (private.wanted_steps(p_filter) < 16 or candidate.steps & 240 <> 0)
        limit 20001
      ) as there;
      -- Words are looked for in each visitor: only as long as that is less than looking for all who have them.
      exit when v_there <= 3000 or v_filter ? 'words';
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
        exit;
      end if;
    end if;
    -- Twice as many as it takes if as many of the next were there.
    v_walked := least(40 * p_limit, 20 * p_limit * p_limit / greatest(v_held, 1));
  end loop;
  if v_filter ? 'words' and v_there > 3000 then
    v_filter := null;
  end if;
  -- Else few passed the filter or few were there: these first, then in order.
  return query execute format(
    case
      when v_filter is null then $sql$
        select visitor.site_domain, visitor.id, null::date, null::timestamptz
        from private.passing_visitors($1, $2) as visitor
        cross join lateral private.days_in_range(visitor.site_domain, visitor.id, $2) as done
        where ($3 is null or (visitor.%1$I, visitor.id) < (($3 ->> 'figure')::integer, ($3 ->> 'id')::uuid))
          and done.last_day is not null
          and done.steps & private.wanted_steps($2) = private.wanted_steps($2)
        order by visitor.%1$I desc, visitor.id desc
        limit $4
      $sql$
      else $sql$
        select visitor.site_domain, visitor.id, null::date, null::timestamptz
        from (
          select candidate.site_domain, candidate.visitor_id
          from rollup.visitor_days as candidate
          where candidate.site_domain = any ($1)
            and candidate.day between ($2 ->> 'from')::date and ($2 ->> 'to')::date
            and candidate.steps & private.last_step(private.wanted_steps($2)) <> 0
            and (private.wanted_steps($2) < 16 or candidate.steps & 240 <> 0)
          group by candidate.site_domain, candidate.visitor_id
        ) as there
        cross join lateral (
          select matching.*
          from private.matching_visitors(array[there.site_domain], $2) as matching
          where matching.site_domain = there.site_domain and matching.id = there.visitor_id
          limit 1
        ) as visitor
        where ($3 is null or (visitor.%1$I, visitor.id) < (($3 ->> 'figure')::integer, ($3 ->> 'id')::uuid))
          and (
            private.last_step(private.wanted_steps($2)) = private.wanted_steps($2)
            or (
              select done.steps
              from private.days_in_range(there.site_domain, there.visitor_id, $2) as done
            ) & private.wanted_steps($2) = private.wanted_steps($2)
          )
        order by visitor.%1$I desc, visitor.id desc
        limit $4
      $sql$
    end,
    p_column
  )
  using p_site_domains, coalesce(v_filter, p_filter), p_after, p_limit;
end
$$;

comment on function private.visitors_by_figure(text[], jsonb, text, jsonb, integer) is
  'A page of visitors by one of their figures, the greatest first.';

revoke execute on function
  private.visitors_after(text, jsonb),
  private.leading_visitors(text[], jsonb, text, jsonb, integer, integer),
  private.visitors_by_figure(text[], jsonb, text, jsonb, integer)
from public, anon;
grant execute on function
  private.visitors_after(text, jsonb),
  private.leading_visitors(text[], jsonb, text, jsonb, integer, integer),
  private.visitors_by_figure(text[], jsonb, text, jsonb, integer)
to authenticated, service_role;
