-- There is always an admin who can sign in, whoever writes: the product, the auth protocol or the server's own role.

create function private.keep_an_admin()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_table_schema = 'auth' and not exists (
    select 1
    from public.profiles as profile
    where profile.id = new.id and profile.role = 'admin' and profile.disabled_at is null
  ) then
    return null;
  end if;
  -- Of two who each take one of the last two away, the later waits here, and then sees what the earlier left.
  update private.access_settings as setting set revision = setting.revision + 1;
  if not exists (
    select 1
    from public.profiles as profile
    join auth.users as account on account.id = profile.id
    where profile.role = 'admin'
      and profile.disabled_at is null
      and account.role = 'authenticated'
      and account.deleted_at is null
      and account.email_confirmed_at is not null
      and coalesce(account.banned_until <= now(), true)
  ) then
    raise sqlstate 'PT409' using
      message = 'This is the last admin who can sign in.',
      hint = 'Make somebody else an admin first.',
      constraint = 'last_admin';
  end if;
  return null;
end
$$;

comment on function private.keep_an_admin() is
  'Refuses (PT409) to delete, disable, demote or ban the last admin who can sign in.';

create function private.keep_admins_table()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise sqlstate 'PT409' using message = 'Profiles are deleted one by one, so that an admin is left.';
end
$$;

comment on function private.keep_admins_table() is 'Refuses (PT409) to empty the table of profiles at once.';

create function private.end_sessions_of_disabled()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from auth.sessions as session where session.user_id = new.id;
  delete from private.user_views as view where new.id in (view.admin_id, view.user_id);
  return null;
end
$$;

comment on function private.end_sessions_of_disabled() is
  'Whoever is disabled is signed out everywhere, and views as nobody; nobody views as them.';

revoke execute on function
  private.keep_an_admin(),
  private.keep_admins_table(),
  private.end_sessions_of_disabled()
from public, anon, authenticated, service_role;

create trigger keep_an_admin
  after update of role, disabled_at or delete on public.profiles
  for each row when (old.role = 'admin' and old.disabled_at is null)
  execute function private.keep_an_admin();

create trigger keep_admins_table
  before truncate on public.profiles
  for each statement execute function private.keep_admins_table();

create trigger end_sessions_of_disabled
  after update of disabled_at on public.profiles
  for each row when (old.disabled_at is null and new.disabled_at is not null)
  execute function private.end_sessions_of_disabled();

create trigger keep_an_admin
  after update of banned_until, deleted_at, role, email_confirmed_at on auth.users
  for each row when (
    new.banned_until is distinct from old.banned_until
    or new.deleted_at is distinct from old.deleted_at
    or new.role is distinct from old.role
    or (old.email_confirmed_at is not null and new.email_confirmed_at is null)
  )
  execute function private.keep_an_admin();
