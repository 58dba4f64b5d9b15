-- Who may sign in, as what, and for which websites.

create table public.profiles (
  id uuid not null,
  email text not null,
  full_name text not null default '',
  role text not null default 'user',
  mfa_required boolean not null default false,
  created_at timestamptz not null default now(),
  disabled_at timestamptz,
  constraint profiles_pkey primary key (id),
  constraint profiles_id_fkey foreign key (id) references auth.users (id) on delete cascade,
  constraint profiles_role_check check (role in ('admin', 'user'))
);

comment on table public.profiles is 'A person who signs in. The role decides: `admin` is Rose staff, `user` a client user.';

alter table public.profiles enable row level security;
revoke all on public.profiles from public, anon, authenticated;
grant select on public.profiles to authenticated;
grant all on public.profiles to service_role;

create policy profiles_select on public.profiles
  for select to authenticated
  using (id = (select private.my_id()) or (select private.is_admin()));

create trigger audit
  after insert or update or delete on public.profiles
  for each row execute function private.audit_row('profile', 'id');

create table public.user_domains (
  user_id uuid not null,
  site_domain text not null,
  created_at timestamptz not null default now(),
  constraint user_domains_pkey primary key (user_id, site_domain),
  constraint user_domains_user_id_fkey foreign key (user_id) references public.profiles (id) on delete cascade,
  constraint user_domains_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

create index user_domains_site_domain_idx on public.user_domains (site_domain);

comment on table public.user_domains is 'Which websites a client user may see.';

alter table public.user_domains enable row level security;
revoke all on public.user_domains from public, anon, authenticated;
grant select on public.user_domains to authenticated;
grant all on public.user_domains to service_role;

create policy user_domains_select on public.user_domains
  for select to authenticated
  using (
    site_domain = any (array(select private.my_domains()))
    and (user_id = (select private.my_id()) or (select private.is_admin()))
  );

create trigger audit
  after insert or update or delete on public.user_domains
  for each row execute function private.audit_row('user_domain', 'user_id');

create function private.keep_profile()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.profiles as profile (id, email, full_name)
  values (
    new.id,
    coalesce(new.email, ''),
    left(coalesce(new.raw_user_meta_data ->> 'full_name', ''), 200)
  )
  on conflict (id) do update
    set
      email = excluded.email,
      full_name = coalesce(nullif(excluded.full_name, ''), profile.full_name);
  return null;
end
$$;

comment on function private.keep_profile() is
  'Gives every account but an anonymous one a profile and keeps its e-mail and name current. The role never comes from what a user sent.';

revoke execute on function private.keep_profile() from public, anon, authenticated, service_role;

create trigger keep_profile
  after insert or update of email, raw_user_meta_data, is_anonymous on auth.users
  for each row when (not new.is_anonymous) execute function private.keep_profile();
