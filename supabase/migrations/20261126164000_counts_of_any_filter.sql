-- Counts of any filter by several processes, days of a filter held by the plan, long documents apart from their rows.

alter table private.conversation_documents set (toast_tuple_target = 128);

create function private.filter_day(p_filter jsonb, p_key text)
returns date
language sql
immutable
parallel safe
as $$ select (p_filter ->> p_key)::date $$;

comment on function private.filter_day(jsonb, text) is
  'A day of a filter; null when it has none. Immutable, as check_filter takes days as year-month-day alone: a plan made for a filter holds the day itself instead of reading it for every row.';

revoke execute on function private.filter_day(jsonb, text) from public, anon;
grant execute on function private.filter_day(jsonb, text) to authenticated, service_role;

create or replace function private.filtered_conversations(p_site_domains text[], p_filter jsonb)
returns setof public.counted_conversations
language sql
stable
parallel safe
as $$
  select conversation.*
  from public.counted_conversations as conversation
  where conversation.site_domain = any (p_site_domains)
    and (p_filter ->> 'from' is null or conversation.day >= private.filter_day(p_filter, 'from'))
    and (p_filter ->> 'to' is null or conversation.day <= private.filter_day(p_filter, 'to'))
    -- No timezone is further from UTC than this; it lets the index by time find the days.
    and (
      p_filter ->> 'from' is null
      or conversation.started_at >= (private.filter_day(p_filter, 'from') - 1)::timestamp at time zone 'UTC'
    )
    and (
      p_filter ->> 'to' is null
      or conversation.started_at < (private.filter_day(p_filter, 'to') + 2)::timestamp at time zone 'UTC'
    )
    and (p_filter ->> 'messaged' is null
      or (conversation.visitor_message_count > 0) = (p_filter ->> 'messaged')::boolean)
    and (not coalesce(p_filter -> 'conversions' ? 'email_captured', false) or conversation.email_captured)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_proposed', false) or conversation.demo_proposed)
    and (not coalesce(p_filter -> 'conversions' ? 'cta_clicked', false) or conversation.cta_clicked)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_booked', false) or conversation.demo_booked)
    -- Not one expression for both: this keeps the index by page, and what is known of how frequent a value is.
    and (
      p_filter ->> 'page' is null
      or case p_filter ->> 'page'
        when '' then coalesce(conversation.page, '') = ''
        else conversation.page = p_filter ->> 'page'
      end
    )
    and (
      p_filter ->> 'country' is null
      or case p_filter ->> 'country'
        when '' then coalesce(conversation.country, '') = ''
        else conversation.country = p_filter ->> 'country'
      end
    )
    and (
      p_filter ->> 'device' is null
      or case p_filter ->> 'device'
        when '' then coalesce(conversation.device_type, '') = ''
        else conversation.device_type = p_filter ->> 'device'
      end
    )
    and (
      p_filter ->> 'referrer' is null
      or case p_filter ->> 'referrer'
        when '' then coalesce(conversation.referrer_host, '') = ''
        else conversation.referrer_host = p_filter ->> 'referrer'
      end
    )
    and (
      p_filter ->> 'language' is null
      or coalesce(conversation.language, conversation.detected_language, '') = p_filter ->> 'language'
    )
    and (p_filter ->> 'visitor_id' is null or conversation.visitor_id = (p_filter ->> 'visitor_id')::uuid)
    and (p_filter ->> 'account_id' is null or conversation.account_id = (p_filter ->> 'account_id')::uuid)
    and (p_filter ->> 'min_turns' is null or conversation.total_turns >= (p_filter ->> 'min_turns')::integer)
    and (p_filter ->> 'max_turns' is null or conversation.total_turns <= (p_filter ->> 'max_turns')::integer)
    and (p_filter ->> 'min_messages' is null or conversation.message_count >= (p_filter ->> 'min_messages')::integer)
    and (p_filter ->> 'max_messages' is null or conversation.message_count <= (p_filter ->> 'max_messages')::integer)
    and (
      private.filter_list(p_filter, 'scores') is null
      or conversation.interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
    )
    and (p_filter ->> 'min_quality' is null or conversation.quality_score >= (p_filter ->> 'min_quality')::numeric)
    and (p_filter ->> 'max_quality' is null or conversation.quality_score <= (p_filter ->> 'max_quality')::numeric)
    and (
      private.filter_list(p_filter, 'topics') is null
      or conversation.topic_id = any (private.filter_list(p_filter, 'topics')::uuid[])
      or (array_position(private.filter_list(p_filter, 'topics'), null) is not null and conversation.topic_id is null)
    )
    and (
      private.filter_list(p_filter, 'intents') is null
      or conversation.intent = any (private.filter_list(p_filter, 'intents'))
      or (array_position(private.filter_list(p_filter, 'intents'), null) is not null and conversation.intent is null)
    )
    and (
      private.filter_list(p_filter, 'signals') is null
      or conversation.signals && private.filter_list(p_filter, 'signals')
    )
    and (
      p_filter ->> 'unanswered' is null
      or (conversation.unanswered_count > 0) = (p_filter ->> 'unanswered')::boolean
    )
    and (
      p_filter ->> 'review' is null
      or case p_filter ->> 'review'
        when 'unreviewed' then conversation.review is null
        when 'reviewed' then conversation.review is not null
        else conversation.review = p_filter ->> 'review'
      end
    )
    and (p_filter ->> 'hour' is null or conversation.hour = (p_filter ->> 'hour')::smallint)
    and (p_filter ->> 'weekday' is null or extract(isodow from conversation.day) = (p_filter ->> 'weekday')::numeric)
$$;

create or replace function private.search_conversations(p_site_domains text[], p_filter jsonb)
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
      and (p_filter ->> 'from' is null or document.day >= private.filter_day(p_filter, 'from'))
      and (p_filter ->> 'to' is null or document.day <= private.filter_day(p_filter, 'to'));
end
$$;

create function private.documents_stand_apart()
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce(apart.reltuples > documents.reltuples / 20, false)
  from pg_catalog.pg_class as documents
  join pg_catalog.pg_class as apart on apart.oid = documents.reltoastrelid
  where documents.oid = 'private.conversation_documents'::regclass
$$;

comment on function private.documents_stand_apart() is
  'Whether more than a few documents are so long that they are stored apart from their rows: to look into them costs much more than to read the rows.';

revoke execute on function private.documents_stand_apart() from public, anon, authenticated, service_role;

create function private.count_filtered_conversations(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set max_parallel_workers_per_gather = 2
set enable_seqscan = on
as $$
declare
  v_domains text[] := array(
    select mine.site_domain
    from private.my_domains() as mine (site_domain)
    where mine.site_domain = any (p_site_domains)
  );
  v_words tsquery := websearch_to_tsquery('simple', nullif(p_filter ->> 'search', ''));
  v_apart boolean := v_words is not null and private.documents_stand_apart();
  v_count bigint;
begin
  -- The planner does not know what it costs to look into long documents: it is kept from looking into all of them.
  perform set_config('enable_seqscan', case when v_apart then 'off' else 'on' end, true);
  -- Executed, as several processes count only then.
  if v_words is null then
    execute 'select count(*) from private.filtered_conversations($1, $2)' into v_count using v_domains, p_filter;
  elsif jsonb_strip_nulls(p_filter) - array['search', 'from', 'to'] = '{}' then
    -- What stands beside the words of a conversation answers, without the conversation. A plan that does not know how
    -- frequent the words are takes them from their index, and the days from theirs.
    execute format(
      $query$
        select count(*)
        from private.conversation_documents as document
        where document.site_domain = any ($1)
          and document.document @@ %s
          and document.counts
          and document.day between $3 and $4
      $query$,
      case when v_apart then '(select $2)' else '$2' end
    )
    into v_count
    using
      v_domains,
      v_words,
      coalesce(private.filter_day(p_filter, 'from'), '-infinity'),
      coalesce(private.filter_day(p_filter, 'to'), 'infinity');
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

revoke execute on function private.count_filtered_conversations(text[], jsonb) from public, anon;
grant execute on function private.count_filtered_conversations(text[], jsonb) to authenticated, service_role;

create or replace function private.count_by_figures(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  v_from date := coalesce(p_filter ->> 'from', '-infinity');
  v_to date := coalesce(p_filter ->> 'to', 'infinity');
  v_by jsonb := jsonb_strip_nulls(p_filter) - array['from', 'to', case p_filter ->> 'search' when '' then 'search' end];
  v_key text := (select jsonb_object_keys(v_by) limit 1);
  v_metric text := 'conversations';
  v_dimension text;
  v_values text[];
begin
  if v_from = '-infinity' or v_to = 'infinity' or (select count(*) from jsonb_object_keys(v_by)) > 1 then
    return null;
  end if;
  case
    when v_key is null then
      v_dimension := '';
      v_values := array[''];
    when v_key in ('page', 'country', 'device', 'referrer', 'language') then
      v_dimension := v_key;
      v_values := array[v_by ->> v_key];
    when v_key = 'account_id' then
      return (
        select coalesce(sum(figure.conversations), 0)
        from rollup.account_sums(p_site_domains, v_from, v_to) as figure
        where figure.account_id = (v_by ->> v_key)::uuid
      );
    when v_key = 'scores' and jsonb_array_length(v_by -> v_key) > 0 then
      v_dimension := 'score';
      v_values := array(select distinct jsonb_array_elements_text(v_by -> v_key));
    when v_key = 'conversions' and jsonb_array_length(v_by -> v_key) = 1 then
      v_dimension := 'conversion';
      v_values := array[v_by -> v_key ->> 0];
    when v_key = 'messaged' and v_by -> v_key = 'true' then
      v_metric := 'messaged_conversations';
      v_dimension := '';
      v_values := array[''];
    else
      return null;
  end case;
  return (
    select coalesce(sum(figure.n), 0)
    from rollup.sums(p_site_domains, array[v_metric], v_dimension, v_from, v_to) as figure
    where figure.value = any (v_values)
  );
end
$$;

create or replace function public.count_conversations(p_site_domains text[], p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_conversation_filter(p_filter);
  return coalesce(
    private.count_by_figures(v_domains, p_filter),
    private.count_filtered_conversations(v_domains, p_filter)
  );
end
$$;

drop function private.count_found_conversations(text[], jsonb);
