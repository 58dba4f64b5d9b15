-- The tenants: a website, the hosts it answers on, its keys and its internal addresses.

create table public.domains (
  site_domain text not null,
  organization_id uuid not null,
  name text not null,
  timezone text not null default 'UTC',
  recountable_from date,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  constraint domains_pkey primary key (site_domain),
  constraint domains_organization_id_fkey foreign key (organization_id) references public.organizations (id),
  constraint domains_site_domain_check check (
    length(site_domain) <= 253
    and site_domain ~ '^([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$'
  ),
  constraint domains_name_check check (length(name) between 1 and 200),
  constraint domains_timezone_check check (private.is_timezone(timezone))
);

create index domains_organization_id_idx on public.domains (organization_id);

comment on table public.domains is 'A website of a client. `site_domain` is the tenant key on every row and never changes.';
comment on column public.domains.timezone is 'IANA timezone whose calendar days every figure of the domain uses.';
comment on column public.domains.recountable_from is 'First day whose raw rows are all still there; null when nothing was dropped.';

alter table public.domains enable row level security;
revoke all on public.domains from public, anon, authenticated;
grant select on public.domains to authenticated;
grant all on public.domains to service_role;

create policy domains_select on public.domains
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create trigger audit
  after insert or update or delete on public.domains
  for each row execute function private.audit_row('domain', 'site_domain');

create policy organizations_select on public.organizations
  for select to authenticated
  using (
    (select private.is_admin())
    or exists (select 1 from public.domains as domain where domain.organization_id = organizations.id)
  );

create table public.domain_hosts (
  site_domain text not null,
  host text not null,
  environment text not null default 'production',
  created_at timestamptz not null default now(),
  constraint domain_hosts_pkey primary key (site_domain, host),
  constraint domain_hosts_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint domain_hosts_environment_check check (environment in ('production', 'staging', 'development')),
  constraint domain_hosts_host_check check (host = lower(host) and length(host) between 1 and 253)
);

comment on table public.domain_hosts is 'The hosts a website answers on; they decide environment and allowed origins.';

alter table public.domain_hosts enable row level security;
revoke all on public.domain_hosts from public, anon, authenticated;
grant select on public.domain_hosts to authenticated;
grant all on public.domain_hosts to service_role;

create policy domain_hosts_select on public.domain_hosts
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create trigger audit
  after insert or update or delete on public.domain_hosts
  for each row execute function private.audit_row('domain_host', 'host');

create table public.domain_keys (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  public_key text,
  secret_hash bytea,
  secret_hint text,
  label text not null default '',
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  expires_at timestamptz,
  replaced_by uuid,
  constraint domain_keys_pkey primary key (site_domain, id),
  constraint domain_keys_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint domain_keys_kind_check check (
    (kind = 'public' and public_key is not null and secret_hash is null)
    or (kind = 'secret' and public_key is null and secret_hash is not null)
  ),
  constraint domain_keys_label_check check (length(label) <= 100),
  constraint domain_keys_replaced_by_check check (replaced_by is null or expires_at is not null)
);

-- A key is looked up before its domain is known, hence unique over all domains.
create unique index domain_keys_public_key_key on public.domain_keys (public_key) where kind = 'public';
create unique index domain_keys_secret_hash_key on public.domain_keys (secret_hash) where kind = 'secret';

comment on table public.domain_keys is
  'Keys of a website: the public one its widget sends, the secret one (stored hashed) its agent backend sends.';
comment on column public.domain_keys.expires_at is 'When it stops working because another one took its place; null: not until it is revoked.';
comment on column public.domain_keys.replaced_by is 'The key that took its place.';
comment on column public.domain_keys.last_used_at is 'When it last came with a request, to the minute.';

alter table public.domain_keys enable row level security;
revoke all on public.domain_keys from public, anon, authenticated;
grant select (site_domain, id, kind, public_key, secret_hint, label, created_at, last_used_at, revoked_at, expires_at,
    replaced_by)
  on public.domain_keys to authenticated;
grant all on public.domain_keys to service_role;

create policy domain_keys_select on public.domain_keys
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));

-- Clients read their website's entries, but not its keys: nothing of a secret one may be in them.
create trigger audit
  after insert or update or delete on public.domain_keys
  for each row execute function private.audit_row('domain_key', 'id', 'last_used_at', 'secret_hash,secret_hint');

create table public.internal_addresses (
  site_domain text not null,
  ip_hash text not null,
  label text not null default '',
  created_at timestamptz not null default now(),
  constraint internal_addresses_pkey primary key (site_domain, ip_hash),
  constraint internal_addresses_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

comment on table public.internal_addresses is
  'Keyed hashes of addresses whose traffic is internal: stored, not counted.';

alter table public.internal_addresses enable row level security;
revoke all on public.internal_addresses from public, anon, authenticated;
grant select on public.internal_addresses to authenticated;
grant all on public.internal_addresses to service_role;

create policy internal_addresses_select on public.internal_addresses
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create trigger audit
  after insert or update or delete on public.internal_addresses
  for each row execute function private.audit_row('internal_address', 'ip_hash');
