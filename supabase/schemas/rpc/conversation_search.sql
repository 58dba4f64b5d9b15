-- Full-text search. It is not leakproof, so under row-level security it would lose its index: these functions are
-- definers, check the domains themselves, and give ids and numbers only.

create function private.search_conversations(p_site_domains text[], p_filter jsonb)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
begin
  return query
    select document.site_domain, document.conversation_id
    from private.conversation_documents as document
    where document.site_domain = any (p_site_domains)
      and document.site_domain = any (array(select private.my_domains()))
      and document.document @@ websearch_to_tsquery('simple', p_filter ->> 'search')
      and document.counts
      and (p_filter ->> 'from' is null or document.day >= (p_filter ->> 'from')::date)
      and (p_filter ->> 'to' is null or document.day <= (p_filter ->> 'to')::date);
end
$$;

comment on function private.search_conversations(text[], jsonb) is
  'Ids of the conversations that count in which the words of a filter occur (web search syntax), of its days and of domains the caller may see.';

create function private.count_found_conversations(p_site_domains text[], p_filter jsonb)
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

comment on function private.count_found_conversations(text[], jsonb) is
  'How many conversations of domains the caller may see pass a filter with a search.';

revoke execute on function
  private.search_conversations(text[], jsonb),
  private.count_found_conversations(text[], jsonb)
from public, anon;
grant execute on function
  private.search_conversations(text[], jsonb),
  private.count_found_conversations(text[], jsonb)
to authenticated, service_role;
