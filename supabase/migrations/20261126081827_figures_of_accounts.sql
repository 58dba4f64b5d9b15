-- Figures of accounts in tables of their own, a row per account and day, so that lists of accounts need not read
-- every one of them; and visitors' days know the account, so that its visitors are counted from an index.

-- Nothing waits to be folded, and nobody writes, while figures move.
select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rollup.fold'));
lock table rollup.deltas, rollup.visitor_days in share row exclusive mode;
select rollup.fold();

create table rollup.account_days (
  site_domain text not null,
  account_id uuid not null,
  day date not null,
  sessions integer not null,
  conversations integer not null,
  curious integer not null,
  interested integer not null,
  engaged integer not null,
  hot integer not null,
  constraint account_days_pkey primary key (site_domain, account_id, day)
    include (sessions, conversations, curious, interested, engaged, hot)
);

create index account_days_day_idx on rollup.account_days (site_domain, day desc, account_id desc)
  include (sessions, conversations, curious, interested, engaged, hot);
-- Conversations are rare beside sessions.
create index account_days_conversations_idx on rollup.account_days (site_domain, day, account_id)
  include (conversations) where conversations <> 0;

create table rollup.account_months (
  site_domain text not null,
  account_id uuid not null,
  month date not null,
  sessions integer not null,
  conversations integer not null,
  curious integer not null,
  interested integer not null,
  engaged integer not null,
  hot integer not null,
  constraint account_months_pkey primary key (site_domain, account_id, month)
    include (sessions, conversations, curious, interested, engaged, hot)
);

create index account_months_month_idx on rollup.account_months (site_domain, month, account_id)
  include (sessions, conversations, curious, interested, engaged, hot);

create function rollup.best_score(p_curious bigint, p_interested bigint, p_engaged bigint, p_hot bigint)
returns smallint
language sql
immutable
parallel safe
as $$
  select case
    when p_hot > 0 then 5
    when p_engaged > 0 then 4
    when p_interested > 0 then 3
    when p_curious > 0 then 2
    else 1
  end::smallint
$$;

comment on function rollup.best_score(bigint, bigint, bigint, bigint) is
  'The best interest score (1 to 5) of conversations, of how many there are of each score from 2 to 5.';

revoke execute on function rollup.best_score(bigint, bigint, bigint, bigint) from public, anon;
grant execute on function rollup.best_score(bigint, bigint, bigint, bigint) to authenticated, service_role;

create table rollup.account_totals (
  site_domain text not null,
  account_id uuid not null,
  sessions integer not null,
  conversations integer not null,
  curious integer not null,
  interested integer not null,
  engaged integer not null,
  hot integer not null,
  interest_score smallint not null generated always as (
    case when hot > 0 then 5 when engaged > 0 then 4 when interested > 0 then 3 when curious > 0 then 2 else 1 end
  ) stored,
  constraint account_totals_pkey primary key (site_domain, account_id)
);

create index account_totals_sessions_idx on rollup.account_totals (site_domain, sessions desc, account_id desc);
create index account_totals_conversations_idx
  on rollup.account_totals (site_domain, conversations desc, account_id desc);
create index account_totals_interest_score_idx
  on rollup.account_totals (site_domain, interest_score desc, account_id desc);

create table rollup.account_deltas (
  site_domain text not null,
  id bigint not null generated always as identity,
  account_id uuid not null,
  day date not null,
  sessions integer not null,
  conversations integer not null,
  curious integer not null,
  interested integer not null,
  engaged integer not null,
  hot integer not null,
  constraint account_deltas_pkey primary key (site_domain, id)
)
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

create index account_deltas_account_id_idx on rollup.account_deltas (site_domain, account_id);

comment on table rollup.account_days is
  'Folded figures of an account on a day: sessions, conversations, and of those how many of each interest score from 2 (curious) to 5 (hot).';
comment on table rollup.account_months is 'Folded figures of an account of whole months (by their first day): the sum of rollup.account_days.';
comment on table rollup.account_totals is
  'Folded figures of an account of all time: no range has more, so that the first of them in an order are known.';
comment on table rollup.account_deltas is 'Figures of accounts not folded yet: what to add to the three.';

create function rollup.account_sums(p_site_domains text[], p_from date, p_to date)
returns table (
  site_domain text,
  account_id uuid,
  sessions integer,
  conversations integer,
  curious integer,
  interested integer,
  engaged integer,
  hot integer
)
language sql
stable
as $$
  -- Whole months by the month, what is left of the range by the day, and what is not folded yet.
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_months as f
  where f.site_domain = any (p_site_domains)
    and f.month >= rollup.first_whole_month(p_from)
    and f.month < rollup.end_of_whole_months(p_to)
  union all
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_days as f
  where f.site_domain = any (p_site_domains)
    and f.day >= p_from
    and f.day < case
      when rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to) then rollup.first_whole_month(p_from)
      else p_to + 1
    end
  union all
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_days as f
  where f.site_domain = any (p_site_domains)
    and f.day >= greatest(rollup.end_of_whole_months(p_to), p_from)
    and f.day <= p_to
    and rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to)
  union all
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_deltas as f
  where f.site_domain = any (p_site_domains)
    and f.day between p_from and p_to
$$;

comment on function rollup.account_sums(text[], date, date) is
  'Exact figures of accounts of a range of days: to add up over the rows of an account. Whole months where the range holds any.';

revoke execute on function rollup.account_sums(text[], date, date) from public, anon, authenticated;
grant execute on function rollup.account_sums(text[], date, date) to authenticated, service_role;

create view rollup.account_figures with (security_invoker = true) as
select site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
from rollup.account_days
union all
select site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
from rollup.account_deltas;

comment on view rollup.account_figures is 'Exact figures of accounts by day: to add up over the rows of an account and day.';

alter table rollup.account_days enable row level security;
alter table rollup.account_months enable row level security;
alter table rollup.account_totals enable row level security;
alter table rollup.account_deltas enable row level security;
revoke all on
  rollup.account_days, rollup.account_months, rollup.account_totals, rollup.account_deltas, rollup.account_figures
from public, anon, authenticated;
grant select on
  rollup.account_days, rollup.account_months, rollup.account_totals, rollup.account_deltas, rollup.account_figures
to authenticated, service_role;

create policy account_days_select on rollup.account_days
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy account_months_select on rollup.account_months
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy account_totals_select on rollup.account_totals
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy account_deltas_select on rollup.account_deltas
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create function rollup.account_changes(p_changes rollup.change[])
returns table (
  site_domain text,
  account_id uuid,
  day date,
  sessions integer,
  conversations integer,
  curious integer,
  interested integer,
  engaged integer,
  hot integer
)
language sql
immutable
parallel safe
set search_path = ''
as $$
  -- The value is the account's id, and by score a colon and the score too.
  select
    c.site_domain,
    left(c.value, 36)::uuid,
    c.day,
    coalesce(sum(c.n) filter (where c.metric = 'sessions'), 0)::integer,
    coalesce(sum(c.n) filter (where c.metric = 'conversations' and c.dimension = 'account'), 0)::integer,
    coalesce(sum(c.n) filter (where c.dimension = 'account_score' and substr(c.value, 38) = '2'), 0)::integer,
    coalesce(sum(c.n) filter (where c.dimension = 'account_score' and substr(c.value, 38) = '3'), 0)::integer,
    coalesce(sum(c.n) filter (where c.dimension = 'account_score' and substr(c.value, 38) = '4'), 0)::integer,
    coalesce(sum(c.n) filter (where c.dimension = 'account_score' and substr(c.value, 38) = '5'), 0)::integer
  from unnest(p_changes) as c
  where c.dimension in ('account', 'account_score')
  group by c.site_domain, left(c.value, 36), c.day
$$;

comment on function rollup.account_changes(rollup.change[]) is 'The net of those changes that are figures of accounts, a row per account and day.';

revoke execute on function rollup.account_changes(rollup.change[]) from public, anon, authenticated, service_role;

create function rollup.fold_accounts()
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_folded bigint;
begin
  with gone as (
    delete from rollup.account_deltas
    returning site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
  ),
  added as (
    insert into rollup.account_days as kept (
      site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
    )
    select
      g.site_domain, g.account_id, g.day, sum(g.sessions), sum(g.conversations), sum(g.curious), sum(g.interested),
      sum(g.engaged), sum(g.hot)
    from gone as g
    group by g.site_domain, g.account_id, g.day
    on conflict (site_domain, account_id, day) do update
    set
      sessions = kept.sessions + excluded.sessions,
      conversations = kept.conversations + excluded.conversations,
      curious = kept.curious + excluded.curious,
      interested = kept.interested + excluded.interested,
      engaged = kept.engaged + excluded.engaged,
      hot = kept.hot + excluded.hot
  ),
  added_to_months as (
    insert into rollup.account_months as kept (
      site_domain, account_id, month, sessions, conversations, curious, interested, engaged, hot
    )
    select
      g.site_domain, g.account_id, date_trunc('month', g.day::timestamp)::date, sum(g.sessions), sum(g.conversations),
      sum(g.curious), sum(g.interested), sum(g.engaged), sum(g.hot)
    from gone as g
    group by g.site_domain, g.account_id, date_trunc('month', g.day::timestamp)::date
    on conflict (site_domain, account_id, month) do update
    set
      sessions = kept.sessions + excluded.sessions,
      conversations = kept.conversations + excluded.conversations,
      curious = kept.curious + excluded.curious,
      interested = kept.interested + excluded.interested,
      engaged = kept.engaged + excluded.engaged,
      hot = kept.hot + excluded.hot
  ),
  added_to_totals as (
    insert into rollup.account_totals as kept (
      site_domain, account_id, sessions, conversations, curious, interested, engaged, hot
    )
    select
      g.site_domain, g.account_id, sum(g.sessions), sum(g.conversations), sum(g.curious), sum(g.interested),
      sum(g.engaged), sum(g.hot)
    from gone as g
    group by g.site_domain, g.account_id
    on conflict (site_domain, account_id) do update
    set
      sessions = kept.sessions + excluded.sessions,
      conversations = kept.conversations + excluded.conversations,
      curious = kept.curious + excluded.curious,
      interested = kept.interested + excluded.interested,
      engaged = kept.engaged + excluded.engaged,
      hot = kept.hot + excluded.hot
  )
  select count(*) into v_folded from gone;
  return v_folded;
end
$$;

comment on function rollup.fold_accounts() is 'Folds the pending figures of accounts; gives how many. Called by rollup.fold, which lets in one at a time.';

revoke execute on function rollup.fold_accounts() from public, anon, authenticated, service_role;

insert into rollup.account_days (
  site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
)
select
  f.site_domain,
  left(f.value, 36)::uuid,
  f.day,
  coalesce(sum(f.n) filter (where f.metric = 'sessions'), 0),
  coalesce(sum(f.n) filter (where f.metric = 'conversations' and f.dimension = 'account'), 0),
  coalesce(sum(f.n) filter (where f.dimension = 'account_score' and substr(f.value, 38) = '2'), 0),
  coalesce(sum(f.n) filter (where f.dimension = 'account_score' and substr(f.value, 38) = '3'), 0),
  coalesce(sum(f.n) filter (where f.dimension = 'account_score' and substr(f.value, 38) = '4'), 0),
  coalesce(sum(f.n) filter (where f.dimension = 'account_score' and substr(f.value, 38) = '5'), 0)
from rollup.daily as f
where f.dimension in ('account', 'account_score')
group by f.site_domain, left(f.value, 36), f.day;

insert into rollup.account_months (
  site_domain, account_id, month, sessions, conversations, curious, interested, engaged, hot
)
select
  f.site_domain, f.account_id, date_trunc('month', f.day::timestamp)::date, sum(f.sessions), sum(f.conversations),
  sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot)
from rollup.account_days as f
group by f.site_domain, f.account_id, date_trunc('month', f.day::timestamp)::date;

insert into rollup.account_totals (
  site_domain, account_id, sessions, conversations, curious, interested, engaged, hot
)
select
  f.site_domain, f.account_id, sum(f.sessions), sum(f.conversations), sum(f.curious), sum(f.interested),
  sum(f.engaged), sum(f.hot)
from rollup.account_months as f
group by f.site_domain, f.account_id;

drop index rollup.daily_account_idx;
drop index rollup.monthly_account_idx;
drop index rollup.deltas_account_idx;
delete from rollup.daily where dimension in ('account', 'account_score');
delete from rollup.monthly where dimension in ('account', 'account_score');

alter table rollup.visitor_days add column account_id uuid;
comment on column rollup.visitor_days.account_id is 'The visitor''s account; kept equal to it.';
update rollup.visitor_days as kept
set account_id = visitor.account_id
from public.visitors as visitor
where visitor.site_domain = kept.site_domain and visitor.id = kept.visitor_id and visitor.account_id is not null;
create index visitor_days_account_id_idx on rollup.visitor_days (site_domain, account_id, day, visitor_id)
  where account_id is not null;

drop index public.conversations_account_id_idx;
create index conversations_account_id_idx on public.conversations (site_domain, account_id, started_at desc, id desc)
  include (counts, day, intent)
  where account_id is not null;

alter function private.page_of_visitors(text[], jsonb, text, jsonb, integer) rows 50;

create or replace function rollup.append_deltas(p_changes rollup.change[])
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

create or replace function rollup.fold()
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_daily bigint;
  v_chains bigint;
begin
  if not pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('rollup.fold')) then
    return 0;
  end if;

  with gone as (
    delete from rollup.deltas
    returning site_domain, metric, dimension, day, value, n
  ),
  added as (
    insert into rollup.daily as kept (site_domain, metric, dimension, day, value, n)
    select g.site_domain, g.metric, g.dimension, g.day, g.value, sum(g.n)
    from gone as g
    group by g.site_domain, g.metric, g.dimension, g.day, g.value
    having sum(g.n) <> 0
    on conflict (site_domain, metric, dimension, day, value) do update
    set n = kept.n + excluded.n
  ),
  added_to_months as (
    insert into rollup.monthly as kept (site_domain, metric, dimension, month, value, n)
    select g.site_domain, g.metric, g.dimension, date_trunc('month', g.day::timestamp)::date, g.value, sum(g.n)
    from gone as g
    group by g.site_domain, g.metric, g.dimension, date_trunc('month', g.day::timestamp)::date, g.value
    having sum(g.n) <> 0
    on conflict (site_domain, metric, dimension, month, value) do update
    set n = kept.n + excluded.n
  )
  select count(*) into v_daily from gone;

  with gone as (
    delete from rollup.chain_deltas
    returning site_domain, steps, day, since, n
  ),
  added as (
    insert into rollup.chains as kept (site_domain, steps, scale, day, since, n)
    select g.site_domain, g.steps, at.scale, at.day, at.since, sum(g.n)
    from gone as g
    cross join lateral rollup.scales(g.day, g.since) as at
    group by g.site_domain, g.steps, at.scale, at.day, at.since
    having sum(g.n) <> 0
    on conflict (site_domain, steps, scale, day, since) do update
    set n = kept.n + excluded.n
  )
  select count(*) into v_chains from gone;

  return v_daily + v_chains + rollup.fold_accounts();
end
$$;

comment on function rollup.fold() is
  'Folds every pending delta; gives how many. Returns 0 at once when another session is folding.';

create or replace function rollup.backlog(p_bound integer)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select
    exists (select 1 from rollup.deltas offset p_bound)
    or exists (select 1 from rollup.chain_deltas offset p_bound)
    or exists (select 1 from rollup.account_deltas offset p_bound)
$$;

comment on function rollup.backlog(integer) is 'Whether more than p_bound deltas of a kind wait to be folded.';

create or replace function rollup.rebuild(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_days rollup.signed_day[];
  v_last uuid := '00000000-0000-0000-0000-000000000000';
  v_until uuid;
begin
  if current_setting('transaction_isolation') not in ('repeatable read', 'serializable') then
    raise exception 'rollup.rebuild must run in a repeatable read transaction'
      using errcode = '25001', hint = 'Facts and deltas must be read from one snapshot.';
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rollup.fold'));

  delete from rollup.deltas where site_domain = p_site_domain;
  delete from rollup.daily where site_domain = p_site_domain;
  delete from rollup.monthly where site_domain = p_site_domain;
  delete from rollup.account_deltas where site_domain = p_site_domain;
  delete from rollup.account_days where site_domain = p_site_domain;
  delete from rollup.account_months where site_domain = p_site_domain;
  delete from rollup.account_totals where site_domain = p_site_domain;
  delete from rollup.chain_deltas where site_domain = p_site_domain;
  delete from rollup.chains where site_domain = p_site_domain;
  delete from rollup.visitor_days where site_domain = p_site_domain;

  insert into rollup.daily (site_domain, metric, dimension, day, value, n)
  select f.site_domain, f.metric, f.dimension, f.day, f.value, sum(f.n)
  from rollup.recounted_figures(p_site_domain) as f
  where f.dimension not in ('account', 'account_score')
  group by f.site_domain, f.metric, f.dimension, f.day, f.value;

  insert into rollup.monthly (site_domain, metric, dimension, month, value, n)
  select f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value, sum(f.n)
  from rollup.daily as f
  where f.site_domain = p_site_domain
  group by f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value
  having sum(f.n) <> 0;

  insert into rollup.account_deltas (
    site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
  )
  select c.site_domain, c.account_id, c.day, c.sessions, c.conversations, c.curious, c.interested, c.engaged, c.hot
  from (
    select array_agg(f) as changes
    from rollup.recounted_figures(p_site_domain) as f
    where f.dimension in ('account', 'account_score')
    group by f.day
  ) as by_day
  cross join lateral rollup.account_changes(by_day.changes) as c;

  -- Visitors by the ten thousand, so that memory stays bounded.
  loop
    v_until := (
      select chunk.id
      from (
        select visitor.id
        from public.visitors as visitor
        where visitor.site_domain = p_site_domain and visitor.id > v_last
        order by visitor.id
        limit 10000
      ) as chunk
      order by chunk.id desc
      limit 1
    );
    exit when v_until is null;
    select array_agg(row(1, counted.visitor_id, counted.day, counted.steps)::rollup.signed_day)
    into v_days
    from rollup.counted_steps(
      p_site_domain,
      array(
        select visitor.id
        from public.visitors as visitor
        where visitor.site_domain = p_site_domain and visitor.id > v_last and visitor.id <= v_until
      )
    ) as counted;
    if v_days is not null then
      perform rollup.replace_visitor_days(p_site_domain, v_days);
    end if;
    v_last := v_until;
  end loop;
  perform rollup.fold();
end
$$;

comment on function rollup.rebuild(text) is
  'Recounts the rollups of a domain from its facts, in one repeatable-read transaction with the folder locked out.';

create or replace function rollup.replace_visitor_days(p_site_domain text, p_days rollup.signed_day[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into rollup.chain_deltas (site_domain, steps, day, since, n)
  select p_site_domain, l.steps, l.day, l.since, l.n
  from rollup.links_of(p_days) as l;

  delete from rollup.visitor_days as kept
  using (
    select d.visitor_id, d.day
    from unnest(p_days) as d
    group by d.visitor_id, d.day
    having max(d.sign) < 0
  ) as gone
  where kept.site_domain = p_site_domain
    and kept.visitor_id = gone.visitor_id
    and kept.day = gone.day;

  insert into rollup.visitor_days as kept (site_domain, visitor_id, day, steps, account_id)
  select p_site_domain, d.visitor_id, d.day, d.steps, visitor.account_id
  from unnest(p_days) as d
  left join public.visitors as visitor on visitor.site_domain = p_site_domain and visitor.id = d.visitor_id
  where d.sign > 0
  on conflict (site_domain, visitor_id, day) do update
  set steps = excluded.steps
  where kept.steps <> excluded.steps;
end
$$;

comment on function rollup.replace_visitor_days(text, rollup.signed_day[]) is
  'Replaces the complete days of some visitors (sign -1: as they are, 1: as they become) and appends the links'' deltas.';

create or replace function private.spread_account()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- An update of no row would still run every trigger that keeps figures.
  if exists (
    select 1
    from public.visitor_sessions
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id
  ) then
    update public.visitor_sessions
    set account_id = new.account_id
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id;
  end if;
  if exists (
    select 1
    from public.conversations
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id
  ) then
    update public.conversations
    set account_id = new.account_id
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id;
  end if;
  update rollup.visitor_days
  set account_id = new.account_id
  where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id;
  return null;
end
$$;

comment on function private.spread_account() is 'Brings a visitor''s new account to the visitor''s sessions, conversations and days.';

create or replace function private.analyze_young_tables()
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_table regclass;
begin
  -- Without statistics an index that shares only the tenant looks as good as the primary key, and a busy
  -- writer keeps that plan until autovacuum comes by.
  for v_table in
    select class.oid::regclass
    from pg_catalog.pg_class as class
    where class.relkind = 'r'
      and class.reltuples < 0
      and (
        class.oid = any (
          array[
            'public.event_ids', 'public.visitors', 'public.visitor_ids', 'public.visitor_sessions',
            'public.session_pages', 'public.conversations', 'public.messages', 'public.conversions',
            'public.accounts', 'rollup.visitor_days', 'rollup.daily', 'rollup.monthly', 'rollup.chains',
            'rollup.account_days', 'rollup.account_months', 'rollup.account_totals'
          ]::regclass[]
        )
        or class.oid in (
          select part.inhrelid
          from pg_catalog.pg_inherits as part
          where part.inhparent = 'public.events'::regclass
        )
      )
      and pg_catalog.pg_relation_size(class.oid) > 65536
  loop
    -- One writer is enough.
    exit when not pg_catalog.pg_try_advisory_xact_lock(
      pg_catalog.hashtext('private.analyze_young_tables')
    );
    execute format('analyze %s', v_table);
  end loop;
end
$$;

comment on function private.analyze_young_tables() is
  'Called by writers: analyzes each table of facts once, as soon as it holds more than a few pages.';

create or replace function private.assign_accounts(p_site_domain text, p_visitor_ids uuid[], p_account_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- All sessions, conversations and days at once; one by one they would follow their visitors too.
  update public.visitor_sessions as session
  set account_id = given.account_id
  from unnest(p_visitor_ids, p_account_ids) as given (visitor_id, account_id)
  where session.site_domain = p_site_domain
    and session.visitor_id = given.visitor_id
    and session.account_id is distinct from given.account_id;
  update public.conversations as conversation
  set account_id = given.account_id
  from unnest(p_visitor_ids, p_account_ids) as given (visitor_id, account_id)
  where conversation.site_domain = p_site_domain
    and conversation.visitor_id = given.visitor_id
    and conversation.account_id is distinct from given.account_id;
  update rollup.visitor_days as kept
  set account_id = given.account_id
  from unnest(p_visitor_ids, p_account_ids) as given (visitor_id, account_id)
  where kept.site_domain = p_site_domain
    and kept.visitor_id = given.visitor_id
    and kept.account_id is distinct from given.account_id;
  update public.visitors as visitor
  set account_id = given.account_id
  from unnest(p_visitor_ids, p_account_ids) as given (visitor_id, account_id)
  where visitor.site_domain = p_site_domain
    and visitor.id = given.visitor_id
    and visitor.account_id is distinct from given.account_id;

  update public.accounts as account
  set
    first_seen_at = least(account.first_seen_at, seen.first_seen_at),
    last_seen_at = greatest(account.last_seen_at, seen.last_seen_at)
  from (
    select visitor.account_id, min(visitor.first_seen_at) as first_seen_at, max(visitor.last_seen_at) as last_seen_at
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids)
    group by visitor.account_id
  ) as seen
  where account.site_domain = p_site_domain
    and account.id = seen.account_id
    and (account.first_seen_at > seen.first_seen_at or account.last_seen_at < seen.last_seen_at);
end
$$;

comment on function private.assign_accounts(text, uuid[], uuid[]) is
  'Gives visitors their accounts, null for none; sessions, conversations and figures follow. The caller holds the visitors'' locks.';

create function private.filters_companies(p_filter jsonb)
returns boolean
language sql
immutable
parallel safe
as $$
  select coalesce(p_filter ->> 'country', p_filter ->> 'industry', nullif(p_filter ->> 'search', '')) is not null
$$;

comment on function private.filters_companies(jsonb) is 'Whether a filter says anything of the company, beside its figures of the range.';

create or replace function private.filtered_accounts(p_site_domains text[], p_filter jsonb)
returns table (
  site_domain text,
  id uuid,
  sessions bigint,
  conversations bigint,
  interest_score smallint
)
language sql
stable
as $$
  with counted as (
    select
      f.site_domain,
      f.account_id,
      sum(f.sessions) as sessions,
      sum(f.conversations) as conversations,
      rollup.best_score(sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot)) as interest_score
    from rollup.account_sums(p_site_domains, (p_filter ->> 'from')::date, (p_filter ->> 'to')::date) as f
    group by f.site_domain, f.account_id
    having sum(f.sessions) > 0 or sum(f.conversations) > 0
  )
  select c.site_domain, c.account_id, c.sessions, c.conversations, c.interest_score
  from counted as c
  where (
      p_filter ->> 'scores' is null
      or c.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
    )
    and (p_filter ->> 'talked' is null or (c.conversations > 0) = (p_filter ->> 'talked')::boolean)
    and (
      not private.filters_companies(p_filter)
      or (c.site_domain, c.account_id) in (
        select account.site_domain, account.id from private.matching_accounts(p_site_domains, p_filter) as account
      )
    )
$$;

comment on function private.filtered_accounts(text[], jsonb) is
  'Accounts with a session or conversation in a filter''s range that pass it, with their figures of the range.';

create function private.last_account_day(p_site_domain text, p_account_id uuid, p_filter jsonb)
returns table (day date)
language sql
stable
as $$
  select f.day
  from rollup.account_figures as f
  where f.site_domain = p_site_domain
    and f.account_id = p_account_id
    and f.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
  group by f.day
  having sum(f.sessions) > 0 or sum(f.conversations) > 0
  order by f.day desc
  limit 1
$$;

comment on function private.last_account_day(text, uuid, jsonb) is
  'The last day of a filter''s range with a session or conversation of an account; no row: none.';

create or replace function private.account_in_range(p_site_domain text, p_account_id uuid, p_filter jsonb)
returns table (
  sessions bigint,
  conversations bigint,
  interest_score smallint,
  last_day date
)
language sql
stable
as $$
  select
    coalesce(sum(f.sessions), 0),
    coalesce(sum(f.conversations), 0),
    rollup.best_score(sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot)),
    (select last.day from private.last_account_day(p_site_domain, p_account_id, p_filter) as last)
  from rollup.account_sums(
    array[p_site_domain], (p_filter ->> 'from')::date, (p_filter ->> 'to')::date
  ) as f
  where f.site_domain = p_site_domain and f.account_id = p_account_id
$$;

comment on function private.account_in_range(text, uuid, jsonb) is
  'An account''s figures of a filter''s range, and the last day with a session or conversation in it; null: none.';

revoke execute on function private.filters_companies(jsonb), private.last_account_day(text, uuid, jsonb)
from public, anon;
grant execute on function private.filters_companies(jsonb), private.last_account_day(text, uuid, jsonb)
to authenticated, service_role;

drop function private.accounts_by_day(text[], jsonb, date, date, jsonb, integer);

create function private.covers_most(p_site_domains text[], p_from date, p_to date)
returns boolean
language sql
stable
as $$
  select least(p_to, current_date) - greatest(p_from, min(first.month)) > (current_date - min(first.month)) / 2
  from unnest(p_site_domains) as wanted (site_domain)
  cross join lateral (
    select kept.month
    from rollup.account_months as kept
    where kept.site_domain = wanted.site_domain
    order by kept.month
    limit 1
  ) as first
$$;

comment on function private.covers_most(text[], date, date) is
  'Whether a range of days holds most of the days on which accounts did anything; null: none ever did.';

create function private.leading_accounts(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer,
  p_walked integer
)
returns table (places text[], ids uuid[])
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_found record;
begin
  -- No account has more in a range than ever: once a page is full of accounts with at least what the next one has ever
  -- had, it is the page. A column's name cannot be a parameter; it comes from a list of the caller's.
  execute format(
    $sql$
      with candidates as (
        select bound.site_domain, bound.account_id, max(bound.figure) as figure
        from (
          select first.site_domain, first.account_id, first.figure
          from unnest($1) as wanted (site_domain)
          cross join lateral (
            select kept.site_domain, kept.account_id, kept.%1$I::bigint as figure
            from rollup.account_totals as kept
            where kept.site_domain = wanted.site_domain
            order by kept.%1$I desc, kept.account_id desc
            limit $5
          ) as first
          union all
          select
            pending.site_domain,
            pending.account_id,
            case '%1$s'
              when 'interest_score' then greatest(
                kept.interest_score,
                rollup.best_score(pending.curious, pending.interested, pending.engaged, pending.hot)
              )
              else coalesce(kept.%1$I, 0) + pending.figure
            end
          from (
            select
              f.site_domain,
              f.account_id,
              sum(greatest(f.%2$I, 0)) as figure,
              sum(greatest(f.curious, 0)) as curious,
              sum(greatest(f.interested, 0)) as interested,
              sum(greatest(f.engaged, 0)) as engaged,
              sum(greatest(f.hot, 0)) as hot
            from rollup.account_deltas as f
            where f.site_domain = any ($1)
            group by f.site_domain, f.account_id
          ) as pending
          left join rollup.account_totals as kept
            on kept.site_domain = pending.site_domain and kept.account_id = pending.account_id
        ) as bound
        group by bound.site_domain, bound.account_id
        order by figure desc, bound.account_id desc
        limit $5
      ),
      page as (
        select c.site_domain, c.account_id, done.%1$I::bigint as figure
        from candidates as c
        cross join lateral private.account_in_range(c.site_domain, c.account_id, $2) as done
        where (done.sessions > 0 or done.conversations > 0)
          and ($3 is null or (done.%1$I, c.account_id) < (($3 ->> 'figure')::bigint, ($3 ->> 'id')::uuid))
          and (
            $2 ->> 'scores' is null
            or done.interest_score = any (array(select jsonb_array_elements_text($2 -> 'scores')::smallint))
          )
          and ($2 ->> 'talked' is null or (done.conversations > 0) = ($2 ->> 'talked')::boolean)
          and (
            not private.filters_companies($2)
            or exists (
              select 1
              from private.matching_accounts(array[c.site_domain], $2) as matching
              where matching.site_domain = c.site_domain and matching.id = c.account_id
            )
          )
        order by done.%1$I desc, c.account_id desc
        limit $4
      )
      select
        array_agg(p.site_domain order by p.figure desc, p.account_id desc) as places,
        array_agg(p.account_id order by p.figure desc, p.account_id desc) as ids,
        (select count(*) from candidates) < $5
        or (
          count(*) = $4
          and (
            (select (l.figure, l.account_id) from page as l order by l.figure, l.account_id limit 1)
            >= (select (l.figure, l.account_id) from candidates as l order by l.figure, l.account_id limit 1)
          )
        ) as is_page
      from page as p
    $sql$,
    p_column,
    case p_column when 'interest_score' then 'conversations' else p_column end
  )
  into v_found
  using p_site_domains, p_filter, p_after, p_limit, p_walked;
  if v_found.is_page then
    return query select v_found.places, v_found.ids;
  end if;
end
$$;

comment on function private.leading_accounts(text[], jsonb, text, jsonb, integer, integer) is
  'A page of accounts by a figure of a filter''s range, where the p_walked accounts with most of it ever suffice to tell; else nothing.';

revoke execute on function
  private.covers_most(text[], date, date),
  private.leading_accounts(text[], jsonb, text, jsonb, integer, integer)
from public, anon;
grant execute on function
  private.covers_most(text[], date, date),
  private.leading_accounts(text[], jsonb, text, jsonb, integer, integer)
to authenticated, service_role;

create function private.recent_accounts(
  p_site_domains text[],
  p_filter jsonb,
  p_after jsonb,
  p_limit integer,
  p_walked integer
)
returns table (walked bigint, places text[], ids uuid[])
language sql
stable
as $$
  -- The newest account-days of the range, one after the other; each account stands on its last one alone.
  with walk as (
    select d.site_domain, d.account_id, d.day
    from unnest(p_site_domains) as wanted (site_domain)
    cross join lateral (
      select f.site_domain, f.account_id, f.day
      from rollup.account_days as f
      where f.site_domain = wanted.site_domain
        and f.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
        and (
          p_after is null
          or (f.day, f.account_id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
        )
      order by f.day desc, f.account_id desc
      limit p_walked
    ) as d
    union
    select f.site_domain, f.account_id, f.day
    from rollup.account_deltas as f
    where f.site_domain = any (p_site_domains)
      and f.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
      and (
        p_after is null
        or (f.day, f.account_id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
      )
  ),
  first_of_it as (
    select w.site_domain, w.account_id, w.day
    from walk as w
    order by w.day desc, w.account_id desc
    limit p_walked
  ),
  shown as (
    select w.site_domain, w.account_id, w.day
    from (select * from first_of_it as f order by f.day desc, f.account_id desc offset 0) as w
    cross join lateral private.last_account_day(w.site_domain, w.account_id, p_filter) as last
    where last.day = w.day
      and (
        coalesce(p_filter ->> 'scores', p_filter ->> 'talked') is null
        or exists (
          select 1
          from private.account_in_range(w.site_domain, w.account_id, p_filter) as done
          where (
              p_filter ->> 'scores' is null
              or done.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
            )
            and (p_filter ->> 'talked' is null or (done.conversations > 0) = (p_filter ->> 'talked')::boolean)
        )
      )
      and (
        not private.filters_companies(p_filter)
        or exists (
          select 1
          from private.matching_accounts(array[w.site_domain], p_filter) as matching
          where matching.site_domain = w.site_domain and matching.id = w.account_id
        )
      )
    order by w.day desc, w.account_id desc
    limit p_limit
  )
  select
    (select count(*) from first_of_it),
    array_agg(s.site_domain order by s.day desc, s.account_id desc),
    array_agg(s.account_id order by s.day desc, s.account_id desc)
  from shown as s
$$;

comment on function private.recent_accounts(text[], jsonb, jsonb, integer, integer) is
  'Those accounts, by their last day in a filter''s range, that are among the newest p_walked account-days of it; and how many those were.';

create function private.accounts_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_found bigint := 0;
begin
  -- The figure alone is less to read than all of them; those without any of it come last.
  if p_column <> 'interest_score' and coalesce(p_filter ->> 'scores', p_filter ->> 'talked') is null then
    return query execute format(
      $sql$
        select c.site_domain, c.account_id
        from (
          select f.site_domain, f.account_id, sum(f.%1$I) as figure
          from rollup.account_sums($1, ($2 ->> 'from')::date, ($2 ->> 'to')::date) as f
          where f.%1$I <> 0
          group by f.site_domain, f.account_id
          having sum(f.%1$I) > 0
        ) as c
        where ($3 is null or (c.figure, c.account_id) < (($3 ->> 'figure')::bigint, ($3 ->> 'id')::uuid))
          and (
            not private.filters_companies($2)
            or (c.site_domain, c.account_id) in (
              select account.site_domain, account.id from private.matching_accounts($1, $2) as account
            )
          )
        order by c.figure desc, c.account_id desc
        limit $4
      $sql$,
      p_column
    )
    using p_site_domains, p_filter, p_after, p_limit;
    get diagnostics v_found = row_count;
    if v_found = p_limit then
      return;
    end if;
  end if;
  return query execute format(
    $sql$
      select found.site_domain, found.id
      from private.filtered_accounts($1, $2) as found
      where $3 is null or (found.%1$I, found.id) < (($3 ->> 'figure')::bigint, ($3 ->> 'id')::uuid)
      order by found.%1$I desc, found.id desc
      offset $5
      limit $4 - $5
    $sql$,
    p_column
  )
  using p_site_domains, p_filter, p_after, p_limit, v_found;
end
$$;

comment on function private.accounts_by_figure(text[], jsonb, text, jsonb, integer) is
  'A page of accounts by a figure of a filter''s range, all of which are added up.';

create or replace function private.page_of_accounts(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
rows 50
as $$
declare
  v_column text := case p_sort when 'score' then 'interest_score' else p_sort end;
  v_walked integer;
  v_page record;
begin
  foreach v_walked in array array[2 * p_limit, 6 * p_limit, 20 * p_limit] loop
    if p_sort = 'recent' then
      select * into v_page from private.recent_accounts(p_site_domains, p_filter, p_after, p_limit, v_walked);
      if cardinality(v_page.ids) = p_limit or v_page.walked < v_walked then
        return query select * from unnest(v_page.places, v_page.ids);
        return;
      end if;
    elsif private.covers_most(p_site_domains, (p_filter ->> 'from')::date, (p_filter ->> 'to')::date) then
      select * into v_page
      from private.leading_accounts(p_site_domains, p_filter, v_column, p_after, p_limit, v_walked);
      if found then
        return query select * from unnest(v_page.places, v_page.ids);
        return;
      end if;
    end if;
  end loop;
  if p_sort <> 'recent' then
    return query select * from private.accounts_by_figure(p_site_domains, p_filter, v_column, p_after, p_limit);
    return;
  end if;
  return query
    select found.site_domain, found.id
    from private.filtered_accounts(p_site_domains, p_filter) as found
    cross join lateral private.last_account_day(found.site_domain, found.id, p_filter) as last
    where p_after is null or (last.day, found.id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
    order by last.day desc, found.id desc
    limit p_limit;
end
$$;

comment on function private.page_of_accounts(text[], jsonb, text, jsonb, integer) is
  'Ids of a page of accounts in a sort: recent, score, sessions or conversations.';

revoke execute on function
  private.recent_accounts(text[], jsonb, jsonb, integer, integer),
  private.accounts_by_figure(text[], jsonb, text, jsonb, integer),
  private.page_of_accounts(text[], jsonb, text, jsonb, integer)
from public, anon;
grant execute on function
  private.recent_accounts(text[], jsonb, jsonb, integer, integer),
  private.accounts_by_figure(text[], jsonb, text, jsonb, integer),
  private.page_of_accounts(text[], jsonb, text, jsonb, integer)
to authenticated, service_role;

create or replace function public.get_account_stats_with_intent(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text default 'recent',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  site_domain text,
  id uuid,
  name text,
  domain text,
  industry text,
  size text,
  country text,
  visitors bigint,
  sessions bigint,
  conversations bigint,
  interest_score smallint,
  last_day date,
  last_seen_at timestamptz,
  intents jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_from date;
  v_to date;
begin
  perform private.check_account_filter(p_filter);
  v_from := p_filter ->> 'from';
  v_to := p_filter ->> 'to';
  if p_sort is null or p_sort not in ('recent', 'score', 'sessions', 'conversations') then
    raise exception 'p_sort is recent, score, sessions or conversations, not %', coalesce(p_sort, 'null')
      using errcode = 'PT400';
  end if;
  if p_after is not null and not coalesce(
    private.casts_to(p_after ->> 'id', 'uuid')
    and case
      when p_sort = 'recent' then private.casts_to(p_after ->> 'last_day', 'date')
      else private.casts_to(p_after ->> 'figure', 'bigint')
    end,
    false
  ) then
    raise exception 'p_after must be the cursor of a row in the same sort' using errcode = 'PT400';
  end if;
  return query
  select
    account.site_domain,
    account.id,
    account.name,
    account.domain,
    account.industry,
    account.size,
    account.country,
    people.n,
    done.sessions,
    done.conversations,
    done.interest_score,
    done.last_day,
    seen.last_seen_at,
    (
      select coalesce(jsonb_object_agg(counted.intent, counted.n), '{}')
      from (
        select conversation.intent, count(*) as n
        from public.counted_conversations as conversation
        where conversation.site_domain = page.site_domain
          and conversation.account_id = page.id
          and conversation.day between v_from and v_to
          -- No timezone is further from UTC than this; it lets the index by time find the days.
          and conversation.started_at >= v_from::timestamp at time zone 'UTC' - interval '1 day'
          and conversation.started_at < v_to::timestamp at time zone 'UTC' + interval '2 days'
          and conversation.intent is not null
        group by conversation.intent
      ) as counted
    ),
    case p_sort
      when 'recent'
        then jsonb_build_object('last_day', done.last_day, 'site_domain', page.site_domain, 'id', page.id)
      else jsonb_build_object(
        'figure',
        case p_sort
          when 'score' then done.interest_score
          when 'sessions' then done.sessions
          else done.conversations
        end,
        'site_domain', page.site_domain,
        'id', page.id
      )
    end
  from private.page_of_accounts(v_domains, p_filter, p_sort, p_after, v_limit)
    with ordinality as page (site_domain, id, position)
  join public.accounts as account on account.site_domain = page.site_domain and account.id = page.id
  cross join lateral private.account_in_range(page.site_domain, page.id, p_filter) as done
  cross join lateral (
    select count(distinct kept.visitor_id) as n
    from rollup.visitor_days as kept
    where kept.site_domain = page.site_domain
      and kept.account_id = page.id
      and kept.day between v_from and v_to
  ) as people
  cross join lateral (
    select max(visitor.last_seen_at) as last_seen_at
    from public.counted_visitors as visitor
    where visitor.site_domain = page.site_domain and visitor.account_id = page.id
  ) as seen
  order by page.position;
end
$$;

comment on function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb) is
  'Accounts with a session or conversation in the range, at most 200 a page; the cursor of the last row asks for the next page. Visitors (distinct, there in the range), sessions, conversations, best interest score and intents are of the range; last_seen_at of all time. Filter keys: from, to (days, required), search (beginnings of words of name or domain), country, industry, scores (best interest score in the range), talked (with a conversation). Sorts: recent (last day in the range), score, sessions, conversations.';

create or replace function private.count_by_figures(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  v_from date := coalesce(p_filter ->> 'from', '-infinity');
  v_to date := coalesce(p_filter ->> 'to', 'infinity');
  v_by jsonb := jsonb_strip_nulls(p_filter) - array['from', 'to', 'search'];
  v_key text := (select jsonb_object_keys(v_by) limit 1);
  v_metric text := 'conversations';
  v_dimension text;
  v_values text[];
begin
  if v_from = '-infinity' or v_to = 'infinity' or (select count(*) from jsonb_object_keys(v_by)) > 1 then
    return null;
  end if;
  case
    when v_key is null then
      v_dimension := '';
      v_values := array[''];
    when v_key in ('page', 'country', 'device', 'referrer', 'language') then
      v_dimension := v_key;
      v_values := array[v_by ->> v_key];
    when v_key = 'account_id' then
      return (
        select coalesce(sum(figure.conversations), 0)
        from rollup.account_sums(p_site_domains, v_from, v_to) as figure
        where figure.account_id = (v_by ->> v_key)::uuid
      );
    when v_key = 'scores' and jsonb_array_length(v_by -> v_key) > 0 then
      v_dimension := 'score';
      v_values := array(select distinct jsonb_array_elements_text(v_by -> v_key));
    when v_key = 'conversions' and jsonb_array_length(v_by -> v_key) = 1 then
      v_dimension := 'conversion';
      v_values := array[v_by -> v_key ->> 0];
    when v_key = 'messaged' and v_by -> v_key = 'true' then
      v_metric := 'messaged_conversations';
      v_dimension := '';
      v_values := array[''];
    else
      return null;
  end case;
  return (
    select coalesce(sum(figure.n), 0)
    from rollup.sums(p_site_domains, array[v_metric], v_dimension, v_from, v_to) as figure
    where figure.value = any (v_values)
  );
end
$$;

comment on function private.count_by_figures(text[], jsonb) is
  'What count_conversations gives for a range of days and at most one other condition, where figures are kept by it; else null.';
