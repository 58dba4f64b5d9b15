-- What the pages ask about access: as whom one sees the product, and what staff decided for everybody.

create function private.my_access()
returns table (
  user_id uuid,
  is_viewing boolean,
  email text,
  full_name text,
  view_ends_at timestamptz,
  lacks_second_factor boolean
)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_id uuid := private.my_id();
begin
  return query
    select
      profile.id,
      profile.id <> auth.uid(),
      profile.email,
      profile.full_name,
      (
        select view.ends_at
        from private.user_views as view
        where view.session_id = (auth.jwt() ->> 'session_id')::uuid and view.user_id = profile.id and view.ends_at > now()
      ),
      -- Of the caller's own: whoever turned one on is asked for it when they sign in.
      profile.id = auth.uid()
        and not private.second_factor_holds(
          profile.id,
          profile.mfa_required or (profile.role = 'admin' and private.admins_need_second_factor())
        )
    from public.profiles as profile
    where profile.id = v_id;
end
$$;

comment on function private.my_access() is
  'As whom the caller sees the product. A definer, since sessions are for nobody to read.';

create function public.get_my_access()
returns table (
  user_id uuid,
  is_viewing boolean,
  email text,
  full_name text,
  view_ends_at timestamptz,
  lacks_second_factor boolean
)
language sql
stable
set search_path = ''
as $$
  select * from private.my_access()
$$;

comment on function public.get_my_access() is
  'As whom the caller sees the product: themselves, or (is_viewing) a client user until view_ends_at; and whether a second factor is required of them that they have not proved. PT401 when the session has ended.';

create function private.access_settings_for_staff()
returns table (admins_need_second_factor boolean)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  perform private.require_admin();
  return query select setting.admins_need_second_factor from private.access_settings as setting;
end
$$;

comment on function private.access_settings_for_staff() is 'What holds for everybody''s access. PT403 for everybody but staff.';

create function public.get_access_settings()
returns table (admins_need_second_factor boolean)
language sql
stable
set search_path = ''
as $$
  select * from private.access_settings_for_staff()
$$;

comment on function public.get_access_settings() is
  'What holds for everybody''s access, for staff: whether every admin needs a second factor.';

revoke execute on function
  private.my_access(),
  public.get_my_access(),
  private.access_settings_for_staff(),
  public.get_access_settings()
from public, anon;
grant execute on function
  private.my_access(),
  public.get_my_access(),
  private.access_settings_for_staff(),
  public.get_access_settings()
to authenticated, service_role;
