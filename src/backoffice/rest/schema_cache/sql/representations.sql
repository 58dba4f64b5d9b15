-- Implicit casts between domains and json or text: how a domain is shown and read.
select
  format_type(c.castsource, null),
  format_type(c.casttarget, null),
  format('%I.%I', n.nspname, p.proname)
from pg_cast c
join pg_type src on src.oid = c.castsource
join pg_type dst on dst.oid = c.casttarget
join pg_proc p on p.oid = c.castfunc
join pg_namespace n on n.oid = p.pronamespace
where c.castcontext = 'i'
  and c.castmethod = 'f'
  and has_function_privilege(c.castfunc, 'execute')
  and (
    (src.typtype = 'd' and c.casttarget = any(array['json', 'text']::regtype[]))
    or (dst.typtype = 'd' and c.castsource = any(array['json', 'text']::regtype[]))
  )
