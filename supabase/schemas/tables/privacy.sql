-- Erasures, retention of texts, and what was found when the audit log was last verified.

create table public.erasures (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  erased_at timestamptz not null,
  actor_id uuid,
  actor_role text not null,
  visitors integer not null,
  counts jsonb not null,
  hash text not null,
  propagations integer not null default 0,
  propagated_at timestamptz,
  propagation_error text,
  constraint erasures_pkey primary key (site_domain, id),
  constraint erasures_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

create index erasures_erased_at_idx on public.erasures (site_domain, erased_at desc, id);

comment on table public.erasures is
  'Receipts of erased visitors: who erased, when, and how many rows of what; nothing of the visitor.';
comment on column public.erasures.visitors is 'How many visitors (browsers) were erased together.';
comment on column public.erasures.counts is 'Rows by what was deleted or blanked: {"messages": 12, …}.';
comment on column public.erasures.hash is
  'SHA-256 (hex) of site_domain, id, erased_at (microseconds since 1970), actor_id, actor_role, visitors and counts, each as its length in bytes, ":" and itself. The audit log''s entry repeats it.';
comment on column public.erasures.propagations is 'In how many records of outside services the visitor has to be erased too.';
comment on column public.erasures.propagated_at is 'When the last of them was; null while any waits.';

alter table public.erasures enable row level security;
revoke all on public.erasures from public, anon, authenticated;
grant select on public.erasures to authenticated;
grant all on public.erasures to service_role;

create policy erasures_select on public.erasures
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table private.erasure_propagations (
  site_domain text not null,
  erasure_id uuid not null,
  place integer not null,
  sealed_email text not null,
  attempts integer not null default 0,
  last_error text,
  created_at timestamptz not null default clock_timestamp(),
  constraint erasure_propagations_pkey primary key (site_domain, erasure_id, place),
  constraint erasure_propagations_erasure_id_fkey foreign key (site_domain, erasure_id)
    references public.erasures (site_domain, id)
);

comment on table private.erasure_propagations is
  'Whom outside services must erase too, by an e-mail address encrypted by the server; a row goes as soon as they have.';

alter table private.erasure_propagations enable row level security;
revoke all on private.erasure_propagations from public, anon, authenticated;
grant all on private.erasure_propagations to service_role;

create policy erasure_propagations_select on private.erasure_propagations
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.retention_policies (
  site_domain text not null,
  days integer not null,
  set_at timestamptz not null default clock_timestamp(),
  set_by uuid,
  events_until timestamptz,
  constraint retention_policies_pkey primary key (site_domain),
  constraint retention_policies_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint retention_policies_days_check check (days between 1 and 3650)
);

comment on table public.retention_policies is
  'After how many days the texts of a website are deleted; without a row they are kept.';
comment on column public.retention_policies.events_until is 'Up to when the events'' texts were deleted by a finished run.';

alter table public.retention_policies enable row level security;
revoke all on public.retention_policies from public, anon, authenticated;
grant select on public.retention_policies to authenticated;
grant all on public.retention_policies to service_role;

create policy retention_policies_select on public.retention_policies
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create trigger audit
  after insert or update or delete on public.retention_policies
  for each row execute function private.audit_row('retention', 'site_domain', 'set_at,set_by,events_until');

create table public.retention_runs (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  days integer not null,
  cutoff timestamptz not null,
  state text not null default 'running',
  started_at timestamptz not null default clock_timestamp(),
  advanced_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  conversations bigint not null default 0,
  messages bigint not null default 0,
  events bigint not null default 0,
  conversations_after jsonb,
  events_after jsonb,
  error text,
  constraint retention_runs_pkey primary key (site_domain, id),
  constraint retention_runs_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint retention_runs_state_check check (state in ('running', 'done', 'failed'))
);

create unique index retention_runs_running_key on public.retention_runs (site_domain) where state = 'running';
create index retention_runs_started_at_idx on public.retention_runs (site_domain, started_at desc);

comment on table public.retention_runs is 'What retention deleted when; a run that was broken off goes on where it was.';
comment on column public.retention_runs.cutoff is 'What was said and sent before this is deleted.';
comment on column public.retention_runs.conversations_after is 'The last conversation looked at: {"at", "id"}; null before the first.';
comment on column public.retention_runs.events_after is 'The last event looked at: {"at", "id"}; null before the first.';

alter table public.retention_runs enable row level security;
revoke all on public.retention_runs from public, anon, authenticated;
grant select on public.retention_runs to authenticated;
grant all on public.retention_runs to service_role;

create policy retention_runs_select on public.retention_runs
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.audit_checks (
  site_domain text not null,
  checked_at timestamptz not null,
  position bigint not null,
  hash text not null,
  broken_at bigint,
  reason text,
  constraint audit_checks_pkey primary key (site_domain),
  constraint audit_checks_broken_check check ((broken_at is null) = (reason is null))
);

comment on table public.audit_checks is 'What was found when each chain of the audit log was last verified.';
comment on column public.audit_checks.position is 'The last entry then (entries are numbered from 1), with its hash: the next check wants to find it again.';
comment on column public.audit_checks.broken_at is 'The first entry that is not as it was written; null when every hash held.';

alter table public.audit_checks enable row level security;
revoke all on public.audit_checks from public, anon, authenticated;
grant select on public.audit_checks to authenticated;
grant all on public.audit_checks to service_role;

create policy audit_checks_select on public.audit_checks
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())) or (select private.is_admin()));

create table private.transcript_views (
  site_domain text not null,
  conversation_id uuid not null,
  viewer_id uuid not null,
  viewed_at timestamptz not null,
  constraint transcript_views_pkey primary key (site_domain, conversation_id, viewer_id),
  constraint transcript_views_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id)
);

comment on table private.transcript_views is
  'When staff last looked at a transcript, so that it is one entry of the audit log an hour.';

alter table private.transcript_views enable row level security;
revoke all on private.transcript_views from public, anon, authenticated;
grant all on private.transcript_views to service_role;

create policy transcript_views_select on private.transcript_views
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
