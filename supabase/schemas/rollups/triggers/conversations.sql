-- Every statement that writes conversations appends what it changed to the deltas, whoever wrote it.

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
    cross join lateral rollup.conversation_contributions(row(r.*)::public.conversations) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.conversation_contributions(row(r.*)::public.conversations) as c
    where r.counts;
  else
    -- What the rows add now less what they added before; append_deltas keeps only the difference.
    select array_agg(row(r.site_domain, r.metric, r.dimension, r.day, r.value, r.n)::rollup.change)
    into v_changes
    from (
      select added.site_domain, c.metric, c.dimension, added.day, c.value, c.n
      from new_rows as added
      cross join lateral rollup.conversation_contributions(row(added.*)::public.conversations) as c
      where added.counts
      union all
      select removed.site_domain, c.metric, c.dimension, removed.day, c.value, -c.n
      from old_rows as removed
      cross join lateral rollup.conversation_contributions(row(removed.*)::public.conversations) as c
      where removed.counts
    ) as r;
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
