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
