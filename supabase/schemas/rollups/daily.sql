-- Additive figures by day. Facts append deltas in the statement that writes them; the folder turns
-- deltas into daily rows; `rollup.figures` is both together, hence exact at every moment.

create table rollup.daily (
  site_domain text not null,
  metric text not null,
  dimension text not null,
  day date not null,
  value text not null,
  n bigint not null,
  constraint daily_pkey primary key (site_domain, metric, dimension, day, value) include (n)
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

-- The same by week and by month, so that a long range adds up twelve months, some weeks and days instead of 365 days.
create table rollup.weekly (
  site_domain text not null,
  metric text not null,
  dimension text not null,
  week date not null,
  value text not null,
  n bigint not null,
  constraint weekly_pkey primary key (site_domain, metric, dimension, week, value) include (n)
);

create table rollup.monthly (
  site_domain text not null,
  metric text not null,
  dimension text not null,
  month date not null,
  value text not null,
  n bigint not null,
  constraint monthly_pkey primary key (site_domain, metric, dimension, month, value) include (n)
);

comment on table rollup.weekly is 'Folded figures of whole weeks (by their Monday): the sum of rollup.daily.';
comment on table rollup.monthly is 'Folded figures of whole months (by their first day): the sum of rollup.daily.';
comment on table rollup.daily is 'Folded figures: n of a metric on a day, in all (dimension '''') or by a dimension''s value.';
comment on table rollup.deltas is 'Figures not folded yet: what to add to rollup.daily.';

create view rollup.figures with (security_invoker = true) as
select site_domain, metric, dimension, day, value, n from rollup.daily
union all
select site_domain, metric, dimension, day, value, n from rollup.deltas;

comment on view rollup.figures is 'Exact figures by day: sum n over the rows of a key.';

alter table rollup.daily enable row level security;
alter table rollup.weekly enable row level security;
alter table rollup.monthly enable row level security;
alter table rollup.deltas enable row level security;
revoke all on rollup.daily, rollup.weekly, rollup.monthly, rollup.deltas, rollup.figures from public, anon, authenticated;
grant select on rollup.daily, rollup.weekly, rollup.monthly, rollup.deltas, rollup.figures to authenticated, service_role;

create policy daily_select on rollup.daily
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy weekly_select on rollup.weekly
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy monthly_select on rollup.monthly
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
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into rollup.deltas (site_domain, metric, dimension, day, value, n)
  select c.site_domain, c.metric, c.dimension, c.day, c.value, sum(c.n)
  from unnest(p_changes) as c
  where c.dimension not in ('account', 'account_score')
  group by c.site_domain, c.metric, c.dimension, c.day, c.value
  having sum(c.n) <> 0;

  if exists (select from unnest(p_changes) as c where c.dimension = 'account') then
    insert into rollup.account_deltas (
      site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
    )
    select
      c.site_domain, c.account_id, c.day, c.sessions, c.conversations, c.curious, c.interested, c.engaged, c.hot
    from rollup.account_changes(p_changes) as c
    where (c.sessions, c.conversations, c.curious, c.interested, c.engaged, c.hot) <> (0, 0, 0, 0, 0, 0);
  end if;
end
$$;

comment on function rollup.append_deltas(rollup.change[]) is
  'Appends the net of some changes to the deltas, those of accounts to theirs.';

revoke execute on function rollup.append_deltas(rollup.change[]) from public, anon, authenticated, service_role;
