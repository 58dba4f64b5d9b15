-- Of an order of visitors enough are looked at first for four weeks of a year.

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
  v_there integer;
  v_filter jsonb := private.filter_to_walk(p_site_domains, p_filter, (p_filter ->> 'to')::date);
begin
  -- The first in the order, as long as enough of them were there in the range.
  foreach v_walked in array array[10 * p_limit, 40 * p_limit] loop
    -- Words are looked for in each visitor: only as long as that is less than looking for all who have them.
    exit when v_filter is null or (v_filter ? 'words' and v_walked > 10 * p_limit);
    select * into v_page
    from private.leading_visitors(p_site_domains, v_filter, p_column, p_after, p_limit, v_walked);
    if found then
      return query
        select page.site_domain, page.id, null::date, null::timestamptz
        from unnest(v_page.places, v_page.ids) as page (site_domain, id);
      return;
    end if;
    if v_walked = 10 * p_limit then
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
        exit;
      end if;
    end if;
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
