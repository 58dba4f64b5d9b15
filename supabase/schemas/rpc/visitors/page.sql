-- Which visitors a page of the list shows, found without reading them all.

create function private.visitors_by_day(
  p_site_domains text[],
  p_filter jsonb,
  p_from date,
  p_to date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language sql
stable
as $$
  -- Days first: those whose last day of the wanted step in the filter's range lies in [p_from, p_to].
  select visitor.site_domain, visitor.id, shown.day
  from rollup.visitor_days as shown
  join private.matching_visitors(p_site_domains, p_filter) as visitor
    on visitor.site_domain = shown.site_domain and visitor.id = shown.visitor_id
  where shown.site_domain = any (p_site_domains)
    and shown.day between p_from and p_to
    and shown.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
    -- Says so in the index's own words: conversions are rare.
    and (private.wanted_steps(p_filter) < 16 or shown.steps & 240 <> 0)
    -- Nothing comes after the last day of the range, which the first page is of.
    and (
      shown.day = (p_filter ->> 'to')::date
      or not exists (
        select 1
        from rollup.visitor_days as later
        where later.site_domain = shown.site_domain
          and later.visitor_id = shown.visitor_id
          and later.day > shown.day
          and later.day <= (p_filter ->> 'to')::date
          and later.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
      )
    )
    and (
      shown.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
      or exists (
        select 1
        from private.days_in_range(shown.site_domain, shown.visitor_id, p_filter) as done
        where done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
      )
    )
    and (
      p_after is null
      or (shown.day, visitor.last_seen_at, visitor.id)
        < ((p_after ->> 'last_day')::date, (p_after ->> 'last_seen_at')::timestamptz, (p_after ->> 'id')::uuid)
    )
  order by shown.day desc, visitor.last_seen_at desc, visitor.id desc
  limit p_limit
$$;

comment on function private.visitors_by_day(text[], jsonb, date, date, jsonb, integer) is
  'A page of visitors by their last day in a filter''s range, of those days alone: quick where many pass the filter.';

create function private.visitors_by_filter(
  p_site_domains text[],
  p_filter jsonb,
  p_before date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language sql
stable
as $$
  -- Visitors first, each with its last day in the filter's range.
  select visitor.site_domain, visitor.id, done.last_day
  from private.matching_visitors(p_site_domains, p_filter) as visitor
  cross join lateral private.days_in_range(visitor.site_domain, visitor.id, p_filter) as done
  where done.last_day < p_before
    and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
    and (
      p_after is null
      or (done.last_day, visitor.last_seen_at, visitor.id)
        < ((p_after ->> 'last_day')::date, (p_after ->> 'last_seen_at')::timestamptz, (p_after ->> 'id')::uuid)
    )
  order by done.last_day desc, visitor.last_seen_at desc, visitor.id desc
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
returns table (site_domain text, id uuid, last_day date)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
begin
  -- A column's name cannot be a parameter; it comes from a list of the caller's.
  return query execute format(
    $sql$
      select page.site_domain, page.id, null::date
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

create function private.page_of_visitors(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
-- A page joins some dozens of rows; how many pass a test of bits cannot be estimated, and a hash of all visitors
-- would be made in case they are many.
set enable_hashjoin = 'off'
set enable_mergejoin = 'off'
as $$
#variable_conflict use_column
declare
  v_from date := p_filter ->> 'from';
  v_to date := least((p_filter ->> 'to')::date, (p_after ->> 'last_day')::date);
  v_start date;
  v_length integer := 1;
  v_left integer := p_limit;
  v_found integer;
  v_has_few boolean := coalesce(p_filter ->> 'search', p_filter ->> 'account_id') is not null;
  v_by_visitor boolean := v_has_few
    or coalesce(p_filter ->> 'statuses', p_filter ->> 'scores', p_filter ->> 'country') is not null;
begin
  if p_sort <> 'recent' then
    return query select * from private.visitors_by_figure(p_site_domains, p_filter, p_sort, p_after, p_limit);
    return;
  end if;
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
  private.visitors_by_day(text[], jsonb, date, date, jsonb, integer),
  private.visitors_by_filter(text[], jsonb, date, jsonb, integer),
  private.visitors_by_figure(text[], jsonb, text, jsonb, integer),
  private.page_of_visitors(text[], jsonb, text, jsonb, integer)
from public, anon;
grant execute on function
  private.visitors_by_day(text[], jsonb, date, date, jsonb, integer),
  private.visitors_by_filter(text[], jsonb, date, jsonb, integer),
  private.visitors_by_figure(text[], jsonb, text, jsonb, integer),
  private.page_of_visitors(text[], jsonb, text, jsonb, integer)
to authenticated, service_role;
