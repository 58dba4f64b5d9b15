-- A client of Rose: a company with one or more websites.

create table public.organizations (
  id uuid not null default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  constraint organizations_pkey primary key (id),
  constraint organizations_name_key unique (name),
  constraint organizations_name_check check (length(name) between 1 and 200)
);

comment on table public.organizations is 'A client of Rose: a company with one or more websites.';

alter table public.organizations enable row level security;
revoke all on public.organizations from public, anon, authenticated;
grant select on public.organizations to authenticated;
grant all on public.organizations to service_role;

create trigger audit
  after insert or update or delete on public.organizations
  for each row execute function private.audit_row('organization', 'id');
