-- What a Supabase project's database holds before its first migration. Run once as `supabase_admin`
-- in the database `postgres`.

alter database postgres owner to postgres;
alter schema public owner to postgres;
create schema if not exists extensions authorization postgres;
grant usage on schema public, extensions to anon, authenticated, service_role;
grant all on schema public, extensions to postgres;

-- Supabase grants what its users create in `public` to its API roles by name.
alter default privileges for role postgres in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;

create schema auth authorization supabase_auth_admin;
grant usage on schema auth to anon, authenticated, service_role, postgres;
