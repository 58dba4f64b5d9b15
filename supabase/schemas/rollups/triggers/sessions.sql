-- Every statement that writes sessions appends what it changed to the deltas, whoever wrote it.

create function rollup.record_session_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changes rollup.change[];
begin
  if tg_op = 'INSERT' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, c.n)::rollup.change)
    into v_changes
    from new_rows as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host, r.account_id) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host, r.account_id) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, country, device_type, referrer_host, account_id from new_rows
        except all
        select site_domain, day, counts, country, device_type, referrer_host, account_id from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, country, device_type, referrer_host, account_id from old_rows
        except all
        select site_domain, day, counts, country, device_type, referrer_host, account_id from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host, r.account_id) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

comment on function rollup.record_session_changes() is 'Appends what a statement on public.visitor_sessions changed to the deltas.';

revoke execute on function rollup.record_session_changes() from public, anon, authenticated, service_role;

create trigger record_insert after insert on public.visitor_sessions
  referencing new table as new_rows
  for each statement execute function rollup.record_session_changes();

create trigger record_update after update on public.visitor_sessions
  referencing old table as old_rows new table as new_rows
  for each statement execute function rollup.record_session_changes();

create trigger record_delete after delete on public.visitor_sessions
  referencing old table as old_rows
  for each statement execute function rollup.record_session_changes();
