-- What people see of their own account, beyond what the auth protocol tells.

create function private.my_sessions()
returns table (
  id uuid,
  started_at timestamptz,
  last_used_at timestamptz,
  user_agent text,
  is_current boolean
)
language sql
stable
security definer
set search_path = ''
as $$
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
  limit 100
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
