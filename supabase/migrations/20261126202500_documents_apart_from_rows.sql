-- Every document stands apart from its row, not the long ones alone, and beside it stands what else searches are
-- counted by: a frequent word is counted from a tenth of the pages, in a country without the conversations.

drop index private.conversation_documents_document_idx;

alter table private.conversation_documents
  add column country text,
  add column device_type text,
  add column referrer_host text;

update private.conversation_documents as document
set
  country = conversation.country,
  device_type = conversation.device_type,
  referrer_host = conversation.referrer_host
from public.conversations as conversation
where conversation.site_domain = document.site_domain
  and conversation.id = document.conversation_id
  and coalesce(conversation.country, conversation.device_type, conversation.referrer_host) is not null;

-- Rewrites the table, and with it every row as it is stored from now on.
alter table private.conversation_documents
  alter column site_domain set storage main,
  alter column document set storage external,
  alter column country set storage main,
  alter column device_type set storage main,
  alter column referrer_host set storage main,
  add column padding text not null generated always as (repeat(' ', 2100)) stored,
  alter column padding set storage main;

create index conversation_documents_document_idx on private.conversation_documents using gin (document)
  with (fastupdate = on);

comment on column private.conversation_documents.day is
  'The conversation''s, as are `counts`, country, device_type and referrer_host: a count of a search by these reads this table alone.';
comment on column private.conversation_documents.padding is 'Spaces, so that every document is stored apart from its row.';

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
    referrer_host = new.referrer_host
  where site_domain = new.site_domain and conversation_id = new.id;
  return null;
end
$$;

comment on function private.follow_in_documents() is 'Keeps what searches are counted by of a conversation beside its words.';

drop trigger follow_in_documents on public.conversations;

create trigger follow_in_documents
  after update of day, counts, country, device_type, referrer_host on public.conversations
  for each row
  when (
    (old.day, old.counts, old.country, old.device_type, old.referrer_host)
    is distinct from (new.day, new.counts, new.country, new.device_type, new.referrer_host)
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
    site_domain, conversation_id, document, day, counts, country, device_type, referrer_host
  )
  select
    p_site_domain,
    conversation.id,
    to_tsvector('simple', left(string_agg(m.text, ' ' order by m.sent_at, m.seq, m.id), 100000)),
    conversation.day,
    conversation.counts,
    conversation.country,
    conversation.device_type,
    conversation.referrer_host
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
    site_domain, conversation_id, document, day, counts, country, device_type, referrer_host
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
    conversation.referrer_host
  from public.messages as message
  join public.conversations as conversation
    on conversation.site_domain = p_site_domain and conversation.id = message.conversation_id
  where message.site_domain = p_site_domain
    and message.conversation_id = any (p_edited_conversations)
  group by conversation.site_domain, conversation.id
  on conflict (site_domain, conversation_id) do update
  set document = excluded.document
$$;

create or replace function private.search_conversations(p_site_domains text[], p_filter jsonb)
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

create or replace function private.count_filtered_conversations(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set max_parallel_workers_per_gather = 2
set random_page_cost = 3
set enable_seqscan = on
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
  elsif jsonb_strip_nulls(p_filter) - array['search', 'from', 'to', 'country', 'device', 'referrer'] = '{}' then
    -- What stands beside the words of a conversation answers, without the conversation. A plan that does not know how
    -- frequent the words are takes them from their index, and the days from theirs.
    execute $query$
      select count(*)
      from private.conversation_documents as document
      where document.site_domain = any ($1)
        and document.document @@ (select $2)
        and document.counts
        and document.day between $3 and $4
        and ($5 is null or coalesce(document.country, '') = $5)
        and ($6 is null or coalesce(document.device_type, '') = $6)
        and ($7 is null or coalesce(document.referrer_host, '') = $7)
    $query$
    into v_count
    using
      v_domains,
      v_words,
      coalesce(private.filter_day(p_filter, 'from'), '-infinity'),
      coalesce(private.filter_day(p_filter, 'to'), 'infinity'),
      p_filter ->> 'country',
      p_filter ->> 'device',
      p_filter ->> 'referrer';
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

create or replace function private.forget_words(p_site_domain text, p_conversation_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
-- Words are looked for in their index, not in one document after the other.
set enable_seqscan = off
as $$
declare
  v_words text[];
begin
  -- The vocabulary holds beginnings of words.
  v_words := array(
    select known.word
    from private.topic_models as model
    cross join jsonb_array_elements_text(model.model -> 'vocabulary') as known (word)
    where model.site_domain = p_site_domain
      and known.word ~ '^[[:alnum:]]{3,}$'
      and exists (
        select 1
        from private.conversation_documents as document
        where document.site_domain = p_site_domain
          and document.conversation_id = any (p_conversation_ids)
          and document.document @@ (known.word || ':*')::tsquery
      )
      and not exists (
        select 1
        from private.conversation_documents as document
        where document.site_domain = p_site_domain
          and document.conversation_id <> all (p_conversation_ids)
          and document.document @@ (known.word || ':*')::tsquery
      )
  );
  if v_words = '{}' then
    return;
  end if;
  delete from private.topic_models where site_domain = p_site_domain;
  update public.topics as topic
  set
    keywords = told.kept,
    label = case
      when topic.label_is_custom then topic.label
      else coalesce(nullif(left(array_to_string(told.kept[1:3], ', '), 120), ''), 'Topic')
    end
  from (
    select
      told.id,
      array(
        select keyword.word
        from unnest(told.keywords) with ordinality as keyword (word, place)
        where not exists (select 1 from unnest(v_words) as gone (word) where starts_with(lower(keyword.word), gone.word))
        order by keyword.place
      ) as kept
    from public.topics as told
    where told.site_domain = p_site_domain
  ) as told
  where topic.site_domain = p_site_domain and topic.id = told.id and topic.keywords <> told.kept;
end
$$;

drop function private.documents_stand_apart();
