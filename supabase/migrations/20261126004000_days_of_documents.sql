-- The day of a conversation, and whether it counts, stand beside its words: a search in a range of days reads one table.

alter table private.conversation_documents add column day date, add column counts boolean;
update private.conversation_documents as document
set day = conversation.day, counts = conversation.counts
from public.conversations as conversation
where conversation.site_domain = document.site_domain and conversation.id = document.conversation_id;
alter table private.conversation_documents alter column day set not null, alter column counts set not null;

comment on column private.conversation_documents.day is
  'The conversation''s, as is `counts`: a search in a range of days reads this table alone.';

create function private.follow_in_documents()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update private.conversation_documents
  set day = new.day, counts = new.counts
  where site_domain = new.site_domain and conversation_id = new.id;
  return null;
end
$$;

comment on function private.follow_in_documents() is 'Keeps day and `counts` of a conversation beside its words.';

revoke execute on function private.follow_in_documents() from public, anon, authenticated, service_role;

create trigger follow_in_documents after update of day, counts on public.conversations
  for each row
  when ((old.day, old.counts) is distinct from (new.day, new.counts))
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
  insert into private.conversation_documents as kept (site_domain, conversation_id, document, day, counts)
  select
    p_site_domain,
    conversation.id,
    to_tsvector('simple', left(string_agg(m.text, ' ' order by m.sent_at, m.seq, m.id), 100000)),
    conversation.day,
    conversation.counts
  from unnest(p_messages) as m
  join public.conversations as conversation
    on conversation.site_domain = p_site_domain and conversation.id = m.conversation_id
  where m.id = any (p_stored)
    and (p_edited_conversations is null or m.conversation_id <> all (p_edited_conversations))
  group by conversation.id, conversation.day, conversation.counts
  on conflict (site_domain, conversation_id) do update
  set document = kept.document || excluded.document
  where octet_length(kept.document::text) < 400000;

  insert into private.conversation_documents as kept (site_domain, conversation_id, document, day, counts)
  select
    p_site_domain,
    conversation.id,
    to_tsvector(
      'simple',
      left(string_agg(message.text, ' ' order by message.sent_at, message.seq, message.id), 100000)
    ),
    conversation.day,
    conversation.counts
  from public.messages as message
  join public.conversations as conversation
    on conversation.site_domain = p_site_domain and conversation.id = message.conversation_id
  where message.site_domain = p_site_domain
    and message.conversation_id = any (p_edited_conversations)
  group by conversation.id, conversation.day, conversation.counts
  on conflict (site_domain, conversation_id) do update
  set document = excluded.document
$$;

drop function private.search_conversations(text[], text);

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

create or replace function private.count_found_conversations(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := array(
    select mine.site_domain
    from private.my_domains() as mine (site_domain)
    where mine.site_domain = any (p_site_domains)
  );
begin
  -- Words of a range of days: what stands beside them answers, without the conversations.
  if jsonb_strip_nulls(p_filter) - array['search', 'from', 'to'] = '{}' then
    return (
      select count(*)
      from private.conversation_documents as document
      where document.site_domain = any (v_domains)
        and document.document @@ websearch_to_tsquery('simple', p_filter ->> 'search')
        and document.counts
        and (p_filter ->> 'from' is null or document.day >= (p_filter ->> 'from')::date)
        and (p_filter ->> 'to' is null or document.day <= (p_filter ->> 'to')::date)
    );
  end if;
  return (
    select count(*)
    from private.filtered_conversations(v_domains, p_filter) as conversation
    join private.conversation_documents as document
      on document.site_domain = conversation.site_domain and document.conversation_id = conversation.id
    where document.site_domain = any (v_domains)
      and document.document @@ websearch_to_tsquery('simple', p_filter ->> 'search')
  );
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
  v_walked integer;
  v_walk record;
begin
  if coalesce(p_filter ->> 'search', '') = '' then
    return query execute format(v_numbered, v_query) using v_domains, p_filter, p_limit, p_after;
    return;
  end if;

  -- Words that many conversations hold are found soonest by looking into one after the other: their index would
  -- give all of them first. Words that few hold are found by the index.
  foreach v_walked in array array[4 * p_limit, 40 * p_limit] loop
    select * into v_walk from private.walk_conversations(v_query, v_domains, p_filter, v_walked, p_after);
    if cardinality(v_walk.ids) >= p_limit or v_walk.walked < v_walked then
      return query
        select w.place, w.site_domain, w.id, w.key
        from unnest(v_walk.places, v_walk.ids, v_walk.keys) with ordinality as w (site_domain, id, key, place)
        limit p_limit;
      return;
    end if;
  end loop;
  v_query := private.conversation_page_query(p_sort, v_found, p_after);
  return query execute format(v_numbered, v_query) using v_domains, p_filter, p_limit, p_after;
end
$$;

create or replace function private.export_conversations(p_site_domains text[], p_filter jsonb, p_sort text)
returns table (
  site_domain text,
  conversation_id uuid,
  started_at timestamptz,
  day date,
  last_message_at timestamptz,
  visitor_id uuid,
  visitor_name text,
  visitor_email text,
  account_id uuid,
  account_name text,
  country text,
  language text,
  device text,
  referrer text,
  page text,
  messages integer,
  turns integer,
  interest_score smallint,
  quality_score numeric,
  topic text,
  intent text,
  signals text,
  unanswered_questions integer,
  email_captured boolean,
  demo_proposed boolean,
  cta_clicked boolean,
  demo_booked boolean,
  review text,
  first_message text
)
language sql
stable
as $$
  select
    c.site_domain,
    c.id,
    c.started_at,
    c.day,
    c.last_message_at,
    c.visitor_id,
    visitor.name,
    visitor.email,
    account.id,
    account.name,
    c.country,
    coalesce(c.language, c.detected_language),
    c.device_type,
    c.referrer_host,
    c.page,
    c.message_count,
    c.total_turns,
    c.interest_score,
    c.quality_score,
    topic.label,
    c.intent,
    array_to_string(c.signals, ', '),
    c.unanswered_count,
    c.email_captured,
    c.demo_proposed,
    c.cta_clicked,
    c.demo_booked,
    c.review,
    c.preview
  from private.filtered_conversations(p_site_domains, p_filter) as c
  join public.visitors as visitor on visitor.site_domain = c.site_domain and visitor.id = c.visitor_id
  left join public.accounts as account on account.site_domain = c.site_domain and account.id = visitor.account_id
  left join public.topics as topic on topic.site_domain = c.site_domain and topic.id = c.topic_id
  where coalesce(p_filter ->> 'search', '') = ''
    or (c.site_domain, c.id) in (
      select found.site_domain, found.id
      from private.search_conversations(p_site_domains, p_filter) as found
    )
  order by
    case p_sort
      when 'longest' then c.total_turns
      when 'interest' then c.interest_score
      when 'quality_best' then coalesce(c.quality_score, 0)
      when 'quality_worst' then coalesce(6 - c.quality_score, 0)
    end desc,
    case when p_sort = 'oldest' then c.started_at end,
    case when p_sort = 'oldest' then c.site_domain end,
    case when p_sort = 'oldest' then c.id end,
    c.started_at desc,
    c.site_domain desc,
    c.id desc
$$;
