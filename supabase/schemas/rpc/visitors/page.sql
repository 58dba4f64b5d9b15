-- Which visitors a page of the list shows, found without reading them all.

create function private.last_visit(p_site_domain text, p_visitor_id uuid, p_day date)
returns table (ended_at timestamptz)
language sql
stable
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

create function private.visitors_by_day(
  p_site_domains text[],
  p_filter jsonb,
  p_from date,
  p_to date,
  p_after jsonb,
  p_limit integer
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
  limit p_limit
$$;

comment on function private.visitors_by_day(text[], jsonb, date, date, jsonb, integer) is
  'A page of visitors by their last day in a filter''s range and their last visit of it, of those days alone: quick where many pass the filter.';

create function private.visitors_by_filter(
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
  -- Visitors first, each with its last day in the filter's range; their last visits are looked up of those days alone
  -- that the page can be of.
  with passing as (
    select visitor.site_domain, visitor.id, done.last_day
    from private.matching_visitors(p_site_domains, p_filter) as visitor
    cross join lateral private.days_in_range(visitor.site_domain, visitor.id, p_filter) as done
    where done.last_day < p_before
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

comment on function private.visitors_by_filter(text[], jsonb, date, jsonb, integer) is
  'A page of visitors by their last day in a filter''s range, before a day: quick where few pass the filter.';

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
begin
  -- A column's name cannot be a parameter; it comes from a list of the caller's.
  return query execute format(
    $sql$
      select page.site_domain, page.id, null::date, null::timestamptz
      from unnest($1) as wanted (site_domain)
      cross join lateral (
        select visitor.site_domain, visitor.id, visitor.%1$I as figure
        from private.matching_visitors(array[wanted.site_domain], $2) as visitor
        cross join lateral private.days_in_range(visitor.site_domain, visitor.id, $2) as done
        where visitor.site_domain = wanted.site_domain
          and ($3 is null or (visitor.%1$I, visitor.id) < (($3 ->> 'figure')::integer, ($3 ->> 'id')::uuid))
          and done.last_day is not null
          and done.steps & private.wanted_steps($2) = private.wanted_steps($2)
        order by visitor.%1$I desc, visitor.id desc
        limit $4
      ) as page
      order by page.figure desc, page.id desc
      limit $4
    $sql$,
    p_column
  )
  using p_site_domains, p_filter, p_after, p_limit;
end
$$;

comment on function private.visitors_by_figure(text[], jsonb, text, jsonb, integer) is
  'A page of visitors by one of their figures, the greatest first.';

create function private.expects_few_visitors(p_site_domains text[], p_filter jsonb, p_day date)
returns boolean
language sql
stable
as $$
  -- Looking at days costs 1/share visitors for each one found, looking at all who pass costs share * all: with a
  -- million visitors the two meet near 1 in 150. Ids are random, so the first ones of a day are a sample.
  select case
    when coalesce(p_filter ->> 'search', p_filter ->> 'account_id') is not null then true
    when coalesce(p_filter ->> 'statuses', p_filter ->> 'scores', p_filter ->> 'country') is null then false
    else (
      select coalesce(count(visitor.id)::numeric / nullif(count(*), 0) < 1.0 / 150, false)
      from (
        select candidate.site_domain, candidate.visitor_id
        from rollup.visitor_days as candidate
        where candidate.site_domain = any (p_site_domains) and candidate.day = p_day
        limit 500
      ) as sample
      left join lateral (
        select matching.id
        from private.matching_visitors(array[sample.site_domain], p_filter) as matching
        where matching.site_domain = sample.site_domain and matching.id = sample.visitor_id
        limit 1
      ) as visitor on true
    )
  end
$$;

comment on function private.expects_few_visitors(text[], jsonb, date) is
  'Whether so few visitors pass a filter, by a sample of those of a day, that looking at all of them is quicker than looking at days.';

create function private.page_of_visitors(
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
    return query
      select * from private.visitors_by_day(p_site_domains, p_filter, v_start, v_to, p_after, v_left);
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
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
  private.last_visit(text, uuid, date),
  private.expects_few_visitors(text[], jsonb, date),
  private.visitors_by_day(text[], jsonb, date, date, jsonb, integer),
  private.visitors_by_filter(text[], jsonb, date, jsonb, integer),
  private.visitors_by_figure(text[], jsonb, text, jsonb, integer),
  private.page_of_visitors(text[], jsonb, text, jsonb, integer)
from public, anon;
grant execute on function
  private.last_visit(text, uuid, date),
  private.expects_few_visitors(text[], jsonb, date),
  private.visitors_by_day(text[], jsonb, date, date, jsonb, integer),
  private.visitors_by_filter(text[], jsonb, date, jsonb, integer),
  private.visitors_by_figure(text[], jsonb, text, jsonb, integer),
  private.page_of_visitors(text[], jsonb, text, jsonb, integer)
to authenticated, service_role;
