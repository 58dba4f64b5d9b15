-- Primary keys, uniques and foreign keys, with columns by number and by name, in key order.
-- A partition's copies of its parent's keys are left out.
select
  con.conname,
  con.contype::text,
  con.conrelid::bigint,
  con.conkey::int[],
  (
    select array_agg(a.attname::text order by k.ord)
    from unnest(con.conkey) with ordinality as k(num, ord)
    join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.num
  ),
  con.confrelid::bigint,
  con.confkey::int[],
  (
    select array_agg(a.attname::text order by k.ord)
    from unnest(con.confkey) with ordinality as k(num, ord)
    join pg_attribute a on a.attrelid = con.confrelid and a.attnum = k.num
  )
from pg_constraint con
join pg_class c on c.oid = con.conrelid
where con.contype in ('p', 'u', 'f')
  and con.conparentid = 0
  and not c.relispartition
  and con.connamespace <> 'pg_catalog'::regnamespace
order by con.conrelid, con.conname
