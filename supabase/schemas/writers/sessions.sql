-- Which session something belongs to when its sender gives no session id.

create function private.join_session(
  p_site_domain text,
  p_visitor_id uuid,
  p_at timestamptz,
  p_timezone text
)
returns table (id uuid, session_id text)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_id uuid;
  v_session_id text;
begin
  select session.id, session.session_id
  into v_id, v_session_id
  from public.visitor_sessions as session
  where session.site_domain = p_site_domain
    and session.visitor_id = p_visitor_id
    and session.first_event_at <= p_at + interval '30 minutes'
    and session.last_activity_at >= p_at - interval '30 minutes'
  order by
    greatest(session.first_event_at - p_at, p_at - session.last_activity_at, interval '0'),
    session.first_event_at,
    session.id
  limit 1;

  if v_id is null then
    v_id := gen_random_uuid();
    v_session_id := v_id::text;
    insert into public.visitor_sessions (
      site_domain, id, session_id, visitor_id, first_event_at, last_activity_at, day, counts
    )
    values (
      p_site_domain, v_id, v_session_id, p_visitor_id, p_at, p_at, private.day_of(p_at, p_timezone), false
    );
  else
    update public.visitor_sessions as session
    set
      first_event_at = least(session.first_event_at, p_at),
      last_activity_at = greatest(session.last_activity_at, p_at),
      day = least(session.day, private.day_of(p_at, p_timezone))
    where session.site_domain = p_site_domain
      and session.id = v_id
      and (session.first_event_at > p_at or session.last_activity_at < p_at);
  end if;
  return query select v_id, v_session_id;
end
$$;

comment on function private.join_session(text, uuid, timestamptz, text) is
  'The visitor''s nearest session within 30 minutes, widened to the instant, or a new one. The visitor is locked.';

revoke execute on function private.join_session(text, uuid, timestamptz, text)
from public, anon, authenticated, service_role;
