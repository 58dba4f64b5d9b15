-- The visitors of one account from its days.

create function private.visitors_of_account(
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
  v_passing constant text := $sql$
    passing as materialized (
      select visitor.*, there.last_day
      from (
        select
          done.site_domain,
          done.visitor_id,
          max(done.day) filter (where done.steps & private.last_step(private.wanted_steps($2)) <> 0) as last_day,
          bit_or(done.steps) as steps
        from rollup.visitor_days as done
        where done.site_domain = any ($1)
          and done.account_id = ($2 ->> 'account_id')::uuid
          and done.day between private.filter_day($2, 'from') and private.filter_day($2, 'to')
        group by done.site_domain, done.visitor_id
      ) as there
      join private.matching_visitors($1, $2) as visitor
        on visitor.site_domain = there.site_domain and visitor.id = there.visitor_id
      where there.last_day is not null
        and there.steps & private.wanted_steps($2) = private.wanted_steps($2)
    )
  $sql$;
begin
  if p_column <> 'recent' then
    -- A column's name cannot be a parameter; it comes from a list of the caller's.
    return query execute format(
      $sql$
        with %1$s
        select p.site_domain, p.id, null::date, null::timestamptz
        from passing as p
        where $3 is null or (p.%2$I, p.id) < (($3 ->> 'figure')::integer, ($3 ->> 'id')::uuid)
        order by p.%2$I desc, p.id desc
        limit $4
      $sql$,
      v_passing,
      p_column
    )
    using p_site_domains, p_filter, p_after, p_limit;
    return;
  end if;
  -- Last visits are looked up of those days alone that the page can be of.
  return query execute format(
    $sql$
      with %1$s,
      near as (
        select p.site_domain, p.id, p.last_day
        from passing as p
        where p.last_day = (select ($3 ->> 'last_day')::date)
        union all
        (
          select p.site_domain, p.id, p.last_day
          from passing as p
          where $3 is null or p.last_day < (select ($3 ->> 'last_day')::date)
          order by p.last_day desc
          fetch first ($4) rows with ties
        )
      )
      select near.site_domain, near.id, near.last_day, visit.ended_at
      from near
      cross join lateral private.last_visit(near.site_domain, near.id, near.last_day) as visit
      where $3 is null
        or (near.last_day, visit.ended_at, near.id)
          < (($3 ->> 'last_day')::date, ($3 ->> 'last_visit_at')::timestamptz, ($3 ->> 'id')::uuid)
      order by near.last_day desc, visit.ended_at desc, near.id desc
      limit $4
    $sql$,
    v_passing
  )
  using p_site_domains, p_filter, p_after, p_limit;
end
$$;

comment on function private.visitors_of_account(text[], jsonb, text, jsonb, integer) is
  'A page of visitors of the account that a filter names, by their last visit in its range or a figure''s column.';

revoke execute on function private.visitors_of_account(text[], jsonb, text, jsonb, integer) from public, anon;
grant execute on function private.visitors_of_account(text[], jsonb, text, jsonb, integer)
to authenticated, service_role;

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
  if v_walked is null
    and v_by_visitor
    and v_to >= v_from
    and p_filter ->> 'search' is null
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
