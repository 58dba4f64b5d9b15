-- The parsed definition of every view that is exposed or may stand between a view and its table.
select c.oid::bigint, r.ev_action::text
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
where c.relkind in ('v', 'm')
  and n.nspname = any($1::text[])
