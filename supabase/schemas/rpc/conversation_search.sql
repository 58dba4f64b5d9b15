-- Full-text search. It is not leakproof, so under row-level security it would lose its index: these functions are
-- definers, check the domains themselves, and give ids and numbers only.

create function private.search_conversations(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select document.site_domain, document.conversation_id
    from private.conversation_documents as document
    where document.site_domain = any (p_site_domains)
      and document.site_domain = any (array(select private.my_domains()))
      and document.document @@ websearch_to_tsquery('simple', p_search);
end
$$;

comment on function private.search_conversations(text[], text) is
  'Ids of the conversations in which the words occur (web search syntax), of domains the caller may see.';

create function private.count_found_conversations(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := array(select mine.site_domain from private.my_domains() as mine (site_domain));
begin
  return (
    select count(*)
    from private.filtered_conversations(p_site_domains, p_filter) as conversation
    join private.conversation_documents as document
      on document.site_domain = conversation.site_domain and document.conversation_id = conversation.id
    where conversation.site_domain = any (v_domains)
      and document.site_domain = any (p_site_domains)
      and document.document @@ websearch_to_tsquery('simple', p_filter ->> 'search')
  );
end
$$;

comment on function private.count_found_conversations(text[], jsonb) is
  'How many conversations of domains the caller may see pass a filter with a search.';

revoke execute on function
  private.search_conversations(text[], text),
  private.count_found_conversations(text[], jsonb)
from public, anon;
grant execute on function
  private.search_conversations(text[], text),
  private.count_found_conversations(text[], jsonb)
to authenticated, service_role;
