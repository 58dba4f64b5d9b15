-- What of schema $1 the current role may use, and what the schema's comment says of it.
select
  (
    select coalesce(json_agg(c.relname), '[]')
    from pg_class c
    where c.relnamespace = n.oid
      and c.relkind in ('v', 'r', 'm', 'f', 'p')
      and not c.relispartition
      and (
        pg_has_role(c.relowner, 'usage')
        or has_table_privilege(c.oid, 'select, insert, update, delete')
        or has_any_column_privilege(c.oid, 'select, insert, update')
      )
  ),
  (
    select coalesce(json_agg(distinct p.proname), '[]')
    from pg_proc p
    where p.pronamespace = n.oid and has_function_privilege(p.oid, 'execute')
  ),
  obj_description(n.oid, 'pg_namespace')
from pg_namespace n
where n.nspname = $1
