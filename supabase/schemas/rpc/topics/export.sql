-- The table of topics, for files.

create function private.export_topics(p_site_domains text[], p_filter jsonb, p_sort text)
returns table (
  site_domain text,
  topic_id uuid,
  topic text,
  keywords text,
  status text,
  conversations bigint,
  previous_conversations bigint,
  share numeric,
  turns_per_conversation numeric,
  quality_score numeric,
  previous_quality_score numeric,
  conversion_rate numeric,
  unanswered_share numeric
)
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_sort text := replace(p_sort, '_ascending', '');
  v_sign integer := case when p_sort like '%_ascending' then 1 else -1 end;
begin
  perform private.check_filter_of_range(p_filter, '{"hidden": "boolean"}');
  return query
  select
    t.site_domain,
    t.topic_id,
    t.label,
    array_to_string(t.keywords, ', '),
    t.status,
    t.conversations,
    t.previous_conversations,
    t.share,
    t.turns_per_conversation,
    t.quality,
    t.previous_quality,
    t.conversion_rate,
    t.unanswered_share
  from private.topic_stats(p_site_domains, (p_filter ->> 'from')::date, (p_filter ->> 'to')::date) as t
  where t.topic_id is null
    or t.status = 'active'
    or (t.status = 'hidden' and coalesce((p_filter ->> 'hidden')::boolean, false))
  order by
    t.topic_id is null,
    v_sign * case v_sort
      when 'conversations' then t.conversations
      when 'change' then t.conversations - t.previous_conversations
      when 'quality' then t.quality
      when 'conversion' then t.conversion_rate
      when 'unanswered' then t.unanswered_share
    end,
    case p_sort when 'label_ascending' then lower(t.label) end,
    case p_sort when 'label' then lower(t.label) end desc nulls last,
    t.conversations desc,
    t.label,
    t.site_domain,
    t.topic_id;
end
$$;

comment on function private.export_topics(text[], jsonb, text) is
  'The table of topics as its page shows it: get_topic_stats without merged topics, and without hidden ones unless the filter says `hidden`. Sorts: conversations, label, change, quality, conversion, unanswered, from the largest, or from the smallest with `_ascending`; no value and no topic last. Refuses (PT400) another filter than from, to and hidden.';

revoke execute on function private.export_topics(text[], jsonb, text) from public, anon;
grant execute on function private.export_topics(text[], jsonb, text) to authenticated, service_role;
