-- Erasing visitors, deleting texts after some days, and what verifying the audit log found.

alter table public.visitors add column erased_at timestamptz;
comment on column public.visitors.erased_at is
  'When a visitor was erased whose rows are kept here under a fresh id; nothing more is stored for it.';
create or replace view public.counted_visitors with (security_invoker = true) as
select * from public.visitors where counts;

alter table public.conversations
  add column text_deleted_at timestamptz,
  add column text_deleted_by text,
  add constraint conversations_text_deleted_check check (
    (text_deleted_at is null) = (text_deleted_by is null) and text_deleted_by in ('erasure', 'retention')
  );
comment on column public.conversations.text_deleted_at is
  'When the texts said until then were deleted; an empty message of such a conversation is a deleted one.';
comment on column public.conversations.text_deleted_by is 'What deleted them: erasure (of the visitor) or retention.';
create or replace view public.counted_conversations with (security_invoker = true) as
select * from public.conversations where counts;

-- Erasures, retention of texts, and what was found when the audit log was last verified.

create table public.erasures (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  erased_at timestamptz not null,
  actor_id uuid,
  actor_role text not null,
  visitors integer not null,
  counts jsonb not null,
  hash text not null,
  propagations integer not null default 0,
  propagated_at timestamptz,
  propagation_error text,
  constraint erasures_pkey primary key (site_domain, id),
  constraint erasures_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

create index erasures_erased_at_idx on public.erasures (site_domain, erased_at desc, id);

comment on table public.erasures is
  'Receipts of erased visitors: who erased, when, and how many rows of what; nothing of the visitor.';
comment on column public.erasures.visitors is 'How many visitors (browsers) were erased together.';
comment on column public.erasures.counts is 'Rows by what was deleted or blanked: {"messages": 12, …}.';
comment on column public.erasures.hash is
  'SHA-256 (hex) of site_domain, id, erased_at (microseconds since 1970), actor_id, actor_role, visitors and counts, each as its length in bytes, ":" and itself. The audit log''s entry repeats it.';
comment on column public.erasures.propagations is 'In how many records of outside services the visitor has to be erased too.';
comment on column public.erasures.propagated_at is 'When the last of them was; null while any waits.';

alter table public.erasures enable row level security;
revoke all on public.erasures from public, anon, authenticated;
grant select on public.erasures to authenticated;
grant all on public.erasures to service_role;

create policy erasures_select on public.erasures
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table private.erasure_propagations (
  site_domain text not null,
  erasure_id uuid not null,
  place integer not null,
  sealed_email text not null,
  attempts integer not null default 0,
  last_error text,
  created_at timestamptz not null default clock_timestamp(),
  constraint erasure_propagations_pkey primary key (site_domain, erasure_id, place),
  constraint erasure_propagations_erasure_id_fkey foreign key (site_domain, erasure_id)
    references public.erasures (site_domain, id)
);

comment on table private.erasure_propagations is
  'Whom outside services must erase too, by an e-mail address encrypted by the server; a row goes as soon as they have.';

alter table private.erasure_propagations enable row level security;
revoke all on private.erasure_propagations from public, anon, authenticated;
grant all on private.erasure_propagations to service_role;

create policy erasure_propagations_select on private.erasure_propagations
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.retention_policies (
  site_domain text not null,
  days integer not null,
  set_at timestamptz not null default clock_timestamp(),
  set_by uuid,
  events_until timestamptz,
  constraint retention_policies_pkey primary key (site_domain),
  constraint retention_policies_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint retention_policies_days_check check (days between 1 and 3650)
);

comment on table public.retention_policies is
  'After how many days the texts of a website are deleted; without a row they are kept.';
comment on column public.retention_policies.events_until is 'Up to when the events'' texts were deleted by a finished run.';

alter table public.retention_policies enable row level security;
revoke all on public.retention_policies from public, anon, authenticated;
grant select on public.retention_policies to authenticated;
grant all on public.retention_policies to service_role;

create policy retention_policies_select on public.retention_policies
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create trigger audit
  after insert or update or delete on public.retention_policies
  for each row execute function private.audit_row('retention', 'site_domain', 'set_at,set_by,events_until');

create table public.retention_runs (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  days integer not null,
  cutoff timestamptz not null,
  state text not null default 'running',
  started_at timestamptz not null default clock_timestamp(),
  advanced_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  conversations bigint not null default 0,
  messages bigint not null default 0,
  events bigint not null default 0,
  conversations_after jsonb,
  events_after jsonb,
  error text,
  constraint retention_runs_pkey primary key (site_domain, id),
  constraint retention_runs_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint retention_runs_state_check check (state in ('running', 'done', 'failed'))
);

create unique index retention_runs_running_key on public.retention_runs (site_domain) where state = 'running';
create index retention_runs_started_at_idx on public.retention_runs (site_domain, started_at desc);

comment on table public.retention_runs is 'What retention deleted when; a run that was broken off goes on where it was.';
comment on column public.retention_runs.cutoff is 'What was said and sent before this is deleted.';
comment on column public.retention_runs.conversations_after is 'The last conversation looked at: {"at", "id"}; null before the first.';
comment on column public.retention_runs.events_after is 'The last event looked at: {"at", "id"}; null before the first.';

alter table public.retention_runs enable row level security;
revoke all on public.retention_runs from public, anon, authenticated;
grant select on public.retention_runs to authenticated;
grant all on public.retention_runs to service_role;

create policy retention_runs_select on public.retention_runs
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.audit_checks (
  site_domain text not null,
  checked_at timestamptz not null,
  position bigint not null,
  hash text not null,
  broken_at bigint,
  reason text,
  constraint audit_checks_pkey primary key (site_domain),
  constraint audit_checks_broken_check check ((broken_at is null) = (reason is null))
);

comment on table public.audit_checks is 'What was found when each chain of the audit log was last verified.';
comment on column public.audit_checks.position is 'The last entry then (entries are numbered from 1), with its hash: the next check wants to find it again.';
comment on column public.audit_checks.broken_at is 'The first entry that is not as it was written; null when every hash held.';

alter table public.audit_checks enable row level security;
revoke all on public.audit_checks from public, anon, authenticated;
grant select on public.audit_checks to authenticated;
grant all on public.audit_checks to service_role;

create policy audit_checks_select on public.audit_checks
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())) or (select private.is_admin()));

create table private.transcript_views (
  site_domain text not null,
  conversation_id uuid not null,
  viewer_id uuid not null,
  viewed_at timestamptz not null,
  constraint transcript_views_pkey primary key (site_domain, conversation_id, viewer_id),
  constraint transcript_views_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id)
);

comment on table private.transcript_views is
  'When staff last looked at a transcript, so that it is one entry of the audit log an hour.';

alter table private.transcript_views enable row level security;
revoke all on private.transcript_views from public, anon, authenticated;
grant all on private.transcript_views to service_role;

create policy transcript_views_select on private.transcript_views
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create function private.erase_audit_mentions(p_site_domain text, p_texts text[])
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
      and exists (
        select 1
        from unnest(p_texts) as wanted (text)
        where position(wanted.text in lower(concat(details.before::text, ' ', details.after::text))) > 0
      )
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
  'Blanks before and after of every entry of a chain that holds one of some texts (lower case), and says of each subject that it did. Gives how many.';

revoke execute on function private.erase_audit_mentions(text, text[]) from public, anon, authenticated, service_role;

-- Deleting what was said and sent, by an erasure or by retention. Rows stay, so that every figure does.

create function private.conversations_without_text(p_site_domain text, p_ids uuid[])
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_erased uuid;
  v_ids uuid[];
begin
  select
    (array_agg(conversation.id) filter (where conversation.text_deleted_by = 'erasure'))[1],
    coalesce(array_agg(conversation.id), '{}')
  into v_erased, v_ids
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain
    and conversation.id = any (p_ids)
    and conversation.text_deleted_at is not null;
  if v_erased is not null then
    raise exception 'The visitor of conversation % was erased', v_erased using errcode = 'PT410';
  end if;
  return v_ids;
end
$$;

comment on function private.conversations_without_text(text, uuid[]) is
  'Which of some conversations had texts deleted by retention. PT410: the visitor of one was erased, and nothing more is stored of it.';

create function private.kept_properties(p_properties jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case
    when p_properties ->> 'section_slug' ~ '^[a-z0-9]+(-[a-z0-9]+)*$'
      and length(p_properties ->> 'section_slug') <= 60
      then jsonb_build_object('section_slug', p_properties -> 'section_slug')
    else '{}'
  end
$$;

comment on function private.kept_properties(jsonb) is
  'What stays of an event''s properties when texts are deleted: the section that clicks are counted by.';

create function private.without_query(p_url text)
returns text
language sql
immutable
set search_path = ''
as $$ select regexp_replace(p_url, '[?#].*$', '') $$;

comment on function private.without_query(text) is 'An address without its query and fragment.';

create function private.without_quotes(p_receipt jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case
    when jsonb_typeof(p_receipt -> 'components') = 'array' then
      p_receipt || jsonb_build_object(
        'components',
        (
          select coalesce(jsonb_agg(part.value || '{"quotes": []}' order by part.place), '[]')
          from jsonb_array_elements(p_receipt -> 'components') with ordinality as part (value, place)
          where jsonb_typeof(part.value) = 'object'
        )
      )
    else p_receipt
  end
$$;

comment on function private.without_quotes(jsonb) is 'A quality receipt without the words it quotes.';

create function private.rename_question_groups(p_site_domain text, p_ids uuid[])
returns void
language sql
security definer
set search_path = ''
as $$
  update public.question_groups as kept
  set label = coalesce(
    (
      select left(question.question, 300)
      from public.unanswered_questions as question
      where question.site_domain = p_site_domain and question.group_id = kept.id and question.question <> ''
      order by question.asked_at, question.message_id
      limit 1
    ),
    '…'
  )
  where kept.site_domain = p_site_domain
    and kept.id = any (p_ids)
    and not exists (
      select 1
      from public.unanswered_questions as question
      where question.site_domain = p_site_domain
        and question.group_id = kept.id
        and question.question <> ''
        and left(question.question, 300) = kept.label
    )
$$;

comment on function private.rename_question_groups(text, uuid[]) is
  'Calls groups whose name was a deleted question by another one of theirs, or "…" without any.';

create function private.delete_texts(p_site_domain text, p_ids uuid[], p_by text)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_messages bigint;
  v_groups uuid[];
  v_now timestamptz := clock_timestamp();
begin
  delete from public.message_versions where site_domain = p_site_domain and conversation_id = any (p_ids);

  with emptied as (
    update public.messages as message
    set text = '', metadata = '{}'
    from (
      select old.conversation_id, old.id, old.text
      from public.messages as old
      where old.site_domain = p_site_domain and old.conversation_id = any (p_ids)
    ) as old
    where message.site_domain = p_site_domain
      and message.conversation_id = old.conversation_id
      and message.id = old.id
      and (message.text <> '' or message.metadata <> '{}')
    returning old.text
  )
  select count(*) filter (where emptied.text <> '') into v_messages from emptied;

  update private.conversation_documents
  set document = ''
  where site_domain = p_site_domain and conversation_id = any (p_ids);

  update public.conversation_insights as insight
  set
    signals = (
      select coalesce(jsonb_agg(signal.value - 'quote' order by signal.place), '[]')
      from jsonb_array_elements(insight.signals) with ordinality as signal (value, place)
      where jsonb_typeof(signal.value) = 'object'
    ),
    quality_receipt = private.without_quotes(insight.quality_receipt),
    scorer_error = null
  where insight.site_domain = p_site_domain and insight.conversation_id = any (p_ids);

  with emptied as (
    update public.unanswered_questions as question
    set question = ''
    where question.site_domain = p_site_domain
      and question.conversation_id = any (p_ids)
      and question.question <> ''
    returning question.group_id
  )
  select array_agg(distinct emptied.group_id) into v_groups from emptied;
  perform private.rename_question_groups(p_site_domain, v_groups);

  update public.conversations as conversation
  set
    preview = null,
    metadata = '{}',
    insights_due = false,
    text_deleted_at = v_now,
    text_deleted_by = p_by,
    updated_at = v_now
  where conversation.site_domain = p_site_domain and conversation.id = any (p_ids);
  return v_messages;
end
$$;

comment on function private.delete_texts(text, uuid[], text) is
  'Deletes what was said in some conversations, and every quotation of it that the product made; gives how many messages. The caller holds their visitors'' locks.';

revoke execute on function
  private.conversations_without_text(text, uuid[]),
  private.kept_properties(jsonb),
  private.without_query(text),
  private.without_quotes(jsonb),
  private.rename_question_groups(text, uuid[]),
  private.delete_texts(text, uuid[], text)
from public, anon, authenticated, service_role;

create or replace function private.lock_visitors(p_site_domain text, p_distinct_ids text[], p_seen_at timestamptz[])
returns table (distinct_id text, visitor_id uuid)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
  v_locked uuid[];
  v_known integer;
  v_wanted integer := (select count(distinct wanted.id) from unnest(p_distinct_ids) as wanted (id));
begin
  loop
    with seen as (
      select s.distinct_id, min(s.seen_at) as first_seen_at, max(s.seen_at) as last_seen_at
      from unnest(p_distinct_ids, p_seen_at) as s (distinct_id, seen_at)
      group by s.distinct_id
    ),
    added as (
      insert into public.visitor_ids as known (site_domain, distinct_id, visitor_id)
      select p_site_domain, seen.distinct_id, gen_random_uuid()
      from seen
      where not exists (
        select 1
        from public.visitor_ids as known
        where known.site_domain = p_site_domain and known.distinct_id = seen.distinct_id
      )
      order by seen.distinct_id
      on conflict do nothing
      returning known.distinct_id, known.visitor_id
    )
    insert into public.visitors (site_domain, id, first_seen_at, last_seen_at)
    select p_site_domain, added.visitor_id, seen.first_seen_at, seen.last_seen_at
    from added
    join seen on seen.distinct_id = added.distinct_id;

    -- A merge may re-point an id between the look-up and the lock: look again until both agree.
    loop
      -- `offset 0` keeps the order from choosing the index: these are few of many ids.
      select coalesce(array_agg(distinct pointed.visitor_id order by pointed.visitor_id), '{}'), count(*)
      into v_ids, v_known
      from (
        select known.visitor_id
        from public.visitor_ids as known
        where known.site_domain = p_site_domain and known.distinct_id = any (p_distinct_ids)
        offset 0
      ) as pointed;
      exit when v_ids = v_locked;
      perform 1
      from public.visitors as visitor
      where visitor.site_domain = p_site_domain and visitor.id = any (v_ids)
      order by visitor.id
      for update;
      v_locked := v_ids;
    end loop;
    -- An erasure takes ids away: whoever comes by them again is somebody new.
    exit when v_known = v_wanted;
  end loop;

  return query
    select known.distinct_id, known.visitor_id
    from public.visitor_ids as known
    where known.site_domain = p_site_domain and known.distinct_id = any (p_distinct_ids);
end
$$;

comment on function private.lock_visitors(text, text[], timestamptz[]) is
  'The visitors of some distinct ids, made where they are new, locked until the transaction ends.';

create or replace function private.put_messages(p_site_domain text, p_messages jsonb)
returns table (conversation_id uuid, id uuid, status text)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text := private.timezone_of(p_site_domain);
  v_messages private.incoming_message[];
  v_conversations uuid[];
  v_deleted uuid[];
  v_stored uuid[];
  v_edited uuid[];
  v_edited_conversations uuid[];
  v_conversation_id uuid;
begin
  select
    array_agg(
      row(
        m.conversation_id, m.id, coalesce(m.seq, 0), m.role, m.text, m.sent_at, m.latency_ms,
        coalesce(m.metadata, '{}')
      )::private.incoming_message
    ),
    array_agg(distinct m.conversation_id)
  into v_messages, v_conversations
  from (
    -- Sent twice in one call, the later one holds.
    select distinct on (sent.conversation_id, sent.id) sent.*
    from rows from (
      jsonb_to_recordset(p_messages) as (
        conversation_id uuid, id uuid, seq integer, role text, text text, sent_at timestamptz,
        latency_ms integer, metadata jsonb
      )
    ) with ordinality as sent (
      conversation_id, id, seq, role, text, sent_at, latency_ms, metadata, position
    )
    order by sent.conversation_id, sent.id, sent.position desc
  ) as m;
  if v_messages is null then
    return;
  end if;
  perform private.lock_conversations(p_site_domain, v_conversations);
  -- A text that was deleted stays so, however often its message is sent again.
  v_deleted := private.conversations_without_text(p_site_domain, v_conversations);

  with added as (
    insert into public.messages as kept (
      site_domain, conversation_id, id, seq, role, text, sent_at, latency_ms, metadata
    )
    select p_site_domain, m.conversation_id, m.id, m.seq, m.role, m.text, m.sent_at, m.latency_ms, m.metadata
    from unnest(v_messages) as m
    on conflict (site_domain, conversation_id, id) do nothing
    returning kept.id
  )
  select coalesce(array_agg(added.id), '{}') into v_stored from added;

  -- The same id with other content is an edit; the earlier text is kept.
  insert into public.message_versions (site_domain, conversation_id, message_id, replaced_at, text)
  select p_site_domain, kept.conversation_id, kept.id, clock_timestamp(), kept.text
  from unnest(v_messages) as m
  join public.messages as kept
    on kept.site_domain = p_site_domain
    and kept.conversation_id = m.conversation_id
    and kept.id = m.id
  where kept.text <> m.text
    and not (kept.text = '' and kept.conversation_id = any (v_deleted));

  with changed as (
    update public.messages as kept
    set
      seq = m.seq,
      role = m.role,
      text = m.text,
      sent_at = m.sent_at,
      latency_ms = m.latency_ms,
      metadata = m.metadata,
      edited_at = clock_timestamp()
    from unnest(v_messages) as m
    where kept.site_domain = p_site_domain
      and kept.conversation_id = m.conversation_id
      and kept.id = m.id
      and (kept.seq, kept.role, kept.text, kept.sent_at, kept.latency_ms, kept.metadata)
        is distinct from (m.seq, m.role, m.text, m.sent_at, m.latency_ms, m.metadata)
      and not (kept.text = '' and kept.conversation_id = any (v_deleted))
    returning kept.id, kept.conversation_id
  )
  select coalesce(array_agg(changed.id), '{}'), array_agg(distinct changed.conversation_id)
  into v_edited, v_edited_conversations
  from changed;

  if v_stored <> '{}' or v_edited <> '{}' then
    perform private.sum_up_conversations(p_site_domain, v_conversations, v_timezone);
    foreach v_conversation_id in array v_conversations loop
      perform private.follow_conversation(p_site_domain, v_conversation_id, null);
    end loop;
    perform private.index_messages(p_site_domain, v_messages, v_stored, v_edited_conversations);

    perform rollup.touch_visitor_days(
      p_site_domain,
      array_agg(conversation.visitor_id),
      array_agg(private.day_of(m.sent_at, v_timezone)),
      array_agg(rollup.steps_of_message(m.role))
    )
    from unnest(v_messages) as m
    join public.conversations as conversation
      on conversation.site_domain = p_site_domain and conversation.id = m.conversation_id
    where m.role = 'visitor' and conversation.counts;
    if v_edited <> '{}' then
      perform rollup.recount_visitor_days(p_site_domain, array_agg(distinct conversation.visitor_id))
      from public.conversations as conversation
      where conversation.site_domain = p_site_domain
        and conversation.id = any (v_edited_conversations);
    end if;
    perform rollup.fold_if_due();
    perform private.analyze_young_tables();
  end if;

  return query
    select
      m.conversation_id,
      m.id,
      case
        when m.id = any (v_stored) then 'stored'
        when m.id = any (v_edited) then 'edited'
        else 'duplicate'
      end
    from unnest(v_messages) as m;
end
$$;

comment on function private.put_messages(text, jsonb) is
  'Takes messages in; gives whether each was stored, edited or known already. PT404: a conversation does not exist; PT410: its visitor was erased.';

create or replace function private.sum_up_conversations(p_site_domain text, p_ids uuid[], p_timezone text)
returns void
language sql
security definer
set search_path = ''
as $$
  with ordered as (
    select
      message.*,
      lag(message.role) over (
        partition by message.conversation_id order by message.sent_at, message.seq, message.id
      ) as previous_role
    from public.messages as message
    where message.site_domain = p_site_domain and message.conversation_id = any (p_ids)
  ),
  summed as (
    select
      o.conversation_id,
      count(*) as message_count,
      count(*) filter (where o.role = 'visitor') as visitor_message_count,
      count(*) filter (where o.role = 'agent' and o.previous_role = 'visitor') as total_turns,
      min(o.sent_at) as first_message_at,
      max(o.sent_at) as last_message_at,
      (array_agg(left(o.text, 200) order by o.sent_at, o.seq, o.id) filter (where o.role = 'visitor'))[1] as preview
    from ordered as o
    group by o.conversation_id
  )
  update public.conversations as conversation
  set
    message_count = summed.message_count,
    visitor_message_count = summed.visitor_message_count,
    total_turns = summed.total_turns,
    first_message_at = summed.first_message_at,
    last_message_at = summed.last_message_at,
    day = private.day_of(summed.first_message_at, p_timezone),
    hour = private.hour_of(summed.first_message_at, p_timezone),
    -- What is left of a conversation says too little of it.
    insights_due = summed.visitor_message_count > 0 and conversation.text_deleted_at is null,
    preview = nullif(summed.preview, ''),
    updated_at = clock_timestamp()
  from summed
  where conversation.site_domain = p_site_domain and conversation.id = summed.conversation_id
$$;

comment on function private.sum_up_conversations(text, uuid[], text) is
  'Counts a conversation''s messages and turns anew, and finds its first and last message.';

create or replace function private.put_conversation(p_site_domain text, p_id uuid, p_conversation jsonb)
returns table (id uuid, created boolean)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text;
  v_kept public.conversations;
  v_session public.visitor_sessions;
  v_visitor_id uuid;
  v_opened_at timestamptz := coalesce((p_conversation ->> 'started_at')::timestamptz, clock_timestamp());
  v_host text := lower(substring(p_conversation ->> 'url' from '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/:?#]+)'));
  v_environment text;
  v_created boolean;
begin
  v_timezone := private.timezone_of(p_site_domain);
  perform private.conversations_without_text(p_site_domain, array[p_id]);

  v_visitor_id := (
    select locked.visitor_id
    from private.lock_visitors(
      p_site_domain, array[p_conversation ->> 'distinct_id'], array[v_opened_at]
    ) as locked
  );
  select * into v_kept
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain and conversation.id = p_id;
  if v_kept.visitor_id <> v_visitor_id then
    raise exception 'Conversation % belongs to another visitor', p_id using errcode = 'PT409';
  end if;

  if p_conversation ->> 'session_id' is not null then
    insert into public.visitor_sessions as kept (
      site_domain, session_id, visitor_id, first_event_at, last_activity_at, day, counts
    )
    values (
      p_site_domain, p_conversation ->> 'session_id', v_visitor_id, v_opened_at, v_opened_at,
      private.day_of(v_opened_at, v_timezone), false
    )
    on conflict (site_domain, visitor_id, session_id) do nothing;
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain
      and session.visitor_id = v_visitor_id
      and session.session_id = p_conversation ->> 'session_id';
  elsif v_kept.id is not null then
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain and session.id = v_kept.session_id;
  else
    -- Two statements: the one that makes the session does not see it yet.
    v_session.id := (
      select joined.id
      from private.join_session(p_site_domain, v_visitor_id, v_opened_at, v_timezone) as joined
    );
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain and session.id = v_session.id;
  end if;

  v_environment := coalesce(
    p_conversation ->> 'environment',
    v_kept.environment,
    private.environment_of(
      p_site_domain,
      v_host,
      (select h.environment from public.domain_hosts as h where h.site_domain = p_site_domain and h.host = v_host)
    )
  );

  insert into public.conversations as kept (
    site_domain, id, visitor_id, session_id, environment, counts, page, country, device_type,
    referrer_host, language, opened_at, day, hour, metadata
  )
  values (
    p_site_domain,
    p_id,
    v_visitor_id,
    v_session.id,
    v_environment,
    v_environment = 'production' and not v_session.is_bot and not v_session.is_internal,
    p_conversation ->> 'page',
    coalesce(p_conversation ->> 'country', v_session.country),
    v_session.device_type,
    coalesce(p_conversation ->> 'referrer_host', v_session.referrer_host),
    p_conversation ->> 'language',
    v_opened_at,
    private.day_of(v_opened_at, v_timezone),
    private.hour_of(v_opened_at, v_timezone),
    coalesce(p_conversation -> 'metadata', '{}')
  )
  on conflict (site_domain, id) do update
  set
    session_id = excluded.session_id,
    environment = excluded.environment,
    counts = excluded.counts,
    page = coalesce(excluded.page, kept.page),
    country = coalesce(excluded.country, kept.country),
    device_type = coalesce(excluded.device_type, kept.device_type),
    referrer_host = coalesce(excluded.referrer_host, kept.referrer_host),
    language = coalesce(excluded.language, kept.language),
    opened_at = case when p_conversation ? 'started_at' then excluded.opened_at else kept.opened_at end,
    day = case
      when kept.first_message_at is null and p_conversation ? 'started_at' then excluded.day
      else kept.day
    end,
    hour = case
      when kept.first_message_at is null and p_conversation ? 'started_at' then excluded.hour
      else kept.hour
    end,
    metadata = kept.metadata || excluded.metadata,
    updated_at = excluded.updated_at
  where (
    kept.session_id, kept.environment, kept.counts, kept.page, kept.country, kept.referrer_host, kept.language
  ) is distinct from (
    excluded.session_id, excluded.environment, excluded.counts, coalesce(excluded.page, kept.page),
    coalesce(excluded.country, kept.country), coalesce(excluded.referrer_host, kept.referrer_host),
    coalesce(excluded.language, kept.language)
  )
  or (p_conversation ? 'started_at' and kept.opened_at <> excluded.opened_at)
  or not kept.metadata @> excluded.metadata;

  v_created := v_kept.id is null;

  perform private.follow_conversation(p_site_domain, p_id, p_conversation ->> 'email');

  if v_created then
    perform private.adopt_conversions(p_site_domain, p_id, v_timezone);
  else
    update public.conversions as conversion
    set session_id = conversation.session_id, counts = conversation.counts
    from public.conversations as conversation
    where conversion.site_domain = p_site_domain
      and conversion.conversation_id = p_id
      and conversation.site_domain = p_site_domain
      and conversation.id = p_id
      and (conversion.session_id, conversion.counts)
        is distinct from (conversation.session_id, conversation.counts);
    if v_kept.counts <> (
      select c.counts from public.conversations as c where c.site_domain = p_site_domain and c.id = p_id
    ) then
      perform rollup.recount_visitor_days(p_site_domain, array[v_visitor_id]);
    end if;
  end if;

  perform private.set_flags(p_site_domain, p_id, p_conversation, v_timezone);
  return query select p_id, v_created;
end
$$;

comment on function private.put_conversation(text, uuid, jsonb) is
  'Makes a conversation or changes what is told about it; the same again changes nothing. PT409: it is another visitor''s; PT410: its visitor was erased.';

create or replace function private.patch_conversation(p_site_domain text, p_id uuid, p_changes jsonb)
returns table (id uuid)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text := private.timezone_of(p_site_domain);
begin
  perform private.lock_conversations(p_site_domain, array[p_id]);
  perform private.conversations_without_text(p_site_domain, array[p_id]);

  update public.conversations as conversation
  set
    language = coalesce(p_changes ->> 'language', conversation.language),
    page = coalesce(p_changes ->> 'page', conversation.page),
    metadata = conversation.metadata || coalesce(p_changes -> 'metadata', '{}'),
    updated_at = clock_timestamp()
  where conversation.site_domain = p_site_domain
    and conversation.id = p_id
    and p_changes ?| array['language', 'page', 'metadata'];

  perform private.follow_conversation(p_site_domain, p_id, p_changes ->> 'email');
  perform private.set_flags(p_site_domain, p_id, p_changes, v_timezone);
  return query select p_id;
end
$$;

comment on function private.patch_conversation(text, uuid, jsonb) is
  'Changes flags, language, page, e-mail or metadata of a conversation. PT404: there is none; PT410: its visitor was erased.';

create or replace function private.store_insights(p_site_domain text, p_insights jsonb)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  -- A conversation may be gone by now.
  v_ids := array(
    select conversation.id
    from jsonb_array_elements(p_insights) as i
    join public.conversations as conversation
      on conversation.site_domain = p_site_domain and conversation.id = (i ->> 'conversation_id')::uuid
  );
  if v_ids = '{}' then
    return 0;
  end if;
  perform private.lock_conversations(p_site_domain, v_ids);
  -- What was read before texts were deleted must not come back after.
  v_ids := array(
    select conversation.id
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain
      and conversation.id = any (v_ids)
      and conversation.text_deleted_at is null
  );
  delete from public.question_groups as opened
  using jsonb_array_elements(p_insights) as i, jsonb_array_elements(coalesce(i -> 'unanswered', '[]')) as u
  where (i ->> 'conversation_id')::uuid <> all (v_ids)
    and opened.site_domain = p_site_domain
    and opened.id = (u ->> 'group_id')::uuid
    and opened.status = 'open'
    and not exists (
      select 1
      from public.unanswered_questions as question
      where question.site_domain = p_site_domain and question.group_id = opened.id
    )
    -- Others of this call may be the first to ask it.
    and not exists (
      select 1
      from jsonb_array_elements(p_insights) as other
      cross join jsonb_array_elements(coalesce(other -> 'unanswered', '[]')) as asked
      where (other ->> 'conversation_id')::uuid = any (v_ids) and asked ->> 'group_id' = u ->> 'group_id'
    );

  with insight as (
    select i.*
    from jsonb_to_recordset(p_insights) as i (
      conversation_id uuid, version integer, analyzed_at timestamptz, message_count integer, language text,
      language_confidence real, intent text, signals jsonb, quality_score numeric(2, 1),
      quality_receipt jsonb, scorer text, scorer_error text, messages jsonb
    )
    where i.conversation_id = any (v_ids)
  )
  insert into public.conversation_insights as kept (
    site_domain, conversation_id, version, analyzed_at, message_count, language, language_confidence, intent,
    signals, quality_score, quality_receipt, scorer, scorer_error, messages
  )
  select
    p_site_domain, i.conversation_id, i.version, i.analyzed_at, i.message_count, i.language,
    i.language_confidence, i.intent, coalesce(i.signals, '[]'), i.quality_score, i.quality_receipt, i.scorer,
    i.scorer_error, coalesce(i.messages, '[]')
  from insight as i
  on conflict (site_domain, conversation_id) do update
  set
    version = excluded.version,
    analyzed_at = excluded.analyzed_at,
    message_count = excluded.message_count,
    language = excluded.language,
    language_confidence = excluded.language_confidence,
    intent = excluded.intent,
    signals = excluded.signals,
    quality_score = excluded.quality_score,
    quality_receipt = excluded.quality_receipt,
    scorer = excluded.scorer,
    scorer_error = excluded.scorer_error,
    messages = excluded.messages;

  delete from public.unanswered_questions as kept
  where kept.site_domain = p_site_domain
    and kept.conversation_id = any (v_ids)
    and not exists (
      select 1
      from jsonb_array_elements(p_insights) as i
      cross join jsonb_array_elements(coalesce(i -> 'unanswered', '[]')) as u
      where (i ->> 'conversation_id')::uuid = kept.conversation_id
        and (u ->> 'message_id')::uuid = kept.message_id
    );

  insert into public.unanswered_questions as kept (
    site_domain, conversation_id, message_id, group_id, question, asked_at
  )
  select p_site_domain, message.conversation_id, message.id, (u ->> 'group_id')::uuid, u ->> 'question', message.sent_at
  from jsonb_array_elements(p_insights) as i
  cross join jsonb_array_elements(coalesce(i -> 'unanswered', '[]')) as u
  join public.messages as message
    on message.site_domain = p_site_domain
    and message.conversation_id = (i ->> 'conversation_id')::uuid
    and message.id = (u ->> 'message_id')::uuid
  where message.conversation_id = any (v_ids)
  on conflict (site_domain, conversation_id, message_id) do update
  set
    group_id = coalesce(excluded.group_id, kept.group_id),
    question = excluded.question,
    asked_at = excluded.asked_at;

  update public.conversations as conversation
  set
    intent = i.intent,
    signals = i.kinds,
    signal_score = coalesce(i.signal_score, 1),
    quality_score = i.quality_score,
    unanswered_count = i.unanswered_count,
    detected_language = i.language,
    topic_id = i.kept_topic_id,
    insights_due = conversation.message_count <> i.message_count
  from (
    select
      r.*,
      array(select distinct s ->> 'kind' from jsonb_array_elements(coalesce(r.signals, '[]')) as s order by 1) as kinds,
      (
        select count(*)
        from public.unanswered_questions as question
        where question.site_domain = p_site_domain and question.conversation_id = r.conversation_id
      ) as unanswered_count,
      -- What was merged away finds conversations for the topic that took it over.
      (
        select coalesce(topic.merged_into, topic.id)
        from public.topics as topic
        where topic.site_domain = p_site_domain and topic.id = r.topic_id
      ) as kept_topic_id
    from jsonb_to_recordset(p_insights) as r (
      conversation_id uuid, message_count integer, language text, intent text, signals jsonb,
      signal_score smallint, quality_score numeric(2, 1), topic_id uuid
    )
  ) as i
  where conversation.site_domain = p_site_domain
    and conversation.id = i.conversation_id
    and conversation.id = any (v_ids);

  perform rollup.fold_if_due();
  return cardinality(v_ids);
end
$$;

comment on function private.store_insights(text, jsonb) is
  'Stores what was found in some conversations: [{conversation_id, version, analyzed_at, message_count, language, language_confidence, intent, signals, signal_score, quality_score, quality_receipt, scorer, scorer_error, messages, topic_id, unanswered: [{message_id, question, group_id}]}]; gives how many. The same again changes nothing but the time.';

create or replace function private.assign_topics(p_site_domain text, p_assigned jsonb)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  v_ids := array(
    select conversation.id
    from jsonb_to_recordset(p_assigned) as a (conversation_id uuid, topic_id uuid)
    join public.conversations as conversation
      on conversation.site_domain = p_site_domain and conversation.id = a.conversation_id
    where conversation.topic_id is distinct from a.topic_id and conversation.text_deleted_at is null
  );
  if v_ids = '{}' then
    return 0;
  end if;
  perform private.lock_conversations(p_site_domain, v_ids);
  update public.conversations as conversation
  set topic_id = a.topic_id
  from jsonb_to_recordset(p_assigned) as a (conversation_id uuid, topic_id uuid)
  where conversation.site_domain = p_site_domain
    and conversation.id = any (v_ids)
    and conversation.id = a.conversation_id
    and conversation.text_deleted_at is null;
  perform rollup.fold_if_due();
  return cardinality(v_ids);
end
$$;

comment on function private.assign_topics(text, jsonb) is
  'Puts conversations, [{conversation_id, topic_id}], into topics; a null topic is none. Gives how many that changed.';

create or replace function private.open_question_groups(p_site_domain text, p_groups jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into public.question_groups as kept (site_domain, id, label)
  select p_site_domain, g.id, g.label
  from jsonb_to_recordset(p_groups) as g (id uuid, label text)
  on conflict (site_domain, id) do update
  set label = excluded.label
  -- The questions it had were deleted.
  where kept.label = '…'
$$;

comment on function private.open_question_groups(text, jsonb) is
  'Opens groups of unanswered questions, [{id, label}], that are not there yet.';

create or replace function private.write_review(p_site_domain text, p_conversation_id uuid, p_review jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_message_id uuid := p_review ->> 'message_id';
begin
  if auth.uid() is null or not p_site_domain = any (array(select private.my_domains())) then
    raise exception 'There is no conversation %', p_conversation_id using errcode = 'PT404';
  end if;
  -- Reviews of one conversation follow each other, so that the last one to be written is the one it shows.
  perform private.lock_conversations(p_site_domain, array[p_conversation_id]);
  perform private.conversations_without_text(p_site_domain, array[p_conversation_id]);

  if p_review is null then
    delete from public.reviews as review
    where review.site_domain = p_site_domain
      and review.conversation_id = p_conversation_id
      and review.reviewer_id = auth.uid();
  else
    if v_message_id is not null and not exists (
      select 1
      from public.messages as message
      where message.site_domain = p_site_domain
        and message.conversation_id = p_conversation_id
        and message.id = v_message_id
        and message.role = 'agent'
    ) then
      raise exception 'The conversation has no answer %', v_message_id using errcode = 'PT400';
    end if;
    insert into public.reviews as kept (
      site_domain, conversation_id, reviewer_id, thumb, note, labels, message_id, corrected_answer,
      created_at, updated_at
    )
    values (
      p_site_domain,
      p_conversation_id,
      auth.uid(),
      p_review ->> 'thumb',
      coalesce(p_review ->> 'note', ''),
      array(select distinct label.value from jsonb_array_elements_text(p_review -> 'labels') as label (value) order by 1),
      v_message_id,
      p_review ->> 'corrected_answer',
      clock_timestamp(),
      clock_timestamp()
    )
    on conflict (site_domain, conversation_id, reviewer_id) do update
    set
      thumb = excluded.thumb,
      note = excluded.note,
      labels = excluded.labels,
      message_id = excluded.message_id,
      corrected_answer = excluded.corrected_answer,
      updated_at = excluded.updated_at;
  end if;

  perform private.follow_reviews(p_site_domain, p_conversation_id);
end
$$;

comment on function private.write_review(text, uuid, jsonb) is
  'Keeps the caller''s review {thumb, note, labels, message_id, corrected_answer} of a conversation, or, null, takes it back. PT404: there is no such conversation for the caller; PT410: its visitor was erased.';

-- What an erasure looks for: the texts that point to somebody, and how much there is of them.

create function private.identifying_texts(p_site_domain text, p_visitor_ids uuid[])
returns text[]
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(array_agg(distinct lower(found.text)), '{}')
  from (
    select visitor.id::text as text, 36 as least
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids)
    union all
    select spelt.text, 5
    from public.visitors as visitor
    cross join lateral (
      values (visitor.email), (replace(visitor.email, '@', '%40'))
    ) as spelt (text)
    where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids)
    union all
    -- A first name alone would be found in many a word.
    select spelt.text, 5
    from public.visitors as visitor
    cross join lateral (
      values (visitor.name), (replace(visitor.name, ' ', '%20')), (replace(visitor.name, ' ', '+'))
    ) as spelt (text)
    where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids) and visitor.name ~ '\S\s+\S'
    union all
    select known.distinct_id, 8
    from public.visitor_ids as known
    where known.site_domain = p_site_domain and known.visitor_id = any (p_visitor_ids) and known.distinct_id ~ '[0-9@]'
  ) as found
  where length(found.text) >= found.least
$$;

comment on function private.identifying_texts(text, uuid[]) is
  'The texts, in lower case, by which some visitors are known: ids, e-mail addresses, full names and senders'' ids, as they may stand in an address too.';

create function private.mentions(p_text text, p_texts text[])
returns boolean
language sql
immutable
set search_path = ''
as $$
  select exists (
    select 1 from unnest(p_texts) as wanted (text) where position(wanted.text in lower(p_text)) > 0
  )
$$;

comment on function private.mentions(text, text[]) is 'Whether a text holds one of some texts in lower case.';

create function private.without_mentions(p_text text, p_texts text[])
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_wanted text;
begin
  foreach v_wanted in array p_texts loop
    p_text := regexp_replace(
      p_text, regexp_replace(v_wanted, '([^[:alnum:][:space:]])', '\\\1', 'g'), '[erased]', 'gi'
    );
  end loop;
  return p_text;
end
$$;

comment on function private.without_mentions(text, text[]) is 'A text with "[erased]" for each of some texts.';

create function private.erasure_counts(p_site_domain text, p_visitor_ids uuid[])
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_conversations uuid[] := array(
    select conversation.id
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.visitor_id = any (p_visitor_ids)
  );
begin
  return jsonb_build_object(
    'ids', (
      select count(*) from public.visitor_ids as known
      where known.site_domain = p_site_domain and known.visitor_id = any (p_visitor_ids)
    ),
    'sessions', (
      select count(*) from public.visitor_sessions as session
      where session.site_domain = p_site_domain and session.visitor_id = any (p_visitor_ids)
    ),
    'events', (
      select count(*) from public.events as event
      where event.site_domain = p_site_domain and event.visitor_id = any (p_visitor_ids)
    ),
    'conversations', cardinality(v_conversations),
    'messages', (
      select count(*) from public.messages as message
      where message.site_domain = p_site_domain and message.conversation_id = any (v_conversations)
    ),
    'earlier_texts', (
      select count(*) from public.message_versions as earlier
      where earlier.site_domain = p_site_domain and earlier.conversation_id = any (v_conversations)
    ),
    'conversions', (
      select count(*) from public.conversions as conversion
      where conversion.site_domain = p_site_domain and conversion.visitor_id = any (p_visitor_ids)
    ),
    'insights', (
      select count(*) from public.conversation_insights as insight
      where insight.site_domain = p_site_domain and insight.conversation_id = any (v_conversations)
    ),
    'unanswered_questions', (
      select count(*) from public.unanswered_questions as question
      where question.site_domain = p_site_domain and question.conversation_id = any (v_conversations)
    ),
    'reviews', (
      select count(*) from public.reviews as review
      where review.site_domain = p_site_domain and review.conversation_id = any (v_conversations)
    ),
    'enrichments', (
      select count(*) from public.enrichments as answer
      where answer.site_domain = p_site_domain and answer.visitor_id = any (p_visitor_ids)
    ),
    'evidence', (
      select count(*) from private.enrichment_evidence as evidence
      where evidence.site_domain = p_site_domain and evidence.visitor_id = any (p_visitor_ids)
    ) + (
      select count(*) from private.visitor_addresses as address
      where address.site_domain = p_site_domain and address.visitor_id = any (p_visitor_ids)
    )
  );
end
$$;

comment on function private.erasure_counts(text, uuid[]) is
  'How many rows of what belong to some visitors: what an erasure deletes or blanks.';

revoke execute on function
  private.identifying_texts(text, uuid[]),
  private.mentions(text, text[]),
  private.without_mentions(text, text[]),
  private.erasure_counts(text, uuid[])
from public, anon, authenticated, service_role;

-- Words that topics were found by and that nobody but an erased visitor used.

create function private.forget_words(p_site_domain text, p_conversation_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_words text[];
begin
  -- The vocabulary holds beginnings of words.
  v_words := array(
    select known.word
    from private.topic_models as model
    cross join jsonb_array_elements_text(model.model -> 'vocabulary') as known (word)
    where model.site_domain = p_site_domain
      and known.word ~ '^[[:alnum:]]{3,}$'
      and exists (
        select 1
        from private.conversation_documents as document
        where document.site_domain = p_site_domain
          and document.conversation_id = any (p_conversation_ids)
          and document.document @@ (known.word || ':*')::tsquery
      )
      and not exists (
        select 1
        from private.conversation_documents as document
        where document.site_domain = p_site_domain
          and document.conversation_id <> all (p_conversation_ids)
          and document.document @@ (known.word || ':*')::tsquery
      )
  );
  if v_words = '{}' then
    return;
  end if;
  delete from private.topic_models where site_domain = p_site_domain;
  update public.topics as topic
  set
    keywords = told.kept,
    label = case
      when topic.label_is_custom then topic.label
      else coalesce(nullif(left(array_to_string(told.kept[1:3], ', '), 120), ''), 'Topic')
    end
  from (
    select
      told.id,
      array(
        select keyword.word
        from unnest(told.keywords) with ordinality as keyword (word, place)
        where not exists (select 1 from unnest(v_words) as gone (word) where starts_with(lower(keyword.word), gone.word))
        order by keyword.place
      ) as kept
    from public.topics as told
    where told.site_domain = p_site_domain
  ) as told
  where topic.site_domain = p_site_domain and topic.id = told.id and topic.keywords <> told.kept;
end
$$;

comment on function private.forget_words(text, uuid[]) is
  'Takes words that are in some conversations alone out of the topics; topics are found anew when that changed any. Called while the words are still known.';

revoke execute on function private.forget_words(text, uuid[]) from public, anon, authenticated, service_role;

-- Receipts of erasures, and who else has to erase.

create function private.erasure_is_propagated(p_site_domain text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if to_regclass('public.crm_connections') is null then
    return false;
  end if;
  return exists (
    select 1
    from public.crm_connections as connection
    where connection.site_domain = p_site_domain and connection.state <> 'disconnected'
  );
end
$$;

comment on function private.erasure_is_propagated(text) is
  'Whether an outside service is connected that holds visitors of a website and must erase them too.';

create function private.erase_elsewhere(p_site_domain text, p_visitor_ids uuid[], p_conversation_ids uuid[], p_texts text[])
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_counts jsonb := '{}';
  v_n bigint;
begin
  if to_regprocedure('private.erase_tickets(text, uuid[])') is not null then
    v_counts := v_counts || jsonb_build_object('tickets', private.erase_tickets(p_site_domain, p_conversation_ids));
    -- What blanking them has put down for the end of this transaction would say what was blanked.
    update private.audit_pending as pending
    set before = null, after = null
    where pending.site_domain = p_site_domain and pending.subject_type = 'ticket';
  end if;
  if to_regclass('public.crm_links') is not null then
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

create function private.write_receipt(p_site_domain text, p_visitors integer, p_counts jsonb, p_sealed_emails text[])
returns public.erasures
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_erasure public.erasures;
begin
  v_erasure.site_domain := p_site_domain;
  v_erasure.id := gen_random_uuid();
  v_erasure.erased_at := clock_timestamp();
  select actor.id, actor.role into v_erasure.actor_id, v_erasure.actor_role from private.audit_actor() as actor;
  v_erasure.visitors := p_visitors;
  v_erasure.counts := p_counts;
  v_erasure.hash := encode(
    private.audit_digest(
      '',
      v_erasure.site_domain,
      v_erasure.id::text,
      (extract(epoch from v_erasure.erased_at) * 1000000)::bigint::text,
      v_erasure.actor_id::text,
      v_erasure.actor_role,
      v_erasure.visitors::text,
      v_erasure.counts::text
    ),
    'hex'
  );
  v_erasure.propagations := coalesce(cardinality(p_sealed_emails), 0);
  insert into public.erasures select v_erasure.*;
  insert into private.erasure_propagations (site_domain, erasure_id, place, sealed_email)
  select p_site_domain, v_erasure.id, sealed.place, sealed.email
  from unnest(p_sealed_emails) with ordinality as sealed (email, place);
  perform private.audit(
    p_site_domain,
    'erase',
    'visitor',
    v_erasure.id::text,
    null,
    jsonb_build_object('visitors', v_erasure.visitors, 'counts', v_erasure.counts, 'hash', v_erasure.hash)
  );
  return v_erasure;
end
$$;

comment on function private.write_receipt(text, integer, jsonb, text[]) is
  'Keeps that visitors were erased, and whom outside services must erase too.';

create function private.erasures_pending(p_site_domain text)
returns table (erasure_id uuid, place integer, sealed_email text, attempts integer, created_at timestamptz)
language sql
stable
security definer
set search_path = ''
as $$
  select waiting.erasure_id, waiting.place, waiting.sealed_email, waiting.attempts, waiting.created_at
  from private.erasure_propagations as waiting
  where waiting.site_domain = p_site_domain
  order by waiting.created_at, waiting.erasure_id, waiting.place
$$;

comment on function private.erasures_pending(text) is
  'Whom an outside service must still erase: the e-mail address as the server''s vault sealed it.';

create function private.settle_erasure(p_site_domain text, p_erasure_id uuid, p_place integer, p_error text default null)
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
    propagation_error = p_error,
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

revoke execute on function
  private.erasure_is_propagated(text),
  private.erase_elsewhere(text, uuid[], uuid[], text[]),
  private.write_receipt(text, integer, jsonb, text[]),
  private.erasures_pending(text),
  private.settle_erasure(text, uuid, integer, text)
from public, anon, authenticated, service_role;
grant execute on function
  private.erasures_pending(text),
  private.settle_erasure(text, uuid, integer, text)
to service_role;

-- Erasing visitors: their rows go on under a fresh id that nobody knows, without a word of theirs.

create function private.lock_for_erasure(p_site_domain text, p_visitor_ids uuid[])
returns text[]
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Clients ask Rose; the server's own key is whoever runs the command line.
  if auth.uid() is not null and not private.is_admin() then
    raise exception 'Only Rose staff erase visitors' using errcode = 'PT403';
  end if;
  perform 1
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids)
  order by visitor.id
  for update;
  if coalesce(cardinality(p_visitor_ids), 0) = 0 or exists (
    select 1
    from unnest(p_visitor_ids) as wanted (id)
    where not exists (
      select 1 from public.visitors as visitor where visitor.site_domain = p_site_domain and visitor.id = wanted.id
    )
  ) then
    raise exception 'There is no such visitor (any more)' using errcode = 'PT404';
  elsif exists (
    select 1
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids) and visitor.erased_at is not null
  ) then
    raise exception 'The visitor has been erased already' using errcode = 'PT409';
  end if;
  return array(
    select distinct lower(visitor.email)
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain
      and visitor.id = any (p_visitor_ids)
      and visitor.email is not null
      and private.erasure_is_propagated(p_site_domain)
    order by 1
  );
end
$$;

comment on function private.lock_for_erasure(text, uuid[]) is
  'Holds visitors for the erasure that follows in the same transaction; gives the e-mail addresses that outside services know them by, none when no service is connected. PT403: the caller is no staff; PT404: there is no such visitor; PT409: erased already.';

create function private.move_erased(p_site_domain text, p_visitor_id uuid, p_texts text[])
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_new uuid := gen_random_uuid();
begin
  insert into public.visitors (
    site_domain, id, account_id, counts, is_bot, is_internal, country, device_type, first_seen_at, last_seen_at,
    erased_at
  )
  select
    visitor.site_domain, v_new, visitor.account_id, visitor.counts, visitor.is_bot, visitor.is_internal,
    visitor.country, visitor.device_type, visitor.first_seen_at, visitor.last_seen_at, clock_timestamp()
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = p_visitor_id;

  perform private.forget_enrichment(p_site_domain, p_visitor_id);
  delete from public.visitor_ids where site_domain = p_site_domain and visitor_id = p_visitor_id;

  update public.visitor_sessions as session
  set
    visitor_id = v_new,
    session_id = gen_random_uuid()::text,
    entry_page = private.without_mentions(session.entry_page, p_texts),
    browser = null,
    os = null,
    language = null,
    utm_source = null,
    utm_medium = null,
    utm_campaign = null
  where session.site_domain = p_site_domain and session.visitor_id = p_visitor_id;

  update public.events as event
  set
    visitor_id = v_new,
    page = private.without_mentions(event.page, p_texts),
    url = private.without_mentions(private.without_query(event.url), p_texts),
    properties = private.kept_properties(event.properties)
  where event.site_domain = p_site_domain and event.visitor_id = p_visitor_id;

  update public.conversations as conversation
  set visitor_id = v_new, page = private.without_mentions(conversation.page, p_texts)
  where conversation.site_domain = p_site_domain and conversation.visitor_id = p_visitor_id;

  update public.conversions
  set visitor_id = v_new
  where site_domain = p_site_domain and visitor_id = p_visitor_id;

  perform rollup.recount_visitor_days(p_site_domain, array[p_visitor_id, v_new]);
  return v_new;
end
$$;

comment on function private.move_erased(text, uuid, text[]) is
  'Gives what a visitor did to a fresh id, without what identifies; gives the id. The caller holds the visitor''s lock.';

create function private.rename_erased_pages(p_site_domain text, p_visitor_ids uuid[], p_texts text[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- An address with somebody's name in it is a figure's value as well.
  with gone as (
    delete from public.session_pages as seen
    using public.visitor_sessions as session
    where session.site_domain = p_site_domain
      and session.visitor_id = any (p_visitor_ids)
      and seen.site_domain = p_site_domain
      and seen.session_id = session.id
      and private.mentions(seen.page, p_texts)
    returning seen.session_id, seen.page, seen.day, seen.counts
  )
  insert into public.session_pages as kept (site_domain, session_id, page, day, counts)
  select p_site_domain, gone.session_id, private.without_mentions(gone.page, p_texts), min(gone.day), bool_or(gone.counts)
  from gone
  group by gone.session_id, private.without_mentions(gone.page, p_texts)
  on conflict (site_domain, session_id, page) do update
  set day = least(kept.day, excluded.day), counts = kept.counts or excluded.counts;

  if not exists (
    select 1
    from rollup.figures as figure
    where figure.site_domain = p_site_domain and figure.dimension = 'page' and private.mentions(figure.value, p_texts)
  ) then
    return;
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rollup.fold'));
  perform rollup.fold();
  delete from rollup.daily as figure
  where figure.site_domain = p_site_domain
    and figure.dimension = 'page'
    and figure.n = 0
    and private.mentions(figure.value, p_texts);
  delete from rollup.monthly as figure
  where figure.site_domain = p_site_domain
    and figure.dimension = 'page'
    and figure.n = 0
    and private.mentions(figure.value, p_texts);
end
$$;

comment on function private.rename_erased_pages(text, uuid[], text[]) is
  'Takes texts that point to somebody out of the pages of sessions, and out of the figures by page.';

create function private.erase_visitors(p_site_domain text, p_visitor_ids uuid[], p_sealed_emails text[])
returns public.erasures
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[] := array(select distinct wanted.id from unnest(p_visitor_ids) as wanted (id) order by 1);
  v_texts text[];
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
  where private.mentions(concat(view.name, ' ', view.search::text), v_texts)
    and (view.site_domain = p_site_domain or view.site_domain is null);
  get diagnostics v_n = row_count;
  v_counts := v_counts || jsonb_build_object('saved_views', v_n);
  -- The queue's own triggers name its tables without their schema.
  perform set_config('search_path', 'jobs', true);
  delete from jobs.procrastinate_jobs as job
  where job.status <> 'doing' and private.mentions(job.args::text, v_texts);
  get diagnostics v_n = row_count;
  perform set_config('search_path', '', true);
  v_counts := v_counts || jsonb_build_object(
    'jobs', v_n,
    'audit_entries',
    private.erase_audit_mentions(p_site_domain, v_texts) + private.erase_audit_mentions('', v_texts)
  );

  v_erasure := private.write_receipt(p_site_domain, cardinality(v_ids), v_counts, p_sealed_emails);
  perform rollup.fold_if_due();
  return v_erasure;
end
$$;

comment on function private.erase_visitors(text, uuid[], text[]) is
  'Erases visitors for good: texts and identity go, rows stay under fresh ids, so that every figure holds. Gives the receipt. p_sealed_emails: their addresses, encrypted, for outside services. Raises as lock_for_erasure does.';

create function private.preview_erasure(p_site_domain text, p_visitor_ids uuid[])
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if auth.uid() is not null and not private.is_admin() then
    raise exception 'Only Rose staff erase visitors' using errcode = 'PT403';
  elsif not exists (
    select 1
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids)
  ) then
    raise exception 'There is no such visitor (any more)' using errcode = 'PT404';
  end if;
  return jsonb_build_object(
    'counts', private.erasure_counts(p_site_domain, p_visitor_ids),
    'propagated', private.erasure_is_propagated(p_site_domain),
    'erased_at', (
      select max(visitor.erased_at)
      from public.visitors as visitor
      where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids)
    ),
    'same_email', (
      select coalesce(jsonb_agg(distinct other.id), '[]')
      from public.visitors as visitor
      join public.visitors as other
        on other.site_domain = p_site_domain and other.email = visitor.email and other.id <> visitor.id
      where visitor.site_domain = p_site_domain
        and visitor.id = any (p_visitor_ids)
        and other.id <> all (p_visitor_ids)
    )
  );
end
$$;

comment on function private.preview_erasure(text, uuid[]) is
  'What erasing visitors would delete or blank, and which other visitors have the same e-mail address; changes nothing. PT403, PT404 as lock_for_erasure.';

revoke execute on function
  private.lock_for_erasure(text, uuid[]),
  private.move_erased(text, uuid, text[]),
  private.rename_erased_pages(text, uuid[], text[]),
  private.erase_visitors(text, uuid[], text[]),
  private.preview_erasure(text, uuid[])
from public, anon, authenticated, service_role;
grant execute on function
  private.lock_for_erasure(text, uuid[]),
  private.erase_visitors(text, uuid[], text[]),
  private.preview_erasure(text, uuid[])
to authenticated, service_role;

-- Deleting texts some days after they were said: by batches, each its own transaction, where the last one left off.

create function private.set_retention(p_site_domain text, p_days integer)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if auth.uid() is not null and not private.is_admin() then
    raise exception 'Only Rose staff set how long texts are kept' using errcode = 'PT403';
  elsif not exists (select 1 from public.domains as domain where domain.site_domain = p_site_domain) then
    raise exception 'There is no website %', p_site_domain using errcode = 'PT404';
  elsif p_days not between 1 and 3650 then
    raise exception 'Texts are kept for 1 to 3,650 days, or without a limit' using errcode = 'PT400', column = 'days';
  end if;
  if p_days is null then
    delete from public.retention_policies where site_domain = p_site_domain;
    return;
  end if;
  insert into public.retention_policies as kept (site_domain, days, set_at, set_by)
  values (p_site_domain, p_days, clock_timestamp(), auth.uid())
  on conflict (site_domain) do update
  set days = excluded.days, set_at = excluded.set_at, set_by = excluded.set_by
  where kept.days <> excluded.days;
end
$$;

comment on function private.set_retention(text, integer) is
  'Has the texts of a website deleted after so many days (1 to 3650); null keeps them. PT403: the caller is no staff; PT404: there is no such website.';

create function private.preview_retention(p_site_domain text, p_days integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_cutoff timestamptz := clock_timestamp() - make_interval(days => p_days);
  v_timezone text;
  v_found jsonb;
begin
  if auth.uid() is not null and not private.is_admin() then
    raise exception 'Only Rose staff set how long texts are kept' using errcode = 'PT403';
  elsif p_days is null or p_days not between 1 and 3650 then
    raise exception 'Texts are kept for 1 to 3,650 days, or without a limit' using errcode = 'PT400', column = 'days';
  end if;
  select domain.timezone into v_timezone from public.domains as domain where domain.site_domain = p_site_domain;
  if v_timezone is null then
    raise exception 'There is no website %', p_site_domain using errcode = 'PT404';
  end if;
  select jsonb_build_object(
    'cutoff', v_cutoff,
    'conversations', count(*),
    'messages', coalesce(sum(due.messages), 0),
    'first_day', min(due.day),
    'last_day', max(due.day)
  )
  into v_found
  from (
    select
      conversation.day,
      (
        select count(*)
        from public.messages as message
        where message.site_domain = p_site_domain
          and message.conversation_id = conversation.id
          and message.text <> ''
      ) as messages
    from private.conversations_due(p_site_domain, v_cutoff) as conversation
  ) as due;
  return v_found || (
    select jsonb_build_object('events', count(*), 'first_event_day', min(event.day))
    from public.events as event
    where event.site_domain = p_site_domain
      and event.occurred_at < v_cutoff
      and private.event_has_text(event.properties, event.url)
  );
end
$$;

comment on function private.preview_retention(text, integer) is
  'What deleting texts after so many days would delete now, and of which days; changes nothing. Raises as set_retention does.';

create function private.conversations_due(p_site_domain text, p_cutoff timestamptz)
returns setof public.conversations
language sql
stable
as $$
  -- What went on since its texts were deleted has new ones.
  select conversation.*
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain
    and conversation.started_at < p_cutoff
    and coalesce(conversation.last_message_at, conversation.opened_at) < p_cutoff
    and (conversation.text_deleted_at is null or conversation.updated_at > conversation.text_deleted_at)
    and conversation.text_deleted_by is distinct from 'erasure'
$$;

comment on function private.conversations_due(text, timestamptz) is
  'Conversations with texts whose last message came before an instant.';

create function private.event_has_text(p_properties jsonb, p_url text)
returns boolean
language sql
immutable
set search_path = ''
as $$ select p_properties <> private.kept_properties(p_properties) or coalesce(p_url ~ '[?#]', false) $$;

comment on function private.event_has_text(jsonb, text) is 'Whether an event holds more than what is kept when texts are deleted.';

create function private.open_retention_run(p_site_domain text)
returns public.retention_runs
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_policy public.retention_policies;
  v_run public.retention_runs;
begin
  select * into v_policy
  from public.retention_policies as policy
  where policy.site_domain = p_site_domain
  for update;
  select * into v_run
  from public.retention_runs as run
  where run.site_domain = p_site_domain and run.state = 'running';
  if v_policy.site_domain is null or v_run.days <> v_policy.days then
    -- What was begun under another rule ends; what it deleted stays deleted.
    update public.retention_runs as run
    set state = 'failed', error = 'The setting changed.', finished_at = clock_timestamp()
    where run.site_domain = p_site_domain and run.id = v_run.id;
    v_run := null;
  end if;
  if v_policy.site_domain is not null and v_run.id is null then
    insert into public.retention_runs (site_domain, days, cutoff, events_after)
    values (
      p_site_domain,
      v_policy.days,
      clock_timestamp() - make_interval(days => v_policy.days),
      -- Events may come late: the last days are looked at again, and at each month's beginning everything.
      case
        when v_policy.events_until is not null and extract(day from clock_timestamp() at time zone 'UTC') > 1 then
          jsonb_build_object(
            'at', v_policy.events_until - interval '7 days', 'id', '00000000-0000-0000-0000-000000000000'
          )
      end
    )
    returning * into v_run;
  end if;
  return v_run;
end
$$;

comment on function private.open_retention_run(text) is
  'The run that deletes a website''s texts: the one that was broken off, or a new one; null where texts are kept.';

create function private.advance_retention(p_site_domain text, p_run_id uuid, p_batch integer)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_run public.retention_runs;
  v_ids uuid[];
  v_last jsonb;
  v_messages bigint := 0;
  v_events bigint := 0;
begin
  select * into v_run
  from public.retention_runs as run
  where run.site_domain = p_site_domain and run.id = p_run_id and run.state = 'running'
  for update;
  if v_run.id is null then
    return false;
  end if;

  select
    array_agg(due.id),
    (array_agg(jsonb_build_object('at', due.started_at, 'id', due.id) order by due.started_at desc, due.id desc))[1]
  into v_ids, v_last
  from (
    select conversation.id, conversation.started_at
    from private.conversations_due(p_site_domain, v_run.cutoff) as conversation
    where v_run.conversations_after is null
      or (conversation.started_at, conversation.id) > (
        (v_run.conversations_after ->> 'at')::timestamptz, (v_run.conversations_after ->> 'id')::uuid
      )
    order by conversation.started_at, conversation.id
    limit p_batch
  ) as due;
  if v_ids is not null then
    perform private.lock_conversations(p_site_domain, v_ids);
    -- Somebody may have gone on talking, or been erased, before the lock.
    v_ids := array(
      select due.id from private.conversations_due(p_site_domain, v_run.cutoff) as due where due.id = any (v_ids)
    );
    v_messages := private.delete_texts(p_site_domain, v_ids, 'retention');
    update public.retention_runs as run
    set
      conversations = run.conversations + cardinality(v_ids),
      messages = run.messages + v_messages,
      conversations_after = v_last,
      advanced_at = clock_timestamp()
    where run.site_domain = p_site_domain and run.id = p_run_id;
    return true;
  end if;

  with looked_at as (
    select event.occurred_at, event.uuid
    from public.events as event
    where event.site_domain = p_site_domain
      and event.occurred_at < v_run.cutoff
      and (
        v_run.events_after is null
        or (event.occurred_at, event.uuid) > (
          (v_run.events_after ->> 'at')::timestamptz, (v_run.events_after ->> 'id')::uuid
        )
      )
    order by event.occurred_at, event.uuid
    limit p_batch * 20
  ),
  emptied as (
    update public.events as event
    set properties = private.kept_properties(event.properties), url = private.without_query(event.url)
    from looked_at
    where event.site_domain = p_site_domain
      and event.occurred_at = looked_at.occurred_at
      and event.uuid = looked_at.uuid
      and private.event_has_text(event.properties, event.url)
    returning event.uuid
  )
  select
    (select count(*) from emptied),
    (
      select jsonb_build_object('at', last.occurred_at, 'id', last.uuid)
      from looked_at as last
      order by last.occurred_at desc, last.uuid desc
      limit 1
    )
  into v_events, v_last;
  if v_last is not null then
    update public.retention_runs as run
    set events = run.events + v_events, events_after = v_last, advanced_at = clock_timestamp()
    where run.site_domain = p_site_domain and run.id = p_run_id;
    return true;
  end if;

  update public.retention_runs as run
  set state = 'done', finished_at = clock_timestamp(), advanced_at = clock_timestamp()
  where run.site_domain = p_site_domain and run.id = p_run_id
  returning * into v_run;
  update public.retention_policies as policy
  set events_until = v_run.cutoff
  where policy.site_domain = p_site_domain and policy.days = v_run.days;
  if v_run.conversations + v_run.events > 0 then
    perform private.audit(
      p_site_domain,
      'erase',
      'retention',
      p_site_domain,
      null,
      jsonb_build_object(
        'days', v_run.days,
        'cutoff', v_run.cutoff,
        'conversations', v_run.conversations,
        'messages', v_run.messages,
        'events', v_run.events
      )
    );
  end if;
  return false;
end
$$;

comment on function private.advance_retention(text, uuid, integer) is
  'Deletes the texts of the next conversations of a run, then of the next events; false once there are none, and the run is done.';

revoke execute on function
  private.set_retention(text, integer),
  private.preview_retention(text, integer),
  private.conversations_due(text, timestamptz),
  private.event_has_text(jsonb, text),
  private.open_retention_run(text),
  private.advance_retention(text, uuid, integer)
from public, anon, authenticated, service_role;
grant execute on function
  private.set_retention(text, integer),
  private.preview_retention(text, integer)
to authenticated, service_role;
grant execute on function
  private.open_retention_run(text),
  private.advance_retention(text, uuid, integer)
to service_role;

-- Staff looked at a transcript; and what verifying the audit log found.

create function private.note_transcript_view(p_site_domain text, p_conversation_id uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  -- Clients look at what visitors of their own websites wrote: that is no entry.
  if auth.uid() is null or not private.is_admin() then
    return false;
  end if;
  if not exists (
    select 1
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.id = p_conversation_id
  ) then
    raise exception 'There is no conversation %', p_conversation_id using errcode = 'PT404';
  end if;
  insert into private.transcript_views as kept (site_domain, conversation_id, viewer_id, viewed_at)
  values (p_site_domain, p_conversation_id, auth.uid(), v_now)
  on conflict (site_domain, conversation_id, viewer_id) do update
  set viewed_at = excluded.viewed_at
  where kept.viewed_at <= excluded.viewed_at - interval '1 hour';
  if not found then
    return false;
  end if;
  perform private.audit(p_site_domain, 'view', 'conversation', p_conversation_id::text);
  return true;
end
$$;

comment on function private.note_transcript_view(text, uuid) is
  'Puts down that a member of staff looked at a transcript, once an hour for each and conversation; gives whether it did. Nothing for anyone else. PT404: there is no such conversation.';

create function private.store_audit_checks(p_checks jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into public.audit_checks as kept (site_domain, checked_at, position, hash, broken_at, reason)
  select c.site_domain, c.checked_at, c.position, c.hash, c.broken_at, c.reason
  from jsonb_to_recordset(p_checks) as c (
    site_domain text, checked_at timestamptz, position bigint, hash text, broken_at bigint, reason text
  )
  on conflict (site_domain) do update
  set
    checked_at = excluded.checked_at,
    -- A broken chain is measured against the last end that was whole.
    position = case when excluded.reason is null then excluded.position else kept.position end,
    hash = case when excluded.reason is null then excluded.hash else kept.hash end,
    broken_at = excluded.broken_at,
    reason = excluded.reason
  where excluded.checked_at >= kept.checked_at
$$;

comment on function private.store_audit_checks(jsonb) is 'Keeps what verifying found of each chain.';

revoke execute on function
  private.note_transcript_view(text, uuid),
  private.store_audit_checks(jsonb)
from public, anon, authenticated, service_role;
grant execute on function private.note_transcript_view(text, uuid) to authenticated, service_role;
grant execute on function private.store_audit_checks(jsonb) to service_role;

-- What is kept of a visitor that no table shows, and noting that a transcript was looked at.

create function private.visitor_evidence(p_site_domain text, p_visitor_id uuid)
returns table (evidence jsonb)
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'kind', 'reveal', 'payload', told.reveal, 'revealed_at', told.revealed_at, 'email_at', told.email_at
  )
  from private.enrichment_evidence as told
  where told.site_domain = p_site_domain
    and told.visitor_id = p_visitor_id
    and p_site_domain = any (array(select private.my_domains()))
  union all
  select jsonb_build_object('kind', 'address', 'hash', address.ip_hash, 'seen_at', address.seen_at)
  from private.visitor_addresses as address
  where address.site_domain = p_site_domain
    and address.visitor_id = p_visitor_id
    and p_site_domain = any (array(select private.my_domains()))
$$;

comment on function private.visitor_evidence(text, uuid) is
  'What enrichment goes by: reveal payload and keyed hashes of addresses. A definer, since those tables are nobody''s to read.';

create function public.note_transcript_view(p_site_domain text, p_conversation_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  return private.note_transcript_view(p_site_domain, p_conversation_id);
end
$$;

comment on function public.note_transcript_view(text, uuid) is
  'Puts down in the audit log that the caller looked at a transcript, if the caller is Rose staff; once an hour for each conversation.';

revoke execute on function
  private.visitor_evidence(text, uuid),
  public.note_transcript_view(text, uuid)
from public, anon, authenticated, service_role;
grant execute on function
  private.visitor_evidence(text, uuid),
  public.note_transcript_view(text, uuid)
to authenticated, service_role;
