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

create function private.check_invitation(p_email text, p_role text, p_site_domains text[])
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_unknown text;
  v_id uuid;
begin
  perform private.require_admin();
  if p_role not in ('admin', 'user') then
    raise sqlstate 'PT422' using message = 'The role is admin or user.', column = 'role';
  end if;
  select given.site_domain into v_unknown
  from unnest(p_site_domains) as given (site_domain)
  where not exists (select 1 from public.domains as domain where domain.site_domain = given.site_domain)
  limit 1;
  if found then
    raise sqlstate 'PT422' using message = format('There is no domain %s.', v_unknown), column = 'domains';
  end if;
  select account.id into v_id from auth.users as account where lower(account.email) = lower(p_email);
  -- Who began to sign up by themselves was written to, and may have chosen a password.
  if v_id is not null
    and (
      private.is_confirmed(v_id)
      or exists (select 1 from auth.users as account where account.id = v_id and account.confirmation_sent_at is not null)
      or exists (select 1 from public.invitations as invitation where invitation.user_id = v_id)
    )
  then
    raise sqlstate 'PT409' using
      message = 'Somebody with this address is here already. Look for them in the list.', column = 'email';
  end if;
  return v_id;
end
$$;

comment on function private.check_invitation(text, text, text[]) is
  'Whether somebody can be invited, before an account is made: gives the account there is already if an earlier invitation stopped half-way, null when there is none. PT422 for a role or a domain (columns role, domains) that does not exist; PT409 (column email) when the person is here already.';

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
  private.check_invitation(text, text, text[]),
  private.invite_user(uuid, timestamptz),
  private.ask_for_reset(uuid),
  private.delete_user(uuid),
  private.revoke_invitation(uuid)
from public, anon, service_role;
grant execute on function
  private.check_invitation(text, text, text[]),
  private.invite_user(uuid, timestamptz),
  private.ask_for_reset(uuid),
  private.delete_user(uuid),
  private.revoke_invitation(uuid)
to authenticated;
