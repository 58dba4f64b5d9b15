-- Functions from one row to rows of a relation: relationships the database's author wrote by hand.
select
  n.nspname,
  p.proname,
  own_n.nspname,
  own.relname,
  foreign_n.nspname,
  target.relname,
  not p.proretset or p.prorows = 1
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_class own on own.reltype = p.proargtypes[0] and own.relkind in ('v', 'r', 'm', 'f', 'p')
join pg_namespace own_n on own_n.oid = own.relnamespace
join pg_class target on target.reltype = p.prorettype and target.relkind in ('v', 'r', 'm', 'f', 'p')
join pg_namespace foreign_n on foreign_n.oid = target.relnamespace
where p.pronargs = 1
order by p.oid
