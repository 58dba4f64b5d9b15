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
