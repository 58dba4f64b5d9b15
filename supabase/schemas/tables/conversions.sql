-- E-mail captured, demo proposed, CTA clicked, demo booked: once per conversation (or session) and kind.

create table public.conversions (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  subject_id uuid not null generated always as (coalesce(conversation_id, session_id)) stored,
  kind text not null,
  visitor_id uuid not null,
  session_id uuid not null,
  conversation_id uuid,
  occurred_at timestamptz not null,
  day date not null,
  counts boolean not null,
  constraint conversions_pkey primary key (site_domain, id),
  constraint conversions_subject_id_kind_key unique (site_domain, subject_id, kind),
  constraint conversions_kind_check check (
    kind in ('email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked')
  ),
  constraint conversions_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id),
  constraint conversions_session_id_fkey foreign key (site_domain, session_id)
    references public.visitor_sessions (site_domain, id),
  constraint conversions_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id)
);

create index conversions_session_id_idx on public.conversions (site_domain, session_id);
create index conversions_visitor_id_idx on public.conversions (site_domain, visitor_id);
create index conversions_conversation_id_idx on public.conversions (site_domain, conversation_id)
  where conversation_id is not null;

comment on table public.conversions is
  'Conversions, fed by events and by the agent''s flags alike; each counts once per conversation (or session) and kind.';

alter table public.conversions enable row level security;
revoke all on public.conversions from public, anon, authenticated;
grant select on public.conversions to authenticated;
grant all on public.conversions to service_role;

create policy conversions_select on public.conversions
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
