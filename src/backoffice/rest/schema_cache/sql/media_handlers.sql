-- Aggregates, and functions, of the exposed schemas ($1) that return a domain named like a media type.
with media_types as (
  select t.oid, lower(t.typname) as name
  from pg_type t
  where t.typbasetype <> 0
    and (t.typname ~* '^[a-z0-9.-]+/[a-z0-9.+-]+$' or t.typname = '*/*')
)
select n.nspname, p.proname, target_n.nspname, target.typname, m.name, p.prokind = 'a'
from pg_proc p
join media_types m on m.oid = p.prorettype
join pg_namespace n on n.oid = p.pronamespace
left join pg_type target on p.prokind = 'a' and target.oid = p.proargtypes[0]
left join pg_namespace target_n on target_n.oid = target.typnamespace
where n.nspname = any($1::text[])
  and (
    (p.prokind = 'a' and p.pronargs = 1
      and (target.typname = 'anyelement' or exists (
        select 1 from pg_class c where c.reltype = target.oid and c.relkind in ('v', 'r', 'm', 'f', 'p')
      )))
    or (p.prokind = 'f' and not p.proretset)
  )
