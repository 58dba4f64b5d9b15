-- Full-text search. It is not leakproof, so under row-level security it would lose its index: these functions are
-- definers, check the domains themselves, and give ids and numbers only.

create function private.search_conversations(p_site_domains text[], p_filter jsonb)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  -- A plan that does not know how frequent the words are takes them from their index.
  return query
    select document.site_domain, document.conversation_id
    from private.conversation_documents as document
    where document.site_domain = any (p_site_domains)
      and document.site_domain = any (array(select private.my_domains()))
      and document.document @@ (select websearch_to_tsquery('simple', p_filter ->> 'search'))
      and document.counts
      and (p_filter ->> 'from' is null or document.day >= private.filter_day(p_filter, 'from'))
      and (p_filter ->> 'to' is null or document.day <= private.filter_day(p_filter, 'to'));
end
$$;

comment on function private.search_conversations(text[], jsonb) is
  'Ids of the conversations that count in which the words of a filter occur (web search syntax), of its days and of domains the caller may see.';

create function private.count_filtered_conversations(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set max_parallel_workers_per_gather = 2
set random_page_cost = 3
set enable_seqscan = on
set parallel_setup_cost = 1000
set cpu_tuple_cost = 0.01
as $$
declare
  v_domains text[] := array(
    select mine.site_domain
    from private.my_domains() as mine (site_domain)
    where mine.site_domain = any (p_site_domains)
  );
  v_words tsquery := websearch_to_tsquery('simple', nullif(p_filter ->> 'search', ''));
  v_count bigint;
begin
  -- The planner does not know what it costs to look into documents, which stand apart: it is kept from looking into
  -- all of them.
  perform set_config('enable_seqscan', case when v_words is null then 'on' else 'off' end, true);
  -- Executed, as several processes count only then. Half a million documents are not looked up one by one: hence the
  -- dearer random pages.
  if v_words is null then
    execute 'select count(*) from private.filtered_conversations($1, $2)' into v_count using v_domains, p_filter;
  elsif jsonb_strip_nulls(p_filter) - array[
    'search', 'from', 'to', 'country', 'device', 'referrer', 'conversions', 'scores', 'min_quality', 'max_quality',
    'topics', 'intents', 'unanswered'
  ] = '{}' then
    -- What stands beside the words of a conversation answers, without the conversation. A plan that does not know how
    -- frequent the words are takes them from their index, and the days from theirs; only if rows are dear and processes
    -- cheap do several count.
    perform set_config('cpu_tuple_cost', '1', true), set_config('parallel_setup_cost', '0', true);
    execute $query$
      select count(*)
      from private.conversation_documents as document
      where document.site_domain = any ($1)
        and document.document @@ (select $2)
        and document.counts
        and document.day between $3 and $4
        and private.conversation_has(
          $5,
          document.country,
          document.device_type,
          document.referrer_host,
          document.email_captured,
          document.demo_proposed,
          document.cta_clicked,
          document.demo_booked,
          document.interest_score,
          document.quality_score,
          document.topic_id,
          document.intent,
          document.unanswered
        )
    $query$
    into v_count
    using
      v_domains,
      v_words,
      coalesce(private.filter_day(p_filter, 'from'), '-infinity'),
      coalesce(private.filter_day(p_filter, 'to'), 'infinity'),
      p_filter;
  else
    execute $query$
      select count(*)
      from private.filtered_conversations($1, $2) as conversation
      join private.conversation_documents as document
        on document.site_domain = conversation.site_domain and document.conversation_id = conversation.id
      where document.document @@ $3
    $query$
    into v_count using v_domains, p_filter, v_words;
  end if;
  return v_count;
end
$$;

comment on function private.count_filtered_conversations(text[], jsonb) is
  'How many conversations of domains the caller may see pass a filter, counted one by one.';

revoke execute on function
  private.search_conversations(text[], jsonb),
  private.count_filtered_conversations(text[], jsonb)
from public, anon;
grant execute on function
  private.search_conversations(text[], jsonb),
  private.count_filtered_conversations(text[], jsonb)
to authenticated, service_role;
