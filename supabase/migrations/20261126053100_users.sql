-- Who signs in: inviting, changing, disabling and deleting people, and viewing the product as one of them.

-- The one home of authorization: every policy asks these functions.
-- They read tables, not claims, so that disabling a user, taking a domain away, ending a session or viewing the
-- product as somebody else acts at once.

create or replace function private.second_factor_holds(p_user_id uuid, p_required boolean)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  if auth.jwt() ->> 'aal' = 'aal2' then
    return true;
  end if;
  return not p_required
    and not exists (
      select 1
      from auth.mfa_factors as factor
      where factor.user_id = p_user_id and factor.status = 'verified'
    );
end
$$;

comment on function private.second_factor_holds(uuid, boolean) is
  'Whether the caller proved a second factor, or needs none: it is not required of them, and they turned none on.';

create or replace function private.admins_need_second_factor()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (select 1 from private.access_settings as setting where setting.admins_need_second_factor);
end
$$;

comment on function private.admins_need_second_factor() is 'Whether a second factor is required of every admin.';

create or replace function private.seen_as(p_only_reads boolean)
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_session_id uuid := (auth.jwt() ->> 'session_id')::uuid;
  v_user_id uuid;
begin
  if v_session_id is null then
    return auth.uid();
  end if;
  select view.user_id
  into v_user_id
  from auth.sessions as session
  left join private.user_views as view on view.session_id = session.id and view.ends_at > now()
  where session.id = v_session_id;
  if not found then
    raise sqlstate 'PT401' using message = 'Your session has ended.', hint = 'Sign in again.';
  elsif v_user_id is null then
    return auth.uid();
  elsif p_only_reads then
    -- PostgreSQL itself refuses whatever this transaction would go on to write, and lets nothing take that back.
    perform set_config('transaction_read_only', 'on', true);
  end if;
  return v_user_id;
end
$$;

comment on function private.seen_as(boolean) is
  'As whom the caller sees the product: themselves, or whom their session views it as; where that is somebody else, the transaction may be made to only read from here on (25006). PT401 when the session was ended: a token outlives its session by up to an hour, and must not be believed that long.';

create or replace function private.my_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return private.seen_as(true);
end
$$;

comment on function private.my_id() is
  'As whom the caller sees the product; while that is somebody else, the transaction writes nothing more. Whatever writes for people asks this first, by one of the functions below.';

create or replace function private.require_live_session()
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.seen_as(true);
end
$$;

comment on function private.require_live_session() is
  'PT401 when the caller''s session was ended; when it views the product as somebody else, nothing can be written any more.';

create or replace function private.my_role()
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select profile.role
    from public.profiles as profile
    where profile.id = auth.uid()
      and profile.disabled_at is null
      and private.second_factor_holds(
        profile.id,
        profile.mfa_required
          or (
            profile.role = 'admin'
            and exists (select 1 from private.access_settings as setting where setting.admins_need_second_factor)
          )
      )
  );
end
$$;

comment on function private.my_role() is
  'What the person of the token may act as, as whomever they see the product: admin, user, or null when they may do nothing.';

create or replace function private.is_admin()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return private.seen_as(true) is not distinct from auth.uid() and coalesce(private.my_role() = 'admin', false);
end
$$;

comment on function private.is_admin() is
  'Whether the caller is Rose staff: an enabled profile with role admin, with the second factor if it is required or turned on. Nobody is while they view the product as a client user.';

create or replace function private.my_domains()
returns setof text
language plpgsql
stable
security definer
set search_path = ''
rows 10
as $$
declare
  v_id uuid := private.seen_as(true);
  v_viewing boolean := v_id is distinct from auth.uid();
  v_role text := private.my_role();
begin
  if v_role = 'admin' and not v_viewing then
    return query select domain.site_domain from public.domains as domain;
  -- What somebody views as another lasts for as long as they are staff.
  elsif (v_viewing and v_role = 'admin') or (not v_viewing and v_role = 'user') then
    return query
      select membership.site_domain
      from public.user_domains as membership
      join public.profiles as profile on profile.id = membership.user_id
      where membership.user_id = v_id and profile.disabled_at is null;
  end if;
end
$$;

comment on function private.my_domains() is
  'The site domains the caller may see: all for staff, the assigned ones for a client user, none for anyone else; those of whom staff view the product as while they do.';

create or replace function private.may_note_of(p_site_domain text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if private.seen_as(false) <> auth.uid() then
    -- Not my_domains: what staff do while they view the product as somebody else is noted as well.
    return private.my_role() = 'admin';
  end if;
  return exists (select 1 from private.my_domains() as mine (site_domain) where mine.site_domain = p_site_domain);
end
$$;

comment on function private.may_note_of(text) is
  'Whether the caller may have something noted of a website in the audit log: of those they may see.';

create or replace function private.require_admin()
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not private.is_admin() then
    raise sqlstate 'PT403' using message = 'This is for Rose staff.';
  end if;
end
$$;

comment on function private.require_admin() is 'PT403 for everybody but Rose staff.';

revoke execute on function
  private.second_factor_holds(uuid, boolean),
  private.admins_need_second_factor(),
  private.seen_as(boolean),
  private.require_live_session(),
  private.my_role(),
  private.may_note_of(text),
  private.require_admin()
from public, anon, authenticated, service_role;
revoke execute on function private.my_id(), private.is_admin(), private.my_domains() from public, anon;
grant execute on function private.my_id(), private.is_admin(), private.my_domains() to authenticated, service_role;

create or replace function private.put_down_audit(
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
  -- Writers ask my_id, and then nothing can be written; this holds for one that forgot to.
  if p_action in ('create', 'update', 'delete') and private.seen_as(false) <> auth.uid() then
    raise sqlstate 'PT403' using
      message = 'You are viewing the product as somebody else, which changes nothing.',
      hint = 'End the view first.';
  end if;
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
  'Puts an entry down for the end of the transaction, with its actor, request id and address hash. PT403 for a change of a row while the caller views the product as somebody else.';

create or replace function private.audit(
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
declare
  v_seen_as uuid := private.seen_as(false);
begin
  if auth.uid() is not null
    and p_site_domain <> ''
    and not private.may_note_of(p_site_domain)
  then
    raise exception 'There is no website %', p_site_domain using errcode = 'PT404';
  end if;
  if v_seen_as <> auth.uid() then
    p_after := coalesce(p_after, '{}') || jsonb_build_object('viewed_as', v_seen_as);
  end if;
  perform private.put_down_audit(
    p_site_domain, p_action, p_subject_type, p_subject_id, '{}', p_before, p_after
  );
end
$$;

comment on function private.audit(text, text, text, text, jsonb, jsonb) is
  'An entry for what is no write to a table: an export, a transcript that staff looked at. Refuses (PT404) websites the caller may not see. While staff view the product as a client user, it says as whom.';

-- What staff decide about everybody's access, who was invited, and who views the product as whom.

create table private.access_settings (
  id boolean not null default true,
  admins_need_second_factor boolean not null default false,
  revision bigint not null default 0,
  constraint access_settings_pkey primary key (id),
  constraint access_settings_id_check check (id)
);

comment on table private.access_settings is 'One row: what holds for the access of many people at once.';
comment on column private.access_settings.admins_need_second_factor is
  'Whether admins who prove no second factor see and may do nothing.';
comment on column private.access_settings.revision is
  'Counted up by whoever takes an admin away, so that two who do it at once do it one after the other.';

insert into private.access_settings default values;

create trigger audit
  after insert or update or delete on private.access_settings
  for each row execute function private.audit_row('access_settings', 'id', 'revision');

create table public.invitations (
  user_id uuid not null,
  sent_at timestamptz not null,
  expires_at timestamptz not null,
  sent_by uuid,
  sends integer not null default 1,
  constraint invitations_pkey primary key (user_id),
  constraint invitations_user_id_fkey foreign key (user_id) references public.profiles (id) on delete cascade,
  constraint invitations_sends_check check (sends > 0)
);

comment on table public.invitations is
  'The latest invitation of each person who was invited by e-mail; whether they accepted it says `auth.users.email_confirmed_at`.';
comment on column public.invitations.expires_at is 'When the link in the e-mail stops working.';

create table private.user_views (
  session_id uuid not null,
  admin_id uuid not null,
  user_id uuid not null,
  started_at timestamptz not null,
  ends_at timestamptz not null,
  constraint user_views_pkey primary key (session_id),
  constraint user_views_admin_id_fkey foreign key (admin_id) references public.profiles (id) on delete cascade,
  constraint user_views_user_id_fkey foreign key (user_id) references public.profiles (id) on delete cascade,
  constraint user_views_check check (ends_at > started_at and admin_id <> user_id)
);

create index user_views_ends_at_idx on private.user_views (ends_at);

comment on table private.user_views is
  'Which session of an admin sees the product as a client user, until when. A row is made and deleted, never changed.';

create function private.audit_user_view()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_view private.user_views := case tg_op when 'INSERT' then new else old end;
begin
  perform private.put_down_audit(
    '',
    case tg_op when 'INSERT' then 'view_as' else 'view_as_end' end,
    'profile',
    v_view.user_id::text,
    '{}',
    null,
    jsonb_build_object(
      'email', (select profile.email from public.profiles as profile where profile.id = v_view.user_id),
      'admin_id', v_view.admin_id,
      'session_id', v_view.session_id,
      'started_at', v_view.started_at,
      'ends_at', v_view.ends_at
    )
  );
  return null;
end
$$;

comment on function private.audit_user_view() is
  'An entry when somebody begins to view the product as another, and one when it ends, however it does.';

revoke execute on function private.audit_user_view() from public, anon, authenticated, service_role;

create trigger audit
  after insert or delete on private.user_views
  for each row execute function private.audit_user_view();

alter table private.access_settings enable row level security;
alter table public.invitations enable row level security;
alter table private.user_views enable row level security;
revoke all on private.access_settings, public.invitations, private.user_views
  from public, anon, authenticated, service_role;
grant select on public.invitations to authenticated;
grant all on public.invitations to service_role;
grant select on private.access_settings, private.user_views to service_role;

create policy access_settings_select on private.access_settings
  for select to authenticated
  using ((select private.is_admin()));

create policy invitations_select on public.invitations
  for select to authenticated
  using ((select private.is_admin()));

create policy user_views_select on private.user_views
  for select to authenticated
  using ((select private.is_admin()));

-- There is always an admin who can sign in, whoever writes: the product, the auth protocol or the server's own role.

create function private.keep_an_admin()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_table_schema = 'auth' and not exists (
    select 1
    from public.profiles as profile
    where profile.id = new.id and profile.role = 'admin' and profile.disabled_at is null
  ) then
    return null;
  end if;
  -- Of two who each take one of the last two away, the later waits here, and then sees what the earlier left.
  update private.access_settings as setting set revision = setting.revision + 1;
  if not exists (
    select 1
    from public.profiles as profile
    join auth.users as account on account.id = profile.id
    where profile.role = 'admin'
      and profile.disabled_at is null
      and account.role = 'authenticated'
      and account.deleted_at is null
      and account.email_confirmed_at is not null
      and coalesce(account.banned_until <= now(), true)
  ) then
    raise sqlstate 'PT409' using
      message = 'This is the last admin who can sign in.',
      hint = 'Make somebody else an admin first.',
      constraint = 'last_admin';
  end if;
  return null;
end
$$;

comment on function private.keep_an_admin() is
  'Refuses (PT409) to delete, disable, demote or ban the last admin who can sign in.';

create function private.keep_admins_table()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise sqlstate 'PT409' using message = 'Profiles are deleted one by one, so that an admin is left.';
end
$$;

comment on function private.keep_admins_table() is 'Refuses (PT409) to empty the table of profiles at once.';

create function private.end_sessions_of_disabled()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from auth.sessions as session where session.user_id = new.id;
  delete from private.user_views as view where new.id in (view.admin_id, view.user_id);
  return null;
end
$$;

comment on function private.end_sessions_of_disabled() is
  'Whoever is disabled is signed out everywhere, and views as nobody; nobody views as them.';

revoke execute on function
  private.keep_an_admin(),
  private.keep_admins_table(),
  private.end_sessions_of_disabled()
from public, anon, authenticated, service_role;

create trigger keep_an_admin
  after update of role, disabled_at or delete on public.profiles
  for each row when (old.role = 'admin' and old.disabled_at is null)
  execute function private.keep_an_admin();

create trigger keep_admins_table
  before truncate on public.profiles
  for each statement execute function private.keep_admins_table();

create trigger end_sessions_of_disabled
  after update of disabled_at on public.profiles
  for each row when (old.disabled_at is null and new.disabled_at is not null)
  execute function private.end_sessions_of_disabled();

create trigger keep_an_admin
  after update of banned_until, deleted_at, role, email_confirmed_at on auth.users
  for each row when (
    new.banned_until is distinct from old.banned_until
    or new.deleted_at is distinct from old.deleted_at
    or new.role is distinct from old.role
    or (old.email_confirmed_at is not null and new.email_confirmed_at is null)
  )
  execute function private.keep_an_admin();

alter policy profiles_select on public.profiles
  using (id = (select private.my_id()) or (select private.is_admin()));

alter policy user_domains_select on public.user_domains
  using (user_id = (select private.my_id()) or (select private.is_admin()));

alter policy saved_views_select on public.saved_views
  using (
    owner_id = (select private.my_id())
    or site_domain = any (array(select private.my_domains()))
  );

create or replace function public.list_saved_views(p_page text)
returns table (
  id uuid,
  name text,
  search jsonb,
  site_domain text,
  owner_id uuid,
  is_mine boolean,
  updated_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    view.id,
    view.name,
    view.search,
    view.site_domain,
    view.owner_id,
    view.owner_id = me.id,
    view.updated_at
  from public.saved_views as view
  cross join private.my_id() as me (id)
  where view.page = p_page
  order by lower(view.name), view.id
  limit 500
$$;

comment on function public.list_saved_views(text) is
  'The caller''s views of a page and those shared with a domain the caller sees, by name; `site_domain` is the one it is shared with.';

create or replace function public.list_reviews(p_site_domain text, p_conversation_id uuid)
returns table (
  reviewer_id uuid,
  reviewer_name text,
  is_mine boolean,
  thumb text,
  note text,
  labels text[],
  message_id uuid,
  corrected_answer text,
  created_at timestamptz,
  updated_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    review.reviewer_id,
    reviewer.name,
    review.reviewer_id = me.id,
    review.thumb,
    review.note,
    review.labels,
    review.message_id,
    review.corrected_answer,
    review.created_at,
    review.updated_at
  from public.reviews as review
  join private.reviewer_names(p_site_domain, p_conversation_id) as reviewer
    on reviewer.reviewer_id = review.reviewer_id
  cross join private.my_id() as me (id)
  where review.site_domain = p_site_domain and review.conversation_id = p_conversation_id
  order by review.updated_at desc, review.reviewer_id
$$;

comment on function public.list_reviews(text, uuid) is 'The reviews of a conversation with their reviewers'' names, the latest first.';

-- What staff change of people: who they are to the product, what they see, and whether they may come in.

create function private.user_to_change(p_id uuid)
returns public.profiles
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles;
begin
  perform private.require_admin();
  select * into v_profile from public.profiles as profile where profile.id = p_id for update;
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such user.';
  end if;
  return v_profile;
end
$$;

comment on function private.user_to_change(uuid) is
  'A person''s profile, locked, for staff. PT403 for everybody else, PT404 when there is none.';

create function private.change_user(p_id uuid, p_changes jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles := private.user_to_change(p_id);
  v_role text := coalesce(p_changes ->> 'role', v_profile.role);
  v_name text := btrim(coalesce(p_changes ->> 'full_name', v_profile.full_name));
  v_required boolean := coalesce((p_changes ->> 'mfa_required')::boolean, v_profile.mfa_required);
begin
  perform private.require_admin();
  if v_role not in ('admin', 'user') then
    raise sqlstate 'PT422' using message = 'The role is admin or user.', column = 'role';
  elsif length(v_name) > 200 then
    raise sqlstate 'PT422' using message = 'A name has at most 200 characters.', column = 'full_name';
  elsif p_id = auth.uid() and v_role <> v_profile.role then
    raise sqlstate 'PT409' using
      message = 'You cannot change your own role: another admin can.', column = 'role';
  elsif p_id = auth.uid() and v_required and not v_profile.mfa_required
    and coalesce(auth.jwt() ->> 'aal', '') <> 'aal2'
  then
    raise sqlstate 'PT409' using
      message = 'Turn your own second factor on first, or you would lock yourself out.', column = 'mfa_required';
  end if;
  update public.profiles as profile
  set role = v_role, full_name = v_name, mfa_required = v_required
  where profile.id = p_id;
  if v_name <> v_profile.full_name then
    -- The account's own name would come back with the next change of it.
    update auth.users as account
    set raw_user_meta_data = coalesce(account.raw_user_meta_data, '{}') || jsonb_build_object('full_name', v_name)
    where account.id = p_id;
  end if;
  if v_role <> v_profile.role then
    delete from private.user_views as view where p_id in (view.admin_id, view.user_id);
  end if;
end
$$;

comment on function private.change_user(uuid, jsonb) is
  'Gives a person another role, full_name or mfa_required, as far as these are given. PT409 for one''s own role, for a second factor of one''s own that is not turned on yet, and for the last admin.';

create function private.assign_domains(p_user_ids uuid[], p_add text[], p_remove text[])
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_added bigint;
  v_removed bigint;
  v_unknown text;
begin
  perform private.require_admin();
  if cardinality(p_user_ids) not between 1 and 500 then
    raise sqlstate 'PT422' using message = 'Choose 1 to 500 users at once.', column = 'user_ids';
  end if;
  select given.id::text into v_unknown
  from unnest(p_user_ids) as given (id)
  where not exists (select 1 from public.profiles as profile where profile.id = given.id)
  limit 1;
  if found then
    raise sqlstate 'PT404' using message = 'One of these users is no longer there. Load the list again.';
  end if;
  select given.site_domain into v_unknown
  from unnest(p_add) as given (site_domain)
  where not exists (select 1 from public.domains as domain where domain.site_domain = given.site_domain)
  limit 1;
  if found then
    raise sqlstate 'PT422' using message = format('There is no domain %s.', v_unknown), column = 'add';
  end if;
  insert into public.user_domains (user_id, site_domain)
  select person.id, domain.site_domain
  from unnest(p_user_ids) as person (id)
  cross join unnest(p_add) as domain (site_domain)
  order by 1, 2
  on conflict do nothing;
  get diagnostics v_added = row_count;
  delete from public.user_domains as membership
  where membership.user_id = any (p_user_ids)
    and membership.site_domain = any (p_remove)
    and not membership.site_domain = any (p_add);
  get diagnostics v_removed = row_count;
  return v_added + v_removed;
end
$$;

comment on function private.assign_domains(uuid[], text[], text[]) is
  'Gives several people some domains and takes others away; what they have already, or have not, stays so. Gives how many assignments changed.';

create function private.disable_user(p_id uuid, p_disabled boolean)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.user_to_change(p_id);
  perform private.require_admin();
  if p_disabled and p_id = auth.uid() then
    raise sqlstate 'PT409' using message = 'You cannot disable yourself: another admin can.';
  end if;
  update public.profiles as profile
  set disabled_at = case when p_disabled then coalesce(profile.disabled_at, now()) end
  where profile.id = p_id;
end
$$;

comment on function private.disable_user(uuid, boolean) is
  'Lets a person in no longer, and signs them out everywhere at once; or lets them in again. PT409 for oneself and for the last admin.';

create function private.end_user_sessions(p_id uuid)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles := private.user_to_change(p_id);
  v_ended bigint;
begin
  perform private.require_admin();
  perform 1 from auth.sessions as session where session.user_id = p_id for update;
  get diagnostics v_ended = row_count;
  -- First, since who does it to themselves has no session afterwards.
  perform private.audit(
    '', 'sign_out', 'profile', p_id::text, null, jsonb_build_object('email', v_profile.email, 'sessions', v_ended)
  );
  delete from auth.sessions as session where session.user_id = p_id;
  return v_ended;
end
$$;

comment on function private.end_user_sessions(uuid) is 'Signs a person out everywhere. Gives of how many sessions.';

create function private.save_access_settings(p_admins_need_second_factor boolean)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.require_admin();
  if p_admins_need_second_factor and coalesce(auth.jwt() ->> 'aal', '') <> 'aal2' then
    raise sqlstate 'PT409' using
      message = 'Turn your own second factor on first, or you would lock yourself out.',
      column = 'admins_need_second_factor';
  end if;
  update private.access_settings as setting set admins_need_second_factor = p_admins_need_second_factor;
end
$$;

comment on function private.save_access_settings(boolean) is
  'Whether every admin needs a second factor. PT409 for who has not proved one.';

revoke execute on function private.user_to_change(uuid) from public, anon, authenticated, service_role;
revoke execute on function
  private.change_user(uuid, jsonb),
  private.assign_domains(uuid[], text[], text[]),
  private.disable_user(uuid, boolean),
  private.end_user_sessions(uuid),
  private.save_access_settings(boolean)
from public, anon, service_role;
grant execute on function
  private.change_user(uuid, jsonb),
  private.assign_domains(uuid[], text[], text[]),
  private.disable_user(uuid, boolean),
  private.end_user_sessions(uuid),
  private.save_access_settings(boolean)
to authenticated;

-- Coming and going: who is invited, who is written to, who is deleted.

create function private.is_confirmed(p_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select 1
    from auth.users as account
    where account.id = p_id and (account.email_confirmed_at is not null or account.last_sign_in_at is not null)
  )
$$;

comment on function private.is_confirmed(uuid) is 'Whether a person has accepted their invitation, or came in some other way.';

create function private.invite_user(p_id uuid, p_expires_at timestamptz)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles := private.user_to_change(p_id);
begin
  perform private.require_admin();
  if private.is_confirmed(p_id) then
    raise sqlstate 'PT409' using message = 'This person has accepted already.', column = 'email';
  elsif v_profile.disabled_at is not null then
    raise sqlstate 'PT409' using message = 'This person is disabled. Enable them first.';
  end if;
  insert into public.invitations as invitation (user_id, sent_at, expires_at, sent_by)
  values (p_id, now(), p_expires_at, auth.uid())
  on conflict (user_id) do update
    set
      sent_at = excluded.sent_at,
      expires_at = excluded.expires_at,
      sent_by = excluded.sent_by,
      sends = invitation.sends + 1;
  perform private.audit(
    '',
    'invite',
    'profile',
    p_id::text,
    null,
    jsonb_build_object('email', v_profile.email, 'role', v_profile.role, 'expires_at', p_expires_at)
  );
  return v_profile.email;
end
$$;

comment on function private.invite_user(uuid, timestamptz) is
  'Notes that a person is invited, or invited again, until when; gives the address to write to. PT409 when they accepted already or are disabled.';

create function private.ask_for_reset(p_id uuid)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles := private.user_to_change(p_id);
begin
  perform private.require_admin();
  if not private.is_confirmed(p_id) then
    raise sqlstate 'PT409' using message = 'This person has no password yet. Invite them again.';
  elsif v_profile.disabled_at is not null then
    raise sqlstate 'PT409' using message = 'This person is disabled. Enable them first.';
  end if;
  perform private.audit(
    '', 'reset_password', 'profile', p_id::text, null, jsonb_build_object('email', v_profile.email)
  );
  return v_profile.email;
end
$$;

comment on function private.ask_for_reset(uuid) is
  'Notes that a person is sent a link to choose another password; gives the address to write to. PT409 when they have none yet or are disabled.';

create function private.forget_user(p_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- What a person shared with their colleagues stays with them, as the colleague's who deletes the person.
  update public.saved_views as view
  set owner_id = auth.uid()
  where view.owner_id = p_id and view.site_domain is not null;
  delete from auth.users as account where account.id = p_id;
  delete from public.profiles as profile where profile.id = p_id;
  perform private.erase_audit_actor(p_id);
  perform private.erase_audit_subject('', 'profile', p_id::text);
  -- What this transaction itself has put down of them.
  update private.audit_pending as pending
  set before = null, after = null
  where pending.subject_type = 'profile' and pending.subject_id = p_id::text;
end
$$;

comment on function private.forget_user(uuid) is
  'Deletes an account, and blanks name and address in the audit log. What the person wrote stays under an id that says nothing any more.';

create function private.delete_user(p_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.user_to_change(p_id);
  perform private.require_admin();
  if p_id = auth.uid() then
    raise sqlstate 'PT409' using message = 'You cannot delete yourself: another admin can.';
  end if;
  perform private.forget_user(p_id);
end
$$;

comment on function private.delete_user(uuid) is
  'Deletes a person. What they wrote stays, without their name. PT409 for oneself and for the last admin.';

create function private.revoke_invitation(p_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.user_to_change(p_id);
  perform private.require_admin();
  perform 1 from auth.users as account where account.id = p_id for update;
  if private.is_confirmed(p_id) then
    raise sqlstate 'PT409' using message = 'This person has accepted already. Disable or delete them.';
  end if;
  perform private.forget_user(p_id);
end
$$;

comment on function private.revoke_invitation(uuid) is
  'Takes an invitation back that was not accepted: its link works no more, and the account is gone. PT409 when it was accepted.';

revoke execute on function private.is_confirmed(uuid), private.forget_user(uuid)
from public, anon, authenticated, service_role;
revoke execute on function
  private.invite_user(uuid, timestamptz),
  private.ask_for_reset(uuid),
  private.delete_user(uuid),
  private.revoke_invitation(uuid)
from public, anon, service_role;
grant execute on function
  private.invite_user(uuid, timestamptz),
  private.ask_for_reset(uuid),
  private.delete_user(uuid),
  private.revoke_invitation(uuid)
to authenticated;

-- Seeing the product as a client user sees it: read-only, for half an hour, and in the log.

create function private.start_user_view(p_user_id uuid)
returns timestamptz
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_session_id uuid := (auth.jwt() ->> 'session_id')::uuid;
  v_profile public.profiles;
  v_ends_at timestamptz := now() + interval '30 minutes';
begin
  perform private.require_admin();
  if v_session_id is null then
    raise sqlstate 'PT400' using message = 'Only who is signed in can view the product as somebody else.';
  end if;
  select * into v_profile from public.profiles as profile where profile.id = p_user_id;
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such user.';
  elsif v_profile.role <> 'user' then
    raise sqlstate 'PT409' using message = 'Rose staff see what you see. View as a client user.';
  elsif v_profile.disabled_at is not null then
    raise sqlstate 'PT409' using message = 'This person is disabled and sees nothing.';
  end if;
  -- One that is over, but not yet put away.
  delete from private.user_views as view where view.session_id = v_session_id;
  insert into private.user_views (session_id, admin_id, user_id, started_at, ends_at)
  values (v_session_id, auth.uid(), p_user_id, now(), v_ends_at);
  return v_ends_at;
end
$$;

comment on function private.start_user_view(uuid) is
  'From now on, for 30 minutes, the caller''s session sees what a client user sees, and changes nothing. Gives when it ends.';

create function private.end_user_view()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.seen_as(false);
  delete from private.user_views as view
  where view.session_id = (auth.jwt() ->> 'session_id')::uuid and view.admin_id = auth.uid();
end
$$;

comment on function private.end_user_view() is
  'The caller''s session sees the product as the caller again. The one thing such a session may write besides the log.';

create function private.end_old_user_views()
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ended bigint;
begin
  delete from private.user_views as view
  where view.ends_at <= now()
    or not exists (select 1 from auth.sessions as session where session.id = view.session_id);
  get diagnostics v_ended = row_count;
  return v_ended;
end
$$;

comment on function private.end_old_user_views() is
  'Puts views away whose time is over or whose session has ended, which is when the log says so. Gives how many.';

revoke execute on function private.start_user_view(uuid), private.end_user_view() from public, anon, service_role;
grant execute on function private.start_user_view(uuid), private.end_user_view() to authenticated;
revoke execute on function private.end_old_user_views() from public, anon, authenticated;
grant execute on function private.end_old_user_views() to service_role;

-- The people who sign in, as staff list them. The filter is one argument, so that list, count and export agree.

create function private.user_rows()
returns table (
  id uuid,
  email text,
  full_name text,
  role text,
  state text,
  site_domains text[],
  created_at timestamptz,
  last_sign_in_at timestamptz,
  sessions integer,
  has_second_factor boolean,
  mfa_required boolean,
  needs_second_factor boolean,
  invited_at timestamptz,
  invited_by text,
  invitation_expires_at timestamptz,
  disabled_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  perform private.require_admin();
  return query
    select
      profile.id,
      profile.email,
      profile.full_name,
      profile.role,
      case
        when profile.disabled_at is not null then 'disabled'
        when account.email_confirmed_at is not null or account.last_sign_in_at is not null then 'active'
        when invitation.expires_at > now() then 'invited'
        else 'expired'
      end,
      array(
        select membership.site_domain
        from public.user_domains as membership
        where membership.user_id = profile.id
        order by 1
      ),
      profile.created_at,
      account.last_sign_in_at,
      (
        select count(*)::integer
        from auth.sessions as session
        where session.user_id = profile.id and (session.not_after is null or session.not_after > now())
      ),
      exists (
        select 1
        from auth.mfa_factors as factor
        where factor.user_id = profile.id and factor.status = 'verified'
      ),
      profile.mfa_required,
      profile.mfa_required or (profile.role = 'admin' and private.admins_need_second_factor()),
      invitation.sent_at,
      (
        select coalesce(nullif(inviter.full_name, ''), inviter.email)
        from public.profiles as inviter
        where inviter.id = invitation.sent_by
      ),
      invitation.expires_at,
      profile.disabled_at
    from public.profiles as profile
    left join auth.users as account on account.id = profile.id
    left join public.invitations as invitation on invitation.user_id = profile.id;
end
$$;

comment on function private.user_rows() is
  'Everybody who signs in or is invited to, for staff: PT403 for everybody else. State is invited, expired (an invitation not accepted in time), active or disabled; sessions are the open ones.';

create function private.check_user_filter(p_filter jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  perform private.check_filter(
    p_filter,
    '{"search": "text", "role": "text", "state": "text", "domain": "text", "second_factor": "boolean", "id": "uuid"}'
  );
  if p_filter ->> 'role' not in ('admin', 'user') then
    raise exception 'p_filter.role is admin or user' using errcode = 'PT400';
  elsif p_filter ->> 'state' not in ('invited', 'expired', 'active', 'disabled') then
    raise exception 'p_filter.state is invited, expired, active or disabled' using errcode = 'PT400';
  end if;
end
$$;

comment on function private.check_user_filter(jsonb) is
  'Refuses (PT400) a filter of users with an unknown key or a value that is none.';

create function private.filtered_users(p_filter jsonb)
returns table (
  id uuid,
  email text,
  full_name text,
  role text,
  state text,
  site_domains text[],
  created_at timestamptz,
  last_sign_in_at timestamptz,
  sessions integer,
  has_second_factor boolean,
  mfa_required boolean,
  needs_second_factor boolean,
  invited_at timestamptz,
  invited_by text,
  invitation_expires_at timestamptz,
  disabled_at timestamptz
)
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
begin
  perform private.check_user_filter(p_filter);
  return query
    select person.*
    from private.user_rows() as person
    where (p_filter ->> 'id' is null or person.id = (p_filter ->> 'id')::uuid)
      and (p_filter ->> 'role' is null or person.role = p_filter ->> 'role')
      and (p_filter ->> 'state' is null or person.state = p_filter ->> 'state')
      and (
        p_filter ->> 'second_factor' is null
        or person.has_second_factor = (p_filter ->> 'second_factor')::boolean
      )
      -- Whom a domain is assigned to; staff see every domain without.
      and (p_filter ->> 'domain' is null or p_filter ->> 'domain' = any (person.site_domains))
      and (
        coalesce(p_filter ->> 'search', '') = ''
        or strpos(lower(person.full_name || ' ' || person.email), lower(p_filter ->> 'search')) > 0
      );
end
$$;

comment on function private.filtered_users(jsonb) is
  'The people that pass a filter, for staff. Keys: search (in name and address), role, state, domain (assigned to them), second_factor (on or not), id.';

create function private.user_sort_key(
  p_sort text,
  p_email text,
  p_full_name text,
  p_created_at timestamptz,
  p_last_sign_in_at timestamptz,
  p_sessions integer
)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case p_sort
    when 'name' then lower(coalesce(nullif(p_full_name, ''), p_email))
    when 'email' then lower(p_email)
    when 'newest' then to_char(p_created_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS')
    when 'last_sign_in' then coalesce(to_char(p_last_sign_in_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS'), '')
    when 'sessions' then lpad(p_sessions::text, 10, '0')
  end;
end
$$;

comment on function private.user_sort_key(text, text, text, timestamptz, timestamptz, integer) is
  'What a list of people is sorted by, as a text: name and email rising, newest, last_sign_in and sessions falling.';

create function public.get_users(
  p_filter jsonb default '{}',
  p_sort text default 'name',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  id uuid,
  email text,
  full_name text,
  role text,
  state text,
  site_domains text[],
  created_at timestamptz,
  last_sign_in_at timestamptz,
  sessions integer,
  has_second_factor boolean,
  mfa_required boolean,
  needs_second_factor boolean,
  invited_at timestamptz,
  invited_by text,
  invitation_expires_at timestamptz,
  disabled_at timestamptz,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_after_key text := p_after ->> 'key';
  v_after_id uuid;
begin
  if p_sort is null or p_sort not in ('name', 'email', 'newest', 'last_sign_in', 'sessions') then
    raise exception 'p_sort is name, email, newest, last_sign_in or sessions' using errcode = 'PT400';
  end if;
  if p_after is not null then
    if v_after_key is null or not private.casts_to(p_after ->> 'id', 'uuid') then
      raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
    end if;
    v_after_id := p_after ->> 'id';
  end if;
  return query
    select
      person.*,
      jsonb_build_object('key', key.value, 'id', person.id)
    from private.filtered_users(p_filter) as person
    cross join lateral (
      select private.user_sort_key(
        p_sort, person.email, person.full_name, person.created_at, person.last_sign_in_at, person.sessions
      ) collate "C" as value
    ) as key
    where p_after is null
      or case
        when p_sort in ('name', 'email') then (key.value, person.id) > (v_after_key collate "C", v_after_id)
        else (key.value, person.id) < (v_after_key collate "C", v_after_id)
      end
    order by
      case when p_sort in ('name', 'email') then key.value end,
      case when p_sort in ('name', 'email') then person.id end,
      key.value desc,
      person.id desc
    limit v_limit;
end
$$;

comment on function public.get_users(jsonb, text, integer, jsonb) is
  'The people who sign in or are invited to, at most 200 a page; the cursor of the last row asks for the next page. For staff: PT403 for everybody else. Filter keys: search (in name and address), role, state (invited, expired, active, disabled), domain (assigned to them), second_factor (whether it is on), id.';

create function public.count_users(p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select count(*) from private.filtered_users(p_filter));
end
$$;

comment on function public.count_users(jsonb) is 'How many people pass the filter of get_users, for staff.';

create function private.export_users(p_filter jsonb, p_sort text)
returns table (
  id uuid,
  email text,
  full_name text,
  role text,
  state text,
  site_domains text,
  created_at timestamptz,
  last_sign_in_at timestamptz,
  sessions integer,
  has_second_factor boolean,
  needs_second_factor boolean,
  invited_at timestamptz,
  disabled_at timestamptz
)
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select
      person.id,
      person.email,
      person.full_name,
      person.role,
      person.state,
      array_to_string(person.site_domains, ', '),
      person.created_at,
      person.last_sign_in_at,
      person.sessions,
      person.has_second_factor,
      person.needs_second_factor,
      person.invited_at,
      person.disabled_at
    from private.filtered_users(p_filter) as person
    cross join lateral (
      select private.user_sort_key(
        p_sort, person.email, person.full_name, person.created_at, person.last_sign_in_at, person.sessions
      ) collate "C" as value
    ) as key
    order by
      case when p_sort in ('name', 'email') then key.value end,
      case when p_sort in ('name', 'email') then person.id end,
      key.value desc,
      person.id desc;
end
$$;

comment on function private.export_users(jsonb, text) is
  'Everybody who passes the filter of get_users, in its order, as an export shows them.';

revoke execute on function
  private.user_rows(),
  private.check_user_filter(jsonb),
  private.filtered_users(jsonb),
  private.user_sort_key(text, text, text, timestamptz, timestamptz, integer),
  public.get_users(jsonb, text, integer, jsonb),
  public.count_users(jsonb),
  private.export_users(jsonb, text)
from public, anon;
grant execute on function
  private.user_rows(),
  private.check_user_filter(jsonb),
  private.filtered_users(jsonb),
  private.user_sort_key(text, text, text, timestamptz, timestamptz, integer),
  public.get_users(jsonb, text, integer, jsonb),
  public.count_users(jsonb),
  private.export_users(jsonb, text)
to authenticated, service_role;

-- What the pages ask about access: as whom one sees the product, and what staff decided for everybody.

create function private.my_access()
returns table (
  user_id uuid,
  is_viewing boolean,
  email text,
  full_name text,
  view_ends_at timestamptz,
  lacks_second_factor boolean
)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_id uuid := private.my_id();
begin
  return query
    select
      profile.id,
      profile.id <> auth.uid(),
      profile.email,
      profile.full_name,
      (
        select view.ends_at
        from private.user_views as view
        where view.session_id = (auth.jwt() ->> 'session_id')::uuid and view.user_id = profile.id and view.ends_at > now()
      ),
      -- Of the caller's own: whoever turned one on is asked for it when they sign in.
      profile.id = auth.uid()
        and not private.second_factor_holds(
          profile.id,
          profile.mfa_required or (profile.role = 'admin' and private.admins_need_second_factor())
        )
    from public.profiles as profile
    where profile.id = v_id;
end
$$;

comment on function private.my_access() is
  'As whom the caller sees the product. A definer, since sessions are for nobody to read.';

create function public.get_my_access()
returns table (
  user_id uuid,
  is_viewing boolean,
  email text,
  full_name text,
  view_ends_at timestamptz,
  lacks_second_factor boolean
)
language sql
stable
set search_path = ''
as $$
  select * from private.my_access()
$$;

comment on function public.get_my_access() is
  'As whom the caller sees the product: themselves, or (is_viewing) a client user until view_ends_at; and whether a second factor is required of them that they have not proved. PT401 when the session has ended.';

create function private.access_settings_for_staff()
returns table (admins_need_second_factor boolean)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  perform private.require_admin();
  return query select setting.admins_need_second_factor from private.access_settings as setting;
end
$$;

comment on function private.access_settings_for_staff() is 'What holds for everybody''s access. PT403 for everybody but staff.';

create function public.get_access_settings()
returns table (admins_need_second_factor boolean)
language sql
stable
set search_path = ''
as $$
  select * from private.access_settings_for_staff()
$$;

comment on function public.get_access_settings() is
  'What holds for everybody''s access, for staff: whether every admin needs a second factor.';

revoke execute on function
  private.my_access(),
  public.get_my_access(),
  private.access_settings_for_staff(),
  public.get_access_settings()
from public, anon;
grant execute on function
  private.my_access(),
  public.get_my_access(),
  private.access_settings_for_staff(),
  public.get_access_settings()
to authenticated, service_role;

create or replace function private.audit_sentence(
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
    when 'config' then 'Configuration of every website'
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
    case when p_subject_type = 'domain' then p_subject_id end
  );
begin
  if p_subject_type = 'export' then
    return upper(left(p_subject_id, 1)) || replace(substr(p_subject_id, 2), '_', ' ') || ' exported'
      || coalesce(': ' || (v_row ->> 'rows') || case v_row ->> 'rows' when '1' then ' row' else ' rows' end, '')
      || coalesce(' as ' || upper(v_row ->> 'format'), '');
  end if;
  if p_subject_type = 'profile' then
    if p_action = 'update' and p_changed = array['disabled_at'] then
      p_action := case when p_after ->> 'disabled_at' is null then 'enable' else 'disable' end;
    elsif p_action = 'update' and p_changed = array['role'] then
      return case p_after ->> 'role' when 'admin' then 'Person made Rose staff' else 'Person made a client user' end
        || coalesce(': ' || left(v_name, 100), '');
    end if;
    case p_action
      when 'view_as' then
        return 'Product viewed as ' || coalesce(left(v_name, 100), 'somebody');
      when 'view_as_end' then
        return 'No longer viewed as ' || coalesce(left(v_name, 100), 'somebody');
      when 'invite' then
        return 'Invited: ' || coalesce(left(v_name, 100), 'somebody');
      when 'sign_out' then
        return 'Signed out everywhere: ' || coalesce(left(v_name, 100), 'somebody');
      when 'reset_password' then
        return 'Link to choose a new password sent: ' || coalesce(left(v_name, 100), 'somebody');
      when 'disable', 'enable' then
        return 'Person ' || p_action || 'd: ' || coalesce(left(v_name, 100), 'somebody');
      else
        null;
    end case;
  elsif p_subject_type = 'access_settings' then
    return 'Second factor '
      || case when (v_row ->> 'admins_need_second_factor')::boolean then 'required' else 'no longer required' end
      || ' of every admin';
  end if;
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
  elsif p_action = 'update' and p_subject_type = 'ai_section' and 'archived_at' = any (p_changed) then
    return v_kind
      || case when p_after ->> 'archived_at' is null then ' restored' else ' archived' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'ai_section' and 'published_version' = any (p_changed) then
    return v_kind
      || case when p_after ->> 'published_version' is null then ' unpublished' else ' published' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_subject_type = 'agent' and p_action <> 'delete' then
    return v_kind
      || case
        when p_action = 'update' and not 'enabled' = any (p_changed) then ' switched for another reason'
        when (p_after ->> 'enabled')::boolean then ' turned on'
        else ' turned off'
      end
      || coalesce(': ' || left(v_name, 100), '')
      || coalesce(' (' || nullif(left(p_after ->> 'reason', 200), '') || ')', '');
  elsif p_action = 'update' and p_changed = array['enabled'] then
    return v_kind
      || case (p_after ->> 'enabled')::boolean
        when true then ' turned on'
        when false then ' turned off'
        else ' no longer turned on or off here'
      end
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
