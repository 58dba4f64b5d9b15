-- schemas/tables/audit.sql

-- Who changed what: one hash chain per website, and one ('') for what belongs to none.

create table public.audit_log (
  site_domain text not null,
  position bigint not null,
  at timestamptz not null,
  actor_id uuid,
  actor_role text not null,
  actor_digest bytea not null,
  action text not null,
  subject_type text not null,
  subject_id text not null,
  changed text[] not null,
  request_id text not null,
  address_hash text,
  details_digest bytea not null,
  previous_hash bytea not null,
  hash bytea not null,
  constraint audit_log_pkey primary key (site_domain, position),
  constraint audit_log_position_check check (position > 0)
);

create index audit_log_at_idx on public.audit_log (site_domain, at, position);
create index audit_log_subject_idx on public.audit_log (site_domain, subject_type, subject_id);
create index audit_log_actor_id_idx on public.audit_log (site_domain, actor_id);

comment on table public.audit_log is
  'Every change and every view worth remembering, append-only. `hash` covers the row and the hash before it, so that nothing can be altered, taken out or put in between unnoticed.';
comment on column public.audit_log.site_domain is 'The chain: a website, or '''' for what belongs to none.';
comment on column public.audit_log.at is 'When the transaction ended; never earlier than the row before it.';
comment on column public.audit_log.actor_role is 'admin or user (a person), service (the server''s key) or system (the server, its jobs and commands).';
comment on column public.audit_log.actor_digest is 'Salted SHA-256 of audit_details.actor_label.';
comment on column public.audit_log.changed is 'The columns an update changed; empty for everything else.';
comment on column public.audit_log.address_hash is 'Keyed hash of the caller''s address.';
comment on column public.audit_log.details_digest is 'Salted SHA-256 of audit_details.before and after.';

create table public.audit_details (
  site_domain text not null,
  position bigint not null,
  actor_label text,
  actor_salt bytea,
  before jsonb,
  after jsonb,
  salt bytea,
  constraint audit_details_pkey primary key (site_domain, position),
  constraint audit_details_position_fkey foreign key (site_domain, position)
    references public.audit_log (site_domain, position)
);

comment on table public.audit_details is
  'What may have to be erased of an entry: the actor''s name, and the row before and after. Erased parts are null, with their salt, so that nothing can be guessed from the digest.';

-- The end of each chain: what the next entry is appended to, and what its writers wait for.
create table private.audit_heads (
  site_domain text not null,
  position bigint not null default 0,
  at timestamptz not null default '-infinity',
  hash bytea not null default decode(repeat('00', 32), 'hex'),
  constraint audit_heads_pkey primary key (site_domain)
);

comment on table private.audit_heads is 'The last entry of each chain of the audit log.';

-- What the running transaction did so far. Rows live until its end, so nobody else ever sees one.
create table private.audit_pending (
  site_domain text not null,
  id bigint not null generated always as identity,
  actor_id uuid,
  actor_role text not null,
  actor_label text not null,
  action text not null,
  subject_type text not null,
  subject_id text not null,
  changed text[] not null,
  before jsonb,
  after jsonb,
  request_id text not null,
  address_hash text,
  constraint audit_pending_pkey primary key (site_domain, id)
);

comment on table private.audit_pending is
  'Entries of the audit log that the running transaction will append at its end; empty for everyone else.';

alter table public.audit_log enable row level security;
alter table public.audit_details enable row level security;
alter table private.audit_heads enable row level security;
alter table private.audit_pending enable row level security;
revoke all on public.audit_log, public.audit_details, private.audit_heads, private.audit_pending
  from public, anon, authenticated, service_role;
grant select on public.audit_log, public.audit_details to authenticated;
grant select on public.audit_log, public.audit_details, private.audit_heads to service_role;

create policy audit_log_select on public.audit_log
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())) or (select private.is_admin()));

create policy audit_details_select on public.audit_details
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())) or (select private.is_admin()));

create policy audit_heads_select on private.audit_heads
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())) or (select private.is_admin()));

create policy audit_pending_select on private.audit_pending
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())) or (select private.is_admin()));

create function private.refuse_audit_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- The log's own writer is a trigger itself, so that what it inserts comes from one level further down.
  if tg_op = 'INSERT' and pg_trigger_depth() > 1 then
    return null;
  end if;
  raise exception 'The audit log is append-only, and only its own triggers append to it'
    using errcode = 'PT403';
end
$$;

comment on function private.refuse_audit_change() is
  'Refuses (PT403) every write to the audit log but the appending of its own triggers.';

create function private.allow_audit_erasure()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.site_domain = old.site_domain
    and new.position = old.position
    and (
      (new.actor_label is null and new.actor_salt is null)
      or (new.actor_label, new.actor_salt) is not distinct from (old.actor_label, old.actor_salt)
    )
    and (
      (new.before is null and new.after is null and new.salt is null)
      or (new.before, new.after, new.salt) is not distinct from (old.before, old.after, old.salt)
    )
  then
    return new;
  end if;
  raise exception 'Details of the audit log can be erased, not changed' using errcode = 'PT403';
end
$$;

comment on function private.allow_audit_erasure() is
  'Refuses (PT403) every change of an entry''s details but blanking the actor, or before and after, with their salt.';

revoke execute on function private.refuse_audit_change(), private.allow_audit_erasure()
from public, anon, authenticated, service_role;

create trigger refuse_insert
  before insert on public.audit_log
  for each statement execute function private.refuse_audit_change();

create trigger refuse_change
  before update or delete or truncate on public.audit_log
  for each statement execute function private.refuse_audit_change();

create trigger refuse_insert
  before insert on public.audit_details
  for each statement execute function private.refuse_audit_change();

create trigger refuse_delete
  before delete or truncate on public.audit_details
  for each statement execute function private.refuse_audit_change();

create trigger allow_erasure
  before update on public.audit_details
  for each row execute function private.allow_audit_erasure();

-- A session that replays somebody else's changes (session_replication_role) is refused as well.
alter table public.audit_log enable always trigger refuse_change;
alter table public.audit_details enable always trigger refuse_delete;
alter table public.audit_details enable always trigger allow_erasure;

-- schemas/writers/audit.sql

-- How entries come into the audit log: a change is put down at once, and appended to its chain when the transaction
-- ends, so that writers wait for each other only while they commit, in the order of the chains' names.

create function private.audit_digest(p_salt bytea, variadic p_values text[])
returns bytea
language sql
immutable
set search_path = ''
as $$
  -- Each value with its length, so that two lists never read the same.
  select sha256(
    p_salt || convert_to(
      coalesce(
        (
          select string_agg(coalesce(octet_length(value) || ':' || value, '-'), '' order by place)
          from unnest(p_values) with ordinality as given (value, place)
        ),
        ''
      ),
      'UTF8'
    )
  )
$$;

comment on function private.audit_digest(bytea, text[]) is
  'SHA-256 of a salt and some texts: each as its length in bytes, ":" and itself, or "-" for null.';

create function private.audit_hash(p_entry public.audit_log)
returns bytea
language sql
immutable
set search_path = ''
as $$
  select private.audit_digest(
    p_entry.previous_hash,
    p_entry.site_domain,
    p_entry.position::text,
    (extract(epoch from p_entry.at) * 1000000)::bigint::text,
    p_entry.actor_id::text,
    p_entry.actor_role,
    encode(p_entry.actor_digest, 'hex'),
    p_entry.action,
    p_entry.subject_type,
    p_entry.subject_id,
    array_to_string(p_entry.changed, ','),
    p_entry.request_id,
    p_entry.address_hash,
    encode(p_entry.details_digest, 'hex')
  )
$$;

comment on function private.audit_hash(public.audit_log) is
  'The hash of an entry: audit_digest of its columns, salted with the hash before it; times in microseconds since 1970.';

create function private.random_salt()
returns bytea
language sql
volatile
set search_path = ''
as $$ select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) $$;

comment on function private.random_salt() is '244 random bits.';

create function private.append_audit()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_site_domain text;
  v_head private.audit_heads;
  v_pending private.audit_pending;
  v_entry public.audit_log;
  v_details public.audit_details;
begin
  -- The first call of a transaction appends everything; the others find that their row is gone.
  perform 1
  from private.audit_pending as pending
  where pending.site_domain = new.site_domain and pending.id = new.id;
  if not found then
    return null;
  end if;
  for v_site_domain in
    select distinct pending.site_domain from private.audit_pending as pending order by 1
  loop
    insert into private.audit_heads (site_domain) values (v_site_domain) on conflict do nothing;
    select * into strict v_head
    from private.audit_heads as head
    where head.site_domain = v_site_domain
    for update;
    v_head.at := greatest(v_head.at, clock_timestamp());
    for v_pending in
      select * from private.audit_pending as pending where pending.site_domain = v_site_domain order by pending.id
    loop
      v_details := row(
        v_site_domain,
        v_head.position + 1,
        v_pending.actor_label,
        private.random_salt(),
        v_pending.before,
        v_pending.after,
        private.random_salt()
      );
      v_entry := row(
        v_site_domain,
        v_head.position + 1,
        v_head.at,
        v_pending.actor_id,
        v_pending.actor_role,
        private.audit_digest(v_details.actor_salt, v_details.actor_label),
        v_pending.action,
        v_pending.subject_type,
        v_pending.subject_id,
        v_pending.changed,
        v_pending.request_id,
        v_pending.address_hash,
        private.audit_digest(v_details.salt, v_details.before::text, v_details.after::text),
        v_head.hash,
        ''
      );
      v_entry.hash := private.audit_hash(v_entry);
      insert into public.audit_log select v_entry.*;
      insert into public.audit_details select v_details.*;
      v_head.position := v_entry.position;
      v_head.hash := v_entry.hash;
    end loop;
    update private.audit_heads as head
    set position = v_head.position, at = v_head.at, hash = v_head.hash
    where head.site_domain = v_site_domain;
  end loop;
  delete from private.audit_pending;
  return null;
end
$$;

comment on function private.append_audit() is
  'Appends what the transaction put down to its chains, when it ends.';

create constraint trigger append_audit
  after insert on private.audit_pending
  deferrable initially deferred
  for each row execute function private.append_audit();

create function private.audit_actor(out id uuid, out role text, out label text)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  id := coalesce(auth.uid(), nullif(current_setting('backoffice.actor_id', true), '')::uuid);
  if id is not null then
    select profile.role, coalesce(nullif(profile.full_name, ''), profile.email)
    into role, label
    from public.profiles as profile
    where profile.id = audit_actor.id;
    role := coalesce(role, 'user');
    label := coalesce(nullif(label, ''), auth.jwt() ->> 'email', 'A person without a profile');
  elsif auth.jwt() ->> 'role' = 'service_role' then
    role := 'service';
    label := 'Server key';
  else
    role := 'system';
    label := coalesce(nullif(current_setting('backoffice.actor', true), ''), 'System');
  end if;
end
$$;

comment on function private.audit_actor() is
  'Who acts: the person of the token, else of the setting `backoffice.actor_id` (a job on somebody''s behalf), else the server''s key, else the system under the name in `backoffice.actor`.';

create function private.put_down_audit(
  p_site_domain text,
  p_action text,
  p_subject_type text,
  p_subject_id text,
  p_changed text[],
  p_before jsonb,
  p_after jsonb
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_headers jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
begin
  insert into private.audit_pending (
    site_domain,
    actor_id,
    actor_role,
    actor_label,
    action,
    subject_type,
    subject_id,
    changed,
    before,
    after,
    request_id,
    address_hash
  )
  select
    p_site_domain,
    actor.id,
    actor.role,
    actor.label,
    p_action,
    p_subject_type,
    p_subject_id,
    p_changed,
    p_before,
    p_after,
    left(
      coalesce(
        nullif(current_setting('backoffice.request_id', true), ''),
        v_headers ->> 'x-request-id',
        ''
      ),
      128
    ),
    nullif(current_setting('backoffice.address_hash', true), '')
  from private.audit_actor() as actor;
end
$$;

comment on function private.put_down_audit(text, text, text, text, text[], jsonb, jsonb) is
  'Puts an entry down for the end of the transaction, with its actor, request id and address hash.';

create function private.audit_row()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ignored text[] := string_to_array(coalesce(tg_argv[2], ''), ',');
  v_hidden text[] := string_to_array(coalesce(tg_argv[3], ''), ',');
  v_before jsonb;
  v_after jsonb;
  v_row jsonb;
  v_changed text[] := '{}';
begin
  if tg_op <> 'INSERT' then
    v_before := to_jsonb(old) - v_ignored;
  end if;
  if tg_op <> 'DELETE' then
    v_after := to_jsonb(new) - v_ignored;
  end if;
  if tg_op = 'UPDATE' then
    v_changed := array(
      select change.name
      from jsonb_object_keys(v_after) as change (name)
      where v_after -> change.name is distinct from v_before -> change.name
      order by change.name
    );
    if v_changed = '{}' then
      return null;
    end if;
  end if;
  v_row := coalesce(v_after, v_before);
  perform private.put_down_audit(
    coalesce(v_row ->> 'site_domain', ''),
    case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end,
    tg_argv[0],
    (
      select string_agg(v_row ->> part.name, '/' order by part.place)
      from unnest(string_to_array(tg_argv[1], ',')) with ordinality as part (name, place)
    ),
    v_changed,
    v_before - v_hidden,
    v_after - v_hidden
  );
  return null;
end
$$;

comment on function private.audit_row() is
  'For `after insert or update or delete … for each row`. Arguments: the subject''s type; the columns of its id; columns whose changes are no entry; columns whose values are kept out of it (the last two may be missing; names joined by commas).';

create function private.audit(
  p_site_domain text,
  p_action text,
  p_subject_type text,
  p_subject_id text,
  p_before jsonb default null,
  p_after jsonb default null
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if auth.uid() is not null
    and p_site_domain <> ''
    and not exists (select 1 from private.my_domains() as mine (site_domain) where mine.site_domain = p_site_domain)
  then
    raise exception 'There is no website %', p_site_domain using errcode = 'PT404';
  end if;
  perform private.put_down_audit(
    p_site_domain, p_action, p_subject_type, p_subject_id, '{}', p_before, p_after
  );
end
$$;

comment on function private.audit(text, text, text, text, jsonb, jsonb) is
  'An entry for what is no write to a table: an export, a transcript that staff looked at. Refuses (PT404) websites the caller may not see.';

create function private.erase_audit_subject(p_site_domain text, p_subject_type text, p_subject_id text)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_erased bigint;
begin
  update public.audit_details as details
  set before = null, after = null, salt = null
  from public.audit_log as entry
  where entry.site_domain = p_site_domain
    and entry.subject_type = p_subject_type
    and entry.subject_id = p_subject_id
    and details.site_domain = entry.site_domain
    and details.position = entry.position
    and details.salt is not null;
  get diagnostics v_erased = row_count;
  if v_erased > 0 then
    perform private.put_down_audit(p_site_domain, 'erase', p_subject_type, p_subject_id, '{}', null, null);
  end if;
  return v_erased;
end
$$;

comment on function private.erase_audit_subject(text, text, text) is
  'Blanks before and after of every entry about a subject, and says so in an entry of its own, without which they would count as tampered with. Gives how many.';

create function private.erase_audit_actor(p_actor_id uuid)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_site_domain text;
  v_erased bigint := 0;
  v_here bigint;
begin
  for v_site_domain in select head.site_domain from private.audit_heads as head order by 1 loop
    update public.audit_details as details
    set actor_label = null, actor_salt = null
    from public.audit_log as entry
    where entry.site_domain = v_site_domain
      and entry.actor_id = p_actor_id
      and details.site_domain = entry.site_domain
      and details.position = entry.position
      and details.actor_salt is not null;
    get diagnostics v_here = row_count;
    if v_here > 0 then
      perform private.put_down_audit(v_site_domain, 'erase', 'actor', p_actor_id::text, '{}', null, null);
    end if;
    v_erased := v_erased + v_here;
  end loop;
  return v_erased;
end
$$;

comment on function private.erase_audit_actor(uuid) is
  'Blanks a person''s name in every entry about what they did, and says so in each chain. Gives how many.';

revoke execute on function
  private.audit_digest(bytea, text[]),
  private.audit_hash(public.audit_log),
  private.random_salt(),
  private.append_audit(),
  private.audit_actor(),
  private.put_down_audit(text, text, text, text, text[], jsonb, jsonb),
  private.audit_row(),
  private.audit(text, text, text, text, jsonb, jsonb),
  private.erase_audit_subject(text, text, text),
  private.erase_audit_actor(uuid)
from public, anon, authenticated, service_role;
grant execute on function private.audit(text, text, text, text, jsonb, jsonb) to authenticated, service_role;
grant execute on function
  private.erase_audit_subject(text, text, text),
  private.erase_audit_actor(uuid)
to service_role;

-- schemas/rpc/annotations.sql

-- What charts mark: entries of the audit log that could have changed figures, each as a sentence.

create function private.audit_sentence(
  p_subject_type text,
  p_action text,
  p_subject_id text,
  p_changed text[],
  p_before jsonb,
  p_after jsonb
)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_row jsonb := coalesce(p_after, p_before, '{}');
  v_kind text := case p_subject_type
    when 'ai_section' then 'AI Section'
    when 'client_config' then 'Configuration'
    when 'config' then 'Configuration'
    when 'domain' then 'Website'
    when 'domain_host' then 'Host'
    when 'domain_key' then initcap(coalesce(v_row ->> 'kind', '')) || ' key'
    when 'profile' then 'Person'
    when 'user_domain' then 'Access'
    else upper(left(p_subject_type, 1)) || replace(substr(p_subject_type, 2), '_', ' ')
  end;
  -- Ids made of random digits say nothing to a person.
  v_name text := coalesce(
    v_row ->> 'title',
    nullif(v_row ->> 'name', ''),
    nullif(v_row ->> 'label', ''),
    nullif(v_row ->> 'config_slug', ''),
    v_row ->> 'slug',
    v_row ->> 'host',
    v_row ->> 'email',
    case when p_subject_type in ('domain', 'export') then p_subject_id end
  );
begin
  -- What changed in a website or a key says more than that it changed.
  if p_action = 'update' and p_subject_type = 'domain' and cardinality(p_changed) = 1 then
    case p_changed[1]
      when 'timezone' then
        return format('Timezone changed from %s to %s', p_before ->> 'timezone', p_after ->> 'timezone');
      when 'archived_at' then
        return 'Website ' || case when p_after ->> 'archived_at' is null then 'restored' else 'archived' end;
      when 'recountable_from' then
        return 'Raw data before ' || coalesce(p_after ->> 'recountable_from', 'an unknown day') || ' deleted';
      else
        null;
    end case;
  elsif p_action = 'update' and p_subject_type = 'domain_key' and p_changed = array['revoked_at'] then
    return v_kind || ' revoked' || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'topic' and 'status' = any (p_changed) then
    return v_kind
      || case p_after ->> 'status' when 'hidden' then ' hidden' when 'merged' then ' merged' else ' shown again' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_changed = array['enabled'] then
    return v_kind || case when (p_after ->> 'enabled')::boolean then ' turned on' else ' turned off' end
      || coalesce(': ' || left(v_name, 100), '');
  end if;
  return v_kind
    || ' '
    || case p_action
      when 'create' then 'added'
      when 'update' then 'changed'
      when 'delete' then 'removed'
      when 'erase' then 'erased'
      when 'view' then 'viewed'
      when 'export' then 'exported'
      else replace(p_action, '_', ' ')
    end
    || coalesce(': ' || left(v_name, 100), '');
end
$$;

comment on function private.audit_sentence(text, text, text, text[], jsonb, jsonb) is
  'An entry of the audit log as a sentence, such as "Timezone changed from UTC to Europe/Paris" or "Host added: staging.example.com".';

create function private.annotation_kind(p_subject_type text, p_action text, p_changed text[])
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
  select case
    when p_action not in ('create', 'update', 'delete') then null
    when p_subject_type in ('config', 'client_config') then 'configuration'
    when p_subject_type in ('ai_section', 'topic') then 'content'
    when p_subject_type = 'agent' then 'agents'
    when p_subject_type in ('domain_host', 'domain_key', 'internal_address') then 'domain'
    when p_subject_type = 'domain' and p_action <> 'update' then 'domain'
    when p_subject_type = 'domain' and p_changed && array['timezone', 'archived_at', 'recountable_from'] then 'domain'
  end
$$;

comment on function private.annotation_kind(text, text, text[]) is
  'What an entry of the audit log could have changed figures by: configuration, content, agents or domain; null when it could not.';

create function public.get_annotations(p_site_domains text[], p_from date, p_to date)
returns table (
  day date,
  site_domain text,
  "position" bigint,
  at timestamptz,
  kind text,
  label text,
  actor_label text
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  return query
  select
    private.day_of(e.at, e.timezone),
    e.site_domain,
    e.position,
    e.at,
    private.annotation_kind(e.subject_type, e.action, e.changed),
    private.audit_sentence(e.subject_type, e.action, e.subject_id, e.changed, details.before, details.after),
    details.actor_label
  from (
    select entry.*, domain.timezone
    from public.domains as domain
    join public.audit_log as entry
      on entry.site_domain = domain.site_domain
      and entry.at >= p_from::timestamp at time zone domain.timezone
      and entry.at < (p_to + 1)::timestamp at time zone domain.timezone
    where domain.site_domain = any (v_domains)
      and private.annotation_kind(entry.subject_type, entry.action, entry.changed) is not null
    order by entry.at desc, entry.site_domain desc, entry.position desc
    limit 200
  ) as e
  join public.audit_details as details
    on details.site_domain = e.site_domain and details.position = e.position
  order by e.at, e.site_domain, e.position;
end
$$;

comment on function public.get_annotations(text[], date, date) is
  'Changes that could have changed figures, on the website''s own days, the latest 200 in order of time. `kind`: configuration, content, agents or domain; `actor_label` is null once erased.';

revoke execute on function
  private.audit_sentence(text, text, text, text[], jsonb, jsonb),
  private.annotation_kind(text, text, text[]),
  public.get_annotations(text[], date, date)
from public, anon;
grant execute on function
  private.audit_sentence(text, text, text, text[], jsonb, jsonb),
  private.annotation_kind(text, text, text[]),
  public.get_annotations(text[], date, date)
to authenticated, service_role;

-- schemas/rpc/audit.sql

-- The audit log as pages list it. The filter is one argument, so that list and count cannot disagree.

create function private.check_audit_domains(p_site_domains text[])
returns text[]
language sql
stable
set search_path = ''
as $$
  select private.check_domains(p_site_domains)
    || case when '' = any (p_site_domains) and private.is_admin() then array[''] else '{}' end
$$;

comment on function private.check_audit_domains(text[]) is
  'Those of some domains that the caller may see (null: all of them); '''', what belongs to no website, is for staff.';

create function private.check_audit_filter(p_filter jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_key text;
  v_value jsonb;
begin
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception 'p_filter must be an object' using errcode = 'PT400';
  end if;
  for v_key, v_value in select f.key, f.value from jsonb_each(p_filter) as f loop
    if v_key not in ('from', 'to', 'actor', 'action', 'subject_type', 'subject_id', 'search') then
      raise exception 'p_filter has no key "%"', v_key using errcode = 'PT400';
    end if;
    continue when jsonb_typeof(v_value) = 'null';
    if jsonb_typeof(v_value) <> 'string' or length(v_value #>> '{}') > 1000 then
      raise exception 'p_filter.% is not a valid text', v_key using errcode = 'PT400';
    elsif v_key in ('from', 'to')
      and not (v_value #>> '{}' ~ '^\d{4}-\d{2}-\d{2}$' and private.casts_to(v_value #>> '{}', 'date'))
    then
      raise exception 'p_filter.% is not a valid date', v_key using errcode = 'PT400';
    end if;
  end loop;
end
$$;

comment on function private.check_audit_filter(jsonb) is
  'Refuses (PT400) a filter with an unknown key or a value of a wrong type.';

create function private.search_audit(
  p_site_domain text,
  p_from timestamptz,
  p_to timestamptz,
  p_search text
)
returns setof bigint
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  -- What compares texts is not leakproof, so under row-level security it would be asked row by row: this checks the
  -- website itself.
  if not private.is_admin()
    and not exists (select 1 from private.my_domains() as mine (site_domain) where mine.site_domain = p_site_domain)
  then
    return;
  end if;
  return query
    select entry.position
    from public.audit_log as entry
    join public.audit_details as details
      on details.site_domain = entry.site_domain and details.position = entry.position
    where entry.site_domain = p_site_domain
      and entry.at >= p_from
      and entry.at < p_to
      and strpos(
        lower(
          concat_ws(
            ' ',
            details.actor_label,
            entry.action,
            entry.subject_type,
            entry.subject_id,
            entry.request_id,
            details.before,
            details.after
          )
        ),
        lower(p_search)
      ) > 0;
end
$$;

comment on function private.search_audit(text, timestamptz, timestamptz, text) is
  'Positions of the entries of a website in a span of time in which a text occurs, in whatever case, for callers who may see it.';

create function private.audit_spans(p_site_domains text[], p_filter jsonb)
returns table (site_domain text, starts_at timestamptz, ends_at timestamptz)
language sql
stable
set search_path = ''
as $$
  select
    wanted.site_domain,
    coalesce((p_filter ->> 'from')::date::timestamp at time zone coalesce(domain.timezone, 'UTC'), '-infinity'),
    coalesce(((p_filter ->> 'to')::date + 1)::timestamp at time zone coalesce(domain.timezone, 'UTC'), 'infinity')
  from unnest(p_site_domains) as wanted (site_domain)
  left join public.domains as domain on domain.site_domain = wanted.site_domain
$$;

comment on function private.audit_spans(text[], jsonb) is
  'When the days of a filter begin and end in each website''s timezone; in UTC for what belongs to no website.';

create function private.filtered_audit(
  p_site_domain text,
  p_starts_at timestamptz,
  p_ends_at timestamptz,
  p_filter jsonb
)
returns setof public.audit_log
language sql
stable
as $$
  select entry.*
  from public.audit_log as entry
  where entry.site_domain = p_site_domain
    and entry.at >= p_starts_at
    and entry.at < p_ends_at
    and (
      p_filter ->> 'actor' is null
      or entry.actor_id::text = p_filter ->> 'actor'
      or (entry.actor_id is null and entry.actor_role = p_filter ->> 'actor')
    )
    and (p_filter ->> 'action' is null or entry.action = p_filter ->> 'action')
    and (p_filter ->> 'subject_type' is null or entry.subject_type = p_filter ->> 'subject_type')
    and (p_filter ->> 'subject_id' is null or entry.subject_id = p_filter ->> 'subject_id')
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or entry.position in (
        select private.search_audit(p_site_domain, p_starts_at, p_ends_at, p_filter ->> 'search')
      )
    )
$$;

comment on function private.filtered_audit(text, timestamptz, timestamptz, jsonb) is
  'The entries of one website in a span of time that pass a filter.';

create function public.list_audit_log(
  p_site_domains text[],
  p_filter jsonb default '{}',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  site_domain text,
  "position" bigint,
  at timestamptz,
  actor_id uuid,
  actor_role text,
  actor_label text,
  action text,
  subject_type text,
  subject_id text,
  label text,
  changed text[],
  before jsonb,
  after jsonb,
  erased boolean,
  request_id text,
  address_hash text,
  hash text,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_audit_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_after_at timestamptz;
  v_after_domain text;
  v_after_position bigint;
begin
  perform private.check_audit_filter(p_filter);
  if p_after is not null then
    if not coalesce(
      private.casts_to(p_after ->> 'at', 'timestamptz') and private.casts_to(p_after ->> 'position', 'bigint'),
      false
    ) or p_after ->> 'site_domain' is null then
      raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
    end if;
    v_after_at := p_after ->> 'at';
    v_after_domain := p_after ->> 'site_domain';
    v_after_position := p_after ->> 'position';
  end if;
  return query
  select
    e.site_domain,
    e.position,
    e.at,
    e.actor_id,
    e.actor_role,
    details.actor_label,
    e.action,
    e.subject_type,
    e.subject_id,
    private.audit_sentence(e.subject_type, e.action, e.subject_id, e.changed, details.before, details.after),
    e.changed,
    details.before,
    details.after,
    details.salt is null,
    e.request_id,
    e.address_hash,
    encode(e.hash, 'hex'),
    jsonb_build_object('at', e.at, 'site_domain', e.site_domain, 'position', e.position)
  from (
    select page.*
    from private.audit_spans(v_domains, p_filter) as span
    cross join lateral (
      select entry.*
      from private.filtered_audit(span.site_domain, span.starts_at, span.ends_at, p_filter) as entry
      where v_after_at is null
        or (
          entry.at <= v_after_at
          and (entry.at, entry.site_domain, entry.position) < (v_after_at, v_after_domain, v_after_position)
        )
      order by entry.at desc, entry.position desc
      limit v_limit
    ) as page
    order by page.at desc, page.site_domain desc, page.position desc
    limit v_limit
  ) as e
  join public.audit_details as details
    on details.site_domain = e.site_domain and details.position = e.position
  order by e.at desc, e.site_domain desc, e.position desc;
end
$$;

comment on function public.list_audit_log(text[], jsonb, integer, jsonb) is
  'Entries of the audit log that pass the filter, newest first, at most 200 a page; the cursor of the last row asks for the next page. In p_site_domains  asks for what belongs to no website (staff). Filter keys: from, to (days of the website, of UTC for ), actor (a person''s id, or service or system), action, subject_type, subject_id, search (a text anywhere in the entry).';

create function public.count_audit_log(p_site_domains text[], p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_audit_domains(p_site_domains);
begin
  perform private.check_audit_filter(p_filter);
  return (
    select count(*)
    from private.audit_spans(v_domains, p_filter) as span
    cross join lateral private.filtered_audit(span.site_domain, span.starts_at, span.ends_at, p_filter)
  );
end
$$;

comment on function public.count_audit_log(text[], jsonb) is
  'How many entries of the audit log pass the filter, exactly.';

revoke execute on function
  private.check_audit_domains(text[]),
  private.check_audit_filter(jsonb),
  private.search_audit(text, timestamptz, timestamptz, text),
  private.audit_spans(text[], jsonb),
  private.filtered_audit(text, timestamptz, timestamptz, jsonb),
  public.list_audit_log(text[], jsonb, integer, jsonb),
  public.count_audit_log(text[], jsonb)
from public, anon;
grant execute on function
  private.check_audit_domains(text[]),
  private.check_audit_filter(jsonb),
  private.search_audit(text, timestamptz, timestamptz, text),
  private.audit_spans(text[], jsonb),
  private.filtered_audit(text, timestamptz, timestamptz, jsonb),
  public.list_audit_log(text[], jsonb, integer, jsonb),
  public.count_audit_log(text[], jsonb)
to authenticated, service_role;

-- What is audited from now on.

create trigger audit
  after insert or update or delete on public.organizations
  for each row execute function private.audit_row('organization', 'id');

create trigger audit
  after insert or update or delete on public.domains
  for each row execute function private.audit_row('domain', 'site_domain');

create trigger audit
  after insert or update or delete on public.domain_hosts
  for each row execute function private.audit_row('domain_host', 'host');

create trigger audit
  after insert or update or delete on public.domain_keys
  for each row execute function private.audit_row('domain_key', 'id', 'last_used_at', 'secret_hash,secret_hint');

create trigger audit
  after insert or update or delete on public.internal_addresses
  for each row execute function private.audit_row('internal_address', 'ip_hash');

create trigger audit
  after insert or update or delete on public.profiles
  for each row execute function private.audit_row('profile', 'id');

create trigger audit
  after insert or update or delete on public.user_domains
  for each row execute function private.audit_row('user_domain', 'user_id');

create trigger audit
  after update on public.topics
  for each row
  when (new.label_is_custom or new.status is distinct from old.status)
  execute function private.audit_row('topic', 'id', 'keywords,updated_at');
