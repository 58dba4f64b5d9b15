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
