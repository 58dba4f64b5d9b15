-- A visitor's sessions and conversations belong to the visitor's account, whoever writes which first.

create function private.take_account()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  new.account_id := (
    select visitor.account_id
    from public.visitors as visitor
    where visitor.site_domain = new.site_domain and visitor.id = new.visitor_id
  );
  return new;
end
$$;

comment on function private.take_account() is 'Gives a new conversation, or a session or conversation of another visitor now, its visitor''s account.';

-- Sessions come by the batch and mostly are nobody's: one look for all that a statement inserted.
create trigger take_account before update of visitor_id on public.visitor_sessions
  for each row execute function private.take_account();

create function private.take_accounts()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.visitor_sessions as session
  set account_id = visitor.account_id
  from new_rows as added
  join public.visitors as visitor
    on visitor.site_domain = added.site_domain
    and visitor.id = added.visitor_id
    and visitor.account_id is not null
  where session.site_domain = added.site_domain and session.id = added.id;
  return null;
end
$$;

comment on function private.take_accounts() is 'Gives new sessions their visitors'' accounts.';

create trigger take_accounts after insert on public.visitor_sessions
  referencing new table as new_rows
  for each statement execute function private.take_accounts();

create trigger take_account before insert or update of visitor_id on public.conversations
  for each row execute function private.take_account();

create function private.spread_account()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- An update of no row would still run every trigger that keeps figures.
  if exists (
    select 1
    from public.visitor_sessions
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id
  ) then
    update public.visitor_sessions
    set account_id = new.account_id
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id;
  end if;
  if exists (
    select 1
    from public.conversations
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id
  ) then
    update public.conversations
    set account_id = new.account_id
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id;
  end if;
  update rollup.visitor_days
  set account_id = new.account_id
  where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id;
  return null;
end
$$;

comment on function private.spread_account() is 'Brings a visitor''s new account to the visitor''s sessions, conversations and days.';

create trigger spread_account after update of account_id on public.visitors
  for each row when (new.account_id is distinct from old.account_id)
  execute function private.spread_account();

revoke execute on function private.take_account(), private.take_accounts(), private.spread_account()
from public, anon, authenticated, service_role;
