-- What people see of their own account, beyond what the auth protocol tells.

create function private.my_sessions()
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

comment on function private.my_sessions() is
  'Where the caller is signed in. A definer, since `auth` is for nobody but the auth protocol.';

create function public.list_my_sessions()
returns table (
  id uuid,
  started_at timestamptz,
  last_used_at timestamptz,
  user_agent text,
  is_current boolean
)
language sql
stable
set search_path = ''
as $$
  select * from private.my_sessions()
$$;

comment on function public.list_my_sessions() is
  'Where the caller is signed in, this session first, then by last use; at most 100. `user_agent` is what the browser says of itself.';

revoke execute on function private.my_sessions(), public.list_my_sessions() from public, anon;
grant execute on function private.my_sessions(), public.list_my_sessions() to authenticated, service_role;

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
