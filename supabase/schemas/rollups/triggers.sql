-- Every statement that writes facts appends what it changed to the deltas, whoever wrote it.

create function rollup.record_event_changes()
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
    cross join lateral rollup.event_contributions(r.name) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.event_contributions(r.name) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, name from new_rows
        except all
        select site_domain, day, counts, name from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, name from old_rows
        except all
        select site_domain, day, counts, name from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.event_contributions(r.name) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

comment on function rollup.record_event_changes() is 'Appends what a statement on public.events changed to the deltas.';

revoke execute on function rollup.record_event_changes() from public, anon, authenticated, service_role;

create trigger record_insert after insert on public.events
  referencing new table as new_rows
  for each statement execute function rollup.record_event_changes();

create trigger record_update after update on public.events
  referencing old table as old_rows new table as new_rows
  for each statement execute function rollup.record_event_changes();

create trigger record_delete after delete on public.events
  referencing old table as old_rows
  for each statement execute function rollup.record_event_changes();

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
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, country, device_type, referrer_host from new_rows
        except all
        select site_domain, day, counts, country, device_type, referrer_host from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, country, device_type, referrer_host from old_rows
        except all
        select site_domain, day, counts, country, device_type, referrer_host from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host) as c
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

create function rollup.record_session_page_changes()
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
    cross join lateral rollup.session_page_contributions(r.page) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.session_page_contributions(r.page) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, page from new_rows
        except all
        select site_domain, day, counts, page from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, page from old_rows
        except all
        select site_domain, day, counts, page from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.session_page_contributions(r.page) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

comment on function rollup.record_session_page_changes() is 'Appends what a statement on public.session_pages changed to the deltas.';

revoke execute on function rollup.record_session_page_changes() from public, anon, authenticated, service_role;

create trigger record_insert after insert on public.session_pages
  referencing new table as new_rows
  for each statement execute function rollup.record_session_page_changes();

create trigger record_update after update on public.session_pages
  referencing old table as old_rows new table as new_rows
  for each statement execute function rollup.record_session_page_changes();

create trigger record_delete after delete on public.session_pages
  referencing old table as old_rows
  for each statement execute function rollup.record_session_page_changes();

create function rollup.record_conversation_changes()
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
    cross join lateral rollup.conversation_contributions(
      r.page, r.country, r.device_type, r.referrer_host, r.visitor_message_count, r.total_turns,
      r.email_captured, r.demo_proposed, r.cta_clicked, r.demo_booked
    ) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.conversation_contributions(
      r.page, r.country, r.device_type, r.referrer_host, r.visitor_message_count, r.total_turns,
      r.email_captured, r.demo_proposed, r.cta_clicked, r.demo_booked
    ) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, page, country, device_type, referrer_host, visitor_message_count,
          total_turns, email_captured, demo_proposed, cta_clicked, demo_booked from new_rows
        except all
        select site_domain, day, counts, page, country, device_type, referrer_host, visitor_message_count,
          total_turns, email_captured, demo_proposed, cta_clicked, demo_booked from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, page, country, device_type, referrer_host, visitor_message_count,
          total_turns, email_captured, demo_proposed, cta_clicked, demo_booked from old_rows
        except all
        select site_domain, day, counts, page, country, device_type, referrer_host, visitor_message_count,
          total_turns, email_captured, demo_proposed, cta_clicked, demo_booked from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.conversation_contributions(
      r.page, r.country, r.device_type, r.referrer_host, r.visitor_message_count, r.total_turns,
      r.email_captured, r.demo_proposed, r.cta_clicked, r.demo_booked
    ) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

comment on function rollup.record_conversation_changes() is 'Appends what a statement on public.conversations changed to the deltas.';

revoke execute on function rollup.record_conversation_changes() from public, anon, authenticated, service_role;

create trigger record_insert after insert on public.conversations
  referencing new table as new_rows
  for each statement execute function rollup.record_conversation_changes();

create trigger record_update after update on public.conversations
  referencing old table as old_rows new table as new_rows
  for each statement execute function rollup.record_conversation_changes();

create trigger record_delete after delete on public.conversations
  referencing old table as old_rows
  for each statement execute function rollup.record_conversation_changes();

create function rollup.record_conversion_changes()
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
    cross join lateral rollup.conversion_contributions(r.kind) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.conversion_contributions(r.kind) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, kind from new_rows
        except all
        select site_domain, day, counts, kind from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, kind from old_rows
        except all
        select site_domain, day, counts, kind from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.conversion_contributions(r.kind) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

comment on function rollup.record_conversion_changes() is 'Appends what a statement on public.conversions changed to the deltas.';

revoke execute on function rollup.record_conversion_changes() from public, anon, authenticated, service_role;

create trigger record_insert after insert on public.conversions
  referencing new table as new_rows
  for each statement execute function rollup.record_conversion_changes();

create trigger record_update after update on public.conversions
  referencing old table as old_rows new table as new_rows
  for each statement execute function rollup.record_conversion_changes();

create trigger record_delete after delete on public.conversions
  referencing old table as old_rows
  for each statement execute function rollup.record_conversion_changes();

