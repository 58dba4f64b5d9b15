-- Which conversations a page of the list holds, in each of its orders, read from an index.

create function private.conversation_sort(p_sort text)
returns table (key text, key_type text, descending boolean)
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- A key that descends as the time does lets a page begin anywhere in an index. Unscored conversations come last.
  return query
    select s.key, s.key_type, s.descending
    from (
      values
        ('newest', null, null, true),
        ('oldest', null, null, false),
        ('longest', 'c.total_turns', 'integer', true),
        ('interest', 'c.interest_score', 'smallint', true),
        ('quality_best', 'coalesce(c.quality_score, 0)', 'numeric', true),
        ('quality_worst', 'coalesce(6 - c.quality_score, 0)', 'numeric', true)
    ) as s (sort, key, key_type, descending)
    where s.sort = p_sort;
  if not found then
    raise exception 'p_sort must be newest, oldest, longest, interest, quality_best or quality_worst'
      using errcode = 'PT400';
  end if;
end
$$;

comment on function private.conversation_sort(text) is 'What an order of the list compares before the time, and whether it descends.';

create function private.conversation_page_query(p_sort text, p_source text, p_after jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_sort record;
  v_after text := '';
begin
  select * into v_sort from private.conversation_sort(p_sort);
  if p_after is not null then
    if not coalesce(
      private.casts_to(p_after ->> 'started_at', 'timestamptz')
      and private.casts_to(p_after ->> 'id', 'uuid')
      and p_after ->> 'site_domain' is not null
      and coalesce(p_after ->> 'sort', 'newest') = p_sort
      and (v_sort.key is null or private.casts_to(p_after ->> 'key', v_sort.key_type::regtype)),
      false
    ) then
      raise exception 'p_after must be the cursor of a row in the same order' using errcode = 'PT400';
    end if;
    -- The first comparison finds the place in each domain's part of the index, the second is exact.
    v_after := format(
      $query$
        and (%1$sc.started_at, c.id) %3$s= (
          %2$s($4 ->> 'started_at')::timestamptz,
          case
            when wanted.site_domain = $4 ->> 'site_domain' then ($4 ->> 'id')::uuid
            when wanted.site_domain < $4 ->> 'site_domain' then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
            else '00000000-0000-0000-0000-000000000000'
          end
        )
        and (%1$sc.started_at, c.site_domain, c.id) %3$s (
          %2$s($4 ->> 'started_at')::timestamptz, $4 ->> 'site_domain', ($4 ->> 'id')::uuid
        )
      $query$,
      v_sort.key || ', ',
      '($4 ->> ''key'')::' || v_sort.key_type || ', ',
      case when v_sort.descending then '<' else '>' end
    );
  end if;
  return format(
    $query$
      select page.site_domain, page.id, page.key::numeric as key
      from unnest($1) as wanted (site_domain)
      cross join lateral (
        select c.site_domain, c.id, %1$s as key, c.started_at
        from %2$s
        where c.site_domain = wanted.site_domain %3$s
        order by %4$s c.started_at %5$s, c.id %5$s
        limit $3
      ) as page
      order by %6$s page.started_at %5$s, page.site_domain %5$s, page.id %5$s
      limit $3
    $query$,
    coalesce(v_sort.key, 'null::integer'),
    p_source,
    v_after,
    v_sort.key || ' desc,',
    case when v_sort.descending then 'desc' else 'asc' end,
    case when v_sort.key is not null then 'page.key desc,' end
  );
end
$$;

comment on function private.conversation_page_query(text, text, jsonb) is
  'The statement that reads a page of conversations `c` from a source: $1 domains, $2 filter, $3 limit, $4 cursor. PT400: an order or a cursor that is none.';

create function private.filter_after(p_filter jsonb, p_sort text, p_after jsonb)
returns jsonb
language sql
stable
as $$
  -- An index scan begins at one bound of a column, the first it meets: the days', not the cursor's. So the days are
  -- told to end where the cursor is. No timezone is further from UTC than a day.
  select case
    when p_after is null then p_filter
    when p_sort = 'newest' then p_filter || jsonb_build_object(
      'to', least((p_filter ->> 'to')::date, ((p_after ->> 'started_at')::timestamptz at time zone 'UTC')::date + 1)
    )
    when p_sort = 'oldest' then p_filter || jsonb_build_object(
      'from', greatest((p_filter ->> 'from')::date, ((p_after ->> 'started_at')::timestamptz at time zone 'UTC')::date - 1)
    )
    else p_filter
  end
$$;

comment on function private.filter_after(jsonb, text, jsonb) is
  'A filter of conversations with its range of days cut to those that can come after a cursor; a shorter range is found sooner.';

create function private.walk_conversations(p_query text, p_domains text[], p_filter jsonb, p_walked integer, p_after jsonb)
returns table (walked bigint, places text[], ids uuid[], keys numeric[])
language plpgsql
stable
set search_path = ''
as $$
begin
  return query execute
    format(
      $query$
        select
          count(*),
          array_agg(w.site_domain order by w.place) filter (where w.holds),
          array_agg(w.id order by w.place) filter (where w.holds),
          array_agg(w.key order by w.place) filter (where w.holds)
        from (
          select p.*, row_number() over () as place, (
            select document.document @@ websearch_to_tsquery('simple', $2 ->> 'search')
            from private.conversation_documents as document
            where document.site_domain = p.site_domain and document.conversation_id = p.id
          ) as holds
          from (%s) as p
        ) as w
      $query$,
      p_query
    )
    using p_domains, p_filter, p_walked, p_after;
end
$$;

comment on function private.walk_conversations(text, text[], jsonb, integer, jsonb) is
  'Looks for the words of a filter into the first conversations that a statement gives, one after the other.';

create function private.conversation_page(
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
  v_filtered constant text := 'private.filtered_conversations($1, $2) as c';
  v_found constant text :=
    'private.search_conversations(array[wanted.site_domain], $2) as found join '
    || v_filtered || ' on c.site_domain = found.site_domain and c.id = found.id';
  v_numbered constant text := 'select row_number() over (), p.site_domain, p.id, p.key from (%s) as p';
  v_query text := private.conversation_page_query(p_sort, v_filtered, p_after);
  v_filter jsonb := private.filter_after(p_filter, p_sort, p_after);
  v_walked integer;
  v_walk record;
begin
  -- What figures know to be nowhere is not looked for among all conversations of the range.
  if private.count_by_figures(v_domains, p_filter) = 0 then
    return;
  end if;
  if coalesce(p_filter ->> 'search', '') = '' then
    return query execute format(v_numbered, v_query) using v_domains, v_filter, p_limit, p_after;
    return;
  end if;

  -- Words that many conversations hold are found soonest by looking into one after the other: their index would
  -- give all of them first. Words that few hold are found by the index.
  foreach v_walked in array array[4 * p_limit, 40 * p_limit] loop
    select * into v_walk from private.walk_conversations(v_query, v_domains, v_filter, v_walked, p_after);
    if cardinality(v_walk.ids) >= p_limit or v_walk.walked < v_walked then
      return query
        select w.place, w.site_domain, w.id, w.key
        from unnest(v_walk.places, v_walk.ids, v_walk.keys) with ordinality as w (site_domain, id, key, place)
        limit p_limit;
      return;
    end if;
  end loop;
  v_query := private.conversation_page_query(p_sort, v_found, p_after);
  return query execute format(v_numbered, v_query) using v_domains, v_filter, p_limit, p_after;
end
$$;

comment on function private.conversation_page(text[], jsonb, text, integer, jsonb) is
  'The ids of a page of conversations, in order, of domains the caller may see, and what the order compares. A definer, so that every filter and order keeps its index.';

revoke execute on function
  private.walk_conversations(text, text[], jsonb, integer, jsonb)
from public, anon, authenticated, service_role;
revoke execute on function
  private.conversation_sort(text),
  private.conversation_page_query(text, text, jsonb),
  private.filter_after(jsonb, text, jsonb),
  private.conversation_page(text[], jsonb, text, integer, jsonb)
from public, anon, authenticated;
grant execute on function
  private.conversation_page(text[], jsonb, text, integer, jsonb)
to authenticated, service_role;
