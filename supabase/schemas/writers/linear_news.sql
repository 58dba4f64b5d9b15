-- What Linear tells of issues and comments, by webhook or when it is asked: twice, late, and in any order.

create function private.apply_linear_issue(p_issue jsonb)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ticket public.tickets;
  v_updated_at timestamptz := p_issue ->> 'updatedAt';
  v_state text := p_issue -> 'state' ->> 'name';
begin
  perform set_config('backoffice.actor', 'Linear', true);
  select * into v_ticket
  from public.tickets as ticket
  where ticket.linear_id = (p_issue ->> 'id')::uuid
  for update;
  if not found then
    return false;
  end if;
  if v_ticket.delivery <> 'sent' then
    -- It is there: whoever sent it could not say so any more.
    perform private.note_ticket_sent(v_ticket.site_domain, v_ticket.id, p_issue, '{}');
    return true;
  end if;
  if v_updated_at < v_ticket.linear_updated_at then
    update public.tickets as ticket
    set linear_checked_at = clock_timestamp()
    where ticket.site_domain = v_ticket.site_domain and ticket.id = v_ticket.id;
    return false;
  end if;
  if v_state is distinct from v_ticket.linear_state then
    insert into public.ticket_events (site_domain, ticket_id, at, kind, data)
    values (
      v_ticket.site_domain,
      v_ticket.id,
      v_updated_at,
      'status',
      jsonb_build_object('from', v_ticket.linear_state, 'to', v_state)
    );
  end if;
  update public.tickets as ticket
  set
    linear_identifier = coalesce(p_issue ->> 'identifier', ticket.linear_identifier),
    linear_url = coalesce(p_issue ->> 'url', ticket.linear_url),
    linear_state = v_state,
    linear_state_type = p_issue -> 'state' ->> 'type',
    linear_updated_at = v_updated_at,
    linear_checked_at = clock_timestamp(),
    changed_at = case when v_state is distinct from ticket.linear_state then clock_timestamp() else ticket.changed_at end
  where ticket.site_domain = v_ticket.site_domain and ticket.id = v_ticket.id;
  return true;
end
$$;

comment on function private.apply_linear_issue(jsonb) is
  'An issue {id, identifier, url, state {name, type}, updatedAt} as Linear has it: keeps its ticket''s status in step. What is older than what is known changes nothing. Gives whether anything was learnt.';

create function private.remove_linear_issue(p_linear_id uuid, p_at timestamptz)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ticket public.tickets;
begin
  perform set_config('backoffice.actor', 'Linear', true);
  select * into v_ticket
  from public.tickets as ticket
  where ticket.linear_id = p_linear_id and ticket.delivery = 'sent'
  for update;
  if not found or v_ticket.linear_state_type is not distinct from 'removed' or p_at < v_ticket.linear_updated_at then
    return false;
  end if;
  update public.tickets as ticket
  set
    linear_state = 'Removed',
    linear_state_type = 'removed',
    linear_updated_at = p_at,
    linear_checked_at = clock_timestamp(),
    changed_at = clock_timestamp()
  where ticket.site_domain = v_ticket.site_domain and ticket.id = v_ticket.id;
  insert into public.ticket_events (site_domain, ticket_id, at, kind, data)
  values (v_ticket.site_domain, v_ticket.id, p_at, 'removed', jsonb_build_object('from', v_ticket.linear_state));
  return true;
end
$$;

comment on function private.remove_linear_issue(uuid, timestamptz) is
  'An issue is gone from Linear. Gives whether that is news. When Linear brings it back, its next message does so here.';

create function private.apply_linear_comment(p_linear_id uuid, p_comment jsonb)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_site_domain text;
  v_ticket_id uuid;
begin
  select ticket.site_domain, ticket.id into v_site_domain, v_ticket_id
  from public.tickets as ticket
  where ticket.linear_id = p_linear_id and ticket.erased_at is null
  for update;
  if not found then
    return false;
  end if;
  insert into public.ticket_comments as kept (
    site_domain, ticket_id, id, author, body, written_at, linear_updated_at
  )
  values (
    v_site_domain,
    v_ticket_id,
    (p_comment ->> 'id')::uuid,
    p_comment ->> 'author',
    p_comment ->> 'body',
    (p_comment ->> 'createdAt')::timestamptz,
    (p_comment ->> 'updatedAt')::timestamptz
  )
  on conflict (site_domain, ticket_id, id) do update
  set author = excluded.author, body = excluded.body, linear_updated_at = excluded.linear_updated_at
  where kept.linear_updated_at < excluded.linear_updated_at
    or (kept.linear_updated_at = excluded.linear_updated_at and excluded.body is null);
  return found;
end
$$;

comment on function private.apply_linear_comment(uuid, jsonb) is
  'A comment {id, author, body, createdAt, updatedAt} of an issue; body and author are null when it is not public, or deleted. What is older than what is known changes nothing. Gives whether anything was learnt.';

create function private.withdraw_linear_comments(p_linear_id uuid, p_known uuid[], p_as_of timestamptz)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_withdrawn bigint;
begin
  update public.ticket_comments as comment
  set author = null, body = null, linear_updated_at = p_as_of
  from public.tickets as ticket
  where ticket.linear_id = p_linear_id
    and comment.site_domain = ticket.site_domain
    and comment.ticket_id = ticket.id
    and comment.body is not null
    and comment.linear_updated_at < p_as_of
    and not comment.id = any (p_known);
  get diagnostics v_withdrawn = row_count;
  return v_withdrawn;
end
$$;

comment on function private.withdraw_linear_comments(uuid, uuid[], timestamptz) is
  'Takes back public comments that were not among an issue''s when all of them were read. Gives how many.';

create function private.tickets_to_check(p_before timestamptz, p_limit integer)
returns table (linear_id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  select ticket.linear_id
  from public.tickets as ticket
  where ticket.delivery = 'sent'
    and ticket.linear_checked_at < p_before
    -- One that is long done is left alone; should it be opened again, the webhook says so.
    and (ticket.status in ('open', 'in_progress') or ticket.changed_at > p_before - interval '30 days')
  order by ticket.linear_checked_at
  limit p_limit
$$;

comment on function private.tickets_to_check(timestamptz, integer) is
  'Issues not looked at since a moment whose tickets may still change, the longest unseen first.';

create function private.note_issue_checked(p_linear_ids uuid[])
returns void
language sql
security definer
set search_path = ''
as $$
  update public.tickets as ticket
  set linear_checked_at = clock_timestamp()
  where ticket.linear_id = any (p_linear_ids)
$$;

comment on function private.note_issue_checked(uuid[]) is 'Issues were looked at just now.';

revoke execute on function
  private.apply_linear_issue(jsonb),
  private.remove_linear_issue(uuid, timestamptz),
  private.apply_linear_comment(uuid, jsonb),
  private.withdraw_linear_comments(uuid, uuid[], timestamptz),
  private.tickets_to_check(timestamptz, integer),
  private.note_issue_checked(uuid[])
from public, anon, authenticated;
grant execute on function
  private.apply_linear_issue(jsonb),
  private.remove_linear_issue(uuid, timestamptz),
  private.apply_linear_comment(uuid, jsonb),
  private.withdraw_linear_comments(uuid, uuid[], timestamptz),
  private.tickets_to_check(timestamptz, integer),
  private.note_issue_checked(uuid[])
to service_role;
