-- Appending to the audit log: a change is put down at once, and appended to its chain when the transaction ends, so
-- that writers wait for each other only while they commit, in the order of the chains' names.

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

revoke execute on function
  private.audit_digest(bytea, text[]),
  private.audit_hash(public.audit_log),
  private.random_salt(),
  private.append_audit()
from public, anon, authenticated, service_role;
