-- The one home of authorization: every policy asks these two functions.
-- They read tables, not claims, so that disabling a user or taking a domain away acts at once.

create function private.is_admin()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.profiles as profile
    where profile.id = auth.uid()
      and profile.role = 'admin'
      and profile.disabled_at is null
      and (not profile.mfa_required or auth.jwt() ->> 'aal' = 'aal2')
  );
end
$$;

comment on function private.is_admin() is
  'Whether the caller is Rose staff: an enabled profile with role admin, with the second factor if it is required.';

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
        and (not profile.mfa_required or auth.jwt() ->> 'aal' = 'aal2');
  end if;
end
$$;

comment on function private.my_domains() is
  'The site domains the caller may see: all for staff, the assigned ones for a client user, none for anyone else.';

revoke execute on function private.is_admin(), private.my_domains() from public, anon;
grant execute on function private.is_admin(), private.my_domains() to authenticated, service_role;
