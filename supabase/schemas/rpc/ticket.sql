-- One ticket with everything the page shows of it, tickets for files, and how the connection to Linear is.

create function private.ticket_history(p_site_domain text, p_ticket_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'id', event.id,
        'at', event.at,
        'kind', event.kind,
        'data', event.data,
        'actor', case
          when event.actor_id is not null
          then coalesce(nullif(profile.full_name, ''), split_part(profile.email, '@', 1), 'Former member')
        end,
        'detail', case when private.is_admin() then event.detail end
      )
      order by event.at, event.id
    ),
    '[]'
  )
  from public.ticket_events as event
  left join public.profiles as profile on profile.id = event.actor_id
  where event.site_domain = p_site_domain
    and event.ticket_id = p_ticket_id
    and p_site_domain = any (array(select private.my_domains()))
$$;

comment on function private.ticket_history(text, uuid) is
  'What happened to a ticket of the caller''s domains, in order, with names; what Linear answered is for staff.';

create function public.get_ticket(p_site_domain text, p_id uuid)
returns table (
  site_domain text,
  id uuid,
  kind text,
  title text,
  description text,
  verdict text,
  expected_answer text,
  conversation_id uuid,
  session_id uuid,
  message_id uuid,
  answer text,
  reporter text,
  created_at timestamptz,
  changed_at timestamptz,
  status text,
  delivery text,
  attempts integer,
  last_error text,
  next_attempt_at timestamptz,
  sent_at timestamptz,
  linear_identifier text,
  linear_url text,
  linear_state text,
  linear_checked_at timestamptz,
  erased_at timestamptz,
  comments jsonb,
  history jsonb
)
language sql
stable
set search_path = ''
as $$
  select
    ticket.site_domain,
    ticket.id,
    ticket.kind,
    private.ticket_title(ticket),
    ticket.description,
    ticket.verdict,
    ticket.expected_answer,
    ticket.conversation_id,
    ticket.session_id,
    ticket.message_id,
    answer.text,
    reporter.name,
    ticket.created_at,
    ticket.changed_at,
    ticket.status,
    ticket.delivery,
    ticket.attempts,
    ticket.last_error,
    ticket.next_attempt_at,
    ticket.sent_at,
    ticket.linear_identifier,
    ticket.linear_url,
    ticket.linear_state,
    ticket.linear_checked_at,
    ticket.erased_at,
    (
      select coalesce(
        jsonb_agg(
          jsonb_build_object(
            'id', comment.id, 'author', comment.author, 'body', comment.body, 'written_at', comment.written_at
          )
          order by comment.written_at, comment.id
        ),
        '[]'
      )
      from public.ticket_comments as comment
      where comment.site_domain = ticket.site_domain and comment.ticket_id = ticket.id and comment.body is not null
    ),
    private.ticket_history(ticket.site_domain, ticket.id)
  from public.tickets as ticket
  left join private.ticket_reporters(array[p_site_domain]) as reporter
    on reporter.site_domain = ticket.site_domain and reporter.reporter_id = ticket.reporter_id
  left join public.messages as answer
    on answer.site_domain = ticket.site_domain
    and answer.conversation_id = ticket.conversation_id
    and answer.id = ticket.message_id
    and ticket.erased_at is null
  where ticket.site_domain = p_site_domain and ticket.id = p_id
$$;

comment on function public.get_ticket(text, uuid) is
  'One ticket with the answer it is about, its public comments [{id, author, body (Markdown), written_at}] and its history [{id, at, kind, data, actor, detail}], whose detail is for staff.';

create function private.export_tickets(p_site_domains text[], p_filter jsonb, p_sort text)
returns table (
  site_domain text,
  id uuid,
  kind text,
  title text,
  description text,
  verdict text,
  expected_answer text,
  conversation_id uuid,
  session_id uuid,
  message_id uuid,
  reporter text,
  reported_at timestamptz,
  changed_at timestamptz,
  status text,
  attempts integer,
  last_error text,
  sent_at timestamptz,
  linear_identifier text,
  linear_url text,
  linear_state text
)
language sql
stable
as $$
  select
    ticket.site_domain,
    ticket.id,
    ticket.kind,
    private.ticket_title(ticket),
    ticket.description,
    ticket.verdict,
    ticket.expected_answer,
    ticket.conversation_id,
    ticket.session_id,
    ticket.message_id,
    reporter.name,
    ticket.created_at,
    ticket.changed_at,
    ticket.status,
    ticket.attempts,
    ticket.last_error,
    ticket.sent_at,
    ticket.linear_identifier,
    ticket.linear_url,
    ticket.linear_state
  from private.filtered_tickets(p_site_domains, p_filter) as ticket
  left join private.ticket_reporters(p_site_domains) as reporter
    on reporter.site_domain = ticket.site_domain and reporter.reporter_id = ticket.reporter_id
  order by
    case p_sort when 'changed' then ticket.changed_at else ticket.created_at end desc,
    ticket.site_domain desc,
    ticket.id desc
$$;

comment on function private.export_tickets(text[], jsonb, text) is
  'Every ticket that passes the filter of list_tickets, in its order, as an export shows it.';

create function private.linear_health()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'waiting',
    (
      select count(*)
      from public.tickets as ticket
      where ticket.delivery = 'waiting' and ticket.site_domain = any (array(select private.my_domains()))
    ),
    'is_admin', private.is_admin(),
    'failing', connection.last_error is not null,
    'last_error', connection.last_error,
    'last_detail', case when private.is_admin() then connection.last_detail end,
    'failed_at', connection.failed_at,
    'succeeded_at', connection.succeeded_at,
    'paused_until', nullif(greatest(connection.paused_until, statement_timestamp()), statement_timestamp()),
    'missing_labels', case when private.is_admin() then to_jsonb(connection.missing_labels) end
  )
  from (values (true)) as one (id)
  left join private.linear_connection as connection on connection.id = one.id
$$;

comment on function private.linear_health() is
  'How Linear answered last, and how many tickets of the caller''s domains wait. What it answered is for staff.';

revoke execute on function
  private.ticket_history(text, uuid),
  public.get_ticket(text, uuid),
  private.export_tickets(text[], jsonb, text),
  private.linear_health()
from public, anon;
grant execute on function
  private.ticket_history(text, uuid),
  public.get_ticket(text, uuid),
  private.export_tickets(text[], jsonb, text),
  private.linear_health()
to authenticated, service_role;
