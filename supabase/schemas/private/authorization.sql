-- The one home of authorization: every policy asks these functions.
-- They read tables, not claims, so that disabling a user, taking a domain away, ending a session or viewing the
-- product as somebody else acts at once.

create function private.second_factor_holds(p_user_id uuid, p_required boolean)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  if auth.jwt() ->> 'aal' = 'aal2' then
    return true;
  end if;
  return not p_required
    and not exists (
      select 1
      from auth.mfa_factors as factor
      where factor.user_id = p_user_id and factor.status = 'verified'
    );
end
$$;

comment on function private.second_factor_holds(uuid, boolean) is
  'Whether the caller proved a second factor, or needs none: it is not required of them, and they turned none on.';

create function private.admins_need_second_factor()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (select 1 from private.access_settings as setting where setting.admins_need_second_factor);
end
$$;

comment on function private.admins_need_second_factor() is 'Whether a second factor is required of every admin.';

create function private.seen_as(p_only_reads boolean)
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_session_id uuid := (auth.jwt() ->> 'session_id')::uuid;
  v_user_id uuid;
begin
  if v_session_id is null then
    return auth.uid();
  end if;
  select view.user_id
  into v_user_id
  from auth.sessions as session
  left join private.user_views as view on view.session_id = session.id and view.ends_at > now()
  where session.id = v_session_id;
  if not found then
    raise sqlstate 'PT401' using message = 'Your session has ended.', hint = 'Sign in again.';
  elsif v_user_id is null then
    return auth.uid();
  elsif p_only_reads then
    -- PostgreSQL itself refuses whatever this transaction would go on to write, and lets nothing take that back.
    perform set_config('transaction_read_only', 'on', true);
  end if;
  return v_user_id;
end
$$;

comment on function private.seen_as(boolean) is
  'As whom the caller sees the product: themselves, or whom their session views it as; where that is somebody else, the transaction may be made to only read from here on (25006). PT401 when the session was ended: a token outlives its session by up to an hour, and must not be believed that long.';

create function private.my_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return private.seen_as(true);
end
$$;

comment on function private.my_id() is
  'As whom the caller sees the product; while that is somebody else, the transaction writes nothing more. Whatever writes for people asks this first, by one of the functions below.';

create function private.require_live_session()
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.seen_as(true);
end
$$;

comment on function private.require_live_session() is
  'PT401 when the caller''s session was ended; when it views the product as somebody else, nothing can be written any more.';

create function private.my_role()
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select profile.role
    from public.profiles as profile
    where profile.id = auth.uid()
      and profile.disabled_at is null
      and private.second_factor_holds(
        profile.id,
        profile.mfa_required
          or (
            profile.role = 'admin'
            and exists (select 1 from private.access_settings as setting where setting.admins_need_second_factor)
          )
      )
  );
end
$$;

comment on function private.my_role() is
  'What the person of the token may act as, as whomever they see the product: admin, user, or null when they may do nothing.';

create function private.is_admin()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return private.seen_as(true) is not distinct from auth.uid() and coalesce(private.my_role() = 'admin', false);
end
$$;

comment on function private.is_admin() is
  'Whether the caller is Rose staff: an enabled profile with role admin, with the second factor if it is required or turned on. Nobody is while they view the product as a client user.';

create function private.my_domains()
returns setof text
language plpgsql
stable
security definer
set search_path = ''
rows 10
as $$
declare
  v_id uuid := private.seen_as(true);
  v_viewing boolean := v_id is distinct from auth.uid();
  v_role text := private.my_role();
begin
  if v_role = 'admin' and not v_viewing then
    -- In order, since every look-up in an index sorts what policies compare with: hundreds of websites, time and again.
    return query select domain.site_domain from public.domains as domain order by domain.site_domain;
  -- What somebody views as another lasts for as long as they are staff.
  elsif (v_viewing and v_role = 'admin') or (not v_viewing and v_role = 'user') then
    return query
      select membership.site_domain
      from public.user_domains as membership
      join public.profiles as profile on profile.id = membership.user_id
      join public.domains as domain on domain.site_domain = membership.site_domain
      where membership.user_id = v_id and profile.disabled_at is null and domain.archived_at is null
      order by membership.site_domain;
  end if;
end
$$;

comment on function private.my_domains() is
  'The site domains the caller may see: all for staff, archived ones too; the assigned ones that are not archived for a client user; none for anyone else; those of whom staff view the product as while they do.';

create function private.may_note_of(p_site_domain text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if private.seen_as(false) <> auth.uid() then
    -- Not my_domains: what staff do while they view the product as somebody else is noted as well.
    return private.my_role() = 'admin';
  end if;
  return exists (select 1 from private.my_domains() as mine (site_domain) where mine.site_domain = p_site_domain);
end
$$;

comment on function private.may_note_of(text) is
  'Whether the caller may have something noted of a website in the audit log: of those they may see.';

create function private.require_admin()
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not private.is_admin() then
    raise sqlstate 'PT403' using message = 'This is for Rose staff.';
  end if;
end
$$;

comment on function private.require_admin() is 'PT403 for everybody but Rose staff.';

revoke execute on function
  private.second_factor_holds(uuid, boolean),
  private.admins_need_second_factor(),
  private.seen_as(boolean),
  private.require_live_session(),
  private.my_role(),
  private.may_note_of(text),
  private.require_admin()
from public, anon, authenticated, service_role;
revoke execute on function private.my_id(), private.is_admin(), private.my_domains() from public, anon;
grant execute on function private.my_id(), private.is_admin(), private.my_domains() to authenticated, service_role;
