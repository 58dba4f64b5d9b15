-- A page of the list by the last day and visit, found without reading every visitor.

create function private.last_visit(p_site_domain text, p_visitor_id uuid, p_day date)
returns table (ended_at timestamptz)
language sql
stable
parallel safe
as $$
  -- A visit that went on past midnight is one of the day it began on: where there is no other, it counts here too.
  select coalesce(
    max(session.last_activity_at) filter (where session.day = p_day),
    max(session.last_activity_at),
    '-infinity'
  )
  from public.visitor_sessions as session
  where session.site_domain = p_site_domain
    and session.visitor_id = p_visitor_id
    and session.counts
    and session.day between p_day - 1 and p_day
$$;

comment on function private.last_visit(text, uuid, date) is
  'When a visitor''s last visit of a day ended; -infinity when nothing but a conversation tells of the day.';

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

comment on function private.visitors_by_day(text[], jsonb, date, date, jsonb, integer, integer) is
  'A page of visitors by their last day in a filter''s range and their last visit of it, of those days alone: quick where many pass the filter.';

revoke execute on function
  private.last_visit(text, uuid, date),
  private.visitors_by_visit(text[], jsonb, date, jsonb, integer),
  private.visitors_by_day(text[], jsonb, date, date, jsonb, integer, integer)
from public, anon;
grant execute on function
  private.last_visit(text, uuid, date),
  private.visitors_by_visit(text[], jsonb, date, jsonb, integer),
  private.visitors_by_day(text[], jsonb, date, date, jsonb, integer, integer)
to authenticated, service_role;
