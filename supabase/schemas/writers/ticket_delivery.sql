-- How tickets go out. Each is lent to one sender at a time; one whose sender died is lent again when the loan ends.

create function private.claim_ticket(p_loan interval)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ticket public.tickets;
begin
  if exists (
    select 1 from private.linear_connection as connection where connection.paused_until > clock_timestamp()
  ) then
    return null;
  end if;
  select * into v_ticket
  from public.tickets as ticket
  where ticket.delivery = 'waiting' and ticket.next_attempt_at <= clock_timestamp()
  order by ticket.next_attempt_at, ticket.site_domain, ticket.id
  limit 1
  for update skip locked;
  if not found then
    return null;
  end if;
  update public.tickets as ticket
  set
    attempts = ticket.attempts + 1,
    last_attempt_at = clock_timestamp(),
    next_attempt_at = clock_timestamp() + p_loan
  where ticket.site_domain = v_ticket.site_domain and ticket.id = v_ticket.id
  returning * into v_ticket;
  return to_jsonb(v_ticket) || jsonb_build_object(
    'reporter',
    (
      select coalesce(nullif(profile.full_name, ''), profile.email)
      from public.profiles as profile
      where profile.id = v_ticket.reporter_id
    ),
    'answer',
    (
      select message.text
      from public.messages as message
      where message.site_domain = v_ticket.site_domain
        and message.conversation_id = v_ticket.conversation_id
        and message.id = v_ticket.message_id
    ),
    'question',
    (
      select asked.text
      from public.messages as answer
      join public.messages as asked
        on asked.site_domain = answer.site_domain
        and asked.conversation_id = answer.conversation_id
        and asked.role = 'visitor'
        and (asked.sent_at, asked.seq, asked.id) < (answer.sent_at, answer.seq, answer.id)
      where answer.site_domain = v_ticket.site_domain
        and answer.conversation_id = v_ticket.conversation_id
        and answer.id = v_ticket.message_id
      order by asked.sent_at desc, asked.seq desc, asked.id desc
      limit 1
    )
  );
end
$$;

comment on function private.claim_ticket(interval) is
  'Lends the ticket that waits longest to its caller for a while, with its reporter''s name, the answer it is about and the question before that. Null when none is due, or Linear wants to be left alone.';

create function private.note_ticket_sent(p_site_domain text, p_id uuid, p_issue jsonb, p_missing_labels text[])
returns void
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
  where ticket.site_domain = p_site_domain and ticket.id = p_id
  for update;
  -- Linear's own message may have told of it before.
  if v_ticket.delivery is distinct from 'sent' then
    update public.tickets as ticket
    set
      delivery = 'sent',
      sent_at = clock_timestamp(),
      changed_at = clock_timestamp(),
      next_attempt_at = null,
      last_error = null,
      linear_identifier = p_issue ->> 'identifier',
      linear_url = p_issue ->> 'url',
      linear_state = p_issue -> 'state' ->> 'name',
      linear_state_type = p_issue -> 'state' ->> 'type',
      linear_updated_at = (p_issue ->> 'updatedAt')::timestamptz,
      linear_checked_at = clock_timestamp()
    where ticket.site_domain = p_site_domain and ticket.id = p_id;
    insert into public.ticket_events (site_domain, ticket_id, at, kind, data)
    values (
      p_site_domain,
      p_id,
      clock_timestamp(),
      'sent',
      jsonb_build_object('identifier', p_issue ->> 'identifier', 'missing_labels', to_jsonb(p_missing_labels))
    );
  end if;
  if v_ticket.erased_at is not null then
    -- The issue says what the ticket said.
    insert into public.ticket_events (site_domain, ticket_id, at, kind, data)
    values (
      p_site_domain,
      p_id,
      clock_timestamp(),
      'erased',
      jsonb_build_object('identifier', p_issue ->> 'identifier')
    );
  end if;
  insert into private.linear_connection as connection (id, succeeded_at, missing_labels)
  values (true, clock_timestamp(), p_missing_labels)
  on conflict (id) do update
  set
    succeeded_at = excluded.succeeded_at,
    missing_labels = excluded.missing_labels,
    paused_until = null,
    last_error = null,
    last_detail = null;
end
$$;

comment on function private.note_ticket_sent(text, uuid, jsonb, text[]) is
  'A ticket is in Linear as an issue {identifier, url, state {name, type}, updatedAt}, without those labels that Linear does not have. If the ticket was erased meanwhile, an event erased with the identifier says that the issue has to be deleted.';

create function private.note_ticket_failure(
  p_site_domain text,
  p_id uuid,
  p_error text,
  p_detail text,
  p_next_attempt_at timestamptz
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ticket public.tickets;
begin
  update public.tickets as ticket
  set
    delivery = case when p_next_attempt_at is null then 'refused' else 'waiting' end,
    last_error = p_error,
    next_attempt_at = p_next_attempt_at,
    changed_at = case when p_next_attempt_at is null then clock_timestamp() else ticket.changed_at end
  where ticket.site_domain = p_site_domain and ticket.id = p_id and ticket.delivery = 'waiting'
  returning * into v_ticket;
  if found then
    insert into public.ticket_events (site_domain, ticket_id, at, kind, data, detail)
    values (
      p_site_domain,
      p_id,
      clock_timestamp(),
      'failed',
      jsonb_build_object('error', p_error, 'attempt', v_ticket.attempts, 'next_attempt_at', p_next_attempt_at),
      left(p_detail, 1000)
    );
  end if;
end
$$;

comment on function private.note_ticket_failure(text, uuid, text, text, timestamptz) is
  'An attempt failed: why, what Linear answered, and when it is tried again; without that, the ticket is refused.';

create function private.note_linear_failure(p_error text, p_detail text, p_paused_until timestamptz)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into private.linear_connection as connection (id, last_error, last_detail, failed_at, paused_until)
  values (true, p_error, left(p_detail, 1000), clock_timestamp(), p_paused_until)
  on conflict (id) do update
  set
    last_error = excluded.last_error,
    last_detail = excluded.last_detail,
    failed_at = excluded.failed_at,
    paused_until = coalesce(excluded.paused_until, connection.paused_until)
$$;

comment on function private.note_linear_failure(text, text, timestamptz) is
  'Linear could not be used: why, what it answered, and until when nothing is to be tried.';

create function private.note_linear_answer()
returns void
language sql
security definer
set search_path = ''
as $$
  update private.linear_connection as connection
  set last_error = null, last_detail = null
  -- That issues can be read does not say that the team for new ones is there.
  where connection.last_error <> 'team_missing'
$$;

comment on function private.note_linear_answer() is
  'Linear answered what it was asked about issues: what went wrong before is over, unless it is of new issues alone.';

revoke execute on function
  private.claim_ticket(interval),
  private.note_ticket_sent(text, uuid, jsonb, text[]),
  private.note_ticket_failure(text, uuid, text, text, timestamptz),
  private.note_linear_failure(text, text, timestamptz),
  private.note_linear_answer()
from public, anon, authenticated;
grant execute on function
  private.claim_ticket(interval),
  private.note_ticket_sent(text, uuid, jsonb, text[]),
  private.note_ticket_failure(text, uuid, text, text, timestamptz),
  private.note_linear_failure(text, text, timestamptz),
  private.note_linear_answer()
to service_role;
