-- Lists of visitors read the newest visits of a day, not all of it, and the first visitors in the order of a figure.

create index visitors_session_count_idx on public.visitors (site_domain, session_count desc, id desc) where counts;
create index visitors_conversation_count_idx on public.visitors (site_domain, conversation_count desc, id desc)
  where counts;

drop function private.visitors_by_day(text[], jsonb, date, date, jsonb, integer);

create function private.visitors_by_visit(
  p_site_domains text[],
  p_filter jsonb,
  p_day date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date, last_visit_at timestamptz)
language sql
stable
as $$
  -- The day's visits that ended last, and those of the day before that went on until then: whoever the list shows
  -- before the last of them has a visit here, so that the rest of the day need not be put in order.
  with newest as materialized (
    select session.site_domain, session.visitor_id, session.last_activity_at as ended_at
    from public.visitor_sessions as session
    where session.site_domain = any (p_site_domains)
      and session.day = p_day
      and session.counts
      and session.last_activity_at <= (
        select case when (p_after ->> 'last_day')::date = p_day then (p_after ->> 'last_visit_at')::timestamptz else 'infinity' end
      )
    order by session.last_activity_at desc, session.visitor_id desc
    limit 20 * p_limit
  ),
  last_of_them as materialized (
    select n.ended_at, n.visitor_id
    from newest as n
    order by n.ended_at, n.visitor_id
    offset 0
    limit 1
  )
  select shown.site_domain, shown.visitor_id, p_day, shown.ended_at
  from (
    select n.site_domain, n.visitor_id, n.ended_at
    from newest as n
    union
    select session.site_domain, session.visitor_id, session.last_activity_at
    from public.visitor_sessions as session
    where session.site_domain = any (p_site_domains)
      and session.day = p_day - 1
      and session.counts
      and session.last_activity_at >= (select l.ended_at from last_of_them as l)
      and (session.last_activity_at, session.visitor_id) > (select l.ended_at, l.visitor_id from last_of_them as l)
    order by ended_at desc, visitor_id desc
    offset 0
  ) as shown
  where (
      p_after is null
      -- Each read once, not for every row.
      or (p_day, shown.ended_at, shown.visitor_id) < (
        (select (p_after ->> 'last_day')::date),
        (select (p_after ->> 'last_visit_at')::timestamptz),
        (select (p_after ->> 'id')::uuid)
      )
    )
    -- Scalar subqueries, so that they are asked one after the other and only until the page is full.
    and (
      select true
      from rollup.visitor_days as done
      where done.site_domain = shown.site_domain
        and done.visitor_id = shown.visitor_id
        and done.day = p_day
        and done.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
      limit 1
    )
    and (
      select true
      from private.matching_visitors(array[shown.site_domain], p_filter) as matching
      where matching.site_domain = shown.site_domain and matching.id = shown.visitor_id
      limit 1
    )
    and (
      p_day = (p_filter ->> 'to')::date
      or (
        select true
        from rollup.visitor_days as later
        where later.site_domain = shown.site_domain
          and later.visitor_id = shown.visitor_id
          and later.day > p_day
          and later.day <= (p_filter ->> 'to')::date
          and later.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
        limit 1
      ) is null
    )
    and (
      private.last_step(private.wanted_steps(p_filter)) = private.wanted_steps(p_filter)
      or (
        select done.steps
        from private.days_in_range(shown.site_domain, shown.visitor_id, p_filter) as done
      ) & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
    )
    -- Another of the visitor's visits may be the one that the list goes by.
    and shown.ended_at = (
      select visit.ended_at from private.last_visit(shown.site_domain, shown.visitor_id, p_day) as visit
    )
  order by shown.ended_at desc, shown.visitor_id desc
  limit p_limit
$$;

comment on function private.visitors_by_visit(text[], jsonb, date, jsonb, integer) is
  'The first of a page of visitors whose last day in a filter''s range is this one, by their last visit of it, as far as the newest visits tell: quick where many pass the filter.';

create function private.visitors_by_day(
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
      where session.site_domain = any (p_site_domains) and session.day between p_from and p_to and session.counts
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

comment on function private.visitors_by_day(text[], jsonb, date, date, jsonb, integer, integer) is
  'A page of visitors by their last day in a filter''s range and their last visit of it, of those days alone: quick where many pass the filter.';

create function private.leading_visitors(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer,
  p_walked integer
)
returns table (places text[], ids uuid[])
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_found record;
  v_is_indexed boolean := p_column <> 'page_view_count';
begin
  -- A column's name cannot be a parameter; it comes from a list of the caller's.
  execute format(
    $sql$
      with candidates as materialized (
        select first.site_domain, first.id, first.figure
        from %2$s
        cross join lateral (
          select visitor.site_domain, visitor.id, visitor.%1$I as figure
          from private.matching_visitors(%3$s, $2) as visitor
          where (%4$s)
            and ($3 is null or (visitor.%1$I, visitor.id) < (($3 ->> 'figure')::integer, ($3 ->> 'id')::uuid))
          order by visitor.%1$I desc, visitor.id desc
          limit $5
        ) as first
        order by first.figure desc, first.id desc
        limit $5
      ),
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
        count(*) = $4 or (select count(*) from candidates) < $5 as is_page
      from page as p
    $sql$,
    p_column,
    -- An index has the order of one website; without one, all are read once.
    case when v_is_indexed then 'unnest($1) as wanted (site_domain)' else '(select) as wanted' end,
    case when v_is_indexed then 'array[wanted.site_domain]' else '$1' end,
    case when v_is_indexed then 'visitor.site_domain = wanted.site_domain' else 'true' end
  )
  into v_found
  using p_site_domains, p_filter, p_after, p_limit, p_walked;
  if v_found.is_page then
    return query select v_found.places, v_found.ids;
  end if;
end
$$;

comment on function private.leading_visitors(text[], jsonb, text, jsonb, integer, integer) is
  'A page of visitors by one of their figures, where the first p_walked who pass what a filter says of the visitor suffice to tell; else nothing.';

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
  v_walked integer;
  v_page record;
  v_has_few boolean := private.expects_few_visitors(p_site_domains, p_filter, (p_filter ->> 'to')::date);
begin
  -- The first in the order, as long as enough of them were there in the range.
  foreach v_walked in array array[4 * p_limit, 40 * p_limit] loop
    exit when v_has_few;
    continue when p_column = 'page_view_count' and v_walked = 4 * p_limit;
    select * into v_page
    from private.leading_visitors(p_site_domains, p_filter, p_column, p_after, p_limit, v_walked);
    if found then
      return query
        select page.site_domain, page.id, null::date, null::timestamptz
        from unnest(v_page.places, v_page.ids) as page (site_domain, id);
      return;
    end if;
  end loop;
  -- Else few passed the filter or few were there: these first, then in order.
  return query execute format(
    case
      when v_has_few then $sql$
        select visitor.site_domain, visitor.id, null::date, null::timestamptz
        from private.matching_visitors($1, $2) as visitor
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
  using p_site_domains, p_filter, p_after, p_limit;
end
$$;

comment on function private.visitors_by_figure(text[], jsonb, text, jsonb, integer) is
  'A page of visitors by one of their figures, the greatest first.';

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
  v_has_few boolean;
begin
  if p_sort <> 'recent' then
    return query select * from private.visitors_by_figure(p_site_domains, p_filter, p_sort, p_after, p_limit);
    return;
  end if;
  v_has_few := private.expects_few_visitors(p_site_domains, p_filter, v_to);
  -- The newest days first, more of them each time. What a filter of the visitors has not found by then is rare
  -- and found by that filter.
  while v_left > 0 and v_to >= v_from and not v_has_few and (v_length <= 16 or not v_by_visitor) loop
    v_start := greatest(v_from, v_to - v_length + 1);
    v_first := 0;
    if v_start = v_to and private.wanted_steps(p_filter) < 16 then
      return query select * from private.visitors_by_visit(p_site_domains, p_filter, v_to, p_after, v_left);
      get diagnostics v_first = row_count;
      v_left := v_left - v_first;
      exit when v_left = 0;
    end if;
    return query
      select * from private.visitors_by_day(p_site_domains, p_filter, v_start, v_to, p_after, v_left, v_first);
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

comment on function private.page_of_visitors(text[], jsonb, text, jsonb, integer) is
  'Ids of a page of visitors in a sort: recent, or a figure''s column.';

revoke execute on function
  private.visitors_by_visit(text[], jsonb, date, jsonb, integer),
  private.visitors_by_day(text[], jsonb, date, date, jsonb, integer, integer),
  private.leading_visitors(text[], jsonb, text, jsonb, integer, integer)
from public, anon;
grant execute on function
  private.visitors_by_visit(text[], jsonb, date, jsonb, integer),
  private.visitors_by_day(text[], jsonb, date, date, jsonb, integer, integer),
  private.leading_visitors(text[], jsonb, text, jsonb, integer, integer)
to authenticated, service_role;
