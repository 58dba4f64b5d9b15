-- Chats of one visitor with the agent.

create table public.conversations (
  site_domain text not null,
  id uuid not null,
  visitor_id uuid not null,
  session_id uuid not null,
  environment text not null default 'production',
  counts boolean not null,
  page text,
  country text,
  device_type text,
  referrer_host text,
  language text,
  opened_at timestamptz not null,
  first_message_at timestamptz,
  last_message_at timestamptz,
  started_at timestamptz not null generated always as (coalesce(first_message_at, opened_at)) stored,
  day date not null,
  message_count integer not null default 0,
  visitor_message_count integer not null default 0,
  total_turns integer not null default 0,
  email_captured boolean not null default false,
  demo_proposed boolean not null default false,
  cta_clicked boolean not null default false,
  demo_booked boolean not null default false,
  preview text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  hour smallint not null default 0,
  account_id uuid,
  topic_id uuid,
  intent text,
  signals text[] not null default '{}',
  signal_score smallint not null default 1,
  quality_score numeric(2, 1),
  unanswered_count integer not null default 0,
  detected_language text,
  insights_due boolean not null default false,
  interest_score smallint not null generated always as (
    greatest(
      signal_score,
      case
        when demo_booked then 5
        when cta_clicked then 4
        when demo_proposed then 3
        when visitor_message_count > 1 then 2
        else 1
      end
    )
  ) stored,
  review text,
  text_deleted_at timestamptz,
  text_deleted_by text,
  constraint conversations_pkey primary key (site_domain, id),
  constraint conversations_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id),
  constraint conversations_session_id_fkey foreign key (site_domain, session_id)
    references public.visitor_sessions (site_domain, id),
  constraint conversations_account_id_fkey foreign key (site_domain, account_id)
    references public.accounts (site_domain, id),
  constraint conversations_topic_id_fkey foreign key (site_domain, topic_id)
    references public.topics (site_domain, id),
  constraint conversations_environment_check check (environment in ('production', 'staging', 'development', 'other')),
  constraint conversations_hour_check check (hour between 0 and 23),
  constraint conversations_intent_check check (intent in ('LEARN', 'CONTEXT', 'SUPPORT', 'OFFTOPIC', 'OTHER')),
  constraint conversations_signal_score_check check (signal_score between 1 and 5),
  constraint conversations_quality_score_check check (quality_score between 1 and 5),
  constraint conversations_unanswered_count_check check (unanswered_count >= 0),
  constraint conversations_review_check check (review in ('good', 'bad')),
  constraint conversations_text_deleted_check check (
    (text_deleted_at is null) = (text_deleted_by is null) and text_deleted_by in ('erasure', 'retention')
  )
);

-- What the list of accounts says of an account's conversations, from the index alone.
create index conversations_account_id_idx on public.conversations (site_domain, account_id, started_at desc, id desc)
  include (counts, day, intent)
  where account_id is not null;
create index conversations_topic_id_idx on public.conversations (site_domain, topic_id, started_at desc, id desc)
  where topic_id is not null;
create index conversations_insights_due_idx on public.conversations (last_message_at) where insights_due;
create index conversations_review_idx on public.conversations (site_domain, started_at desc, id desc)
  where review is not null;
create index conversations_page_idx on public.conversations (site_domain, page, started_at desc, id desc);
-- What lists filter by, so that an index alone tells which rows pass. Pages are too long for it.
create index conversations_started_at_idx on public.conversations (site_domain, started_at desc, id desc)
  include (
    counts, day, hour, country, device_type, referrer_host, language, detected_language, message_count,
    visitor_message_count, total_turns, email_captured, demo_proposed, cta_clicked, demo_booked, interest_score,
    quality_score, topic_id, intent, signals, unanswered_count, review
  );
-- The other orders of the list.
create index conversations_total_turns_idx
  on public.conversations (site_domain, total_turns desc, started_at desc, id desc);
create index conversations_interest_score_idx
  on public.conversations (site_domain, interest_score desc, started_at desc, id desc);
create index conversations_quality_best_idx
  on public.conversations (site_domain, (coalesce(quality_score, 0)) desc, started_at desc, id desc);
create index conversations_quality_worst_idx
  on public.conversations (site_domain, (coalesce(6 - quality_score, 0)) desc, started_at desc, id desc);
-- Few beside those that count: whoever lists what belongs to conversations leaves these out.
create index conversations_not_counted_idx on public.conversations (site_domain, id) where not counts;
create index conversations_visitor_id_idx on public.conversations (site_domain, visitor_id, started_at);
create index conversations_session_id_idx on public.conversations (site_domain, session_id);

comment on table public.conversations is 'A chat of one visitor with the agent. It may be empty: opened, but nobody wrote.';
comment on column public.conversations.opened_at is 'When the sender says the conversation was created.';
comment on column public.conversations.started_at is 'The first message, or the creation while there is none.';
comment on column public.conversations.day is 'The domain''s calendar day of started_at.';
comment on column public.conversations.total_turns is 'Turns: a visitor''s message (or several in a row) that got an answer.';
comment on column public.conversations.hour is 'The domain''s hour (0 to 23) of started_at.';
comment on column public.conversations.account_id is 'The visitor''s account; kept equal to it.';
comment on column public.conversations.intent is 'What the visitor mostly wanted; null until analysed.';
comment on column public.conversations.signals is 'Buying signals in the visitor''s words.';
comment on column public.conversations.signal_score is 'The interest (1 to 5) that the visitor''s words alone show.';
comment on column public.conversations.interest_score is
  '1 Cold, 2 Curious (several messages), 3 Interested (demo proposed), 4 Engaged (CTA clicked), 5 Hot (demo booked), raised by buying signals.';
comment on column public.conversations.quality_score is 'How good the answers were, 1 to 5; null until analysed.';
comment on column public.conversations.unanswered_count is 'Questions of the visitor that the agent could not answer.';
comment on column public.conversations.detected_language is 'The language of the visitor''s words (ISO 639-1), where the sender named none.';
comment on column public.conversations.review is 'The thumb of its latest review; null without any.';
comment on column public.conversations.insights_due is 'Whether messages came since the conversation was last analysed.';
comment on column public.conversations.text_deleted_at is
  'When the texts said until then were deleted; an empty message of such a conversation is a deleted one.';
comment on column public.conversations.text_deleted_by is 'What deleted them: erasure (of the visitor) or retention.';
comment on column public.conversations.preview is 'The beginning of the visitor''s first message.';

alter table public.conversations enable row level security;
revoke all on public.conversations from public, anon, authenticated;
grant select on public.conversations to authenticated;
grant all on public.conversations to service_role;

create policy conversations_select on public.conversations
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.messages (
  site_domain text not null,
  conversation_id uuid not null,
  id uuid not null,
  seq integer not null default 0,
  role text not null,
  text text not null,
  sent_at timestamptz not null,
  latency_ms integer,
  metadata jsonb not null default '{}',
  edited_at timestamptz,
  created_at timestamptz not null default now(),
  constraint messages_pkey primary key (site_domain, conversation_id, id),
  constraint messages_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id),
  constraint messages_role_check check (role in ('visitor', 'agent')),
  constraint messages_latency_ms_check check (latency_ms >= 0)
);

comment on table public.messages is 'What was said. Order within a conversation is (sent_at, seq, id).';
comment on column public.messages.latency_ms is 'Milliseconds the agent took to answer.';

alter table public.messages enable row level security;
revoke all on public.messages from public, anon, authenticated;
grant select on public.messages to authenticated;
grant all on public.messages to service_role;

create policy messages_select on public.messages
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.message_versions (
  site_domain text not null,
  conversation_id uuid not null,
  message_id uuid not null,
  replaced_at timestamptz not null default now(),
  text text not null,
  constraint message_versions_pkey primary key (site_domain, conversation_id, message_id, replaced_at),
  constraint message_versions_message_id_fkey foreign key (site_domain, conversation_id, message_id)
    references public.messages (site_domain, conversation_id, id)
);

comment on table public.message_versions is 'Earlier texts of messages that were sent again with another text.';

alter table public.message_versions enable row level security;
revoke all on public.message_versions from public, anon, authenticated;
grant select on public.message_versions to authenticated;
grant all on public.message_versions to service_role;

create policy message_versions_select on public.message_versions
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table private.conversation_documents (
  site_domain text not null,
  conversation_id uuid not null,
  document tsvector not null,
  day date not null,
  counts boolean not null,
  country text,
  device_type text,
  referrer_host text,
  padding text not null generated always as (repeat(' ', 2100)) stored,
  email_captured boolean not null default false,
  demo_proposed boolean not null default false,
  cta_clicked boolean not null default false,
  demo_booked boolean not null default false,
  interest_score smallint not null default 1,
  quality_score numeric(2, 1),
  topic_id uuid,
  intent text,
  unanswered boolean not null default false,
  constraint conversation_documents_pkey primary key (site_domain, conversation_id),
  constraint conversation_documents_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id)
)
with (toast_tuple_target = 128);

-- Documents stand apart from their rows, which a count of a frequent word reads most of. PostgreSQL does this in rows
-- of more than 2 kB alone: hence the padding, which takes 40 bytes once it is compressed. Compressed, documents would
-- hardly be shorter.
alter table private.conversation_documents
  alter column site_domain set storage main,
  alter column document set storage external,
  alter column country set storage main,
  alter column device_type set storage main,
  alter column referrer_host set storage main,
  alter column padding set storage main,
  alter column intent set storage main;

create index conversation_documents_document_idx on private.conversation_documents using gin (document)
  with (fastupdate = on);
-- Words that most conversations hold are looked for in the days asked for, not among all that hold them.
create index conversation_documents_day_idx on private.conversation_documents (site_domain, day) where counts;

comment on table private.conversation_documents is
  'The words of each conversation, for full-text search. `simple` configuration: conversations come in many languages.';
comment on column private.conversation_documents.day is
  'The conversation''s, as are the others but its words: a count of a search by these (private.conversation_has) reads this table alone.';
comment on column private.conversation_documents.padding is 'Spaces, so that every document is stored apart from its row.';

alter table private.conversation_documents enable row level security;
revoke all on private.conversation_documents from public, anon, authenticated;
grant all on private.conversation_documents to service_role;

create policy conversation_documents_select on private.conversation_documents
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create function private.follow_in_documents()
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

comment on function private.follow_in_documents() is 'Keeps what searches are counted by of a conversation beside its words.';

revoke execute on function private.follow_in_documents() from public, anon, authenticated, service_role;

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
