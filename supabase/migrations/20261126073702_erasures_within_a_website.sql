-- What erasures look for stands by itself, and reaches no other website's jobs, entries or views; tickets that mention
-- somebody, and runs of the CRM under way, are erased with them.

create function private.certain_texts(p_site_domain text, p_visitor_ids uuid[])
returns text[]
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(array_agg(distinct lower(found.text)), '{}')
  from public.visitors as visitor
  cross join lateral (
    values (visitor.id::text), (visitor.email), (replace(visitor.email, '@', '%40'))
  ) as found (text)
  where visitor.site_domain = p_site_domain
    and visitor.id = any (p_visitor_ids)
    -- An address was checked when it came in; this holds for one that came in some other way.
    and found.text ~ '^[^[:space:]"\\]{5,}$'
$$;

comment on function private.certain_texts(text, uuid[]) is
  'The texts, in lower case, that mean some visitors wherever they stand: ids and e-mail addresses, as they may stand in an address too.';

create or replace function private.identifying_texts(p_site_domain text, p_visitor_ids uuid[])
returns text[]
language sql
stable
security definer
set search_path = ''
as $$
  -- Names and senders' ids are whatever a visitor chose to send: what could be a part of anything is none.
  select coalesce(array_agg(distinct lower(found.text)), '{}')
  from (
    select certain.text
    from unnest(private.certain_texts(p_site_domain, p_visitor_ids)) as certain (text)
    union all
    -- A first name alone would be found in many a text.
    select spelt.text
    from public.visitors as visitor
    cross join lateral (
      values (visitor.name), (replace(visitor.name, ' ', '%20')), (replace(visitor.name, ' ', '+'))
    ) as spelt (text)
    where visitor.site_domain = p_site_domain
      and visitor.id = any (p_visitor_ids)
      and length(visitor.name) >= 5
      and normalize(visitor.name) ~ '^[[:alpha:]][[:alpha:].''’ -]*$'
      and visitor.name ~ '[[:alpha:]].* .*[[:alpha:]]'
    union all
    select known.distinct_id
    from public.visitor_ids as known
    where known.site_domain = p_site_domain
      and known.visitor_id = any (p_visitor_ids)
      and length(known.distinct_id) >= 8
      and known.distinct_id ~ '^[[:alnum:]][[:alnum:]._:@|+=~/-]*[[:alnum:]]$'
      and known.distinct_id ~ '[0-9@]'
      -- A date or the website's own address is in everything that is kept of it.
      and known.distinct_id !~ '^[0-9]{4}-[0-9]{2}($|[^[:alnum:]])'
      and position(lower(known.distinct_id) in p_site_domain) = 0
  ) as found
$$;

comment on function private.identifying_texts(text, uuid[]) is
  'The texts, in lower case, by which some visitors are known on their website: ids, e-mail addresses, full names and senders'' ids, as they may stand in an address too.';

create function private.mention_pattern(p_text text)
returns text
language sql
immutable
set search_path = ''
as $$
  -- What an address or JSON writes with letters (%3D, \n, \u001f) ends a word too.
  select
    '(?:(?<![[:alnum:]])|(?<=%[0-9a-f]{2})|(?<=\\[bfnrt])|(?<=\\u[0-9a-f]{4}))'
    || regexp_replace(p_text, '([^[:alnum:][:space:]])', '\\\1', 'g')
    || '(?![[:alnum:]])'
$$;

comment on function private.mention_pattern(text) is
  'A regular expression for a text where it stands by itself: no letter or digit before or after it.';

create or replace function private.mentions(p_text text, p_texts text[])
returns boolean
language sql
immutable
set search_path = ''
as $$
  select exists (
    select 1
    from unnest(p_texts) as wanted (text)
    where position(wanted.text in lower(p_text)) > 0 and p_text ~* private.mention_pattern(wanted.text)
  )
$$;

comment on function private.mentions(text, text[]) is
  'Whether one of some texts in lower case stands by itself in a text.';

create or replace function private.without_mentions(p_text text, p_texts text[])
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_wanted text;
begin
  foreach v_wanted in array p_texts loop
    p_text := regexp_replace(p_text, private.mention_pattern(v_wanted), '[erased]', 'gi');
  end loop;
  return p_text;
end
$$;

comment on function private.without_mentions(text, text[]) is
  'A text with "[erased]" for each of some texts that stands by itself in it.';

create or replace function private.erase_visitors(p_site_domain text, p_visitor_ids uuid[], p_sealed_emails text[])
returns public.erasures
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[] := array(select distinct wanted.id from unnest(p_visitor_ids) as wanted (id) order by 1);
  v_texts text[];
  v_certain text[];
  v_counts jsonb;
  v_conversations uuid[];
  v_visitor_id uuid;
  v_new uuid;
  v_moved uuid[] := '{}';
  v_n bigint;
  v_erasure public.erasures;
begin
  perform private.lock_for_erasure(p_site_domain, v_ids);
  v_texts := private.identifying_texts(p_site_domain, v_ids);
  -- Whoever sends an address says that it is theirs: what is kept of people with an account is not a visitor's to erase.
  v_certain := array(
    select certain.text
    from unnest(private.certain_texts(p_site_domain, v_ids)) as certain (text)
    where not exists (
      select 1 from auth.users as account where lower(account.email) = replace(certain.text, '%40', '@')
    )
  );
  v_counts := private.erasure_counts(p_site_domain, v_ids);
  v_conversations := array(
    select conversation.id
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.visitor_id = any (v_ids)
  );

  v_counts := v_counts || private.erase_elsewhere(p_site_domain, v_ids, v_conversations, v_texts);
  perform private.forget_words(p_site_domain, v_conversations);
  perform private.delete_texts(p_site_domain, v_conversations, 'erasure');
  update public.reviews
  set note = '', corrected_answer = null, message_id = null
  where site_domain = p_site_domain and conversation_id = any (v_conversations);

  foreach v_visitor_id in array v_ids loop
    v_new := private.move_erased(p_site_domain, v_visitor_id, v_texts);
    v_moved := v_moved || v_new;
    delete from public.visitors where site_domain = p_site_domain and id = v_visitor_id;
  end loop;
  perform private.rename_erased_pages(p_site_domain, v_moved, v_texts);

  delete from public.saved_views as view
  where (view.site_domain = p_site_domain and private.mentions(concat(view.name, ' ', view.search::text), v_texts))
    -- What belongs to no website is everybody's: a name that somebody chose says nothing there.
    or (view.site_domain is null and private.mentions(concat(view.name, ' ', view.search::text), v_certain));
  get diagnostics v_n = row_count;
  v_counts := v_counts || jsonb_build_object('saved_views', v_n);
  -- The queue's own triggers name its tables without their schema.
  perform set_config('search_path', 'jobs', true);
  delete from jobs.procrastinate_jobs as job
  where job.status <> 'doing'
    and (
      (job.args ->> 'site_domain' = p_site_domain and private.mentions(job.args::text, v_texts))
      or job.args ->> 'site_domain' is null
      and exists (
        select 1
        from jsonb_path_query(job.args, '$.** ? (@.type() == "string")') as given (value)
        where lower(given.value #>> '{}') = any (v_certain)
      )
    );
  get diagnostics v_n = row_count;
  perform set_config('search_path', '', true);
  v_counts := v_counts || jsonb_build_object(
    'jobs', v_n,
    'audit_entries',
    private.erase_audit_mentions(p_site_domain, v_texts) + private.erase_audit_mentions('', v_certain)
  );

  v_erasure := private.write_receipt(p_site_domain, cardinality(v_ids), v_counts, p_sealed_emails);
  perform rollup.fold_if_due();
  return v_erasure;
end
$$;

comment on function private.erase_visitors(text, uuid[], text[]) is
  'Erases visitors for good: texts and identity go, rows stay under fresh ids, so that every figure holds. Gives the receipt. p_sealed_emails: their addresses, encrypted, for outside services. Raises as lock_for_erasure does.';

create or replace function private.erase_audit_mentions(p_site_domain text, p_texts text[])
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_subjects jsonb;
  v_erased bigint;
begin
  with found as (
    select details.position
    from public.audit_details as details
    where details.site_domain = p_site_domain
      and details.salt is not null
      and private.mentions(concat(details.before::text, ' ', details.after::text), p_texts)
  ),
  erased as (
    update public.audit_details as details
    set before = null, after = null, salt = null
    from found
    where details.site_domain = p_site_domain and details.position = found.position
    returning details.position
  )
  select
    count(*),
    jsonb_agg(distinct jsonb_build_object('type', entry.subject_type, 'id', entry.subject_id))
  into v_erased, v_subjects
  from erased
  join public.audit_log as entry on entry.site_domain = p_site_domain and entry.position = erased.position;

  perform private.put_down_audit(p_site_domain, 'erase', subject.type, subject.id, '{}', null, null)
  from jsonb_to_recordset(v_subjects) as subject (type text, id text);
  return v_erased;
end
$$;

comment on function private.erase_audit_mentions(text, text[]) is
  'Blanks before and after of every entry of a chain that mentions one of some texts (lower case), and says of each subject that it did. Gives how many.';

drop function private.erase_tickets(text, uuid[]);

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

create or replace function private.erase_elsewhere(p_site_domain text, p_visitor_ids uuid[], p_conversation_ids uuid[], p_texts text[])
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_counts jsonb := '{}';
  v_n bigint;
begin
  if to_regprocedure('private.erase_tickets(text, uuid[], text[])') is not null then
    v_counts := v_counts || jsonb_build_object(
      'tickets', private.erase_tickets(p_site_domain, p_conversation_ids, p_texts)
    );
    -- What blanking them has put down for the end of this transaction would say what was blanked.
    update private.audit_pending as pending
    set before = null, after = null
    where pending.site_domain = p_site_domain and pending.subject_type = 'ticket';
  end if;
  if to_regclass('public.crm_links') is not null then
    -- First: a run that has read the visitor keeps nothing more of what it read. The next one begins anew, and by the
    -- lock not before the visitor is gone.
    perform pg_advisory_xact_lock(hashtextextended('crm/' || p_site_domain, 0));
    update public.crm_runs as run
    set examples = '[]'
    where run.site_domain = p_site_domain and run.state in ('waiting', 'running');
    perform private.stop_crm_runs(p_site_domain, 'A visitor was erased.');
    perform 1 from public.crm_connections as connection where connection.site_domain = p_site_domain for update;
    -- One that was claimed before the lock.
    perform private.stop_crm_runs(p_site_domain, 'A visitor was erased.');
    delete from public.crm_links as link
    where link.site_domain = p_site_domain
      and (
        (link.object in ('contact', 'association') and link.local_id = any (p_visitor_ids))
        or (link.object = 'note' and link.local_id = any (p_conversation_ids))
      );
    get diagnostics v_n = row_count;
    delete from public.crm_values as answer
    where answer.site_domain = p_site_domain and answer.object = 'contact' and answer.local_id = any (p_visitor_ids);
    delete from public.crm_failures as failure
    where failure.site_domain = p_site_domain
      and (
        failure.local_id = any (p_visitor_ids)
        or failure.local_id = any (p_conversation_ids)
        or private.mentions(concat(failure.label, ' ', failure.reason, ' ', failure.payload::text), p_texts)
      );
    update public.crm_runs as run
    set examples = '[]', records = case when private.mentions(run.records::text, p_texts) then '[]' else run.records end
    where run.site_domain = p_site_domain
      and private.mentions(concat(run.examples::text, ' ', run.records::text), p_texts);
    v_counts := v_counts || jsonb_build_object('crm_records', v_n);
  end if;
  return v_counts;
end
$$;

comment on function private.erase_elsewhere(text, uuid[], uuid[], text[]) is
  'Erases what tickets and the CRM keep of visitors and their conversations, where a database has those. Gives {what: rows}.';

create or replace function private.settle_erasure(p_site_domain text, p_erasure_id uuid, p_place integer, p_error text default null)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform 1
  from public.erasures as erasure
  where erasure.site_domain = p_site_domain and erasure.id = p_erasure_id
  for update;
  if p_error is null then
    delete from private.erasure_propagations
    where site_domain = p_site_domain and erasure_id = p_erasure_id and place = p_place;
  else
    update private.erasure_propagations
    set attempts = attempts + 1, last_error = p_error
    where site_domain = p_site_domain and erasure_id = p_erasure_id and place = p_place;
  end if;
  update public.erasures as erasure
  set
    -- Another address may wait for a reason of its own.
    propagation_error = coalesce(
      p_error,
      (
        select waiting.last_error
        from private.erasure_propagations as waiting
        where waiting.site_domain = p_site_domain
          and waiting.erasure_id = p_erasure_id
          and waiting.last_error is not null
        order by waiting.place
        limit 1
      )
    ),
    propagated_at = case
      when not exists (
        select 1
        from private.erasure_propagations as waiting
        where waiting.site_domain = p_site_domain and waiting.erasure_id = p_erasure_id
      ) then coalesce(erasure.propagated_at, clock_timestamp())
    end
  where erasure.site_domain = p_site_domain and erasure.id = p_erasure_id and erasure.propagations > 0;
end
$$;

comment on function private.settle_erasure(text, uuid, integer, text) is
  'An outside service erased somebody, whose address is forgotten with this; or why it could not, and the address waits.';

create or replace function private.connect_crm(
  p_site_domain text,
  p_portal_id bigint,
  p_portal_name text,
  p_scopes text[],
  p_access_token text,
  p_refresh_token text,
  p_expires_at timestamptz
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_portal_id bigint;
  v_now timestamptz := clock_timestamp();
begin
  perform private.lock_crm_domain(p_site_domain);
  select connection.portal_id into v_portal_id
  from public.crm_connections as connection
  where connection.site_domain = p_site_domain;
  if v_portal_id <> p_portal_id then
    -- Another HubSpot account knows nothing of what the first one was sent, and a run goes on with its place there.
    perform private.stop_crm_runs(p_site_domain, 'Another HubSpot account was connected.');
    delete from public.crm_links where site_domain = p_site_domain;
    delete from public.crm_values where site_domain = p_site_domain;
    delete from public.crm_failures where site_domain = p_site_domain;
  end if;
  insert into public.crm_connections as kept (
    site_domain, state, portal_id, portal_name, scopes, connected_at, connected_by, changed_at
  )
  values (p_site_domain, 'connected', p_portal_id, p_portal_name, p_scopes, v_now, auth.uid(), v_now)
  on conflict (site_domain) do update
  set
    state = excluded.state,
    reason = null,
    portal_id = excluded.portal_id,
    portal_name = excluded.portal_name,
    scopes = excluded.scopes,
    connected_at = excluded.connected_at,
    connected_by = excluded.connected_by,
    changed_at = excluded.changed_at,
    pushed_until = case when kept.portal_id = excluded.portal_id then kept.pushed_until end,
    compared_at = case when kept.portal_id = excluded.portal_id then kept.compared_at end,
    pull_cursors = case when kept.portal_id = excluded.portal_id then kept.pull_cursors else '{}' end;
  insert into private.crm_tokens (site_domain, access_token, refresh_token, expires_at, refreshed_at)
  values (p_site_domain, p_access_token, p_refresh_token, p_expires_at, v_now)
  on conflict (site_domain) do update
  set
    access_token = excluded.access_token,
    refresh_token = excluded.refresh_token,
    expires_at = excluded.expires_at,
    refreshed_at = excluded.refreshed_at;
end
$$;

comment on function private.connect_crm(text, bigint, text, text[], text, text, timestamptz) is
  'Keeps a connection and its encrypted tokens; with another HubSpot account than before, what is known of the earlier one goes.';

create or replace function private.note_ticket_sent(p_site_domain text, p_id uuid, p_issue jsonb, p_missing_labels text[])
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

revoke execute on function
  private.certain_texts(text, uuid[]),
  private.mention_pattern(text)
from public, anon, authenticated, service_role;
revoke execute on function private.erase_tickets(text, uuid[], text[]) from public, anon, authenticated;
grant execute on function private.erase_tickets(text, uuid[], text[]) to service_role;
