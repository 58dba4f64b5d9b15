-- Relations of the exposed schemas ($1) with their columns; defaults include those of domains and
-- identity sequences, so that `missing=default` can ask for them.
with recursive
domains as (
  select t.oid, t.typbasetype as base
  from pg_type t
  where t.typtype = 'd'
  union all
  select d.oid, t.typbasetype
  from domains d
  join pg_type t on t.oid = d.base and t.typtype = 'd'
),
base_types as (
  select d.oid as domain, t.oid, t.typnamespace
  from domains d
  join pg_type t on t.oid = d.base and t.typtype <> 'd'
),
column_rows as (
  select
    a.attrelid,
    a.attnum,
    json_build_object(
      'name', a.attname,
      'number', a.attnum,
      'description', col_description(a.attrelid, a.attnum),
      'nullable', not (a.attnotnull or (t.typtype = 'd' and t.typnotnull)),
      'type', case
        when t.typtype = 'd' and bt.typnamespace = 'pg_catalog'::regnamespace
          then format_type(bt.oid, null)
        when t.typtype <> 'd' and t.typnamespace = 'pg_catalog'::regnamespace
          then format_type(a.atttypid, null)
        else format_type(a.atttypid, a.atttypmod)
      end,
      'nominal_type', format_type(a.atttypid, a.atttypmod),
      'max_length', information_schema._pg_char_max_length(
        information_schema._pg_truetypid(a.*, t.*),
        information_schema._pg_truetypmod(a.*, t.*)
      ),
      'default', case
        when t.typbasetype <> 0 and ad.adbin is null then pg_get_expr(t.typdefaultbin, 0)
        when a.attidentity = 'd' then format('nextval(%L)', (
          select dep.objid::regclass
          from pg_depend dep
          where dep.refobjid = a.attrelid
            and dep.refobjsubid = a.attnum
            and dep.deptype = 'i'
            and dep.classid = 'pg_class'::regclass
          limit 1
        ))
        when a.attgenerated <> '' then null
        else pg_get_expr(ad.adbin, ad.adrelid)
      end,
      'enum', (
        select json_agg(e.enumlabel order by e.enumsortorder)
        from pg_enum e
        where e.enumtypid = coalesce(bt.oid, t.oid)
      )
    ) as col
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_type t on t.oid = a.atttypid
  left join base_types bt on bt.domain = t.oid
  left join pg_attrdef ad on ad.adrelid = a.attrelid and ad.adnum = a.attnum
  where a.attnum > 0
    and not a.attisdropped
    and c.relkind in ('r', 'v', 'f', 'm', 'p')
    and c.relnamespace = any(array(select oid from pg_namespace where nspname = any($1::text[])))
)
select
  c.oid::bigint,
  n.nspname,
  c.relname,
  obj_description(c.oid, 'pg_class'),
  c.relkind in ('v', 'm'),
  c.relkind in ('r', 'p') or (c.relkind in ('v', 'f') and pg_relation_is_updatable(c.oid, true) & 8 = 8),
  c.relkind in ('r', 'p') or (c.relkind in ('v', 'f') and pg_relation_is_updatable(c.oid, true) & 4 = 4),
  c.relkind in ('r', 'p') or (c.relkind in ('v', 'f') and pg_relation_is_updatable(c.oid, true) & 16 = 16),
  coalesce(
    (select json_agg(r.col order by r.attnum) from column_rows r where r.attrelid = c.oid),
    '[]'
  )
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'r', 'm', 'f', 'p')
  and n.nspname <> all(array['pg_catalog', 'information_schema', 'pg_toast'])
  and not c.relispartition
order by n.nspname, c.relname
