-- Visitors that few pass a filter of are looked up as far as the page can reach by when they were last seen; whoever
-- did what is rare has his visits looked up; a walk in an order goes as far as the first part of it says it must.

drop function private.newest_by_filter(text[], jsonb, date, date, jsonb, integer);

create or replace function private.visitors_by_filter(
  p_site_domains text[],
  p_filter jsonb,
  p_before date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date, last_visit_at timestamptz)
language sql
stable
as $$
  -- Visitors first, each with its last day in the filter's range, as far as it can be one of the page's; their last
  -- visits are looked up of those days alone that the page can be of.
  with candidate as materialized (
    select
      visitor.site_domain,
      visitor.id,
      -- No timezone is further from UTC than a day. A conversion may be told to be of any time.
      case
        when private.wanted_steps(p_filter) < 16 then (visitor.last_seen_at at time zone 'UTC')::date + 1
        else 'infinity'
      end as last_possible_day
    from private.passing_visitors(p_site_domains, p_filter) as visitor
    where private.wanted_steps(p_filter) >= 16
      or (visitor.first_seen_at at time zone 'UTC')::date - 1 < p_before
  ),
  -- Whoever was last seen then is most likely on the page: a day that as many have as it holds is as far as it goes.
  reached as materialized (
    select done.last_day
    from (
      select c.site_domain, c.id
      from candidate as c
      where c.last_possible_day
        <= (select least((p_filter ->> 'to')::date, p_before - 1, (p_after ->> 'last_day')::date) + 1)
      order by c.last_possible_day desc
      limit 2 * p_limit
    ) as likely
    cross join lateral private.days_in_range(likely.site_domain, likely.id, p_filter) as done
    where done.last_day < least(p_before, (select (p_after ->> 'last_day')::date))
      and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
    order by done.last_day desc
    offset p_limit - 1
    limit 1
  ),
  passing as (
    select c.site_domain, c.id, done.last_day
    from candidate as c
    cross join lateral private.days_in_range(c.site_domain, c.id, p_filter) as done
    where c.last_possible_day
        >= (select coalesce(max(r.last_day), (p_filter ->> 'from')::date) from reached as r)
      and done.last_day < p_before
      and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
  ),
  near as (
    select p.site_domain, p.id, p.last_day
    from passing as p
    where p.last_day = (select (p_after ->> 'last_day')::date)
    union all
    (
      select p.site_domain, p.id, p.last_day
      from passing as p
      where p_after is null or p.last_day < (select (p_after ->> 'last_day')::date)
      order by p.last_day desc
      fetch first (p_limit) rows with ties
    )
  )
  select near.site_domain, near.id, near.last_day, visit.ended_at
  from near
  cross join lateral private.last_visit(near.site_domain, near.id, near.last_day) as visit
  where p_after is null
    or (near.last_day, visit.ended_at, near.id)
      < ((p_after ->> 'last_day')::date, (p_after ->> 'last_visit_at')::timestamptz, (p_after ->> 'id')::uuid)
  order by near.last_day desc, visit.ended_at desc, near.id desc
  limit p_limit
$$;

create or replace function private.page_of_visitors(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date, last_visit_at timestamptz)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
rows 50
as $$
#variable_conflict use_column
declare
  v_from date := p_filter ->> 'from';
  v_to date := least((p_filter ->> 'to')::date, (p_after ->> 'last_day')::date);
  v_start date;
  v_length integer := 1;
  v_left integer := p_limit;
  v_first integer;
  v_found integer;
  v_by_visitor boolean := coalesce(p_filter ->> 'statuses', p_filter ->> 'scores', p_filter ->> 'country') is not null;
  v_walked jsonb;
begin
  if p_filter ->> 'account_id' is not null then
    return query select * from private.visitors_of_account(p_site_domains, p_filter, p_sort, p_after, p_limit);
    return;
  elsif p_sort <> 'recent' then
    return query select * from private.visitors_by_figure(p_site_domains, p_filter, p_sort, p_after, p_limit);
    return;
  end if;
  v_walked := private.filter_to_walk(p_site_domains, p_filter, v_to);
  -- The newest days first, more of them each time. What a filter of the visitors has not found by then is rare
  -- and found by that filter.
  while v_left > 0 and v_to >= v_from and v_walked is not null and (v_length <= 16 or not v_by_visitor) loop
    v_start := greatest(v_from, v_to - v_length + 1);
    v_first := 0;
    if v_start = v_to and private.wanted_steps(p_filter) < 16 then
      return query select * from private.visitors_by_visit(p_site_domains, v_walked, v_to, p_after, v_left);
      get diagnostics v_first = row_count;
      v_left := v_left - v_first;
      exit when v_left = 0;
    end if;
    return query
      select * from private.visitors_by_day(p_site_domains, v_walked, v_start, v_to, p_after, v_left, v_first);
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_found := v_found + v_first;
    v_to := v_start - 1;
    if v_found < p_limit / 4 then
      v_length := v_length * 4;
    end if;
  end loop;
  if v_left > 0 and v_to >= v_from then
    return query
      select * from private.visitors_by_filter(p_site_domains, p_filter, v_to + 1, p_after, v_left);
  end if;
end
$$;

create or replace function private.visitors_by_day(
  p_site_domains text[],
  p_filter jsonb,
  p_from date,
  p_to date,
  p_after jsonb,
  p_limit integer,
  p_found integer default 0
)
returns table (site_domain text, id uuid, last_day date, last_visit_at timestamptz)
language sql
stable
as $$
  -- Days first: those whose last day of the wanted step in the filter's range lies in [p_from, p_to], in the order
  -- of the list; one after the other until there are enough.
  select shown.site_domain, shown.visitor_id, shown.day, shown.last_visit_at
  from (
    select
      candidate.site_domain,
      candidate.visitor_id,
      candidate.day,
      candidate.steps,
      coalesce(
        visit.ended_at,
        (
          select earlier.ended_at
          from private.last_visit(candidate.site_domain, candidate.visitor_id, candidate.day) as earlier
        )
      ) as last_visit_at
    from rollup.visitor_days as candidate
    left join (
      select session.site_domain, session.visitor_id, session.day, max(session.last_activity_at) as ended_at
      from public.visitor_sessions as session
      where session.site_domain = any (p_site_domains)
        and session.day between p_from and p_to
        and session.counts
        -- Of the few who did what is rare, each is looked up.
        and private.wanted_steps(p_filter) < 16
      group by session.site_domain, session.visitor_id, session.day
    ) as visit
      on visit.site_domain = candidate.site_domain
      and visit.visitor_id = candidate.visitor_id
      and visit.day = candidate.day
    where candidate.site_domain = any (p_site_domains)
      and candidate.day between p_from and p_to
      and candidate.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
      -- Says so in the index's own words: conversions are rare.
      and (private.wanted_steps(p_filter) < 16 or candidate.steps & 240 <> 0)
    order by candidate.day desc, last_visit_at desc, candidate.visitor_id desc
    offset 0
  ) as shown
  cross join lateral (
    select from private.matching_visitors(array[shown.site_domain], p_filter) as matching
    where matching.site_domain = shown.site_domain and matching.id = shown.visitor_id
    limit 1
  ) as visitor
  where (
      p_after is null
      -- Each read once, not for every row.
      or (shown.day, shown.last_visit_at, shown.visitor_id) < (
        (select (p_after ->> 'last_day')::date),
        (select (p_after ->> 'last_visit_at')::timestamptz),
        (select (p_after ->> 'id')::uuid)
      )
    )
    -- Nothing comes after the last day of the range, which the first page is of.
    and (
      shown.day = (p_filter ->> 'to')::date
      or (
        select true
        from rollup.visitor_days as later
        where later.site_domain = shown.site_domain
          and later.visitor_id = shown.visitor_id
          and later.day > shown.day
          and later.day <= (p_filter ->> 'to')::date
          and later.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
        limit 1
      ) is null
    )
    and (
      shown.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
      or (
        select done.steps
        from private.days_in_range(shown.site_domain, shown.visitor_id, p_filter) as done
      ) & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
    )
  order by shown.day desc, shown.last_visit_at desc, shown.visitor_id desc
  offset p_found
  limit p_limit
$$;

drop function private.leading_visitors(text[], jsonb, text, jsonb, integer, integer);

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

revoke execute on function private.leading_visitors(text[], jsonb, text, jsonb, integer, integer)
from public, anon;
grant execute on function private.leading_visitors(text[], jsonb, text, jsonb, integer, integer)
to authenticated, service_role;

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
