-- The newest of few visitors who pass a filter, from the days.

create function private.newest_by_filter(
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
  -- The days are read once and each is looked for among the visitors: less than to look up every visitor's days.
  with passing as materialized (
    select visitor.site_domain, visitor.id
    from private.passing_visitors(p_site_domains, p_filter) as visitor
  ),
  newest as materialized (
    select candidate.site_domain, candidate.visitor_id, max(candidate.day) as last_day
    from rollup.visitor_days as candidate
    where candidate.site_domain = any (p_site_domains)
      and candidate.day between p_from and p_to
      and candidate.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
      and (private.wanted_steps(p_filter) < 16 or candidate.steps & 240 <> 0)
      -- As a case, so that it stays a look into a table of the visitors: joined, the table would be of the days.
      and case
        when (candidate.site_domain, candidate.visitor_id) in (select p.site_domain, p.id from passing as p) then true
        else false
      end
    group by candidate.site_domain, candidate.visitor_id
  )
  select n.site_domain, n.visitor_id, n.last_day, visit.ended_at
  from newest as n
  cross join lateral private.days_in_range(n.site_domain, n.visitor_id, p_filter) as done
  cross join lateral private.last_visit(n.site_domain, n.visitor_id, n.last_day) as visit
  where done.last_day = n.last_day
    and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
    and (
      p_after is null
      or (n.last_day, visit.ended_at, n.visitor_id)
        < ((p_after ->> 'last_day')::date, (p_after ->> 'last_visit_at')::timestamptz, (p_after ->> 'id')::uuid)
    )
  order by n.last_day desc, visit.ended_at desc, n.visitor_id desc
  limit p_limit
$$;

comment on function private.newest_by_filter(text[], jsonb, date, date, jsonb, integer) is
  'A page of the visitors whose last day in a filter''s range is one of some days: quick where few pass the filter, of whom many were there on those days.';

revoke execute on function private.newest_by_filter(text[], jsonb, date, date, jsonb, integer) from public, anon;
grant execute on function private.newest_by_filter(text[], jsonb, date, date, jsonb, integer) to authenticated, service_role;

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
  if p_sort <> 'recent' then
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
  if v_walked is null
    and v_by_visitor
    and v_to >= v_from
    and coalesce(p_filter ->> 'search', p_filter ->> 'account_id') is null
    -- Fewer are looked up sooner than the days are read.
    and 2000 = (
      select count(*)
      from (select from private.passing_visitors(p_site_domains, p_filter) as visitor limit 2000) as first
    )
  then
    v_start := greatest(v_from, v_to - 2);
    return query select * from private.newest_by_filter(p_site_domains, p_filter, v_start, v_to, p_after, v_left);
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_to := v_start - 1;
  end if;
  if v_left > 0 and v_to >= v_from then
    return query
      select * from private.visitors_by_filter(p_site_domains, p_filter, v_to + 1, p_after, v_left);
  end if;
end
$$;
