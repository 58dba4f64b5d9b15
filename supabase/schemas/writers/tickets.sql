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

create function private.erase_tickets(p_site_domain text, p_conversation_ids uuid[], p_texts text[])
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
      and ticket.erased_at is null
      and (
        ticket.conversation_id = any (p_conversation_ids)
        or private.mentions(concat_ws(' ', ticket.title, ticket.description, ticket.expected_answer), p_texts)
      )
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
  update public.ticket_comments as comment
  set body = null, author = null
  where comment.site_domain = p_site_domain
    and private.mentions(concat_ws(' ', comment.author, comment.body), p_texts);
  update public.ticket_events as event
  set detail = null
  where event.site_domain = p_site_domain and private.mentions(event.detail, p_texts);
  return v_erased;
end
$$;

comment on function private.erase_tickets(text, uuid[], text[]) is
  'Blanks what tickets say that are about some conversations or mention one of some texts, here and in the audit log; those that have not gone out never will. Blanks comments that mention one as well. Gives how many tickets. Linear''s issues are not touched.';

revoke execute on function
  private.create_ticket(text, uuid, jsonb),
  private.retry_ticket(text, uuid),
  private.erase_tickets(text, uuid[], text[])
from public, anon, authenticated;
grant execute on function
  private.create_ticket(text, uuid, jsonb),
  private.retry_ticket(text, uuid)
to authenticated, service_role;
grant execute on function private.erase_tickets(text, uuid[], text[]) to service_role;
