-- Words are counted with the days of the filter read once.

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
    -- Words of a range of days: what stands beside them answers, without the conversations. The days are read here,
    -- not from the filter for each of a million rows.
    execute $query$
      select count(*)
      from private.conversation_documents as document
      where document.site_domain = any ($1)
        and document.document @@ $2
        and document.counts
        and document.day between coalesce($3, '-infinity') and coalesce($4, 'infinity')
    $query$
    into v_count
    using
      v_domains,
      websearch_to_tsquery('simple', p_filter ->> 'search'),
      (p_filter ->> 'from')::date,
      (p_filter ->> 'to')::date;
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
