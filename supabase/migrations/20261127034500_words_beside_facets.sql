-- Counts of words together with a score, a topic, an intent … read the words' table alone.

-- Nothing changes between what is copied and the trigger that keeps the copy.
lock table public.conversations in share row exclusive mode;

-- Every row is written anew: the words are indexed afterwards.
drop index private.conversation_documents_document_idx;

alter table private.conversation_documents
  add column email_captured boolean not null default false,
  add column demo_proposed boolean not null default false,
  add column cta_clicked boolean not null default false,
  add column demo_booked boolean not null default false,
  add column interest_score smallint not null default 1,
  add column quality_score numeric(2, 1),
  add column topic_id uuid,
  add column intent text,
  add column unanswered boolean not null default false;
alter table private.conversation_documents alter column intent set storage main;

update private.conversation_documents as document
set
  email_captured = conversation.email_captured,
  demo_proposed = conversation.demo_proposed,
  cta_clicked = conversation.cta_clicked,
  demo_booked = conversation.demo_booked,
  interest_score = conversation.interest_score,
  quality_score = conversation.quality_score,
  topic_id = conversation.topic_id,
  intent = conversation.intent,
  unanswered = conversation.unanswered_count > 0
from public.conversations as conversation
where conversation.site_domain = document.site_domain and conversation.id = document.conversation_id;

create index conversation_documents_document_idx on private.conversation_documents using gin (document)
  with (fastupdate = on);

comment on column private.conversation_documents.day is
  'The conversation''s, as are the others but its words: a count of a search by these (private.conversation_has) reads this table alone.';

create or replace function private.follow_in_documents()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update private.conversation_documents
  set
    day = new.day,
    counts = new.counts,
    country = new.country,
    device_type = new.device_type,
    referrer_host = new.referrer_host,
    email_captured = new.email_captured,
    demo_proposed = new.demo_proposed,
    cta_clicked = new.cta_clicked,
    demo_booked = new.demo_booked,
    interest_score = new.interest_score,
    quality_score = new.quality_score,
    topic_id = new.topic_id,
    intent = new.intent,
    unanswered = new.unanswered_count > 0
  where site_domain = new.site_domain and conversation_id = new.id;
  return null;
end
$$;

drop trigger follow_in_documents on public.conversations;
create trigger follow_in_documents
  after update of
    day, counts, country, device_type, referrer_host, email_captured, demo_proposed, cta_clicked, demo_booked,
    visitor_message_count, signal_score, quality_score, topic_id, intent, unanswered_count
  on public.conversations
  for each row
  when (
    (
      old.day, old.counts, old.country, old.device_type, old.referrer_host, old.email_captured, old.demo_proposed,
      old.cta_clicked, old.demo_booked, old.interest_score, old.quality_score, old.topic_id, old.intent,
      old.unanswered_count > 0
    ) is distinct from (
      new.day, new.counts, new.country, new.device_type, new.referrer_host, new.email_captured, new.demo_proposed,
      new.cta_clicked, new.demo_booked, new.interest_score, new.quality_score, new.topic_id, new.intent,
      new.unanswered_count > 0
    )
  )
  execute function private.follow_in_documents();

create or replace function private.index_messages(
  p_site_domain text,
  p_messages private.incoming_message[],
  p_stored uuid[],
  p_edited_conversations uuid[]
)
returns void
language sql
security definer
set search_path = ''
as $$
  -- A tsvector holds at most 1 MB: of a very long conversation only the beginning is searchable.
  insert into private.conversation_documents as kept (
    site_domain, conversation_id, document, day, counts, country, device_type, referrer_host, email_captured,
    demo_proposed, cta_clicked, demo_booked, interest_score, quality_score, topic_id, intent, unanswered
  )
  select
    p_site_domain,
    conversation.id,
    to_tsvector('simple', left(string_agg(m.text, ' ' order by m.sent_at, m.seq, m.id), 100000)),
    conversation.day,
    conversation.counts,
    conversation.country,
    conversation.device_type,
    conversation.referrer_host,
    conversation.email_captured,
    conversation.demo_proposed,
    conversation.cta_clicked,
    conversation.demo_booked,
    conversation.interest_score,
    conversation.quality_score,
    conversation.topic_id,
    conversation.intent,
    conversation.unanswered_count > 0
  from unnest(p_messages) as m
  join public.conversations as conversation
    on conversation.site_domain = p_site_domain and conversation.id = m.conversation_id
  where m.id = any (p_stored)
    and (p_edited_conversations is null or m.conversation_id <> all (p_edited_conversations))
  group by conversation.site_domain, conversation.id
  on conflict (site_domain, conversation_id) do update
  set document = kept.document || excluded.document
  where octet_length(kept.document::text) < 400000;

  insert into private.conversation_documents as kept (
    site_domain, conversation_id, document, day, counts, country, device_type, referrer_host, email_captured,
    demo_proposed, cta_clicked, demo_booked, interest_score, quality_score, topic_id, intent, unanswered
  )
  select
    p_site_domain,
    conversation.id,
    to_tsvector(
      'simple',
      left(string_agg(message.text, ' ' order by message.sent_at, message.seq, message.id), 100000)
    ),
    conversation.day,
    conversation.counts,
    conversation.country,
    conversation.device_type,
    conversation.referrer_host,
    conversation.email_captured,
    conversation.demo_proposed,
    conversation.cta_clicked,
    conversation.demo_booked,
    conversation.interest_score,
    conversation.quality_score,
    conversation.topic_id,
    conversation.intent,
    conversation.unanswered_count > 0
  from public.messages as message
  join public.conversations as conversation
    on conversation.site_domain = p_site_domain and conversation.id = message.conversation_id
  where message.site_domain = p_site_domain
    and message.conversation_id = any (p_edited_conversations)
  group by conversation.site_domain, conversation.id
  on conflict (site_domain, conversation_id) do update
  set document = excluded.document
$$;

create function private.conversation_has(
  p_filter jsonb,
  p_country text,
  p_device_type text,
  p_referrer_host text,
  p_email_captured boolean,
  p_demo_proposed boolean,
  p_cta_clicked boolean,
  p_demo_booked boolean,
  p_interest_score smallint,
  p_quality_score numeric,
  p_topic_id uuid,
  p_intent text,
  p_unanswered boolean
)
returns boolean
language sql
immutable
parallel safe
as $$
  -- Without settings of its own, so that it becomes part of the query that asks.
  select
    (not coalesce(p_filter -> 'conversions' ? 'email_captured', false) or p_email_captured)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_proposed', false) or p_demo_proposed)
    and (not coalesce(p_filter -> 'conversions' ? 'cta_clicked', false) or p_cta_clicked)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_booked', false) or p_demo_booked)
    and (
      p_filter ->> 'country' is null
      or case p_filter ->> 'country'
        when '' then coalesce(p_country, '') = ''
        else p_country = p_filter ->> 'country'
      end
    )
    and (
      p_filter ->> 'device' is null
      or case p_filter ->> 'device'
        when '' then coalesce(p_device_type, '') = ''
        else p_device_type = p_filter ->> 'device'
      end
    )
    and (
      p_filter ->> 'referrer' is null
      or case p_filter ->> 'referrer'
        when '' then coalesce(p_referrer_host, '') = ''
        else p_referrer_host = p_filter ->> 'referrer'
      end
    )
    and (
      private.filter_list(p_filter, 'scores') is null
      or p_interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
    )
    and (p_filter ->> 'min_quality' is null or p_quality_score >= (p_filter ->> 'min_quality')::numeric)
    and (p_filter ->> 'max_quality' is null or p_quality_score <= (p_filter ->> 'max_quality')::numeric)
    and (
      private.filter_list(p_filter, 'topics') is null
      or p_topic_id = any (private.filter_list(p_filter, 'topics')::uuid[])
      or (array_position(private.filter_list(p_filter, 'topics'), null) is not null and p_topic_id is null)
    )
    and (
      private.filter_list(p_filter, 'intents') is null
      or p_intent = any (private.filter_list(p_filter, 'intents'))
      or (array_position(private.filter_list(p_filter, 'intents'), null) is not null and p_intent is null)
    )
    and (
      p_filter ->> 'unanswered' is null
      or p_unanswered = (p_filter ->> 'unanswered')::boolean
    )
$$;

comment on function private.conversation_has(jsonb, text, text, text, boolean, boolean, boolean, boolean, smallint, numeric, uuid, text, boolean) is
  'Whether a conversation is what a filter says of what stands beside its words, too, in private.conversation_documents.';

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
    -- Also asked of what stands beside the words of a conversation.
    and private.conversation_has(
      p_filter,
      conversation.country,
      conversation.device_type,
      conversation.referrer_host,
      conversation.email_captured,
      conversation.demo_proposed,
      conversation.cta_clicked,
      conversation.demo_booked,
      conversation.interest_score,
      conversation.quality_score,
      conversation.topic_id,
      conversation.intent,
      conversation.unanswered_count > 0
    )
    -- Not one expression for both: this keeps the index by page, and what is known of how frequent a value is.
    and (
      p_filter ->> 'page' is null
      or case p_filter ->> 'page'
        when '' then coalesce(conversation.page, '') = ''
        else conversation.page = p_filter ->> 'page'
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
      private.filter_list(p_filter, 'signals') is null
      or conversation.signals && private.filter_list(p_filter, 'signals')
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

create or replace function private.count_filtered_conversations(p_site_domains text[], p_filter jsonb)
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

revoke execute on function
  private.conversation_has(jsonb, text, text, text, boolean, boolean, boolean, boolean, smallint, numeric, uuid, text, boolean)
from public, anon;
grant execute on function
  private.conversation_has(jsonb, text, text, text, boolean, boolean, boolean, boolean, smallint, numeric, uuid, text, boolean)
to authenticated, service_role;
