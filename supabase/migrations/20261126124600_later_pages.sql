-- A later page of conversations begins its index scan at its cursor; words are counted by several processes.

create or replace function private.filter_after(p_filter jsonb, p_sort text, p_after jsonb)
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

revoke execute on function private.filter_after(jsonb, text, jsonb) from public, anon, authenticated;

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

create or replace function private.count_found_conversations(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set max_parallel_workers_per_gather = 2
as $$
declare
  v_domains text[] := array(
    select mine.site_domain
    from private.my_domains() as mine (site_domain)
    where mine.site_domain = any (p_site_domains)
  );
  v_count bigint;
begin
  -- Executed, as several processes count only then: a word of every conversation is looked for in all documents.
  if jsonb_strip_nulls(p_filter) - array['search', 'from', 'to'] = '{}' then
    -- Words of a range of days: what stands beside them answers, without the conversations.
    execute $query$
      select count(*)
      from private.conversation_documents as document
      where document.site_domain = any ($1)
        and document.document @@ websearch_to_tsquery('simple', $2 ->> 'search')
        and document.counts
        and ($2 ->> 'from' is null or document.day >= ($2 ->> 'from')::date)
        and ($2 ->> 'to' is null or document.day <= ($2 ->> 'to')::date)
    $query$
    into v_count using v_domains, p_filter;
  else
    execute $query$
      select count(*)
      from private.filtered_conversations($1, $2) as conversation
      join private.conversation_documents as document
        on document.site_domain = conversation.site_domain and document.conversation_id = conversation.id
      where document.site_domain = any ($1)
        and document.document @@ websearch_to_tsquery('simple', $2 ->> 'search')
    $query$
    into v_count using v_domains, p_filter;
  end if;
  return v_count;
end
$$;
