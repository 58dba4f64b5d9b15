-- What was found out about visitors and accounts: who said it, when, how sure, and what it replaced.

create table public.enrichments (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  visitor_id uuid,
  account_id uuid,
  subject_id uuid not null generated always as (coalesce(visitor_id, account_id)) stored,
  field text not null,
  value text not null,
  source text not null,
  confidence real not null,
  observed_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  previous_value text,
  previous_source text,
  raw jsonb,
  is_current boolean not null default true,
  constraint enrichments_pkey primary key (site_domain, id),
  constraint enrichments_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id),
  constraint enrichments_account_id_fkey foreign key (site_domain, account_id)
    references public.accounts (site_domain, id),
  constraint enrichments_subject_check check (num_nonnulls(visitor_id, account_id) = 1),
  constraint enrichments_field_check check (
    field in ('domain', 'company', 'name', 'industry', 'size', 'country', 'website', 'description')
  ),
  constraint enrichments_source_check check (
    source in ('address', 'reveal', 'email', 'directory', 'snitcher', 'enrich_so')
  ),
  constraint enrichments_confidence_check check (confidence > 0 and confidence <= 1),
  constraint enrichments_value_check check (length(value) between 1 and 2000),
  constraint enrichments_raw_check check (octet_length(raw::text) <= 8192)
);

create unique index enrichments_current_key on public.enrichments (site_domain, subject_id, field) where is_current;
create index enrichments_visitor_id_idx on public.enrichments (site_domain, visitor_id, recorded_at)
  where visitor_id is not null;
create index enrichments_account_id_idx on public.enrichments (site_domain, account_id, recorded_at)
  where account_id is not null;

comment on table public.enrichments is
  'Every answer to who a visitor is, or what a company is, one field a row; the current ones and those they replaced.';
comment on column public.enrichments.subject_id is 'The visitor or the account that the answer is about.';
comment on column public.enrichments.source is
  'Who said it: address (colleagues at the same address), reveal (the page), email, directory, snitcher, enrich_so.';
comment on column public.enrichments.confidence is 'How sure the answer is, above 0 to 1.';
comment on column public.enrichments.observed_at is 'When what the answer rests on was seen.';
comment on column public.enrichments.recorded_at is 'When the answer was stored.';
comment on column public.enrichments.previous_value is 'What this answer replaced; null for a first answer.';
comment on column public.enrichments.raw is 'The payload the answer was read from, without addresses.';
comment on column public.enrichments.is_current is 'Whether no better or later answer has replaced it.';

alter table public.enrichments enable row level security;
revoke all on public.enrichments from public, anon, authenticated;
grant select on public.enrichments to authenticated;
grant all on public.enrichments to service_role;

create policy enrichments_select on public.enrichments
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
