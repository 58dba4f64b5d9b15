-- Moving every day stored of a website into another timezone: one transaction, in which whoever writes days waits, and
-- until whose end everybody reads the old days, the old figures and the old timezone.

create function private.begin_timezone_change(p_site_domain text, p_id uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_change public.timezone_changes;
  v_domain public.domains;
begin
  -- Before any row lock, as the writers do it: see private.timezone_of.
  perform pg_catalog.pg_advisory_xact_lock(
    pg_catalog.hashtext('private.days'), pg_catalog.hashtext(p_site_domain)
  );
  select * into v_change
  from public.timezone_changes as change
  where change.site_domain = p_site_domain and change.id = p_id and change.state in ('waiting', 'running');
  if v_change is null then
    return false;
  end if;
  select * into v_domain
  from public.domains as domain
  where domain.site_domain = p_site_domain
  for update;
  if v_domain.archived_at is not null then
    raise exception '% is archived: restore it first', p_site_domain using errcode = 'PT409';
  end if;
  -- Whoever writes facts locks its visitors first, in this order.
  perform 1
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain
  order by visitor.id
  for update;
  update public.domains set timezone = v_change.to_timezone where site_domain = p_site_domain;
  return true;
end
$$;

comment on function private.begin_timezone_change(text, uuid) is
  'Sets the new timezone and keeps out whoever writes days until the transaction ends; false when the change is over already. PT409: the website is archived.';

create function private.move_days(p_site_domain text, p_after uuid, p_limit integer)
returns table (last_id uuid, visitors integer)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_timezone text;
  v_before text;
  v_ids uuid[];
  v_moved uuid[];
  v_converted uuid[];
begin
  select change.to_timezone, change.from_timezone
  into v_timezone, v_before
  from public.timezone_changes as change
  where change.site_domain = p_site_domain and change.state in ('waiting', 'running');
  v_ids := array(
    select visitor.id
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and (p_after is null or visitor.id > p_after)
    order by visitor.id
    limit p_limit
  );
  if v_ids = '{}' then
    return;
  end if;

  -- The rollups' triggers see what moves, so that figures move with it.
  with moved as (
    update public.events as event
    set day = private.day_of(event.occurred_at, v_timezone)
    where event.site_domain = p_site_domain
      and event.visitor_id = any (v_ids)
      and event.day <> private.day_of(event.occurred_at, v_timezone)
    returning event.visitor_id
  )
  select array_agg(distinct moved.visitor_id) into v_moved from moved;

  with moved as (
    update public.conversions as conversion
    set day = private.day_of(conversion.occurred_at, v_timezone)
    where conversion.site_domain = p_site_domain
      and conversion.visitor_id = any (v_ids)
      and conversion.day <> private.day_of(conversion.occurred_at, v_timezone)
    returning conversion.visitor_id
  )
  select array_agg(distinct moved.visitor_id) into v_converted from moved;

  update public.conversations as conversation
  set
    day = private.day_of(conversation.started_at, v_timezone),
    hour = private.hour_of(conversation.started_at, v_timezone)
  where conversation.site_domain = p_site_domain
    and conversation.visitor_id = any (v_ids)
    and (conversation.day, conversation.hour) is distinct from (
      private.day_of(conversation.started_at, v_timezone), private.hour_of(conversation.started_at, v_timezone)
    );

  update public.visitor_sessions as session
  set day = private.day_of(session.first_event_at, v_timezone)
  where session.site_domain = p_site_domain
    and session.visitor_id = any (v_ids)
    and session.day <> private.day_of(session.first_event_at, v_timezone);

  -- A page has no time of its own: it is of the day of its first event in the session.
  update public.session_pages as page
  set day = seen.day
  from (
    select event.session_id, event.page, min(event.day) as day
    from public.events as event
    where event.site_domain = p_site_domain and event.visitor_id = any (v_ids) and event.page is not null
    group by event.session_id, event.page
  ) as seen
  where page.site_domain = p_site_domain
    and page.session_id = seen.session_id
    and page.page = seen.page
    and page.day <> seen.day;

  perform rollup.recount_visitor_days(
    p_site_domain,
    array(
      select unnest(v_moved)
      union
      select unnest(v_converted)
      union
      select conversation.visitor_id
      from public.conversations as conversation
      join public.messages as message
        on message.site_domain = conversation.site_domain and message.conversation_id = conversation.id
      where conversation.site_domain = p_site_domain
        and conversation.visitor_id = any (v_ids)
        and message.role = 'visitor'
        and private.day_of(message.sent_at, v_before) <> private.day_of(message.sent_at, v_timezone)
    )
  );
  return query select v_ids[cardinality(v_ids)], cardinality(v_ids);
end
$$;

comment on function private.move_days(text, uuid, integer) is
  'Moves the days of the next visitors after p_after, by id, into the timezone that private.begin_timezone_change set in this transaction; gives the last of them and how many; no row at the end.';

create function private.finish_timezone_change(p_site_domain text, p_id uuid, p_error text default null)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.timezone_changes
  set
    state = case when p_error is null then 'done' else 'failed' end,
    done = case when p_error is null then coalesce(total, 0) else 0 end,
    error = p_error,
    finished_at = pg_catalog.clock_timestamp()
  where site_domain = p_site_domain and id = p_id and state in ('waiting', 'running')
$$;

comment on function private.finish_timezone_change(text, uuid, text) is
  'Ends a change as done, in the transaction that did it, or as failed for a reason.';

create function private.note_timezone_progress(p_site_domain text, p_id uuid, p_done bigint)
returns uuid
language sql
security definer
set search_path = ''
as $$
  update public.timezone_changes
  set
    state = 'running',
    done = p_done,
    started_at = coalesce(started_at, pg_catalog.clock_timestamp()),
    total = case
      when p_done > 0 then total
      else (select count(*) from public.visitors as visitor where visitor.site_domain = p_site_domain)
    end
  where site_domain = p_site_domain and id = p_id and state in ('waiting', 'running')
  returning requested_by
$$;

comment on function private.note_timezone_progress(text, uuid, bigint) is
  'Says how many visitors'' days have moved, in a transaction of its own, so that it is seen; gives who asked for the change.';

create function private.request_timezone_change(p_site_domain text, p_timezone text, p_was text)
returns public.timezone_changes
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_domain public.domains := private.lock_client_domain(p_site_domain);
  v_change public.timezone_changes;
begin
  if v_domain.archived_at is not null then
    raise exception '% is archived: restore it first', p_site_domain using errcode = 'PT409';
  elsif not private.is_timezone(p_timezone) then
    raise exception 'There is no timezone "%"', p_timezone using errcode = 'PT422', column = 'timezone';
  elsif v_domain.timezone <> p_was then
    raise exception 'Somebody else changed the timezone to % meanwhile', v_domain.timezone
      using errcode = 'PT409', column = 'timezone';
  elsif v_domain.timezone = p_timezone then
    raise exception '% is the timezone already', p_timezone using errcode = 'PT422', column = 'timezone';
  end if;
  select * into v_change
  from public.timezone_changes as change
  where change.site_domain = p_site_domain and change.state in ('waiting', 'running');
  if found then
    raise exception 'The timezone is just being changed to %: wait for its end', v_change.to_timezone
      using errcode = 'PT409', column = 'timezone';
  end if;
  insert into public.timezone_changes (site_domain, from_timezone, to_timezone, requested_by)
  values (p_site_domain, v_domain.timezone, p_timezone, auth.uid())
  returning * into v_change;
  return v_change;
end
$$;

comment on function private.request_timezone_change(text, text, text) is
  'Asks for another timezone of a website whose is p_was; a job does it. PT404: no such website for the caller; PT409: somebody else was faster, or it is archived; PT422: no such timezone.';

revoke execute on function
  private.begin_timezone_change(text, uuid),
  private.move_days(text, uuid, integer),
  private.finish_timezone_change(text, uuid, text),
  private.note_timezone_progress(text, uuid, bigint),
  private.request_timezone_change(text, text, text)
from public, anon, authenticated, service_role;
grant execute on function
  private.begin_timezone_change(text, uuid),
  private.move_days(text, uuid, integer),
  private.finish_timezone_change(text, uuid, text),
  private.note_timezone_progress(text, uuid, bigint)
to service_role;
grant execute on function private.request_timezone_change(text, text, text) to authenticated;
