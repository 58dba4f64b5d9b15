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

create index conversation_insights_version_idx on public.conversation_insights (version);

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
-- What the list of questions counts, from the index alone.
create index unanswered_questions_asked_at_idx on public.unanswered_questions (site_domain, asked_at desc)
  include (group_id, conversation_id);

comment on table public.unanswered_questions is 'Messages of visitors that the agent could not answer.';

alter table public.unanswered_questions enable row level security;
revoke all on public.unanswered_questions from public, anon, authenticated;
grant select on public.unanswered_questions to authenticated;
grant all on public.unanswered_questions to service_role;

create policy unanswered_questions_select on public.unanswered_questions
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
