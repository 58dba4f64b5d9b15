-- A session that was ended is believed no more, and people end single sessions of their own.

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

revoke execute on function private.require_live_session()
  from public, anon, authenticated, service_role;

create or replace function private.is_admin()
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

create or replace function private.my_sessions()
returns table (
  id uuid,
  started_at timestamptz,
  last_used_at timestamptz,
  user_agent text,
  is_current boolean
)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_live_session();
  return query
    select
      session.id,
      session.created_at,
      coalesce(session.refreshed_at at time zone 'utc', session.created_at),
      coalesce(session.user_agent, ''),
      coalesce(session.id::text = auth.jwt() ->> 'session_id', false)
    from auth.sessions as session
    where session.user_id = auth.uid()
      and (session.not_after is null or session.not_after > now())
    order by 5 desc, 3 desc, 1
    limit 100;
end
$$;

create function private.end_my_session(p_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.require_live_session();

  if not private.second_factor_holds(auth.uid(), false) then
    raise sqlstate 'PT403' using
      message = 'Ending a session needs the code of your authenticator app.',
      hint = 'Sign in again.';
  end if;

  delete from auth.sessions as session
  where session.id = p_id and session.user_id = auth.uid();

  if not found then
    raise sqlstate 'PT404' using
      message = 'That session has ended already.',
      hint = 'Load the list again.';
  end if;
end
$$;

comment on function private.end_my_session(uuid) is
  'Ends one of the caller''s own sessions. A definer, since `auth` is for nobody but the auth protocol.';

create function public.end_my_session(p_id uuid)
returns void
language sql
set search_path = ''
as $$
  select private.end_my_session(p_id)
$$;

comment on function public.end_my_session(uuid) is
  'Signs the caller out in the browser that `list_my_sessions` lists as `p_id`, at its next request. PT404 when they have no such session.';

revoke execute on function private.end_my_session(uuid), public.end_my_session(uuid) from public, anon;
grant execute on function private.end_my_session(uuid), public.end_my_session(uuid) to authenticated, service_role;
