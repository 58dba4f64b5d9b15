-- Orders of the list of conversations from their index where a range is short, too.

create or replace function private.filtered_conversations(p_site_domains text[], p_filter jsonb)
returns setof public.counted_conversations
language sql
stable
parallel safe
as $$
  select conversation.*
  from public.counted_conversations as conversation
  where conversation.site_domain = any (p_site_domains)
    -- No timezone is further from UTC than a day: times let an index find the range.
    and (
      p_filter ->> 'from' is null
      or conversation.started_at >= (private.filter_day(p_filter, 'from') - 1)::timestamp at time zone 'UTC'
    )
    and (
      p_filter ->> 'to' is null
      or conversation.started_at < (private.filter_day(p_filter, 'to') + 2)::timestamp at time zone 'UTC'
    )
    -- The days themselves, as a case: the planner would take them for another restriction than the times', expect few
    -- rows of a busy month, and sort all of them where an index has the order.
    and case
      when (p_filter ->> 'from' is null or conversation.day >= private.filter_day(p_filter, 'from'))
        and (p_filter ->> 'to' is null or conversation.day <= private.filter_day(p_filter, 'to'))
      then true
      else false
    end
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

create or replace function private.count_filtered_conversations(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set max_parallel_workers_per_gather = 2
set random_page_cost = 2
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
  -- Executed, as several processes count only then. Half a million documents are not looked up one by one: hence the
  -- dearer random pages.
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
