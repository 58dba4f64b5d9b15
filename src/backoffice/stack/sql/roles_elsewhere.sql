-- The roles of a Supabase project that a database given by URL lacks. The server logs in as that URL's user
-- and takes these with `set role`, so none of them needs a password. Run once by a user who may create roles.

do $$
declare
  role_name text;
begin
  foreach role_name in array
    array['anon', 'authenticated', 'service_role', 'authenticator', 'supabase_auth_admin', 'postgres']
  loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format(
        'create role %I nologin noinherit %s',
        role_name,
        case when role_name in ('service_role', 'postgres') then 'bypassrls' end
      );
    end if;
    if role_name <> current_user then
      execute format('grant %I to %I', role_name, current_user);
    end if;
  end loop;
end
$$;

grant anon, authenticated, service_role to authenticator;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role supabase_auth_admin set search_path = auth;
