-- What enrichment goes by. Nobody reads it over the API.

create table private.visitor_addresses (
  site_domain text not null,
  ip_hash text not null,
  visitor_id uuid not null,
  seen_at timestamptz not null,
  constraint visitor_addresses_pkey primary key (site_domain, ip_hash, visitor_id),
  constraint visitor_addresses_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id)
);

create index visitor_addresses_visitor_id_idx on private.visitor_addresses (site_domain, visitor_id);
create index visitor_addresses_seen_at_idx on private.visitor_addresses using brin (seen_at);

comment on table private.visitor_addresses is
  'Which visitors came from the same address, known by its keyed hash; kept for a bounded time.';

alter table private.visitor_addresses enable row level security;
revoke all on private.visitor_addresses from public, anon, authenticated;
grant all on private.visitor_addresses to service_role;

create policy visitor_addresses_select on private.visitor_addresses
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table private.address_answers (
  site_domain text not null,
  ip_hash text not null,
  provider text not null,
  answer jsonb,
  raw jsonb,
  asked_at timestamptz not null,
  constraint address_answers_pkey primary key (site_domain, ip_hash, provider),
  constraint address_answers_raw_check check (octet_length(raw::text) <= 8192)
);

comment on table private.address_answers is
  'What outside services said of an address, known by its keyed hash, so that none is asked twice.';
comment on column private.address_answers.answer is 'The company: {"domain", "company", …}; null when the service knows none.';
comment on column private.address_answers.raw is 'The service''s payload, without addresses.';

alter table private.address_answers enable row level security;
revoke all on private.address_answers from public, anon, authenticated;
grant all on private.address_answers to service_role;

create policy address_answers_select on private.address_answers
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- Without a foreign key: who finds out about a colleague queues a visitor without locking it.
create table private.enrichment_evidence (
  site_domain text not null,
  visitor_id uuid not null,
  reveal jsonb,
  revealed_at timestamptz,
  email_at timestamptz,
  ticket uuid default gen_random_uuid(),
  queued_at timestamptz not null default clock_timestamp(),
  constraint enrichment_evidence_pkey primary key (site_domain, visitor_id)
)
with (fillfactor = 85);

create index enrichment_evidence_queued_at_idx on private.enrichment_evidence (queued_at) where ticket is not null;

comment on table private.enrichment_evidence is
  'What visitors told that no other table keeps, and which of them have something new to look into.';
comment on column private.enrichment_evidence.reveal is 'The latest browser reveal payload.';
comment on column private.enrichment_evidence.ticket is
  'Changes with everything new; null once that was looked into. An answer is stored only for the ticket it was found for.';

alter table private.enrichment_evidence enable row level security;
revoke all on private.enrichment_evidence from public, anon, authenticated;
grant all on private.enrichment_evidence to service_role;

create policy enrichment_evidence_select on private.enrichment_evidence
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
