-- Functions of the exposed schemas ($1) that can be called with named arguments, or with one unnamed
-- argument a whole body fits in. $2: names of the settings a function may raise for its transaction.
with recursive
base_types as (
  select t.oid, t.oid as base, t.typbasetype
  from pg_type t
  union all
  select b.oid, t.oid, t.typbasetype
  from base_types b
  join pg_type t on t.oid = b.typbasetype
),
arguments as (
  select
    p.oid,
    json_agg(
      json_build_object(
        'name', coalesce(arg.name, ''),
        'type', format_type(arg.type, null),
        'cast_type', case format_type(arg.type, null)
          when 'bit' then 'bit varying'
          when 'bit[]' then 'bit varying[]'
          when 'character' then 'character varying'
          when 'character[]' then 'character varying[]'
          else format_type(arg.type, null)
        end,
        'required', arg.ord <= p.pronargs - p.pronargdefaults,
        'variadic', coalesce(arg.mode = 'v', false)
      )
      order by arg.ord
    ) as args,
    case count(*) - count(nullif(arg.name, ''))
      when 0 then true
      when 1 then count(*) = 1 and (array_agg(arg.type))[1] = any(
        array['bytea', 'json', 'jsonb', 'text', 'xml']::regtype[]
      )
      else false
    end as callable
  from pg_proc p,
    unnest(p.proargnames, p.proargtypes::oid[], p.proargmodes)
      with ordinality as arg(name, type, mode, ord)
  where arg.type is not null
  group by p.oid
)
select
  n.nspname,
  p.proname,
  obj_description(p.oid, 'pg_proc'),
  coalesce(a.args, '[]'),
  tn.nspname,
  coalesce(comp.relname, t.typname),
  p.proretset,
  t.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false),
  p.provolatile::text,
  p.provariadic <> 0,
  coalesce(
    (
      select json_agg(json_build_array(split_part(s, '=', 1), substr(s, strpos(s, '=') + 1)))
      from unnest(p.proconfig) s
      where split_part(s, '=', 1) = any($2::text[])
    ),
    '[]'
  )
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join base_types bt on bt.oid = p.prorettype and bt.typbasetype = 0
join pg_type t on t.oid = bt.base
join pg_namespace tn on tn.oid = t.typnamespace
left join pg_class comp on comp.oid = t.typrelid
left join arguments a on a.oid = p.oid
where t.oid <> all(array['trigger', 'event_trigger']::regtype[])
  and coalesce(a.callable, true)
  and p.prokind = 'f'
  and n.nspname = any($1::text[])
order by n.nspname, p.proname, p.pronargs, p.oid
