-- Sessions take their accounts by the statement, and a young database plans the list of accounts right.

drop trigger take_account on public.visitor_sessions;

create trigger take_account before update of visitor_id on public.visitor_sessions
  for each row execute function private.take_account();

comment on function private.take_account() is 'Gives a new conversation, or a session or conversation of another visitor now, its visitor''s account.';

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

revoke execute on function private.take_accounts() from public, anon, authenticated, service_role;

create trigger take_accounts after insert on public.visitor_sessions
  referencing new table as new_rows
  for each statement execute function private.take_accounts();

create index deltas_account_idx on rollup.deltas (site_domain, dimension, value)
  where dimension in ('account', 'account_score');

create or replace function private.analyze_young_tables()
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_table regclass;
begin
  -- Without statistics an index that shares only the tenant looks as good as the primary key, and a busy
  -- writer keeps that plan until autovacuum comes by.
  for v_table in
    select class.oid::regclass
    from pg_catalog.pg_class as class
    where class.relkind = 'r'
      and class.reltuples < 0
      and (
        class.oid = any (
          array[
            'public.event_ids', 'public.visitors', 'public.visitor_ids', 'public.visitor_sessions',
            'public.session_pages', 'public.conversations', 'public.messages', 'public.conversions',
            'public.accounts', 'rollup.visitor_days', 'rollup.daily', 'rollup.monthly', 'rollup.chains'
          ]::regclass[]
        )
        or class.oid in (
          select part.inhrelid
          from pg_catalog.pg_inherits as part
          where part.inhparent = 'public.events'::regclass
        )
      )
      and pg_catalog.pg_relation_size(class.oid) > 65536
  loop
    -- One writer is enough.
    exit when not pg_catalog.pg_try_advisory_xact_lock(
      pg_catalog.hashtext('private.analyze_young_tables')
    );
    execute format('analyze %s', v_table);
  end loop;
end
$$;
