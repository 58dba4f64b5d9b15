-- Every object of the project as (identity, definition). Two databases with the same rows are the same
-- database. Left out: PostgreSQL's own schemas, the history of migrations, and Supabase's `auth`, of which
-- migrations may only add triggers to `auth.users`.

with
  ours as (
    select oid, nspname
    from pg_namespace
    where nspname !~ '^pg_'
      and nspname not in ('information_schema', 'supabase_migrations', 'auth', 'extensions')
  ),
  acl_text as (
    -- The order of grants is that of the statements, which is no difference.
    select
      'schema ' || nspname as identity,
      ours.oid,
      'acl' as kind,
      (select string_agg(item::text, ' ' order by item::text) from unnest(n.nspacl) as item) as acl
    from ours join pg_namespace as n using (oid, nspname)
  )
select identity, definition from (
  select identity, 'acl ' || coalesce(acl, 'default') as definition from acl_text

  union all
  select
    format('relation %I.%I', ours.nspname, c.relname),
    format(
      'kind %s persistence %s owner %s rls %s forced %s replica identity %s options %s partition key %s bound %s acl %s',
      c.relkind, c.relpersistence, c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity,
      c.relreplident,
      (select string_agg(option, ' ' order by option) from unnest(c.reloptions) as option),
      pg_get_partkeydef(c.oid),
      pg_get_expr(c.relpartbound, c.oid),
      (select string_agg(item::text, ' ' order by item::text) from unnest(c.relacl) as item)
    )
  from pg_class as c join ours on ours.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c')

  union all
  select
    format('view %I.%I', ours.nspname, c.relname),
    pg_get_viewdef(c.oid, true)
  from pg_class as c join ours on ours.oid = c.relnamespace
  where c.relkind in ('v', 'm')

  union all
  select
    format('column %I.%I.%I', ours.nspname, c.relname, a.attname),
    format(
      'type %s collation %s not null %s default %s generated %s identity %s statistics %s storage %s options %s acl %s',
      format_type(a.atttypid, a.atttypmod),
      nullif(a.attcollation, 0)::regcollation,
      a.attnotnull,
      pg_get_expr(d.adbin, d.adrelid),
      a.attgenerated, a.attidentity, a.attstattarget, a.attstorage, a.attoptions,
      (select string_agg(item::text, ' ' order by item::text) from unnest(a.attacl) as item)
    )
  from pg_attribute as a
  join pg_class as c on c.oid = a.attrelid
  join ours on ours.oid = c.relnamespace
  left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')

  union all
  select
    format('columns of %I.%I', ours.nspname, c.relname),
    (
      select string_agg(a.attname, ', ' order by a.attnum)
      from pg_attribute as a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    )
  from pg_class as c join ours on ours.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')

  union all
  select
    format('sequence %I.%I', ours.nspname, c.relname),
    format(
      'type %s start %s increment %s min %s max %s cache %s cycle %s',
      s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle
    )
  from pg_sequence as s
  join pg_class as c on c.oid = s.seqrelid
  join ours on ours.oid = c.relnamespace

  union all
  select
    format('constraint %I on %s', k.conname, coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text)),
    format(
      '%s deferrable %s deferred %s validated %s inherited %s',
      pg_get_constraintdef(k.oid, true), k.condeferrable, k.condeferred, k.convalidated, k.coninhcount
    )
  from pg_constraint as k join ours on ours.oid = k.connamespace

  union all
  select
    format('index %I.%I', ours.nspname, c.relname),
    format('%s valid %s clustered %s replica identity %s', pg_get_indexdef(c.oid), i.indisvalid, i.indisclustered, i.indisreplident)
  from pg_index as i
  join pg_class as c on c.oid = i.indexrelid
  join ours on ours.oid = c.relnamespace

  union all
  select
    format('policy %I on %s', p.polname, p.polrelid::regclass),
    format(
      'command %s permissive %s roles %s using %s check %s',
      p.polcmd, p.polpermissive,
      (select string_agg(case role when 0 then 'public' else role::regrole::text end, ' ' order by role::regrole::text) from unnest(p.polroles) as role),
      pg_get_expr(p.polqual, p.polrelid),
      pg_get_expr(p.polwithcheck, p.polrelid)
    )
  from pg_policy as p
  join pg_class as c on c.oid = p.polrelid
  join ours on ours.oid = c.relnamespace

  union all
  select
    format('function %I.%I(%s)', ours.nspname, f.proname, pg_get_function_identity_arguments(f.oid)),
    case f.prokind
      when 'a' then (select format('aggregate %s %s %s', g.aggtransfn, g.aggfinalfn, g.agginitval) from pg_aggregate as g where g.aggfnoid = f.oid)
      else pg_get_functiondef(f.oid)
    end
    || format(
      ' owner %s acl %s',
      f.proowner::regrole,
      (select string_agg(item::text, ' ' order by item::text) from unnest(f.proacl) as item)
    )
  from pg_proc as f join ours on ours.oid = f.pronamespace

  union all
  select
    format('trigger %I on %s', t.tgname, t.tgrelid::regclass),
    format('%s enabled %s', pg_get_triggerdef(t.oid, true), t.tgenabled)
  from pg_trigger as t
  join pg_class as c on c.oid = t.tgrelid
  join pg_namespace as n on n.oid = c.relnamespace
  where not t.tgisinternal and (n.oid in (select oid from ours) or n.nspname = 'auth')

  union all
  select
    format('type %I.%I', ours.nspname, t.typname),
    format(
      'kind %s base %s not null %s default %s labels %s range of %s acl %s',
      t.typtype,
      case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
      t.typnotnull, t.typdefault,
      (select string_agg(e.enumlabel, ', ' order by e.enumsortorder) from pg_enum as e where e.enumtypid = t.oid),
      (select r.rngsubtype::regtype from pg_range as r where r.rngtypid = t.oid),
      (select string_agg(item::text, ' ' order by item::text) from unnest(t.typacl) as item)
    )
  from pg_type as t join ours on ours.oid = t.typnamespace
  where t.typtype in ('d', 'e', 'r')

  union all
  select
    format('default privileges of %s in %s for %s', d.defaclrole::regrole, coalesce(nullif(d.defaclnamespace, 0)::regnamespace::text, 'every schema'), d.defaclobjtype),
    (select string_agg(item::text, ' ' order by item::text) from unnest(d.defaclacl) as item)
  from pg_default_acl as d

  union all
  select
    format('statistics %I.%I', ours.nspname, x.stxname),
    pg_get_statisticsobjdef(x.oid)
  from pg_statistic_ext as x join ours on ours.oid = x.stxnamespace

  union all
  select format('extension %s', e.extname), e.extnamespace::regnamespace::text
  from pg_extension as e

  union all
  select
    format('comment on %s %s %s', d.classoid::regclass, pg_describe_object(d.classoid, d.objoid, d.objsubid), ''),
    d.description
  from pg_description as d
  where (d.classoid = 'pg_class'::regclass and d.objoid in (select oid from pg_class where relnamespace in (select oid from ours)))
    or (d.classoid = 'pg_proc'::regclass and d.objoid in (select oid from pg_proc where pronamespace in (select oid from ours)))
    or (d.classoid = 'pg_type'::regclass and d.objoid in (select oid from pg_type where typnamespace in (select oid from ours)))
    or (d.classoid = 'pg_namespace'::regclass and d.objoid in (select oid from ours))
    or (d.classoid = 'pg_constraint'::regclass and d.objoid in (select oid from pg_constraint where connamespace in (select oid from ours)))
    or (d.classoid in ('pg_policy'::regclass, 'pg_trigger'::regclass))
) as objects
order by identity
