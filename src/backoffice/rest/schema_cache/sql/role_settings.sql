-- Settings of the roles a request may take, which `set role` alone does not apply.
select r.rolname, split_part(entry, '=', 1), substr(entry, strpos(entry, '=') + 1)
from pg_roles r
cross join unnest(r.rolconfig) as entry
left join pg_settings s on s.name = split_part(entry, '=', 1)
where pg_has_role(current_user, r.oid, 'member')
  and r.rolname <> current_user
  and (s.context is null or s.context = 'user')
