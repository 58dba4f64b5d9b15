-- HubSpot: connections, mappings, runs, links, failures, and what came back.

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

create function private.lock_crm_domain(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if auth.uid() is null or not private.is_admin() then
    raise exception 'Integrations are for Rose staff.' using errcode = 'PT403';
  end if;
  perform 1 from public.domains as domain where domain.site_domain = p_site_domain for share;
  if not found then
    raise exception 'There is no website %.', p_site_domain using errcode = 'PT404';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('crm/' || p_site_domain, 0));
end
$$;

comment on function private.lock_crm_domain(text) is
  'Lets staff alone pass (PT403), for a website there is (PT404), one at a time.';

create function private.begin_crm_authorization(p_site_domain text, p_state_hash bytea, p_verifier text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_crm_domain(p_site_domain);
  delete from private.crm_authorizations as stale
  where stale.site_domain = p_site_domain and stale.expires_at < clock_timestamp();
  insert into private.crm_authorizations (site_domain, state_hash, user_id, verifier, expires_at)
  values (p_site_domain, p_state_hash, auth.uid(), p_verifier, clock_timestamp() + interval '10 minutes');
end
$$;

comment on function private.begin_crm_authorization(text, bytea, text) is
  'Remembers for ten minutes that the caller went to HubSpot: the hash of `state`, and the encrypted verifier.';

create function private.finish_crm_authorization(p_site_domain text, p_state_hash bytea)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_begun private.crm_authorizations;
begin
  perform private.lock_crm_domain(p_site_domain);
  delete from private.crm_authorizations as begun
  where begun.site_domain = p_site_domain
    and begun.state_hash = p_state_hash
    and begun.user_id = auth.uid()
  returning begun.* into v_begun;
  if v_begun is null or v_begun.expires_at < clock_timestamp() then
    raise exception 'This connection was not begun here by you, or more than ten minutes ago. Connect again.'
      using errcode = 'PT400', column = 'state';
  end if;
  return v_begun.verifier;
end
$$;

comment on function private.finish_crm_authorization(text, bytea) is
  'The encrypted verifier of what the caller began, which is used up by it. PT400: nothing of theirs, or too long ago.';

create function private.connect_crm(
  p_site_domain text,
  p_portal_id bigint,
  p_portal_name text,
  p_scopes text[],
  p_access_token text,
  p_refresh_token text,
  p_expires_at timestamptz
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_portal_id bigint;
  v_now timestamptz := clock_timestamp();
begin
  perform private.lock_crm_domain(p_site_domain);
  select connection.portal_id into v_portal_id
  from public.crm_connections as connection
  where connection.site_domain = p_site_domain;
  if v_portal_id <> p_portal_id then
    -- Another HubSpot account knows nothing of what the first one was sent.
    delete from public.crm_links where site_domain = p_site_domain;
    delete from public.crm_values where site_domain = p_site_domain;
    delete from public.crm_failures where site_domain = p_site_domain;
  end if;
  insert into public.crm_connections as kept (
    site_domain, state, portal_id, portal_name, scopes, connected_at, connected_by, changed_at
  )
  values (p_site_domain, 'connected', p_portal_id, p_portal_name, p_scopes, v_now, auth.uid(), v_now)
  on conflict (site_domain) do update
  set
    state = excluded.state,
    reason = null,
    portal_id = excluded.portal_id,
    portal_name = excluded.portal_name,
    scopes = excluded.scopes,
    connected_at = excluded.connected_at,
    connected_by = excluded.connected_by,
    changed_at = excluded.changed_at,
    pushed_until = case when kept.portal_id = excluded.portal_id then kept.pushed_until end,
    compared_at = case when kept.portal_id = excluded.portal_id then kept.compared_at end,
    pull_cursors = case when kept.portal_id = excluded.portal_id then kept.pull_cursors else '{}' end;
  insert into private.crm_tokens (site_domain, access_token, refresh_token, expires_at, refreshed_at)
  values (p_site_domain, p_access_token, p_refresh_token, p_expires_at, v_now)
  on conflict (site_domain) do update
  set
    access_token = excluded.access_token,
    refresh_token = excluded.refresh_token,
    expires_at = excluded.expires_at,
    refreshed_at = excluded.refreshed_at;
end
$$;

comment on function private.connect_crm(text, bigint, text, text[], text, text, timestamptz) is
  'Keeps a connection and its encrypted tokens; with another HubSpot account than before, what is known of the earlier one goes.';

create function private.stop_crm_runs(p_site_domain text, p_notice text)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.crm_runs as run
  set state = 'stopped', notice = p_notice, finished_at = clock_timestamp()
  where run.site_domain = p_site_domain and run.state in ('waiting', 'running')
$$;

comment on function private.stop_crm_runs(text, text) is 'Stops what runs or waits; a worker notices before it keeps anything more.';

create function private.pause_crm(p_site_domain text, p_paused boolean)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_crm_domain(p_site_domain);
  update public.crm_connections as connection
  set state = case when p_paused then 'paused' else 'connected' end, changed_at = clock_timestamp()
  where connection.site_domain = p_site_domain and connection.state in ('connected', 'paused');
  if not found then
    raise exception 'HubSpot is not connected.' using errcode = 'PT409';
  end if;
  if p_paused then
    perform private.stop_crm_runs(p_site_domain, 'Paused by a person.');
  end if;
end
$$;

comment on function private.pause_crm(text, boolean) is 'Pauses a connection, or takes it up again. PT409: there is none.';

create function private.disconnect_crm(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_crm_domain(p_site_domain);
  update public.crm_connections as connection
  set state = 'disconnected', reason = null, changed_at = clock_timestamp()
  where connection.site_domain = p_site_domain and connection.state <> 'disconnected';
  if not found then
    raise exception 'HubSpot is not connected.' using errcode = 'PT409';
  end if;
  perform private.stop_crm_runs(p_site_domain, 'Disconnected by a person.');
end
$$;

comment on function private.disconnect_crm(text) is
  'Ends a connection; what was exchanged stays. Its token is revoked by whoever called. PT409: there is none.';

create function private.save_crm_mapping(
  p_site_domain text, p_version integer, p_fields jsonb, p_push_notes boolean, p_push_companies boolean
)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_version integer;
begin
  perform private.lock_crm_domain(p_site_domain);
  select mapping.version into v_version
  from public.crm_mappings as mapping
  where mapping.site_domain = p_site_domain;
  if coalesce(v_version, 0) <> p_version then
    raise exception 'Somebody changed the mapping meanwhile. Look at theirs, then save again.'
      using errcode = 'PT409', column = 'version';
  end if;
  insert into public.crm_mappings (
    site_domain, version, fields, push_notes, push_companies, updated_at, updated_by
  )
  values (
    p_site_domain, p_version + 1, p_fields, p_push_notes, p_push_companies, clock_timestamp(), auth.uid()
  )
  on conflict (site_domain) do update
  set
    version = excluded.version,
    fields = excluded.fields,
    push_notes = excluded.push_notes,
    push_companies = excluded.push_companies,
    updated_at = excluded.updated_at,
    updated_by = excluded.updated_by;
  -- What was not sent under the earlier mapping has to be looked at again.
  update public.crm_connections as connection
  set compared_at = null
  where connection.site_domain = p_site_domain;
  return p_version + 1;
end
$$;

comment on function private.save_crm_mapping(text, integer, jsonb, boolean, boolean) is
  'Keeps a mapping that was checked; gives its version. PT409, column version: somebody was quicker.';

create function private.start_crm_run(p_site_domain text, p_kind text, p_is_full boolean, p_records jsonb)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_state text;
  v_id uuid;
begin
  perform private.lock_crm_domain(p_site_domain);
  select connection.state into v_state
  from public.crm_connections as connection
  where connection.site_domain = p_site_domain;
  if v_state is distinct from 'connected' then
    raise exception '%', case v_state
      when 'paused' then 'The connection is paused. Resume it first.'
      when 'revoked' then 'HubSpot refuses the connection. Connect again.'
      else 'HubSpot is not connected.'
    end using errcode = 'PT409';
  end if;
  insert into public.crm_runs (site_domain, kind, is_full, records, started_by, created_at)
  values (p_site_domain, p_kind, p_is_full, p_records, auth.uid(), clock_timestamp())
  on conflict (site_domain) where state in ('waiting', 'running') do nothing
  returning id into v_id;
  if v_id is null then
    raise exception 'A run is under way. Wait for it, or stop it first.' using errcode = 'PT409';
  end if;
  return v_id;
end
$$;

comment on function private.start_crm_run(text, text, boolean, jsonb) is
  'Begins a run for staff; gives its id. PT409: not connected, or one is under way.';

create function private.stop_crm_run(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_crm_domain(p_site_domain);
  perform private.stop_crm_runs(p_site_domain, 'Stopped by a person.');
end
$$;

comment on function private.stop_crm_run(text) is 'Stops what runs or waits for a website.';

create function private.dismiss_crm_failure(p_site_domain text, p_object text, p_local_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_crm_domain(p_site_domain);
  update public.crm_failures as failure
  set resolved_at = clock_timestamp()
  where failure.site_domain = p_site_domain
    and failure.object = p_object
    and failure.local_id = p_local_id
    and failure.resolved_at is null;
end
$$;

comment on function private.dismiss_crm_failure(text, text, uuid) is 'Takes a failed record off the list without a retry.';

create function private.crm_tokens_of(p_site_domain text)
returns setof private.crm_tokens
language sql
security definer
set search_path = ''
as $$
  select kept.*
  from private.crm_tokens as kept
  where kept.site_domain = p_site_domain
  for update
$$;

comment on function private.crm_tokens_of(text) is
  'The encrypted tokens of a connection, locked until the transaction ends: one worker at a time refreshes them.';

create function private.keep_crm_tokens(
  p_site_domain text, p_access_token text, p_refresh_token text, p_expires_at timestamptz
)
returns void
language sql
security definer
set search_path = ''
as $$
  update private.crm_tokens as kept
  set
    access_token = p_access_token,
    refresh_token = p_refresh_token,
    expires_at = p_expires_at,
    refreshed_at = clock_timestamp()
  where kept.site_domain = p_site_domain
$$;

comment on function private.keep_crm_tokens(text, text, text, timestamptz) is 'Keeps refreshed (or newly encrypted) tokens.';

create function private.forget_crm_tokens(p_site_domain text)
returns void
language sql
security definer
set search_path = ''
as $$
  delete from private.crm_tokens where site_domain = p_site_domain
$$;

comment on function private.forget_crm_tokens(text) is 'Deletes the tokens of a connection that has ended.';

create function private.crm_token_domains()
returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  select kept.site_domain from private.crm_tokens as kept order by 1
$$;

comment on function private.crm_token_domains() is 'The websites with stored tokens.';

create function private.take_crm_call(
  p_site_domain text, p_name text, p_capacity double precision, p_per_second double precision
)
returns double precision
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_tokens double precision;
begin
  insert into private.crm_buckets as bucket (site_domain, name, tokens, refilled_at)
  values (p_site_domain, p_name, p_capacity - 1, v_now)
  on conflict (site_domain, name) do update
  set
    tokens = least(
      p_capacity,
      bucket.tokens + greatest(0, extract(epoch from excluded.refilled_at - bucket.refilled_at)) * p_per_second
    ) - 1,
    refilled_at = greatest(bucket.refilled_at, excluded.refilled_at)
  returning tokens into v_tokens;
  return greatest(0, -v_tokens / p_per_second);
end
$$;

comment on function private.take_crm_call(text, text, double precision, double precision) is
  'Takes one call from a website''s bucket, of all workers together; gives the seconds to wait before making it.';

create function private.hold_crm_calls(p_site_domain text, p_name text, p_seconds double precision, p_per_second double precision)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into private.crm_buckets as bucket (site_domain, name, tokens, refilled_at)
  values (p_site_domain, p_name, -p_seconds * p_per_second, clock_timestamp())
  on conflict (site_domain, name) do update
  set
    tokens = least(bucket.tokens, excluded.tokens),
    refilled_at = greatest(bucket.refilled_at, excluded.refilled_at)
$$;

comment on function private.hold_crm_calls(text, text, double precision, double precision) is
  'HubSpot asked for a pause: every worker waits that many seconds.';

revoke execute on function
  private.lock_crm_domain(text),
  private.begin_crm_authorization(text, bytea, text),
  private.finish_crm_authorization(text, bytea),
  private.connect_crm(text, bigint, text, text[], text, text, timestamptz),
  private.stop_crm_runs(text, text),
  private.pause_crm(text, boolean),
  private.disconnect_crm(text),
  private.save_crm_mapping(text, integer, jsonb, boolean, boolean),
  private.start_crm_run(text, text, boolean, jsonb),
  private.stop_crm_run(text),
  private.dismiss_crm_failure(text, text, uuid),
  private.crm_tokens_of(text),
  private.keep_crm_tokens(text, text, text, timestamptz),
  private.forget_crm_tokens(text),
  private.crm_token_domains(),
  private.take_crm_call(text, text, double precision, double precision),
  private.hold_crm_calls(text, text, double precision, double precision)
from public, anon, authenticated, service_role;
grant execute on function
  private.begin_crm_authorization(text, bytea, text),
  private.finish_crm_authorization(text, bytea),
  private.connect_crm(text, bigint, text, text[], text, text, timestamptz),
  private.pause_crm(text, boolean),
  private.disconnect_crm(text),
  private.save_crm_mapping(text, integer, jsonb, boolean, boolean),
  private.start_crm_run(text, text, boolean, jsonb),
  private.stop_crm_run(text),
  private.dismiss_crm_failure(text, text, uuid)
to authenticated;
grant execute on function
  private.stop_crm_runs(text, text),
  private.crm_tokens_of(text),
  private.keep_crm_tokens(text, text, text, timestamptz),
  private.forget_crm_tokens(text),
  private.crm_token_domains(),
  private.take_crm_call(text, text, double precision, double precision),
  private.hold_crm_calls(text, text, double precision, double precision)
to service_role;
