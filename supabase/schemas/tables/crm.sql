-- The CRM a website is connected to: what goes there, how each run went, and what came back.

create table public.crm_connections (
  site_domain text not null,
  state text not null,
  reason text,
  portal_id bigint not null,
  portal_name text not null default '',
  scopes text[] not null default '{}',
  connected_at timestamptz not null,
  connected_by uuid,
  changed_at timestamptz not null,
  pushed_until timestamptz,
  compared_at timestamptz,
  pull_cursors jsonb not null default '{}',
  constraint crm_connections_pkey primary key (site_domain),
  constraint crm_connections_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint crm_connections_state_check check (state in ('connected', 'paused', 'revoked', 'disconnected'))
);

comment on table public.crm_connections is 'The HubSpot account of a website. Its tokens are apart, where nobody reads them.';
comment on column public.crm_connections.state is
  'connected; paused (by staff); revoked (HubSpot refuses it: connect again); disconnected (by staff).';
comment on column public.crm_connections.reason is 'Why HubSpot refuses it.';
comment on column public.crm_connections.pushed_until is 'Everything seen before was sent; the next run looks from a day before.';
comment on column public.crm_connections.compared_at is 'When everything there is was last compared with what was sent.';
comment on column public.crm_connections.pull_cursors is 'Until when HubSpot''s changes were read, by object: {"contacts": "2026-…"}.';

alter table public.crm_connections enable row level security;
revoke all on public.crm_connections from public, anon, authenticated;
grant select on public.crm_connections to authenticated;
grant all on public.crm_connections to service_role;

create policy crm_connections_select on public.crm_connections
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));

create trigger audit
  after insert or update or delete on public.crm_connections
  for each row execute function private.audit_row(
    'crm_connection', 'site_domain', 'changed_at,pushed_until,compared_at,pull_cursors'
  );

create table private.crm_tokens (
  site_domain text not null,
  access_token text not null,
  refresh_token text not null,
  expires_at timestamptz not null,
  refreshed_at timestamptz not null,
  constraint crm_tokens_pkey primary key (site_domain),
  constraint crm_tokens_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

comment on table private.crm_tokens is
  'Encrypted tokens of a connection. Who refreshes them holds the row''s lock, so that it happens once.';

create table private.crm_authorizations (
  site_domain text not null,
  state_hash bytea not null,
  user_id uuid not null,
  verifier text not null,
  expires_at timestamptz not null,
  constraint crm_authorizations_pkey primary key (site_domain, state_hash),
  constraint crm_authorizations_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

comment on table private.crm_authorizations is
  'Connections somebody has begun and not finished: for the same person, once, for ten minutes. The verifier (PKCE) is encrypted.';

create table private.crm_buckets (
  site_domain text not null,
  name text not null,
  tokens double precision not null,
  refilled_at timestamptz not null,
  constraint crm_buckets_pkey primary key (site_domain, name),
  constraint crm_buckets_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

comment on table private.crm_buckets is
  'How many calls may be made now, for all workers together. Below zero, callers wait their turn.';

create table public.crm_mappings (
  site_domain text not null,
  version integer not null,
  fields jsonb not null,
  push_notes boolean not null,
  push_companies boolean not null,
  updated_at timestamptz not null,
  updated_by uuid,
  constraint crm_mappings_pkey primary key (site_domain),
  constraint crm_mappings_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint crm_mappings_version_check check (version > 0),
  constraint crm_mappings_fields_check check (jsonb_typeof(fields) = 'array')
);

comment on table public.crm_mappings is 'Which value goes to which HubSpot property, where a website does not take the default.';
comment on column public.crm_mappings.fields is '[{"object": "contact", "source": "first_name", "property": "firstname"}, …].';

alter table public.crm_mappings enable row level security;
revoke all on public.crm_mappings from public, anon, authenticated;
grant select on public.crm_mappings to authenticated;
grant all on public.crm_mappings to service_role;

create policy crm_mappings_select on public.crm_mappings
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));

create trigger audit
  after insert or update or delete on public.crm_mappings
  for each row execute function private.audit_row('crm_mapping', 'site_domain', 'version,updated_at,updated_by');

create table public.crm_runs (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  is_full boolean not null default false,
  state text not null default 'waiting',
  phase text,
  done integer not null default 0,
  total integer,
  counts jsonb not null default '{}',
  examples jsonb not null default '[]',
  position jsonb not null default '{}',
  records jsonb,
  notice text,
  error text,
  attempts integer not null default 0,
  resume_at timestamptz,
  claim uuid,
  heartbeat_at timestamptz,
  started_by uuid,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  constraint crm_runs_pkey primary key (site_domain, id),
  constraint crm_runs_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint crm_runs_kind_check check (kind in ('sync', 'dry_run', 'retry')),
  constraint crm_runs_state_check check (state in ('waiting', 'running', 'done', 'failed', 'stopped'))
);

create unique index crm_runs_active_key on public.crm_runs (site_domain) where state in ('waiting', 'running');
create index crm_runs_created_at_idx on public.crm_runs (site_domain, created_at desc, id desc);

comment on table public.crm_runs is 'Each exchange with HubSpot: how far it is, and what it did. One at a time for a website.';
comment on column public.crm_runs.is_full is 'Whether everything is compared, rather than what was seen since the last run.';
comment on column public.crm_runs.counts is 'By object: {"contacts": {"created", "updated", "unchanged", "failed"}, …}.';
comment on column public.crm_runs.examples is 'What a dry run would write, some of it.';
comment on column public.crm_runs.position is 'The phase and the last record dealt with: where a run goes on that was interrupted.';
comment on column public.crm_runs.records is 'What a retry is about: [{"object", "local_id"}]; null is every failed record.';
comment on column public.crm_runs.notice is 'What it waits for, or left out.';
comment on column public.crm_runs.claim is 'The worker it belongs to, for as long as its heartbeat is fresh.';

alter table public.crm_runs enable row level security;
revoke all on public.crm_runs from public, anon, authenticated;
grant select on public.crm_runs to authenticated;
grant all on public.crm_runs to service_role;

create policy crm_runs_select on public.crm_runs
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));

create trigger audit
  after insert on public.crm_runs
  for each row
  when (new.started_by is not null)
  execute function private.audit_row('crm_run', 'id', 'position,claim,counts,examples,records');

create table public.crm_links (
  site_domain text not null,
  object text not null,
  local_id uuid not null,
  remote_id text,
  content_hash text not null,
  synced_at timestamptz not null,
  constraint crm_links_pkey primary key (site_domain, object, local_id),
  constraint crm_links_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint crm_links_object_check check (object in ('contact', 'company', 'association', 'note'))
);

create index crm_links_remote_id_idx on public.crm_links (site_domain, object, remote_id);

comment on table public.crm_links is
  'Which visitor is which contact, which account which company, which conversation which note, and the hash of what was sent, so that the same is not sent again.';
comment on column public.crm_links.remote_id is 'Null for a note whose sending nobody saw the end of: it is looked for before it is sent again.';

alter table public.crm_links enable row level security;
revoke all on public.crm_links from public, anon, authenticated;
grant select on public.crm_links to authenticated;
grant all on public.crm_links to service_role;

create policy crm_links_select on public.crm_links
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));

create table public.crm_failures (
  site_domain text not null,
  object text not null,
  local_id uuid not null,
  run_id uuid not null,
  label text not null,
  category text not null,
  reason text not null,
  field text,
  payload jsonb not null default '{}',
  attempts integer not null default 1,
  failed_at timestamptz not null,
  resolved_at timestamptz,
  constraint crm_failures_pkey primary key (site_domain, object, local_id),
  constraint crm_failures_run_id_fkey foreign key (site_domain, run_id) references public.crm_runs (site_domain, id),
  constraint crm_failures_object_check check (object in ('contact', 'company', 'association', 'note'))
);

create index crm_failures_open_idx on public.crm_failures (site_domain, failed_at desc, local_id desc)
  where resolved_at is null;
create index crm_failures_run_id_idx on public.crm_failures (site_domain, run_id);

comment on table public.crm_failures is 'Records that HubSpot refused, and why; resolved once a later run gets them through.';
comment on column public.crm_failures.payload is 'What was refused, shortened.';

alter table public.crm_failures enable row level security;
revoke all on public.crm_failures from public, anon, authenticated;
grant select on public.crm_failures to authenticated;
grant all on public.crm_failures to service_role;

create policy crm_failures_select on public.crm_failures
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));

create table public.crm_values (
  site_domain text not null,
  object text not null,
  local_id uuid not null,
  owner text,
  lifecycle_stage text,
  deal_name text,
  deal_stage text,
  deal_changed_at timestamptz,
  record_url text,
  fetched_at timestamptz not null,
  constraint crm_values_pkey primary key (site_domain, object, local_id),
  constraint crm_values_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint crm_values_object_check check (object in ('contact', 'company'))
);

comment on table public.crm_values is 'What HubSpot says of a visitor (contact) or an account (company): owner, lifecycle stage, latest deal.';

alter table public.crm_values enable row level security;
revoke all on public.crm_values from public, anon, authenticated;
grant select on public.crm_values to authenticated;
grant all on public.crm_values to service_role;

create policy crm_values_select on public.crm_values
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

alter table private.crm_tokens enable row level security;
alter table private.crm_authorizations enable row level security;
alter table private.crm_buckets enable row level security;
revoke all on private.crm_tokens, private.crm_authorizations, private.crm_buckets
from public, anon, authenticated, service_role;

create policy crm_tokens_select on private.crm_tokens
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));

create policy crm_authorizations_select on private.crm_authorizations
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));

create policy crm_buckets_select on private.crm_buckets
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));
