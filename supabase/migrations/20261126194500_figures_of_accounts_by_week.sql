-- Figures of accounts by the week too, and of a range as all there ever was less what lies outside of it.

select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rollup.fold'));
lock table rollup.account_deltas in share row exclusive mode;
select rollup.fold();

create table rollup.account_weeks (
  site_domain text not null,
  account_id uuid not null,
  week date not null,
  sessions integer not null,
  conversations integer not null,
  curious integer not null,
  interested integer not null,
  engaged integer not null,
  hot integer not null,
  constraint account_weeks_pkey primary key (site_domain, account_id, week)
    include (sessions, conversations, curious, interested, engaged, hot)
);

insert into rollup.account_weeks (
  site_domain, account_id, week, sessions, conversations, curious, interested, engaged, hot
)
select
  f.site_domain, f.account_id, date_trunc('week', f.day::timestamp)::date, sum(f.sessions), sum(f.conversations),
  sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot)
from rollup.account_days as f
group by f.site_domain, f.account_id, date_trunc('week', f.day::timestamp)::date;

create index account_weeks_week_idx on rollup.account_weeks (site_domain, week, account_id)
  include (sessions, conversations, curious, interested, engaged, hot);

analyze rollup.account_weeks;

comment on table rollup.account_weeks is 'Folded figures of an account of whole weeks (by their Monday): the sum of rollup.account_days.';
comment on table rollup.account_deltas is 'Figures of accounts not folded yet: what to add to the four.';

alter table rollup.account_weeks enable row level security;
revoke all on rollup.account_weeks from public, anon, authenticated;
grant select on rollup.account_weeks to authenticated, service_role;

create policy account_weeks_select on rollup.account_weeks
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create function rollup.widened(p_from date, p_to date, p_first date, p_last date)
returns daterange
language sql
immutable
parallel safe
as $$
  -- Of a month, days out of the range that lie between p_first and p_last have to be taken off again.
  select case
    when edge.first_month = edge.last_month
      then case
        when p_to - p_from + 1 - edge.days_before - edge.days_after > 7
          then daterange(edge.first_month, edge.end_of_last, '[)')
        else daterange(p_from, p_to, '[]')
      end
    else daterange(
      case when edge.end_of_first - p_from - edge.days_before > 7 then edge.first_month else p_from end,
      case when p_to - edge.last_month + 1 - edge.days_after > 7 then edge.end_of_last else p_to + 1 end,
      '[)'
    )
  end
  from (
    select
      m.*,
      p_from - greatest(m.first_month, least(p_first, p_from)) as days_before,
      least(m.end_of_last - 1, greatest(p_last, p_to)) - p_to as days_after
    from (
      select
        date_trunc('month', p_from::timestamp)::date as first_month,
        (date_trunc('month', p_from::timestamp) + interval '1 month')::date as end_of_first,
        date_trunc('month', p_to::timestamp)::date as last_month,
        (date_trunc('month', p_to::timestamp) + interval '1 month')::date as end_of_last
    ) as m
  ) as edge
$$;

comment on function rollup.widened(date, date, date, date) is
  'A range of days with its first and its last month as a whole, each where that is less to read: where the month holds over a week more of the range than of other days from p_first to p_last.';

revoke execute on function rollup.widened(date, date, date, date) from public, anon, authenticated;
grant execute on function rollup.widened(date, date, date, date) to authenticated, service_role;

create function rollup.folded_account_sums(p_site_domains text[], p_from date, p_to date)
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
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_months as f
  where f.site_domain = any (p_site_domains)
    and f.month = any (rollup.whole_months(p_from, p_to))
  union all
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_weeks as f
  where f.site_domain = any (p_site_domains)
    and f.week = any (rollup.whole_weeks(p_from, p_to))
  union all
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_days as f
  where f.site_domain = any (p_site_domains)
    and f.day = any (rollup.single_days(p_from, p_to))
$$;

create or replace function rollup.account_sums(p_site_domains text[], p_from date, p_to date)
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
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.folded_account_sums(p_site_domains, p_from, p_to) as f
  union all
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_deltas as f
  where f.site_domain = any (p_site_domains)
    and f.day between p_from and p_to
$$;

create function rollup.folded_account_sums_of_wider(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_wide_from date,
  p_wide_to date
)
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
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.folded_account_sums(p_site_domains, p_wide_from, p_wide_to) as f
  union all
  select f.site_domain, f.account_id, -f.sessions, -f.conversations, -f.curious, -f.interested, -f.engaged, -f.hot
  from rollup.folded_account_sums(p_site_domains, p_wide_from, p_from - 1) as f
  union all
  select f.site_domain, f.account_id, -f.sessions, -f.conversations, -f.curious, -f.interested, -f.engaged, -f.hot
  from rollup.folded_account_sums(p_site_domains, p_to + 1, p_wide_to) as f
$$;

create function rollup.folded_account_sums_of_all(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_first date,
  p_last date
)
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
  select f.site_domain, f.account_id, f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_totals as f
  where f.site_domain = any (p_site_domains)
  union all
  select f.site_domain, f.account_id, -f.sessions, -f.conversations, -f.curious, -f.interested, -f.engaged, -f.hot
  from rollup.folded_account_sums(p_site_domains, p_first, p_from - 1) as f
  union all
  select f.site_domain, f.account_id, -f.sessions, -f.conversations, -f.curious, -f.interested, -f.engaged, -f.hot
  from rollup.folded_account_sums(p_site_domains, p_to + 1, p_last) as f
$$;

create function rollup.sums_of_account(p_site_domain text, p_account_id uuid, p_from date, p_to date)
returns table (
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
  -- The days of one account stand beside each other: what no whole month holds is at most two runs of them.
  select f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_months as f
  where f.site_domain = p_site_domain
    and f.account_id = p_account_id
    and f.month >= rollup.first_whole_month(p_from)
    and f.month < rollup.end_of_whole_months(p_to)
  union all
  select f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_days as f
  where f.site_domain = p_site_domain
    and f.account_id = p_account_id
    and f.day >= p_from
    and f.day < case
      when rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to) then rollup.first_whole_month(p_from)
      else p_to + 1
    end
  union all
  select f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_days as f
  where f.site_domain = p_site_domain
    and f.account_id = p_account_id
    and f.day >= greatest(rollup.end_of_whole_months(p_to), p_from)
    and f.day <= p_to
    and rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to)
  union all
  select f.sessions, f.conversations, f.curious, f.interested, f.engaged, f.hot
  from rollup.account_deltas as f
  where f.site_domain = p_site_domain
    and f.account_id = p_account_id
    and f.day between p_from and p_to
$$;

create function rollup.days_of_accounts(p_site_domains text[])
returns table (first_day date, last_day date)
language sql
stable
as $$
  select min(edge.first_day), max(edge.last_day)
  from unnest(p_site_domains) as wanted (site_domain)
  cross join lateral (
    select
      (
        select kept.day
        from rollup.account_days as kept
        where kept.site_domain = wanted.site_domain
        order by kept.day
        limit 1
      ) as first_day,
      (
        select kept.day
        from rollup.account_days as kept
        where kept.site_domain = wanted.site_domain
        order by kept.day desc
        limit 1
      ) as last_day
  ) as edge
$$;

comment on function rollup.folded_account_sums(text[], date, date) is 'What rollup.account_sums gives, of what is folded.';
comment on function rollup.account_sums(text[], date, date) is
  'Exact figures of accounts of a range of days: to add up over the rows of an account. By whole months, whole weeks and single days.';
comment on function rollup.folded_account_sums_of_wider(text[], date, date, date, date) is
  'What rollup.folded_account_sums gives, as the figures of a range that holds it less those of its other days.';
comment on function rollup.folded_account_sums_of_all(text[], date, date, date, date) is
  'What rollup.folded_account_sums gives, as the figures of all time less those of other days; nothing is folded of days before p_first or after p_last.';
comment on function rollup.sums_of_account(text, uuid, date, date) is
  'Exact figures of one account of a range of days, to add up: by whole months and single days.';
comment on function rollup.days_of_accounts(text[]) is
  'The first and the last day with folded figures of accounts; null: there are none.';

revoke execute on function
  rollup.folded_account_sums(text[], date, date),
  rollup.account_sums(text[], date, date),
  rollup.folded_account_sums_of_wider(text[], date, date, date, date),
  rollup.folded_account_sums_of_all(text[], date, date, date, date),
  rollup.sums_of_account(text, uuid, date, date),
  rollup.days_of_accounts(text[])
from public, anon, authenticated;
grant execute on function
  rollup.folded_account_sums(text[], date, date),
  rollup.account_sums(text[], date, date),
  rollup.folded_account_sums_of_wider(text[], date, date, date, date),
  rollup.folded_account_sums_of_all(text[], date, date, date, date),
  rollup.sums_of_account(text, uuid, date, date),
  rollup.days_of_accounts(text[])
to authenticated, service_role;

create or replace function rollup.fold_accounts()
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
  added_to_weeks as (
    insert into rollup.account_weeks as kept (
      site_domain, account_id, week, sessions, conversations, curious, interested, engaged, hot
    )
    select
      g.site_domain, g.account_id, date_trunc('week', g.day::timestamp)::date, sum(g.sessions), sum(g.conversations),
      sum(g.curious), sum(g.interested), sum(g.engaged), sum(g.hot)
    from gone as g
    group by g.site_domain, g.account_id, date_trunc('week', g.day::timestamp)::date
    on conflict (site_domain, account_id, week) do update
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
  delete from rollup.weekly where site_domain = p_site_domain;
  delete from rollup.monthly where site_domain = p_site_domain;
  delete from rollup.account_deltas where site_domain = p_site_domain;
  delete from rollup.account_days where site_domain = p_site_domain;
  delete from rollup.account_weeks where site_domain = p_site_domain;
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

  insert into rollup.weekly (site_domain, metric, dimension, week, value, n)
  select f.site_domain, f.metric, f.dimension, date_trunc('week', f.day::timestamp)::date, f.value, sum(f.n)
  from rollup.daily as f
  where f.site_domain = p_site_domain
  group by f.site_domain, f.metric, f.dimension, date_trunc('week', f.day::timestamp)::date, f.value
  having sum(f.n) <> 0;

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
            'public.accounts', 'rollup.visitor_days', 'rollup.daily', 'rollup.weekly', 'rollup.monthly',
            'rollup.chains', 'rollup.account_days', 'rollup.account_weeks', 'rollup.account_months',
            'rollup.account_totals'
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

drop function private.covers_most(text[], date, date);
drop function private.accounts_by_figure(text[], jsonb, text, jsonb, integer);
drop function private.leading_accounts(text[], jsonb, text, jsonb, integer, integer);

create function private.leading_accounts(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
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
            limit $4
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
        limit $4
      ),
      page as (
        select c.site_domain, c.account_id, done.%1$I::bigint as figure
        from candidates as c
        cross join lateral private.account_in_range(c.site_domain, c.account_id, $2) as done
        where (done.sessions > 0 or done.conversations > 0)
          and (
            $2 ->> 'scores' is null
            or done.interest_score = any (array(select jsonb_array_elements_text($2 -> 'scores')::smallint))
          )
          and ($2 ->> 'talked' is null or (done.conversations > 0) = ($2 ->> 'talked')::boolean)
          and (
            not private.filters_companies($2)
            or exists (
              select 1
              from public.accounts as company
              where company.site_domain = c.site_domain
                and company.id = c.account_id
                and private.passes_as_company(company.name, company.domain, company.country, company.industry, $2)
            )
          )
        order by done.%1$I desc, c.account_id desc
        limit $3
      )
      select
        array_agg(p.site_domain order by p.figure desc, p.account_id desc) as places,
        array_agg(p.account_id order by p.figure desc, p.account_id desc) as ids,
        (select count(*) from candidates) < $4
        or (
          count(*) = $3
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
  using p_site_domains, p_filter, p_limit, p_walked;
  if v_found.is_page then
    return query select v_found.places, v_found.ids;
  end if;
end
$$;

comment on function private.leading_accounts(text[], jsonb, text, integer, integer) is
  'The first page of accounts by a figure of a filter''s range, where the p_walked accounts with most of it ever suffice to tell; else nothing.';

revoke execute on function private.leading_accounts(text[], jsonb, text, integer, integer) from public, anon;
grant execute on function private.leading_accounts(text[], jsonb, text, integer, integer)
to authenticated, service_role;

create function private.holds_most(p_filter jsonb, p_first date, p_last date)
returns boolean
language sql
immutable
parallel safe
as $$
  select least(private.filter_day(p_filter, 'to'), p_last)
    - greatest(private.filter_day(p_filter, 'from'), p_first) > (p_last - p_first) / 2
$$;

comment on function private.holds_most(jsonb, date, date) is
  'Whether a filter''s range holds most of the days from p_first to p_last; null: there are no such days.';

create function private.accounts_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer,
  p_first date,
  p_last date
)
returns table (site_domain text, id uuid)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_figure text := case p_column
    when 'interest_score'
      then 'rollup.best_score(sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot))'
    else format('sum(f.%I)', p_column)
  end;
  v_wide daterange := rollup.widened(
    private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to'), p_first, p_last
  );
  v_sums text := case
    when private.holds_most(p_filter, p_first, p_last)
      then 'rollup.folded_account_sums_of_all(array[wanted.site_domain], $6, $7, $8, $9)'
    else 'rollup.folded_account_sums_of_wider(array[wanted.site_domain], $6, $7, $10, $11)'
  end;
  -- Rows with any of the figure are fewer than all; accounts without any come last. Scores above the lowest stand
  -- beside conversations.
  v_some boolean := coalesce(p_filter ->> 'scores', p_filter ->> 'talked') is null;
  v_rows bigint;
  v_found bigint := 0;
begin
  loop
    return query execute format(
      $sql$
        select c.site_domain, c.account_id
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select wanted.site_domain, f.account_id, %1$s as figure
          from (
            select
              kept.account_id, kept.sessions, kept.conversations, kept.curious, kept.interested, kept.engaged, kept.hot
            from %2$s as kept
            where %3$s
            union all
            select d.account_id, d.sessions, d.conversations, d.curious, d.interested, d.engaged, d.hot
            from rollup.account_deltas as d
            where d.site_domain = wanted.site_domain and d.day between $6 and $7
          ) as f
          group by f.account_id
          having %4$s
            and ($3 is null or (%1$s, f.account_id) < (($3 ->> 'figure')::bigint, ($3 ->> 'id')::uuid))
            and (
              $2 ->> 'scores' is null
              or rollup.best_score(sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot))
                = any (array(select jsonb_array_elements_text($2 -> 'scores')::smallint))
            )
            and ($2 ->> 'talked' is null or (sum(f.conversations) > 0) = ($2 ->> 'talked')::boolean)
            and (
              not private.filters_companies($2)
              or f.account_id in (
                select company.id from private.matching_accounts(array[wanted.site_domain], $2) as company
              )
            )
          order by figure desc, f.account_id desc
          limit $4
        ) as c
        order by c.figure desc, c.account_id desc
        offset $5
        limit $4 - $5
      $sql$,
      v_figure,
      v_sums,
      case when v_some then case p_column when 'sessions' then 'sessions <> 0' else 'conversations <> 0' end else 'true' end,
      case
        when not v_some then '(sum(f.sessions) > 0 or sum(f.conversations) > 0)'
        when p_column = 'interest_score' then v_figure || ' > 1'
        else v_figure || ' > 0'
      end
    )
    using
      p_site_domains, p_filter, p_after, p_limit, v_found, private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to'),
      p_first, p_last, lower(v_wide), upper(v_wide) - 1;
    get diagnostics v_rows = row_count;
    v_found := v_found + v_rows;
    exit when not v_some or v_found = p_limit;
    v_some := false;
  end loop;
end
$$;

comment on function private.accounts_by_figure(text[], jsonb, text, jsonb, integer, date, date) is
  'A page of accounts by a figure of a filter''s range, all of which are added up; of days before p_first and after p_last nothing is folded.';

revoke execute on function
  private.holds_most(jsonb, date, date),
  private.accounts_by_figure(text[], jsonb, text, jsonb, integer, date, date)
from public, anon;
grant execute on function
  private.holds_most(jsonb, date, date),
  private.accounts_by_figure(text[], jsonb, text, jsonb, integer, date, date)
to authenticated, service_role;

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
    from rollup.account_sums(
      p_site_domains, private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to')
    ) as f
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

create or replace function private.last_account_day(p_site_domain text, p_account_id uuid, p_filter jsonb)
returns table (day date)
language sql
stable
as $$
  select f.day
  from rollup.account_figures as f
  where f.site_domain = p_site_domain
    and f.account_id = p_account_id
    and f.day between private.filter_day(p_filter, 'from') and private.filter_day(p_filter, 'to')
  group by f.day
  having sum(f.sessions) > 0 or sum(f.conversations) > 0
  order by f.day desc
  limit 1
$$;

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
  from rollup.sums_of_account(
    p_site_domain, p_account_id, private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to')
  ) as f
$$;

create or replace function private.recent_accounts(
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
        and f.day between private.filter_day(p_filter, 'from') and private.filter_day(p_filter, 'to')
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
      and f.day between private.filter_day(p_filter, 'from') and private.filter_day(p_filter, 'to')
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
          from public.accounts as company
          where company.site_domain = w.site_domain
            and company.id = w.account_id
            and private.passes_as_company(company.name, company.domain, company.country, company.industry, p_filter)
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
  v_found record;
  v_kept record;
begin
  -- What a search finds is added up; of a word of very many accounts, the first in the order are looked at.
  if coalesce(p_filter ->> 'search', '') <> '' then
    select array_agg(first.site_domain) as places, array_agg(first.id) as ids, count(*) as n into v_found
    from (
      select found.site_domain, found.id
      from private.search_accounts(p_site_domains, p_filter ->> 'search') as found
      limit 1001
    ) as first;
    if v_found.n <= 1000 then
      return query
        select * from private.accounts_of_search(
          p_site_domains, p_filter, p_sort, p_after, p_limit, v_found.places, v_found.ids
        );
      return;
    end if;
  end if;
  if p_sort <> 'recent' then
    select * into v_kept from rollup.days_of_accounts(p_site_domains);
    if p_after is null and private.holds_most(p_filter, v_kept.first_day, v_kept.last_day) then
      foreach v_walked in array array[2 * p_limit, 6 * p_limit] loop
        select * into v_page
        from private.leading_accounts(p_site_domains, p_filter, v_column, p_limit, v_walked);
        if found then
          return query select * from unnest(v_page.places, v_page.ids);
          return;
        end if;
      end loop;
    end if;
    return query
      select * from private.accounts_by_figure(
        p_site_domains, p_filter, v_column, p_after, p_limit, v_kept.first_day, v_kept.last_day
      );
    return;
  end if;
  foreach v_walked in array array[2 * p_limit, 6 * p_limit, 20 * p_limit] loop
    select * into v_page from private.recent_accounts(p_site_domains, p_filter, p_after, p_limit, v_walked);
    if cardinality(v_page.ids) = p_limit or v_page.walked < v_walked then
      return query select * from unnest(v_page.places, v_page.ids);
      return;
    end if;
  end loop;
  return query
    select found.site_domain, found.id
    from private.filtered_accounts(p_site_domains, p_filter) as found
    cross join lateral private.last_account_day(found.site_domain, found.id, p_filter) as last
    where p_after is null or (last.day, found.id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
    order by last.day desc, found.id desc
    limit p_limit;
end
$$;

drop function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb);

create function public.get_account_stats_with_intent(
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
  order by page.position;
end
$$;

comment on function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb) is
  'Accounts with a session or conversation in the range, at most 200 a page; the cursor of the last row asks for the next page. Visitors (distinct, there in the range), sessions, conversations, best interest score, last day and intents are of the range. Filter keys: from, to (days, required), search (beginnings of words of name or domain), country, industry, scores (best interest score in the range), talked (with a conversation). Sorts: recent (last day in the range), score, sessions, conversations.';

revoke execute on function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb) from public, anon;
grant execute on function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb)
to authenticated, service_role;
