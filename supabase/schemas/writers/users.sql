-- What staff change of people: who they are to the product, what they see, and whether they may come in.

create function private.user_to_change(p_id uuid)
returns public.profiles
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles;
begin
  perform private.require_admin();
  select * into v_profile from public.profiles as profile where profile.id = p_id for update;
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such user.';
  end if;
  return v_profile;
end
$$;

comment on function private.user_to_change(uuid) is
  'A person''s profile, locked, for staff. PT403 for everybody else, PT404 when there is none.';

create function private.change_user(p_id uuid, p_changes jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles := private.user_to_change(p_id);
  v_role text := coalesce(p_changes ->> 'role', v_profile.role);
  v_name text := btrim(coalesce(p_changes ->> 'full_name', v_profile.full_name));
  v_required boolean := coalesce((p_changes ->> 'mfa_required')::boolean, v_profile.mfa_required);
begin
  perform private.require_admin();
  if v_role not in ('admin', 'user') then
    raise sqlstate 'PT422' using message = 'The role is admin or user.', column = 'role';
  elsif length(v_name) > 200 then
    raise sqlstate 'PT422' using message = 'A name has at most 200 characters.', column = 'full_name';
  elsif p_id = auth.uid() and v_role <> v_profile.role then
    raise sqlstate 'PT409' using
      message = 'You cannot change your own role: another admin can.', column = 'role';
  elsif p_id = auth.uid() and v_required and not v_profile.mfa_required
    and coalesce(auth.jwt() ->> 'aal', '') <> 'aal2'
  then
    raise sqlstate 'PT409' using
      message = 'Turn your own second factor on first, or you would lock yourself out.', column = 'mfa_required';
  end if;
  update public.profiles as profile
  set role = v_role, full_name = v_name, mfa_required = v_required
  where profile.id = p_id;
  if v_name <> v_profile.full_name then
    -- The account's own name would come back with the next change of it.
    update auth.users as account
    set raw_user_meta_data = coalesce(account.raw_user_meta_data, '{}') || jsonb_build_object('full_name', v_name)
    where account.id = p_id;
  end if;
  if v_role <> v_profile.role then
    delete from private.user_views as view where p_id in (view.admin_id, view.user_id);
  end if;
end
$$;

comment on function private.change_user(uuid, jsonb) is
  'Gives a person another role, full_name or mfa_required, as far as these are given. PT409 for one''s own role, for a second factor of one''s own that is not turned on yet, and for the last admin.';

create function private.assign_domains(p_user_ids uuid[], p_add text[], p_remove text[])
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_added bigint;
  v_removed bigint;
  v_unknown text;
begin
  perform private.require_admin();
  if cardinality(p_user_ids) not between 1 and 500 then
    raise sqlstate 'PT422' using message = 'Choose 1 to 500 users at once.', column = 'user_ids';
  end if;
  select given.id::text into v_unknown
  from unnest(p_user_ids) as given (id)
  where not exists (select 1 from public.profiles as profile where profile.id = given.id)
  limit 1;
  if found then
    raise sqlstate 'PT404' using message = 'One of these users is no longer there. Load the list again.';
  end if;
  select given.site_domain into v_unknown
  from unnest(p_add) as given (site_domain)
  where not exists (select 1 from public.domains as domain where domain.site_domain = given.site_domain)
  limit 1;
  if found then
    raise sqlstate 'PT422' using message = format('There is no domain %s.', v_unknown), column = 'add';
  end if;
  insert into public.user_domains (user_id, site_domain)
  select person.id, domain.site_domain
  from unnest(p_user_ids) as person (id)
  cross join unnest(p_add) as domain (site_domain)
  order by 1, 2
  on conflict do nothing;
  get diagnostics v_added = row_count;
  delete from public.user_domains as membership
  where membership.user_id = any (p_user_ids)
    and membership.site_domain = any (p_remove)
    and not membership.site_domain = any (p_add);
  get diagnostics v_removed = row_count;
  return v_added + v_removed;
end
$$;

comment on function private.assign_domains(uuid[], text[], text[]) is
  'Gives several people some domains and takes others away; what they have already, or have not, stays so. Gives how many assignments changed.';

create function private.disable_user(p_id uuid, p_disabled boolean)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.user_to_change(p_id);
  perform private.require_admin();
  if p_disabled and p_id = auth.uid() then
    raise sqlstate 'PT409' using message = 'You cannot disable yourself: another admin can.';
  end if;
  update public.profiles as profile
  set disabled_at = case when p_disabled then coalesce(profile.disabled_at, now()) end
  where profile.id = p_id;
end
$$;

comment on function private.disable_user(uuid, boolean) is
  'Lets a person in no longer, and signs them out everywhere at once; or lets them in again. PT409 for oneself and for the last admin.';

create function private.end_user_sessions(p_id uuid)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles := private.user_to_change(p_id);
  v_ended bigint;
begin
  perform private.require_admin();
  perform 1 from auth.sessions as session where session.user_id = p_id for update;
  get diagnostics v_ended = row_count;
  -- First, since who does it to themselves has no session afterwards.
  perform private.audit(
    '', 'sign_out', 'profile', p_id::text, null, jsonb_build_object('email', v_profile.email, 'sessions', v_ended)
  );
  delete from auth.sessions as session where session.user_id = p_id;
  return v_ended;
end
$$;

comment on function private.end_user_sessions(uuid) is 'Signs a person out everywhere. Gives of how many sessions.';

create function private.remove_second_factor(p_id uuid)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles := private.user_to_change(p_id);
  v_removed bigint;
begin
  perform private.require_admin();
  if p_id = auth.uid() then
    raise sqlstate 'PT409' using message = 'Your own second factor is turned off under Your account.';
  end if;
  delete from auth.mfa_factors as factor where factor.user_id = p_id;
  get diagnostics v_removed = row_count;
  if v_removed = 0 then
    raise sqlstate 'PT409' using message = 'This person has no second factor.';
  end if;
  perform private.audit(
    '', 'remove_second_factor', 'profile', p_id::text, null, jsonb_build_object('email', v_profile.email)
  );
  delete from auth.sessions as session where session.user_id = p_id;
  return v_removed;
end
$$;

comment on function private.remove_second_factor(uuid) is
  'Takes a person''s second factors away, who has lost them, and signs them out everywhere: the password alone lets them in. Gives how many there were. PT409 for oneself and for who has none.';

create function private.save_access_settings(p_admins_need_second_factor boolean)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.require_admin();
  if p_admins_need_second_factor and coalesce(auth.jwt() ->> 'aal', '') <> 'aal2' then
    raise sqlstate 'PT409' using
      message = 'Turn your own second factor on first, or you would lock yourself out.',
      column = 'admins_need_second_factor';
  end if;
  update private.access_settings as setting set admins_need_second_factor = p_admins_need_second_factor;
end
$$;

comment on function private.save_access_settings(boolean) is
  'Whether every admin needs a second factor. PT409 for who has not proved one.';

revoke execute on function private.user_to_change(uuid) from public, anon, authenticated, service_role;
revoke execute on function
  private.change_user(uuid, jsonb),
  private.assign_domains(uuid[], text[], text[]),
  private.disable_user(uuid, boolean),
  private.end_user_sessions(uuid),
  private.remove_second_factor(uuid),
  private.save_access_settings(boolean)
from public, anon, service_role;
grant execute on function
  private.change_user(uuid, jsonb),
  private.assign_domains(uuid[], text[], text[]),
  private.disable_user(uuid, boolean),
  private.end_user_sessions(uuid),
  private.remove_second_factor(uuid),
  private.save_access_settings(boolean)
to authenticated;
