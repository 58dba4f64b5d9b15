-- Linear's answers about issues end what was wrong with it.

create function private.note_linear_answer()
returns void
language sql
security definer
set search_path = ''
as $$
  update private.linear_connection as connection
  set last_error = null, last_detail = null
  -- That issues can be read does not say that the team for new ones is there.
  where connection.last_error <> 'team_missing'
$$;

comment on function private.note_linear_answer() is
  'Linear answered what it was asked about issues: what went wrong before is over, unless it is of new issues alone.';

revoke execute on function private.note_linear_answer() from public, anon, authenticated;
grant execute on function private.note_linear_answer() to service_role;
