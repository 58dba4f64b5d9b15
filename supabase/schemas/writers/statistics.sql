-- Statistics for tables that just began to fill.

create function private.analyze_young_tables()
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
            'public.accounts', 'rollup.visitor_days', 'rollup.visitor_facets', 'rollup.daily', 'rollup.weekly',
            'rollup.monthly', 'rollup.chains', 'rollup.account_days', 'rollup.account_weeks',
            'rollup.account_months', 'rollup.account_totals'
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

comment on function private.analyze_young_tables() is
  'Called by writers: analyzes each table of facts once, as soon as it holds more than a few pages.';

revoke execute on function private.analyze_young_tables() from public, anon, authenticated, service_role;
