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
