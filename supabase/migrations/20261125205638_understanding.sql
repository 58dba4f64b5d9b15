-- Room for what is understood of conversations, visitors and accounts: topics, insights, scores, the
-- account on sessions and conversations, and the figures by them.

create function private.hour_of(p_at timestamptz, p_timezone text)
returns smallint
language sql
immutable
parallel safe
as $$ select extract(hour from p_at at time zone p_timezone)::smallint $$;

comment on function private.hour_of(timestamptz, text) is
  'The hour of the day (0 to 23) of an instant in a timezone (IANA name).';

revoke execute on function private.hour_of(timestamptz, text) from public, anon, authenticated;

alter table public.visitors
  add column session_count integer not null default 0,
  add column page_view_count integer not null default 0,
  add column conversation_count integer not null default 0,
  add column interest_score smallint not null default 1;

comment on column public.visitors.session_count is 'Sessions that count, ever.';
comment on column public.visitors.page_view_count is 'Page views in sessions that count, ever.';
comment on column public.visitors.conversation_count is 'Conversations that count, ever.';
comment on column public.visitors.interest_score is 'The best interest score (1 to 5) of the visitor''s conversations that count; 1 without any.';

alter table public.visitor_sessions
  add column account_id uuid,
  add constraint visitor_sessions_account_id_fkey foreign key (site_domain, account_id)
    references public.accounts (site_domain, id);

create index visitor_sessions_account_id_idx on public.visitor_sessions (site_domain, account_id, first_event_at)
  where account_id is not null;

comment on column public.visitor_sessions.account_id is 'The visitor''s account; kept equal to it.';

-- What people ask about. Topics are found by the insights; people rename, merge and hide them.

create table public.topics (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  label text not null,
  label_is_custom boolean not null default false,
  keywords text[] not null default '{}',
  status text not null default 'active',
  merged_into uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint topics_pkey primary key (site_domain, id),
  constraint topics_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint topics_merged_into_fkey foreign key (site_domain, merged_into) references public.topics (site_domain, id),
  constraint topics_label_check check (length(label) between 1 and 120),
  constraint topics_status_check check (status in ('active', 'hidden', 'merged')),
  constraint topics_merged_check check ((status = 'merged') = (merged_into is not null)),
  constraint topics_merged_into_check check (merged_into <> id)
);

create index topics_merged_into_idx on public.topics (site_domain, merged_into) where merged_into is not null;

comment on table public.topics is 'What visitors of a website ask about, found in their words; the id stays when a topic is found again.';
comment on column public.topics.label is 'Its keywords, until a person names it.';
comment on column public.topics.merged_into is 'The topic that took this one''s conversations over.';

alter table public.topics enable row level security;
revoke all on public.topics from public, anon, authenticated;
grant select on public.topics to authenticated;
grant all on public.topics to service_role;

create policy topics_select on public.topics
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table private.topic_models (
  site_domain text not null,
  version integer not null,
  fitted_at timestamptz not null,
  conversation_count integer not null,
  model jsonb not null,
  arrays bytea not null,
  constraint topic_models_pkey primary key (site_domain),
  constraint topic_models_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

comment on table private.topic_models is
  'What new conversations are compared with: the words and centres of a website''s topics. Numbers and words only, no code.';
comment on column private.topic_models.version is 'The version of the code that fitted the model.';

alter table private.topic_models enable row level security;
revoke all on private.topic_models from public, anon, authenticated;
grant all on private.topic_models to service_role;

create policy topic_models_select on private.topic_models
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

alter table public.conversations
  add column hour smallint not null default 0,
  add column account_id uuid,
  add column topic_id uuid,
  add column intent text,
  add column signals text[] not null default '{}',
  add column signal_score smallint not null default 1,
  add column quality_score numeric(2, 1),
  add column unanswered_count integer not null default 0,
  add column detected_language text,
  add column insights_due boolean not null default false,
  add column interest_score smallint not null generated always as (
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
  add constraint conversations_account_id_fkey foreign key (site_domain, account_id)
    references public.accounts (site_domain, id),
  add constraint conversations_topic_id_fkey foreign key (site_domain, topic_id)
    references public.topics (site_domain, id),
  add constraint conversations_hour_check check (hour between 0 and 23),
  add constraint conversations_intent_check check (intent in ('LEARN', 'CONTEXT', 'SUPPORT', 'OFFTOPIC', 'OTHER')),
  add constraint conversations_signal_score_check check (signal_score between 1 and 5),
  add constraint conversations_quality_score_check check (quality_score between 1 and 5),
  add constraint conversations_unanswered_count_check check (unanswered_count >= 0);

create index conversations_account_id_idx on public.conversations (site_domain, account_id, started_at desc, id desc)
  where account_id is not null;
create index conversations_topic_id_idx on public.conversations (site_domain, topic_id, started_at desc, id desc)
  where topic_id is not null;
create index conversations_insights_due_idx on public.conversations (last_message_at) where insights_due;

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
comment on column public.conversations.insights_due is 'Whether messages came since the conversation was last analysed.';

-- What was understood of a conversation, and why its score is what it is.

create table public.conversation_insights (
  site_domain text not null,
  conversation_id uuid not null,
  version integer not null,
  analyzed_at timestamptz not null,
  message_count integer not null,
  language text,
  language_confidence real,
  intent text,
  signals jsonb not null default '[]',
  quality_score numeric(2, 1),
  quality_receipt jsonb,
  scorer text not null,
  scorer_error text,
  messages jsonb not null default '[]',
  constraint conversation_insights_pkey primary key (site_domain, conversation_id),
  constraint conversation_insights_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id),
  constraint conversation_insights_quality_score_check check (quality_score between 1 and 5)
);

comment on table public.conversation_insights is 'What was understood of a conversation, by which version, from how many messages.';
comment on column public.conversation_insights.message_count is 'How many messages had come when the conversation was analysed.';
comment on column public.conversation_insights.signals is 'Buying signals: [{"kind", "message_id", "quote"}].';
comment on column public.conversation_insights.quality_receipt is
  'How the quality score came about: {"components": [{"name", "weight", "value", "quotes": [{"message_id", "text"}]}], …}.';
comment on column public.conversation_insights.scorer is 'What judged: `rules` or the model''s name.';
comment on column public.conversation_insights.scorer_error is 'Why the chosen judge could not, and the rules judged instead.';
comment on column public.conversation_insights.messages is 'Of the visitor''s messages: [{"id", "intent", "signals", "answered"}].';

alter table public.conversation_insights enable row level security;
revoke all on public.conversation_insights from public, anon, authenticated;
grant select on public.conversation_insights to authenticated;
grant all on public.conversation_insights to service_role;

create policy conversation_insights_select on public.conversation_insights
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.question_groups (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  label text not null,
  status text not null default 'open',
  created_at timestamptz not null default now(),
  resolved_at timestamptz,
  resolved_by uuid,
  constraint question_groups_pkey primary key (site_domain, id),
  constraint question_groups_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint question_groups_label_check check (length(label) between 1 and 300),
  constraint question_groups_status_check check (status in ('open', 'resolved'))
);

comment on table public.question_groups is 'Questions the agent could not answer, the same ones together.';

alter table public.question_groups enable row level security;
revoke all on public.question_groups from public, anon, authenticated;
grant select on public.question_groups to authenticated;
grant all on public.question_groups to service_role;

create policy question_groups_select on public.question_groups
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.unanswered_questions (
  site_domain text not null,
  conversation_id uuid not null,
  message_id uuid not null,
  group_id uuid,
  question text not null,
  asked_at timestamptz not null,
  constraint unanswered_questions_pkey primary key (site_domain, conversation_id, message_id),
  constraint unanswered_questions_message_id_fkey foreign key (site_domain, conversation_id, message_id)
    references public.messages (site_domain, conversation_id, id),
  constraint unanswered_questions_group_id_fkey foreign key (site_domain, group_id)
    references public.question_groups (site_domain, id)
);

create index unanswered_questions_group_id_idx on public.unanswered_questions (site_domain, group_id, asked_at desc);
create index unanswered_questions_asked_at_idx on public.unanswered_questions (site_domain, asked_at desc);

comment on table public.unanswered_questions is 'Messages of visitors that the agent could not answer.';

alter table public.unanswered_questions enable row level security;
revoke all on public.unanswered_questions from public, anon, authenticated;
grant select on public.unanswered_questions to authenticated;
grant all on public.unanswered_questions to service_role;

create policy unanswered_questions_select on public.unanswered_questions
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create or replace view public.counted_sessions with (security_invoker = true) as
select * from public.visitor_sessions where counts;

create or replace view public.counted_conversations with (security_invoker = true) as
select * from public.conversations where counts;

-- What existing rows contribute to the new figures, before the triggers take over.

update public.conversations as conversation
set
  hour = private.hour_of(conversation.started_at, domain.timezone),
  insights_due = conversation.visitor_message_count > 0,
  account_id = visitor.account_id
from public.domains as domain
join public.visitors as visitor on visitor.site_domain = domain.site_domain
where domain.site_domain = conversation.site_domain and visitor.id = conversation.visitor_id;

update public.visitor_sessions as session
set account_id = visitor.account_id
from public.visitors as visitor
where visitor.site_domain = session.site_domain
  and visitor.id = session.visitor_id
  and visitor.account_id is not null;

update public.visitors as visitor
set session_count = counted.n, page_view_count = counted.page_views
from (
  select site_domain, visitor_id, count(*) as n, sum(page_view_count) as page_views
  from public.counted_sessions
  group by site_domain, visitor_id
) as counted
where visitor.site_domain = counted.site_domain and visitor.id = counted.visitor_id;

update public.visitors as visitor
set conversation_count = counted.n, interest_score = counted.best
from (
  select site_domain, visitor_id, count(*) as n, max(interest_score) as best
  from public.counted_conversations
  group by site_domain, visitor_id
) as counted
where visitor.site_domain = counted.site_domain and visitor.id = counted.visitor_id;

drop function rollup.session_contributions(text, text, text);

create function rollup.session_contributions(
  p_country text,
  p_device_type text,
  p_referrer_host text,
  p_account_id uuid
)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'sessions', d.dimension, coalesce(d.value, ''), 1::bigint
  from (
    values ('', ''), ('country', p_country), ('device', p_device_type), ('referrer', p_referrer_host)
  ) as d (dimension, value)
  union all
  select 'sessions', 'account', p_account_id::text, 1 where p_account_id is not null
$$;

drop function rollup.conversation_contributions(
  text, text, text, text, integer, integer, boolean, boolean, boolean, boolean
);

create function rollup.conversation_contributions(p_conversation public.conversations)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'conversations', d.dimension, coalesce(d.value, ''), 1::bigint
  from (
    values
      ('', ''),
      ('page', p_conversation.page),
      ('country', p_conversation.country),
      ('device', p_conversation.device_type),
      ('referrer', p_conversation.referrer_host),
      ('language', coalesce(p_conversation.language, p_conversation.detected_language)),
      ('hour', p_conversation.hour::text),
      ('score', p_conversation.interest_score::text)
  ) as d (dimension, value)
  union all
  select 'conversations', d.dimension, d.value, 1
  from (
    values
      ('account', p_conversation.account_id::text),
      ('account_score', p_conversation.account_id::text || ':' || p_conversation.interest_score::text),
      ('intent', p_conversation.intent),
      ('quality', round(p_conversation.quality_score)::text)
  ) as d (dimension, value)
  where d.value is not null
  union all
  select 'conversations', 'conversion', flag.kind, 1
  from (
    values
      ('email_captured', p_conversation.email_captured),
      ('demo_proposed', p_conversation.demo_proposed),
      ('cta_clicked', p_conversation.cta_clicked),
      ('demo_booked', p_conversation.demo_booked)
  ) as flag (kind, held)
  where flag.held
  union all
  select m.metric, d.dimension, d.value, m.n
  from (
    values
      ('messaged_conversations', 1::bigint),
      ('turns', p_conversation.total_turns),
      (
        'converted_conversations',
        (p_conversation.email_captured or p_conversation.cta_clicked or p_conversation.demo_booked)::integer
      ),
      ('unanswered_conversations', (p_conversation.unanswered_count > 0)::integer),
      ('scored_conversations', (p_conversation.quality_score is not null)::integer),
      ('quality_tenths', (10 * p_conversation.quality_score)::integer)
  ) as m (metric, n)
  cross join (
    values ('', ''), ('topic', coalesce(p_conversation.topic_id::text, ''))
  ) as d (dimension, value)
  where p_conversation.visitor_message_count > 0 and m.n > 0
$$;

comment on function rollup.session_contributions(text, text, text, uuid) is 'Figures of a session that counts: sessions, in all and by country, device, referrer and account.';

comment on function rollup.conversation_contributions(public.conversations) is
  'Figures of a conversation that counts: conversations in all and by page, country, device, referrer, language, hour, interest score, account, intent, quality (rounded) and conversion; and of one with a visitor''s message, in all and by topic: itself, turns, whether it converted (e-mail, CTA or demo), had an unanswered question, was scored, and tenths of its quality score.';

revoke execute on function
  rollup.session_contributions(text, text, text, uuid),
  rollup.conversation_contributions(public.conversations)
from public, anon, authenticated;

insert into rollup.deltas (site_domain, metric, dimension, day, value, n)
select f.site_domain, c.metric, c.dimension, f.day, c.value, sum(c.n)
from public.counted_conversations as f
cross join lateral rollup.conversation_contributions(row(f.*)::public.conversations) as c
where (c.metric = 'conversations' and c.dimension not in ('', 'page', 'country', 'device', 'referrer', 'conversion'))
  or (c.metric in ('messaged_conversations', 'turns') and c.dimension <> '')
  or c.metric not in ('conversations', 'messaged_conversations', 'turns')
group by f.site_domain, c.metric, c.dimension, f.day, c.value;

insert into rollup.deltas (site_domain, metric, dimension, day, value, n)
select f.site_domain, 'sessions', 'account', f.day, f.account_id::text, count(*)
from public.counted_sessions as f
where f.account_id is not null
group by f.site_domain, f.day, f.account_id;

create or replace function rollup.record_session_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changes rollup.change[];
begin
  if tg_op = 'INSERT' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, c.n)::rollup.change)
    into v_changes
    from new_rows as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host, r.account_id) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host, r.account_id) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, country, device_type, referrer_host, account_id from new_rows
        except all
        select site_domain, day, counts, country, device_type, referrer_host, account_id from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, country, device_type, referrer_host, account_id from old_rows
        except all
        select site_domain, day, counts, country, device_type, referrer_host, account_id from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host, r.account_id) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

create or replace function rollup.record_conversation_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changes rollup.change[];
begin
  if tg_op = 'INSERT' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, c.n)::rollup.change)
    into v_changes
    from new_rows as r
    cross join lateral rollup.conversation_contributions(row(r.*)::public.conversations) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.conversation_contributions(row(r.*)::public.conversations) as c
    where r.counts;
  else
    -- What the rows add now less what they added before; append_deltas keeps only the difference.
    select array_agg(row(r.site_domain, r.metric, r.dimension, r.day, r.value, r.n)::rollup.change)
    into v_changes
    from (
      select added.site_domain, c.metric, c.dimension, added.day, c.value, c.n
      from new_rows as added
      cross join lateral rollup.conversation_contributions(row(added.*)::public.conversations) as c
      where added.counts
      union all
      select removed.site_domain, c.metric, c.dimension, removed.day, c.value, -c.n
      from old_rows as removed
      cross join lateral rollup.conversation_contributions(row(removed.*)::public.conversations) as c
      where removed.counts
    ) as r;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

create or replace function rollup.recounted_figures(p_site_domain text)
returns setof rollup.change
language sql
stable
set search_path = ''
as $$
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_events as f
  cross join lateral rollup.event_contributions(f.name) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_sessions as f
  cross join lateral rollup.session_contributions(f.country, f.device_type, f.referrer_host, f.account_id) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_session_pages as f
  cross join lateral rollup.session_page_contributions(f.page) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_conversations as f
  cross join lateral rollup.conversation_contributions(row(f.*)::public.conversations) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_conversions as f
  cross join lateral rollup.conversion_contributions(f.kind) as c
  where f.site_domain = p_site_domain
$$;

-- A visitor's sessions and conversations belong to the visitor's account, whoever writes which first.

create function private.take_account()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  new.account_id := (
    select visitor.account_id
    from public.visitors as visitor
    where visitor.site_domain = new.site_domain and visitor.id = new.visitor_id
  );
  return new;
end
$$;

comment on function private.take_account() is 'Gives a new session or conversation, or one of another visitor now, its visitor''s account.';

create trigger take_account before insert or update of visitor_id on public.visitor_sessions
  for each row execute function private.take_account();

create trigger take_account before insert or update of visitor_id on public.conversations
  for each row execute function private.take_account();

create function private.spread_account()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.visitor_sessions
  set account_id = new.account_id
  where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id;
  update public.conversations
  set account_id = new.account_id
  where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id;
  return null;
end
$$;

comment on function private.spread_account() is 'Brings a visitor''s new account to the visitor''s sessions and conversations.';

create trigger spread_account after update of account_id on public.visitors
  for each row when (new.account_id is distinct from old.account_id)
  execute function private.spread_account();

revoke execute on function private.take_account(), private.spread_account()
from public, anon, authenticated, service_role;

-- What a visitor did in all, kept on the visitor by whatever changes a session or a conversation.
-- Writers hold their visitors' locks, so that these figures change by one transaction at a time.

create function private.add_session_figures()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    update public.visitors as visitor
    set
      session_count = visitor.session_count + changed.sessions,
      page_view_count = visitor.page_view_count + changed.page_views
    from (
      select r.site_domain, r.visitor_id, count(*) as sessions, sum(r.page_view_count) as page_views
      from new_rows as r
      where r.counts
      group by r.site_domain, r.visitor_id
    ) as changed
    where visitor.site_domain = changed.site_domain and visitor.id = changed.visitor_id;
  elsif tg_op = 'DELETE' then
    update public.visitors as visitor
    set
      session_count = visitor.session_count - changed.sessions,
      page_view_count = visitor.page_view_count - changed.page_views
    from (
      select r.site_domain, r.visitor_id, count(*) as sessions, sum(r.page_view_count) as page_views
      from old_rows as r
      where r.counts
      group by r.site_domain, r.visitor_id
    ) as changed
    where visitor.site_domain = changed.site_domain and visitor.id = changed.visitor_id;
  else
    update public.visitors as visitor
    set
      session_count = visitor.session_count + changed.sessions,
      page_view_count = visitor.page_view_count + changed.page_views
    from (
      select r.site_domain, r.visitor_id, sum(r.sign) as sessions, sum(r.sign * r.page_view_count) as page_views
      from (
        select 1 as sign, added.site_domain, added.visitor_id, added.page_view_count
        from new_rows as added
        where added.counts
        union all
        select -1, removed.site_domain, removed.visitor_id, removed.page_view_count
        from old_rows as removed
        where removed.counts
      ) as r
      group by r.site_domain, r.visitor_id
      having sum(r.sign) <> 0 or sum(r.sign * r.page_view_count) <> 0
    ) as changed
    where visitor.site_domain = changed.site_domain and visitor.id = changed.visitor_id;
  end if;
  return null;
end
$$;

comment on function private.add_session_figures() is 'Keeps visitors'' numbers of sessions and page views.';

create trigger add_figures_of_insert after insert on public.visitor_sessions
  referencing new table as new_rows
  for each statement execute function private.add_session_figures();

create trigger add_figures_of_update after update on public.visitor_sessions
  referencing old table as old_rows new table as new_rows
  for each statement execute function private.add_session_figures();

create trigger add_figures_of_delete after delete on public.visitor_sessions
  referencing old table as old_rows
  for each statement execute function private.add_session_figures();

create function private.count_conversations_of(p_site_domains text[], p_visitor_ids uuid[])
returns void
language sql
security definer
set search_path = ''
as $$
  update public.visitors as visitor
  set conversation_count = counted.n, interest_score = counted.best
  from (
    select
      touched.site_domain,
      touched.visitor_id,
      count(conversation.id) as n,
      coalesce(max(conversation.interest_score), 1) as best
    from (
      select distinct t.site_domain, t.visitor_id
      from unnest(p_site_domains, p_visitor_ids) as t (site_domain, visitor_id)
    ) as touched
    left join public.counted_conversations as conversation
      on conversation.site_domain = touched.site_domain and conversation.visitor_id = touched.visitor_id
    group by touched.site_domain, touched.visitor_id
  ) as counted
  where visitor.site_domain = counted.site_domain
    and visitor.id = counted.visitor_id
    and (visitor.conversation_count, visitor.interest_score) is distinct from (counted.n, counted.best)
$$;

comment on function private.count_conversations_of(text[], uuid[]) is
  'Counts the conversations of some visitors anew, and finds their best interest score.';

create function private.add_conversation_figures()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform private.count_conversations_of(array_agg(r.site_domain), array_agg(r.visitor_id))
    from new_rows as r
    where r.counts;
  elsif tg_op = 'DELETE' then
    perform private.count_conversations_of(array_agg(r.site_domain), array_agg(r.visitor_id))
    from old_rows as r
    where r.counts;
  else
    perform private.count_conversations_of(array_agg(r.site_domain), array_agg(r.visitor_id))
    from (
      select site_domain, id, visitor_id, counts, interest_score from new_rows
      except
      select site_domain, id, visitor_id, counts, interest_score from old_rows
      union all (
        select site_domain, id, visitor_id, counts, interest_score from old_rows
        except
        select site_domain, id, visitor_id, counts, interest_score from new_rows
      )
    ) as r;
  end if;
  return null;
end
$$;

comment on function private.add_conversation_figures() is 'Keeps visitors'' numbers of conversations and best interest scores.';

create trigger add_figures_of_insert after insert on public.conversations
  referencing new table as new_rows
  for each statement execute function private.add_conversation_figures();

create trigger add_figures_of_update after update on public.conversations
  referencing old table as old_rows new table as new_rows
  for each statement execute function private.add_conversation_figures();

create trigger add_figures_of_delete after delete on public.conversations
  referencing old table as old_rows
  for each statement execute function private.add_conversation_figures();

revoke execute on function
  private.add_session_figures(),
  private.count_conversations_of(text[], uuid[]),
  private.add_conversation_figures()
from public, anon, authenticated, service_role;

create or replace function private.put_conversation(p_site_domain text, p_id uuid, p_conversation jsonb)
returns table (id uuid, created boolean)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text;
  v_kept public.conversations;
  v_session public.visitor_sessions;
  v_visitor_id uuid;
  v_opened_at timestamptz := coalesce((p_conversation ->> 'started_at')::timestamptz, clock_timestamp());
  v_host text := lower(substring(p_conversation ->> 'url' from '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/:?#]+)'));
  v_environment text;
  v_created boolean;
begin
  v_timezone := private.timezone_of(p_site_domain);

  v_visitor_id := (
    select locked.visitor_id
    from private.lock_visitors(
      p_site_domain, array[p_conversation ->> 'distinct_id'], array[v_opened_at]
    ) as locked
  );
  select * into v_kept
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain and conversation.id = p_id;
  if v_kept.visitor_id <> v_visitor_id then
    raise exception 'Conversation % belongs to another visitor', p_id using errcode = 'PT409';
  end if;

  if p_conversation ->> 'session_id' is not null then
    insert into public.visitor_sessions as kept (
      site_domain, session_id, visitor_id, first_event_at, last_activity_at, day, counts
    )
    values (
      p_site_domain, p_conversation ->> 'session_id', v_visitor_id, v_opened_at, v_opened_at,
      private.day_of(v_opened_at, v_timezone), false
    )
    on conflict (site_domain, visitor_id, session_id) do nothing;
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain
      and session.visitor_id = v_visitor_id
      and session.session_id = p_conversation ->> 'session_id';
  elsif v_kept.id is not null then
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain and session.id = v_kept.session_id;
  else
    -- Two statements: the one that makes the session does not see it yet.
    v_session.id := (
      select joined.id
      from private.join_session(p_site_domain, v_visitor_id, v_opened_at, v_timezone) as joined
    );
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain and session.id = v_session.id;
  end if;

  v_environment := coalesce(
    p_conversation ->> 'environment',
    v_kept.environment,
    private.environment_of(
      p_site_domain,
      v_host,
      (select h.environment from public.domain_hosts as h where h.site_domain = p_site_domain and h.host = v_host)
    )
  );

  insert into public.conversations as kept (
    site_domain, id, visitor_id, session_id, environment, counts, page, country, device_type,
    referrer_host, language, opened_at, day, hour, metadata
  )
  values (
    p_site_domain,
    p_id,
    v_visitor_id,
    v_session.id,
    v_environment,
    v_environment = 'production' and not v_session.is_bot and not v_session.is_internal,
    p_conversation ->> 'page',
    coalesce(p_conversation ->> 'country', v_session.country),
    v_session.device_type,
    coalesce(p_conversation ->> 'referrer_host', v_session.referrer_host),
    p_conversation ->> 'language',
    v_opened_at,
    private.day_of(v_opened_at, v_timezone),
    private.hour_of(v_opened_at, v_timezone),
    coalesce(p_conversation -> 'metadata', '{}')
  )
  on conflict (site_domain, id) do update
  set
    session_id = excluded.session_id,
    environment = excluded.environment,
    counts = excluded.counts,
    page = coalesce(excluded.page, kept.page),
    country = coalesce(excluded.country, kept.country),
    device_type = coalesce(excluded.device_type, kept.device_type),
    referrer_host = coalesce(excluded.referrer_host, kept.referrer_host),
    language = coalesce(excluded.language, kept.language),
    opened_at = case when p_conversation ? 'started_at' then excluded.opened_at else kept.opened_at end,
    day = case
      when kept.first_message_at is null and p_conversation ? 'started_at' then excluded.day
      else kept.day
    end,
    hour = case
      when kept.first_message_at is null and p_conversation ? 'started_at' then excluded.hour
      else kept.hour
    end,
    metadata = kept.metadata || excluded.metadata,
    updated_at = excluded.updated_at
  where (
    kept.session_id, kept.environment, kept.counts, kept.page, kept.country, kept.referrer_host, kept.language
  ) is distinct from (
    excluded.session_id, excluded.environment, excluded.counts, coalesce(excluded.page, kept.page),
    coalesce(excluded.country, kept.country), coalesce(excluded.referrer_host, kept.referrer_host),
    coalesce(excluded.language, kept.language)
  )
  or (p_conversation ? 'started_at' and kept.opened_at <> excluded.opened_at)
  or not kept.metadata @> excluded.metadata;

  v_created := v_kept.id is null;

  perform private.follow_conversation(p_site_domain, p_id, p_conversation ->> 'email');

  if v_created then
    perform private.adopt_conversions(p_site_domain, p_id, v_timezone);
  else
    update public.conversions as conversion
    set session_id = conversation.session_id, counts = conversation.counts
    from public.conversations as conversation
    where conversion.site_domain = p_site_domain
      and conversion.conversation_id = p_id
      and conversation.site_domain = p_site_domain
      and conversation.id = p_id
      and (conversion.session_id, conversion.counts)
        is distinct from (conversation.session_id, conversation.counts);
    if v_kept.counts <> (
      select c.counts from public.conversations as c where c.site_domain = p_site_domain and c.id = p_id
    ) then
      perform rollup.recount_visitor_days(p_site_domain, array[v_visitor_id]);
    end if;
  end if;

  perform private.set_flags(p_site_domain, p_id, p_conversation, v_timezone);
  return query select p_id, v_created;
end
$$;

create or replace function private.sum_up_conversations(p_site_domain text, p_ids uuid[], p_timezone text)
returns void
language sql
security definer
set search_path = ''
as $$
  with ordered as (
    select
      message.*,
      lag(message.role) over (
        partition by message.conversation_id order by message.sent_at, message.seq, message.id
      ) as previous_role
    from public.messages as message
    where message.site_domain = p_site_domain and message.conversation_id = any (p_ids)
  ),
  summed as (
    select
      o.conversation_id,
      count(*) as message_count,
      count(*) filter (where o.role = 'visitor') as visitor_message_count,
      count(*) filter (where o.role = 'agent' and o.previous_role = 'visitor') as total_turns,
      min(o.sent_at) as first_message_at,
      max(o.sent_at) as last_message_at,
      (array_agg(left(o.text, 200) order by o.sent_at, o.seq, o.id) filter (where o.role = 'visitor'))[1] as preview
    from ordered as o
    group by o.conversation_id
  )
  update public.conversations as conversation
  set
    message_count = summed.message_count,
    visitor_message_count = summed.visitor_message_count,
    total_turns = summed.total_turns,
    first_message_at = summed.first_message_at,
    last_message_at = summed.last_message_at,
    day = private.day_of(summed.first_message_at, p_timezone),
    hour = private.hour_of(summed.first_message_at, p_timezone),
    insights_due = summed.visitor_message_count > 0,
    preview = summed.preview,
    updated_at = clock_timestamp()
  from summed
  where conversation.site_domain = p_site_domain and conversation.id = summed.conversation_id
$$;

-- What the insights found, into the conversations and what the pages read.

create function private.store_insights(p_site_domain text, p_insights jsonb)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  -- A conversation may be gone by now.
  v_ids := array(
    select conversation.id
    from jsonb_array_elements(p_insights) as i
    join public.conversations as conversation
      on conversation.site_domain = p_site_domain and conversation.id = (i ->> 'conversation_id')::uuid
  );
  if v_ids = '{}' then
    return 0;
  end if;
  perform private.lock_conversations(p_site_domain, v_ids);

  with insight as (
    select i.*
    from jsonb_to_recordset(p_insights) as i (
      conversation_id uuid, version integer, analyzed_at timestamptz, message_count integer, language text,
      language_confidence real, intent text, signals jsonb, quality_score numeric(2, 1),
      quality_receipt jsonb, scorer text, scorer_error text, messages jsonb
    )
    where i.conversation_id = any (v_ids)
  )
  insert into public.conversation_insights as kept (
    site_domain, conversation_id, version, analyzed_at, message_count, language, language_confidence, intent,
    signals, quality_score, quality_receipt, scorer, scorer_error, messages
  )
  select
    p_site_domain, i.conversation_id, i.version, i.analyzed_at, i.message_count, i.language,
    i.language_confidence, i.intent, coalesce(i.signals, '[]'), i.quality_score, i.quality_receipt, i.scorer,
    i.scorer_error, coalesce(i.messages, '[]')
  from insight as i
  on conflict (site_domain, conversation_id) do update
  set
    version = excluded.version,
    analyzed_at = excluded.analyzed_at,
    message_count = excluded.message_count,
    language = excluded.language,
    language_confidence = excluded.language_confidence,
    intent = excluded.intent,
    signals = excluded.signals,
    quality_score = excluded.quality_score,
    quality_receipt = excluded.quality_receipt,
    scorer = excluded.scorer,
    scorer_error = excluded.scorer_error,
    messages = excluded.messages;

  delete from public.unanswered_questions as kept
  where kept.site_domain = p_site_domain
    and kept.conversation_id = any (v_ids)
    and not exists (
      select 1
      from jsonb_array_elements(p_insights) as i
      cross join jsonb_array_elements(coalesce(i -> 'unanswered', '[]')) as u
      where (i ->> 'conversation_id')::uuid = kept.conversation_id
        and (u ->> 'message_id')::uuid = kept.message_id
    );

  insert into public.unanswered_questions as kept (
    site_domain, conversation_id, message_id, group_id, question, asked_at
  )
  select p_site_domain, message.conversation_id, message.id, (u ->> 'group_id')::uuid, u ->> 'question', message.sent_at
  from jsonb_array_elements(p_insights) as i
  cross join jsonb_array_elements(coalesce(i -> 'unanswered', '[]')) as u
  join public.messages as message
    on message.site_domain = p_site_domain
    and message.conversation_id = (i ->> 'conversation_id')::uuid
    and message.id = (u ->> 'message_id')::uuid
  on conflict (site_domain, conversation_id, message_id) do update
  set
    group_id = coalesce(excluded.group_id, kept.group_id),
    question = excluded.question,
    asked_at = excluded.asked_at;

  update public.conversations as conversation
  set
    intent = i.intent,
    signals = i.kinds,
    signal_score = coalesce(i.signal_score, 1),
    quality_score = i.quality_score,
    unanswered_count = i.unanswered_count,
    detected_language = i.language,
    topic_id = i.topic_id,
    insights_due = conversation.message_count <> i.message_count
  from (
    select
      r.*,
      array(select distinct s ->> 'kind' from jsonb_array_elements(coalesce(r.signals, '[]')) as s order by 1) as kinds,
      (
        select count(*)
        from public.unanswered_questions as question
        where question.site_domain = p_site_domain and question.conversation_id = r.conversation_id
      ) as unanswered_count
    from jsonb_to_recordset(p_insights) as r (
      conversation_id uuid, message_count integer, language text, intent text, signals jsonb,
      signal_score smallint, quality_score numeric(2, 1), topic_id uuid
    )
  ) as i
  where conversation.site_domain = p_site_domain and conversation.id = i.conversation_id;

  perform rollup.fold_if_due();
  return cardinality(v_ids);
end
$$;

comment on function private.store_insights(text, jsonb) is
  'Stores what was found in some conversations: [{conversation_id, version, analyzed_at, message_count, language, language_confidence, intent, signals, signal_score, quality_score, quality_receipt, scorer, scorer_error, messages, topic_id, unanswered: [{message_id, question, group_id}]}]; gives how many. The same again changes nothing but the time.';

revoke execute on function private.store_insights(text, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.store_insights(text, jsonb) to service_role;
