-- Tickets, and how they go out to Linear.

-- What people report to Rose: an answer of the agent, or something else. A ticket is kept here first; it goes out to
-- Linear when Linear can be reached.

create table public.tickets (
  site_domain text not null,
  id uuid not null,
  kind text not null,
  title text,
  description text,
  conversation_id uuid,
  session_id uuid,
  message_id uuid,
  verdict text,
  expected_answer text,
  reporter_id uuid,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  delivery text not null default 'waiting',
  attempts integer not null default 0,
  last_attempt_at timestamptz,
  last_error text,
  next_attempt_at timestamptz,
  sent_at timestamptz,
  linear_id uuid not null default gen_random_uuid(),
  linear_identifier text,
  linear_url text,
  linear_state text,
  linear_state_type text,
  linear_updated_at timestamptz,
  linear_checked_at timestamptz,
  erased_at timestamptz,
  status text not null generated always as (
    case
      when delivery <> 'sent' then delivery
      when linear_state_type = 'started' then 'in_progress'
      when linear_state_type = 'completed' then 'done'
      when linear_state_type in ('canceled', 'duplicate') then 'canceled'
      when linear_state_type = 'removed' then 'removed'
      else 'open'
    end
  ) stored,
  constraint tickets_pkey primary key (site_domain, id),
  constraint tickets_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint tickets_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id),
  constraint tickets_session_id_fkey foreign key (site_domain, session_id)
    references public.visitor_sessions (site_domain, id),
  constraint tickets_message_id_fkey foreign key (site_domain, conversation_id, message_id)
    references public.messages (site_domain, conversation_id, id),
  constraint tickets_kind_check check (
    case kind
      when 'chatbot' then
        conversation_id is not null and message_id is not null and verdict is not null
        and title is null and description is null
        and (expected_answer is not null or erased_at is not null)
      when 'other' then
        conversation_id is null and message_id is null and verdict is null and expected_answer is null
        and ((title is not null and description is not null) or erased_at is not null)
      else false
    end
  ),
  constraint tickets_title_check check (length(title) between 1 and 200),
  constraint tickets_description_check check (length(description) between 1 and 10000),
  constraint tickets_expected_answer_check check (length(expected_answer) between 1 and 10000),
  constraint tickets_verdict_check check (verdict in ('accurate_but_not_ok', 'not_accurate')),
  constraint tickets_delivery_check check (delivery in ('waiting', 'sent', 'refused', 'withdrawn')),
  constraint tickets_sent_check check (
    (delivery = 'sent') = (sent_at is not null and linear_identifier is not null)
    and (delivery = 'waiting') = (next_attempt_at is not null)
  ),
  constraint tickets_attempts_check check (attempts >= 0)
);

create index tickets_created_at_idx on public.tickets (site_domain, created_at desc, id desc);
create index tickets_conversation_id_idx on public.tickets (site_domain, conversation_id)
  where conversation_id is not null;
create index tickets_due_idx on public.tickets (next_attempt_at) where delivery = 'waiting';
create index tickets_linear_id_idx on public.tickets (linear_id);
create index tickets_linear_checked_at_idx on public.tickets (linear_checked_at) where delivery = 'sent';

comment on table public.tickets is
  'What people report: `chatbot`, an answer of the agent, or `other`. It outlives its reporter, hence no foreign key to profiles.';
comment on column public.tickets.id is 'Made by who reports, so that a report that is sent twice is one ticket.';
comment on column public.tickets.session_id is 'The conversation''s session when it was reported.';
comment on column public.tickets.message_id is 'The answer that was wrong. Its text stands in the conversation alone.';
comment on column public.tickets.verdict is 'accurate_but_not_ok (true, but not what should be said) or not_accurate.';
comment on column public.tickets.changed_at is 'When its status last changed.';
comment on column public.tickets.delivery is
  'waiting (to go out, now or at next_attempt_at), sent (it is in Linear), refused (Linear does not take it as it is), withdrawn (erased before it went out).';
comment on column public.tickets.attempts is 'How often it was begun to send it to Linear.';
comment on column public.tickets.last_error is 'Why the last attempt failed, as a code; null when it did not.';
comment on column public.tickets.linear_id is 'The issue''s id, chosen here before it exists: Linear makes one issue of it, however often it is asked.';
comment on column public.tickets.linear_state_type is
  'Linear''s kind of state: triage, backlog, unstarted, started, completed, canceled or duplicate; removed when the issue is gone.';
comment on column public.tickets.linear_updated_at is 'The issue''s own time of its last change; what is older changes nothing any more.';
comment on column public.tickets.status is
  'waiting, refused or withdrawn while it is not in Linear; else open, in_progress, done, canceled or removed.';

create table public.ticket_events (
  site_domain text not null,
  ticket_id uuid not null,
  id uuid not null default gen_random_uuid(),
  at timestamptz not null,
  kind text not null,
  actor_id uuid,
  data jsonb not null default '{}',
  detail text,
  constraint ticket_events_pkey primary key (site_domain, ticket_id, id),
  constraint ticket_events_ticket_id_fkey foreign key (site_domain, ticket_id)
    references public.tickets (site_domain, id),
  constraint ticket_events_kind_check check (kind in ('created', 'failed', 'sent', 'status', 'retried', 'removed', 'erased'))
);

comment on table public.ticket_events is 'What happened to a ticket, in order.';
comment on column public.ticket_events.data is
  '{error, attempt, next_attempt_at} of a failure; {from, to} (Linear''s states) of a status; {identifier, missing_labels} of a sending.';
comment on column public.ticket_events.detail is 'What Linear answered, for staff.';

create table public.ticket_comments (
  site_domain text not null,
  ticket_id uuid not null,
  id uuid not null,
  author text,
  body text,
  written_at timestamptz not null,
  linear_updated_at timestamptz not null,
  constraint ticket_comments_pkey primary key (site_domain, ticket_id, id),
  constraint ticket_comments_ticket_id_fkey foreign key (site_domain, ticket_id)
    references public.tickets (site_domain, id),
  constraint ticket_comments_body_check check (length(body) <= 20000)
);

comment on table public.ticket_comments is
  'Comments of the issue that are meant for the reporter. Of others, and of those taken back, only their ids and times are kept.';
comment on column public.ticket_comments.body is 'Markdown, without the mark that makes it public; null when it is not (any more).';

alter table public.tickets enable row level security;
alter table public.ticket_events enable row level security;
alter table public.ticket_comments enable row level security;
revoke all on public.tickets, public.ticket_events, public.ticket_comments from public, anon, authenticated;
grant select on public.tickets, public.ticket_comments to authenticated;
grant select (site_domain, ticket_id, id, at, kind, actor_id, data) on public.ticket_events to authenticated;
grant all on public.tickets, public.ticket_events, public.ticket_comments to service_role;

create policy tickets_select on public.tickets
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy ticket_events_select on public.ticket_events
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy ticket_comments_select on public.ticket_comments
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())) and body is not null);

-- How often it was tried, and when it was looked at, are no changes of the ticket.
create trigger audit
  after insert or update or delete on public.tickets
  for each row execute function private.audit_row(
    'ticket',
    'id',
    'attempts,last_attempt_at,last_error,next_attempt_at,changed_at,linear_id,linear_state_type,linear_updated_at,linear_checked_at'
  );

-- What is known of Linear as a whole: while it refuses calls, no ticket is tried.
create table private.linear_connection (
  id boolean not null default true,
  paused_until timestamptz,
  last_error text,
  last_detail text,
  failed_at timestamptz,
  succeeded_at timestamptz,
  missing_labels text[] not null default '{}',
  constraint linear_connection_pkey primary key (id),
  constraint linear_connection_id_check check (id)
);

comment on table private.linear_connection is 'At most one row: how Linear answered last, and until when it wants to be left alone.';

alter table private.linear_connection enable row level security;
revoke all on private.linear_connection from public, anon, authenticated;
grant all on private.linear_connection to service_role;

create policy linear_connection_select on private.linear_connection
  for select to authenticated
  using ((select private.is_admin()));

-- What people do to tickets: report, and have one tried again.

create function private.create_ticket(p_site_domain text, p_id uuid, p_ticket jsonb)
returns public.tickets
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_conversation_id uuid := p_ticket ->> 'conversation_id';
  v_message_id uuid := p_ticket ->> 'message_id';
  v_session_id uuid;
  v_ticket public.tickets;
begin
  perform private.check_domain(p_site_domain);
  if auth.uid() is null then
    raise exception 'Only people report' using errcode = 'PT403';
  end if;
  if p_ticket ->> 'kind' = 'chatbot' then
    select conversation.session_id into v_session_id
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.id = v_conversation_id;
    if not found then
      raise exception 'There is no such conversation.' using errcode = 'PT422', column = 'conversation_id';
    elsif not exists (
      select 1
      from public.messages as message
      where message.site_domain = p_site_domain
        and message.conversation_id = v_conversation_id
        and message.id = v_message_id
        and message.role = 'agent'
    ) then
      raise exception 'Choose an answer of the agent in this conversation.'
        using errcode = 'PT422', column = 'message_id';
    end if;
  end if;
  insert into public.tickets (
    site_domain, id, kind, title, description, conversation_id, session_id, message_id, verdict, expected_answer,
    reporter_id, created_at, changed_at, next_attempt_at
  )
  values (
    p_site_domain,
    p_id,
    p_ticket ->> 'kind',
    p_ticket ->> 'title',
    p_ticket ->> 'description',
    v_conversation_id,
    v_session_id,
    v_message_id,
    p_ticket ->> 'verdict',
    p_ticket ->> 'expected_answer',
    auth.uid(),
    clock_timestamp(),
    clock_timestamp(),
    clock_timestamp()
  )
  on conflict (site_domain, id) do nothing
  returning * into v_ticket;
  if found then
    insert into public.ticket_events (site_domain, ticket_id, at, kind, actor_id)
    values (p_site_domain, p_id, v_ticket.created_at, 'created', auth.uid());
    return v_ticket;
  end if;
  select * into v_ticket
  from public.tickets as ticket
  where ticket.site_domain = p_site_domain and ticket.id = p_id;
  -- The same report again, because its answer got lost, is the ticket it made.
  if v_ticket.reporter_id is distinct from auth.uid()
    or jsonb_strip_nulls(p_ticket) is distinct from jsonb_strip_nulls(
      jsonb_build_object(
        'kind', v_ticket.kind,
        'title', v_ticket.title,
        'description', v_ticket.description,
        'conversation_id', v_ticket.conversation_id,
        'message_id', v_ticket.message_id,
        'verdict', v_ticket.verdict,
        'expected_answer', v_ticket.expected_answer
      )
    )
  then
    raise exception 'There is another ticket with this id.' using errcode = 'PT409', column = 'id';
  end if;
  return v_ticket;
end
$$;

comment on function private.create_ticket(text, uuid, jsonb) is
  'A new ticket {kind, title, description, conversation_id, message_id, verdict, expected_answer} of the caller, to go out at once. The same again gives the ticket there is; PT422 with its column: the conversation or the answer is not there; PT409: the id is another ticket''s.';

create function private.retry_ticket(p_site_domain text, p_id uuid)
returns public.tickets
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ticket public.tickets;
begin
  perform private.check_domain(p_site_domain);
  select * into v_ticket
  from public.tickets as ticket
  where ticket.site_domain = p_site_domain and ticket.id = p_id
  for update;
  if not found then
    raise exception 'There is no such ticket.' using errcode = 'PT404';
  elsif v_ticket.delivery = 'sent' then
    raise exception 'It is in Linear already.' using errcode = 'PT409';
  elsif v_ticket.delivery = 'withdrawn' then
    raise exception 'What it said was erased; there is nothing to send.' using errcode = 'PT409';
  -- One that is being sent this moment is left to whoever sends it.
  elsif v_ticket.delivery = 'waiting'
    and v_ticket.last_error is null
    and v_ticket.next_attempt_at > clock_timestamp()
  then
    return v_ticket;
  end if;
  update public.tickets as ticket
  set
    delivery = 'waiting',
    next_attempt_at = clock_timestamp(),
    changed_at = case v_ticket.delivery when 'waiting' then ticket.changed_at else clock_timestamp() end
  where ticket.site_domain = p_site_domain and ticket.id = p_id
  returning * into v_ticket;
  insert into public.ticket_events (site_domain, ticket_id, at, kind, actor_id)
  values (p_site_domain, p_id, clock_timestamp(), 'retried', auth.uid());
  return v_ticket;
end
$$;

comment on function private.retry_ticket(text, uuid) is
  'Has a ticket of one''s domains sent now instead of when it would be tried again. PT404: there is none; PT409: it is in Linear already, or was erased.';

create function private.erase_tickets(p_site_domain text, p_conversation_ids uuid[])
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ticket_id uuid;
  v_erased bigint := 0;
begin
  for v_ticket_id in
    update public.tickets as ticket
    set
      title = null,
      description = null,
      expected_answer = null,
      erased_at = clock_timestamp(),
      delivery = case ticket.delivery when 'sent' then 'sent' else 'withdrawn' end,
      next_attempt_at = null
    where ticket.site_domain = p_site_domain
      and ticket.conversation_id = any (p_conversation_ids)
      and ticket.erased_at is null
    returning ticket.id
  loop
    update public.ticket_comments as comment
    set body = null, author = null
    where comment.site_domain = p_site_domain and comment.ticket_id = v_ticket_id;
    update public.ticket_events as event
    set detail = null
    where event.site_domain = p_site_domain and event.ticket_id = v_ticket_id;
    insert into public.ticket_events (site_domain, ticket_id, at, kind, actor_id)
    values (p_site_domain, v_ticket_id, clock_timestamp(), 'erased', auth.uid());
    perform private.erase_audit_subject(p_site_domain, 'ticket', v_ticket_id::text);
    v_erased := v_erased + 1;
  end loop;
  return v_erased;
end
$$;

comment on function private.erase_tickets(text, uuid[]) is
  'Blanks what tickets about some conversations say, here and in the audit log; those that have not gone out never will. Gives how many. Linear''s issues are not touched.';

revoke execute on function
  private.create_ticket(text, uuid, jsonb),
  private.retry_ticket(text, uuid),
  private.erase_tickets(text, uuid[])
from public, anon, authenticated;
grant execute on function
  private.create_ticket(text, uuid, jsonb),
  private.retry_ticket(text, uuid)
to authenticated, service_role;
grant execute on function private.erase_tickets(text, uuid[]) to service_role;

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
  'A ticket is in Linear as an issue {identifier, url, state {name, type}, updatedAt}, without those labels that Linear does not have.';

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

revoke execute on function
  private.claim_ticket(interval),
  private.note_ticket_sent(text, uuid, jsonb, text[]),
  private.note_ticket_failure(text, uuid, text, text, timestamptz),
  private.note_linear_failure(text, text, timestamptz)
from public, anon, authenticated;
grant execute on function
  private.claim_ticket(interval),
  private.note_ticket_sent(text, uuid, jsonb, text[]),
  private.note_ticket_failure(text, uuid, text, text, timestamptz),
  private.note_linear_failure(text, text, timestamptz)
to service_role;

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

-- Tickets as pages list them. The filter is one argument, so that list, count and export cannot disagree.

create function private.check_ticket_filter(p_filter jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  perform private.check_filter(
    p_filter,
    '{
      "from": "date", "to": "date", "kind": "text", "status": "texts", "conversation_id": "uuid", "search": "text"
    }'
  );
  if p_filter ->> 'kind' not in ('chatbot', 'other') then
    raise exception 'p_filter.kind must be chatbot or other' using errcode = 'PT400';
  elsif not coalesce(nullif(p_filter -> 'status', 'null'), '[]')
    <@ '["waiting", "refused", "withdrawn", "open", "in_progress", "done", "canceled", "removed"]'
  then
    raise exception 'p_filter.status has an unknown status' using errcode = 'PT400';
  end if;
end
$$;

comment on function private.check_ticket_filter(jsonb) is
  'Refuses (PT400) a filter with an unknown key or a value that is not valid.';

create function private.search_tickets(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  -- What compares texts is not leakproof, so under row-level security it would be asked row by row: this checks the
  -- domains itself.
  select ticket.site_domain, ticket.id
  from public.tickets as ticket
  left join public.messages as answer
    on answer.site_domain = ticket.site_domain
    and answer.conversation_id = ticket.conversation_id
    and answer.id = ticket.message_id
  where ticket.site_domain = any (array(select unnest(private.check_domains(p_site_domains))))
    and strpos(
      lower(
        concat_ws(
          ' ', ticket.linear_identifier, ticket.title, ticket.description, ticket.expected_answer, answer.text
        )
      ),
      lower(p_search)
    ) > 0
$$;

comment on function private.search_tickets(text[], text) is
  'The tickets of the caller''s domains in which a text occurs, in whatever case: identifier, title, description, expected answer, or the answer that was wrong.';

create function private.filtered_tickets(p_site_domains text[], p_filter jsonb)
returns setof public.tickets
language sql
stable
set search_path = ''
as $$
  select ticket.*
  from public.tickets as ticket
  join public.domains as domain on domain.site_domain = ticket.site_domain
  where ticket.site_domain = any (p_site_domains)
    and (
      p_filter ->> 'from' is null
      or ticket.created_at >= (p_filter ->> 'from')::date::timestamp at time zone domain.timezone
    )
    and (
      p_filter ->> 'to' is null
      or ticket.created_at < ((p_filter ->> 'to')::date + 1)::timestamp at time zone domain.timezone
    )
    and (p_filter ->> 'kind' is null or ticket.kind = p_filter ->> 'kind')
    and (
      coalesce(jsonb_array_length(nullif(p_filter -> 'status', 'null')), 0) = 0
      or ticket.status = any (array(select jsonb_array_elements_text(p_filter -> 'status')))
    )
    and (
      p_filter ->> 'conversation_id' is null or ticket.conversation_id = (p_filter ->> 'conversation_id')::uuid
    )
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or (ticket.site_domain, ticket.id) in (
        select found.site_domain, found.id from private.search_tickets(p_site_domains, p_filter ->> 'search') as found
      )
    )
$$;

comment on function private.filtered_tickets(text[], jsonb) is 'The tickets of some domains that pass a filter.';

create function private.ticket_reporters(p_site_domains text[])
returns table (site_domain text, reporter_id uuid, name text)
language sql
stable
security definer
set search_path = ''
as $$
  select
    reported.site_domain,
    reported.reporter_id,
    coalesce(nullif(profile.full_name, ''), split_part(profile.email, '@', 1), 'Former member')
  from (
    select distinct ticket.site_domain, ticket.reporter_id
    from public.tickets as ticket
    where ticket.site_domain = any (array(select unnest(private.check_domains(p_site_domains))))
  ) as reported
  left join public.profiles as profile on profile.id = reported.reporter_id
$$;

comment on function private.ticket_reporters(text[]) is
  'The names of those who reported tickets of the caller''s domains. A definer, since profiles are for their owners and staff.';

create function private.ticket_title(p_ticket public.tickets)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    p_ticket.title,
    (
      select left(regexp_replace(answer.text, '\s+', ' ', 'g'), 200)
      from public.messages as answer
      where answer.site_domain = p_ticket.site_domain
        and answer.conversation_id = p_ticket.conversation_id
        and answer.id = p_ticket.message_id
        and p_ticket.erased_at is null
    ),
    'Erased'
  )
$$;

comment on function private.ticket_title(public.tickets) is
  'What a ticket is called: its title, or the beginning of the answer it is about.';

create function public.list_tickets(
  p_site_domains text[],
  p_filter jsonb default '{}',
  p_limit integer default 50,
  p_after jsonb default null,
  p_sort text default 'newest'
)
returns table (
  site_domain text,
  id uuid,
  kind text,
  title text,
  verdict text,
  conversation_id uuid,
  message_id uuid,
  reporter text,
  created_at timestamptz,
  changed_at timestamptz,
  status text,
  delivery text,
  attempts integer,
  last_error text,
  next_attempt_at timestamptz,
  linear_identifier text,
  linear_url text,
  linear_state text,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_sort text := coalesce(p_sort, 'newest');
begin
  perform private.check_ticket_filter(p_filter);
  if v_sort not in ('newest', 'changed') then
    raise exception 'p_sort must be newest or changed' using errcode = 'PT400';
  elsif p_after is not null
    and not coalesce(
      private.casts_to(p_after ->> 'at', 'timestamptz') and private.casts_to(p_after ->> 'id', 'uuid')
      and p_after ->> 'site_domain' is not null,
      false
    )
  then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return query
  select
    ticket.site_domain,
    ticket.id,
    ticket.kind,
    private.ticket_title(page.ticket),
    ticket.verdict,
    ticket.conversation_id,
    ticket.message_id,
    reporter.name,
    ticket.created_at,
    ticket.changed_at,
    ticket.status,
    ticket.delivery,
    ticket.attempts,
    ticket.last_error,
    ticket.next_attempt_at,
    ticket.linear_identifier,
    ticket.linear_url,
    ticket.linear_state,
    jsonb_build_object('at', page.at, 'site_domain', ticket.site_domain, 'id', ticket.id)
  from (
    select found as ticket, case v_sort when 'changed' then found.changed_at else found.created_at end as at
    from private.filtered_tickets(v_domains, p_filter) as found
    where p_after is null
      or (case v_sort when 'changed' then found.changed_at else found.created_at end, found.site_domain, found.id)
        < ((p_after ->> 'at')::timestamptz, p_after ->> 'site_domain', (p_after ->> 'id')::uuid)
    order by at desc, found.site_domain desc, found.id desc
    limit v_limit
  ) as page
  cross join lateral (select (page.ticket).*) as ticket
  left join private.ticket_reporters(v_domains) as reporter
    on reporter.site_domain = ticket.site_domain and reporter.reporter_id = ticket.reporter_id
  order by page.at desc, ticket.site_domain desc, ticket.id desc;
end
$$;

comment on function public.list_tickets(text[], jsonb, integer, jsonb, text) is
  'Tickets that pass the filter, by p_sort newest (reported) or changed (status) first, at most 200 a page; the cursor of the last row asks for the next page. Filter keys: from, to (days of the website on which it was reported), kind (chatbot or other), status (a list of waiting, refused, withdrawn, open, in_progress, done, canceled, removed), conversation_id, search (a text anywhere in it).';

create function public.count_tickets(p_site_domains text[], p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_ticket_filter(p_filter);
  return (select count(*) from private.filtered_tickets(v_domains, p_filter));
end
$$;

comment on function public.count_tickets(text[], jsonb) is 'How many tickets pass the filter, exactly.';

revoke execute on function
  private.check_ticket_filter(jsonb),
  private.search_tickets(text[], text),
  private.filtered_tickets(text[], jsonb),
  private.ticket_reporters(text[]),
  private.ticket_title(public.tickets),
  public.list_tickets(text[], jsonb, integer, jsonb, text),
  public.count_tickets(text[], jsonb)
from public, anon;
grant execute on function
  private.check_ticket_filter(jsonb),
  private.search_tickets(text[], text),
  private.filtered_tickets(text[], jsonb),
  private.ticket_reporters(text[]),
  private.ticket_title(public.tickets),
  public.list_tickets(text[], jsonb, integer, jsonb, text),
  public.count_tickets(text[], jsonb)
to authenticated, service_role;

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
