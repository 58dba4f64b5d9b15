-- Invitations are checked before an account is made.

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

revoke execute on function private.check_invitation(text, text, text[]) from public, anon, service_role;
grant execute on function private.check_invitation(text, text, text[]) to authenticated;
