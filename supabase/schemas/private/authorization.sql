-- The one home of authorization: every policy asks these two functions.
-- They read tables, not claims, so that disabling a user, taking a domain away or ending a session acts at once.

create function private.second_factor_holds(p_user_id uuid, p_required boolean)
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce(auth.jwt() ->> 'aal' = 'aal2', false)
    or not (
      p_required
      or exists (
        select 1
        from auth.mfa_factors as factor
        where factor.user_id = p_user_id and factor.status = 'verified'
      )
    )
$$;

comment on function private.second_factor_holds(uuid, boolean) is
  'Whether the caller proved a second factor, or needs none: it is not required of them, and they turned none on.';

create function private.require_live_session()
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if auth.jwt() ->> 'session_id' is not null
    and not exists (
      select 1 from auth.sessions as session where session.id = (auth.jwt() ->> 'session_id')::uuid
    )
  then
    raise sqlstate 'PT401' using message = 'Your session has ended.', hint = 'Sign in again.';
  end if;
end
$$;

comment on function private.require_live_session() is
  'PT401 when the caller''s session was ended: a token outlives its session by up to an hour, and must not be believed that long.';

create function private.is_admin()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_live_session();
  return exists (
    select 1
    from public.profiles as profile
    where profile.id = auth.uid()
      and profile.role = 'admin'
      and profile.disabled_at is null
      and private.second_factor_holds(profile.id, profile.mfa_required)
  );
end
$$;

comment on function private.is_admin() is
  'Whether the caller is Rose staff: an enabled profile with role admin, with the second factor if it is required or turned on.';

create function private.my_domains()
returns setof text
language plpgsql
stable
security definer
set search_path = ''
rows 10
as $$
begin
  if private.is_admin() then
    return query select domain.site_domain from public.domains as domain;
  else
    return query
      select membership.site_domain
      from public.user_domains as membership
      join public.profiles as profile on profile.id = membership.user_id
      where membership.user_id = auth.uid()
        and profile.disabled_at is null
        and private.second_factor_holds(profile.id, profile.mfa_required);
  end if;
end
$$;

comment on function private.my_domains() is
  'The site domains the caller may see: all for staff, the assigned ones for a client user, none for anyone else.';

revoke execute on function private.second_factor_holds(uuid, boolean), private.require_live_session()
  from public, anon, authenticated, service_role;
revoke execute on function private.is_admin(), private.my_domains() from public, anon;
grant execute on function private.is_admin(), private.my_domains() to authenticated, service_role;
