-- Additive figures by day. Facts append deltas in the statement that writes them; the folder turns
-- deltas into daily rows; `rollup.figures` is both together, hence exact at every moment.

create table rollup.daily (
  site_domain text not null,
  metric text not null,
  dimension text not null,
  day date not null,
  value text not null,
  n bigint not null,
  constraint daily_pkey primary key (site_domain, metric, dimension, day, value)
);

create table rollup.deltas (
  site_domain text not null,
  id bigint not null generated always as identity,
  metric text not null,
  dimension text not null,
  day date not null,
  value text not null,
  n bigint not null,
  constraint deltas_pkey primary key (site_domain, id)
)
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

comment on table rollup.daily is 'Folded figures: n of a metric on a day, in all (dimension '''') or by a dimension''s value.';
comment on table rollup.deltas is 'Figures not folded yet: what to add to rollup.daily.';

create view rollup.figures with (security_invoker = true) as
select site_domain, metric, dimension, day, value, n from rollup.daily
union all
select site_domain, metric, dimension, day, value, n from rollup.deltas;

comment on view rollup.figures is 'Exact figures by day: sum n over the rows of a key.';

alter table rollup.daily enable row level security;
alter table rollup.deltas enable row level security;
revoke all on rollup.daily, rollup.deltas, rollup.figures from public, anon, authenticated;
grant select on rollup.daily, rollup.deltas, rollup.figures to authenticated, service_role;

create policy daily_select on rollup.daily
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy deltas_select on rollup.deltas
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create type rollup.change as (
  site_domain text,
  metric text,
  dimension text,
  day date,
  value text,
  n bigint
);

comment on type rollup.change is 'What one fact adds to one figure.';

create function rollup.append_deltas(p_changes rollup.change[])
returns void
language sql
security definer
set search_path = ''
as $$
  insert into rollup.deltas (site_domain, metric, dimension, day, value, n)
  select c.site_domain, c.metric, c.dimension, c.day, c.value, sum(c.n)
  from unnest(p_changes) as c
  group by c.site_domain, c.metric, c.dimension, c.day, c.value
  having sum(c.n) <> 0
$$;

comment on function rollup.append_deltas(rollup.change[]) is 'Appends the net of some changes to the deltas.';

revoke execute on function rollup.append_deltas(rollup.change[]) from public, anon, authenticated, service_role;
