-- First pages look less far.

create or replace function private.visitors_by_day(
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

create or replace function private.conversation_page(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_limit integer,
  p_after jsonb
)
returns table (place bigint, site_domain text, id uuid, key numeric)
language plpgsql
stable
security definer
set search_path = ''
rows 10
as $$
declare
  v_domains text[] := array(
    select mine.site_domain
    from private.my_domains() as mine (site_domain)
    where mine.site_domain = any (p_site_domains)
  );
  v_filtered constant text := 'private.filtered_conversations(array[wanted.site_domain], $2) as c';
  v_found constant text :=
    'private.search_conversations(array[wanted.site_domain], $2) as found join '
    || v_filtered || ' on c.site_domain = found.site_domain and c.id = found.id';
  v_numbered constant text := 'select row_number() over (), p.site_domain, p.id, p.key from (%s) as p';
  v_query text := private.conversation_page_query(p_sort, v_filtered, p_after);
  v_walked integer;
  v_walk record;
begin
  -- What figures know to be nowhere is not looked for among all conversations of the range.
  if private.count_by_figures(v_domains, p_filter) = 0 then
    return;
  end if;
  if coalesce(p_filter ->> 'search', '') = '' then
    return query execute format(v_numbered, v_query) using v_domains, p_filter, p_limit, p_after;
    return;
  end if;

  -- Words that many conversations hold are found soonest by looking into one after the other: their index would
  -- give all of them first. Words that few hold are found by the index.
  foreach v_walked in array array[4 * p_limit, 40 * p_limit] loop
    select * into v_walk from private.walk_conversations(v_query, v_domains, p_filter, v_walked, p_after);
    if cardinality(v_walk.ids) >= p_limit or v_walk.walked < v_walked then
      return query
        select w.place, w.site_domain, w.id, w.key
        from unnest(v_walk.places, v_walk.ids, v_walk.keys) with ordinality as w (site_domain, id, key, place)
        limit p_limit;
      return;
    end if;
  end loop;
  v_query := private.conversation_page_query(p_sort, v_found, p_after);
  return query execute format(v_numbered, v_query) using v_domains, p_filter, p_limit, p_after;
end
$$;
