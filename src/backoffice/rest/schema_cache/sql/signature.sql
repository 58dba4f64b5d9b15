-- Changes whenever something the cache holds changes; cheap enough to ask every few seconds.
select md5(concat_ws(
  '/',
  (select string_agg(oid || ':' || xmin, ',' order by oid) from pg_namespace),
  (select string_agg(c.oid || ':' || c.relname || ':' || c.relkind::text || ':' || c.relnatts, ',' order by c.oid)
   from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1::text[]) and c.relkind in ('v', 'r', 'm', 'f', 'p') and not c.relispartition),
  (select string_agg(a.attrelid || '.' || a.attnum || ':' || a.xmin, ',' order by a.attrelid, a.attnum)
   from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1::text[]) and c.relkind in ('v', 'r', 'm', 'f', 'p') and not c.relispartition
     and a.attnum > 0),
  (select string_agg(p.oid || ':' || p.xmin, ',' order by p.oid)
   from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any($1::text[])),
  (select string_agg(oid || ':' || xmin, ',' order by oid) from pg_constraint where contype in ('p', 'u', 'f') and conparentid = 0),
  (select count(*) || ':' || max(oid) from pg_type where typtype in ('d', 'e')),
  (select count(*) || ':' || max(oid) from pg_enum),
  (select string_agg(r.oid || ':' || r.xmin, ',' order by r.oid) from pg_rewrite r
   join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1::text[])),
  (select count(*) || ':' || max(oid) from pg_cast),
  (select string_agg(rolname || coalesce(rolconfig::text, ''), ',' order by rolname) from pg_roles)
))
