-- What people think of a conversation.

create table public.reviews (
  site_domain text not null,
  conversation_id uuid not null,
  reviewer_id uuid not null,
  thumb text not null,
  note text not null default '',
  labels text[] not null default '{}',
  message_id uuid,
  corrected_answer text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint reviews_pkey primary key (site_domain, conversation_id, reviewer_id),
  constraint reviews_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id),
  constraint reviews_message_id_fkey foreign key (site_domain, conversation_id, message_id)
    references public.messages (site_domain, conversation_id, id),
  constraint reviews_thumb_check check (thumb in ('good', 'bad')),
  constraint reviews_note_check check (length(note) <= 5000),
  constraint reviews_labels_check check (cardinality(labels) <= 20 and length(array_to_string(labels, '')) <= 1000),
  constraint reviews_corrected_answer_check check (length(corrected_answer) between 1 and 10000)
);

comment on table public.reviews is
  'A person''s verdict on a conversation, one each. It outlives its reviewer, hence no foreign key to profiles.';
comment on column public.reviews.message_id is 'The answer that the corrected one is for.';
comment on column public.reviews.corrected_answer is 'What the agent should have said.';

alter table public.reviews enable row level security;
revoke all on public.reviews from public, anon, authenticated;
grant select on public.reviews to authenticated;
grant all on public.reviews to service_role;

create policy reviews_select on public.reviews
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
