-- Seeing the product as a client user sees it: read-only, for half an hour, and in the log.

create function private.start_user_view(p_user_id uuid)
returns timestamptz
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_session_id uuid := (auth.jwt() ->> 'session_id')::uuid;
  v_profile public.profiles;
  v_ends_at timestamptz := now() + interval '30 minutes';
begin
  perform private.require_admin();
  if v_session_id is null then
    raise sqlstate 'PT400' using message = 'Only who is signed in can view the product as somebody else.';
  end if;
  select * into v_profile from public.profiles as profile where profile.id = p_user_id;
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such user.';
  elsif v_profile.role <> 'user' then
    raise sqlstate 'PT409' using message = 'Rose staff see what you see. View as a client user.';
  elsif v_profile.disabled_at is not null then
    raise sqlstate 'PT409' using message = 'This person is disabled and sees nothing.';
  end if;
  -- One that is over, but not yet put away.
  delete from private.user_views as view where view.session_id = v_session_id;
  insert into private.user_views (session_id, admin_id, user_id, started_at, ends_at)
  values (v_session_id, auth.uid(), p_user_id, now(), v_ends_at);
  return v_ends_at;
end
$$;

comment on function private.start_user_view(uuid) is
  'From now on, for 30 minutes, the caller''s session sees what a client user sees, and changes nothing. Gives when it ends.';

create function private.end_user_view()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.seen_as(false);
  delete from private.user_views as view
  where view.session_id = (auth.jwt() ->> 'session_id')::uuid and view.admin_id = auth.uid();
end
$$;

comment on function private.end_user_view() is
  'The caller''s session sees the product as the caller again. The one thing such a session may write besides the log.';

create function private.end_old_user_views()
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ended bigint;
begin
  delete from private.user_views as view
  where view.ends_at <= now()
    or not exists (select 1 from auth.sessions as session where session.id = view.session_id);
  get diagnostics v_ended = row_count;
  return v_ended;
end
$$;

comment on function private.end_old_user_views() is
  'Puts views away whose time is over or whose session has ended, which is when the log says so. Gives how many.';

revoke execute on function private.start_user_view(uuid), private.end_user_view() from public, anon, service_role;
grant execute on function private.start_user_view(uuid), private.end_user_view() to authenticated;
revoke execute on function private.end_old_user_views() from public, anon, authenticated;
grant execute on function private.end_old_user_views() to service_role;
