-- Figures and links by the week too, and the hours of a week as one dimension: long ranges add up fewer rows.

select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rollup.fold'));
lock table rollup.deltas in share row exclusive mode;
select rollup.fold();

create function rollup.whole_months(p_from date, p_to date)
returns date[]
language sql
immutable
parallel safe
as $$
  select array(
    select series.month::date
    from generate_series(
      rollup.first_whole_month(p_from)::timestamp,
      rollup.end_of_whole_months(p_to) - interval '1 day',
      interval '1 month'
    ) as series (month)
  )
$$;

create function rollup.whole_weeks(p_from date, p_to date)
returns date[]
language sql
immutable
parallel safe
as $$
  select array(
    select series.week::date
    from generate_series(
      date_trunc('week', p_from + interval '6 days'), p_to - interval '6 days', interval '7 days'
    ) as series (week)
    where rollup.first_whole_month(p_from) >= rollup.end_of_whole_months(p_to)
      or series.week + interval '6 days' < rollup.first_whole_month(p_from)
      or series.week >= rollup.end_of_whole_months(p_to)
  )
$$;

create function rollup.single_days(p_from date, p_to date)
returns date[]
language sql
immutable
parallel safe
as $$
  select array(
    select edge.day
    from (
      select generate_series(
        p_from::timestamp, least(p_to, rollup.first_whole_month(p_from) - 1)::timestamp, interval '1 day'
      )::date
      union all
      select generate_series(
        greatest(rollup.first_whole_month(p_from), rollup.end_of_whole_months(p_to))::timestamp,
        p_to::timestamp,
        interval '1 day'
      )::date
    ) as edge (day)
    where date_trunc('week', edge.day::timestamp)::date <> all (array(select unnest(rollup.whole_weeks(p_from, p_to))))
  )
$$;

comment on function rollup.whole_months(date, date) is 'The months (their first days) that lie in a range of days as a whole.';
comment on function rollup.whole_weeks(date, date) is
  'The weeks (their Mondays) that lie in a range of days as a whole and hold no day of its whole months.';
comment on function rollup.single_days(date, date) is 'The days of a range that are in none of its whole months and whole weeks.';

revoke execute on function
  rollup.whole_months(date, date),
  rollup.whole_weeks(date, date),
  rollup.single_days(date, date)
from public, anon, authenticated;
grant execute on function
  rollup.whole_months(date, date),
  rollup.whole_weeks(date, date),
  rollup.single_days(date, date)
to authenticated, service_role;

create table rollup.weekly (
  site_domain text not null,
  metric text not null,
  dimension text not null,
  week date not null,
  value text not null,
  n bigint not null,
  constraint weekly_pkey primary key (site_domain, metric, dimension, week, value) include (n)
);

comment on table rollup.weekly is 'Folded figures of whole weeks (by their Monday): the sum of rollup.daily.';

alter table rollup.weekly enable row level security;
revoke all on rollup.weekly from public, anon, authenticated;
grant select on rollup.weekly to authenticated, service_role;

create policy weekly_select on rollup.weekly
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

update rollup.daily as figure
set dimension = 'weekday_hour', value = extract(isodow from figure.day) || ' ' || figure.value
where figure.dimension = 'hour';

delete from rollup.monthly where dimension = 'hour';

insert into rollup.monthly (site_domain, metric, dimension, month, value, n)
select f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value, sum(f.n)
from rollup.daily as f
where f.dimension = 'weekday_hour'
group by f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value;

insert into rollup.weekly (site_domain, metric, dimension, week, value, n)
select f.site_domain, f.metric, f.dimension, date_trunc('week', f.day::timestamp)::date, f.value, sum(f.n)
from rollup.daily as f
group by f.site_domain, f.metric, f.dimension, date_trunc('week', f.day::timestamp)::date, f.value
having sum(f.n) <> 0;

analyze rollup.weekly;

create or replace function rollup.sums(
  p_site_domains text[],
  p_metrics text[],
  p_dimension text,
  p_from date,
  p_to date
)
returns table (site_domain text, metric text, value text, n bigint)
language sql
stable
as $$
  -- Whole months by the month, whole weeks of the rest by the week, its other days, and what is not folded yet.
  select f.site_domain, f.metric, f.value, f.n
  from rollup.monthly as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.month = any (rollup.whole_months(p_from, p_to))
  union all
  select f.site_domain, f.metric, f.value, f.n
  from rollup.weekly as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.week = any (rollup.whole_weeks(p_from, p_to))
  union all
  select f.site_domain, f.metric, f.value, f.n
  from rollup.daily as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.day = any (rollup.single_days(p_from, p_to))
  union all
  select f.site_domain, f.metric, f.value, f.n
  from rollup.deltas as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.day between p_from and p_to
$$;

create function rollup.single_days_of_buckets(p_from date, p_to date, p_bucket text)
returns date[]
language sql
immutable
parallel safe
as $$
  select array(
    select series.day::date
    from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as series (day)
    where p_bucket = 'day'
      or date_trunc(p_bucket, series.day) < p_from
      or date_trunc(p_bucket, series.day) + ('1 ' || p_bucket)::interval > p_to + 1
  )
$$;

create function rollup.sums_by_bucket(
  p_site_domains text[],
  p_metric text,
  p_dimension text,
  p_values text[],
  p_from date,
  p_to date,
  p_bucket text
)
returns table (site_domain text, value text, bucket date, n bigint)
language sql
stable
as $$
  -- Whole weeks or months as they are kept, the days of the others, and what is not folded yet.
  select f.site_domain, f.value, f.week, f.n
  from rollup.weekly as f
  where p_bucket = 'week'
    and f.site_domain = any (p_site_domains)
    and f.metric = p_metric
    and f.dimension = p_dimension
    and f.week between p_from and p_to - 6
    and f.value = any (p_values)
  union all
  select f.site_domain, f.value, f.month, f.n
  from rollup.monthly as f
  where p_bucket = 'month'
    and f.site_domain = any (p_site_domains)
    and f.metric = p_metric
    and f.dimension = p_dimension
    and f.month >= rollup.first_whole_month(p_from)
    and f.month < rollup.end_of_whole_months(p_to)
    and f.value = any (p_values)
  union all
  select f.site_domain, f.value, greatest(date_trunc(p_bucket, f.day::timestamp)::date, p_from), f.n
  from rollup.daily as f
  where f.site_domain = any (p_site_domains)
    and f.metric = p_metric
    and f.dimension = p_dimension
    and f.day = any (rollup.single_days_of_buckets(p_from, p_to, p_bucket))
    and f.value = any (p_values)
  union all
  select f.site_domain, f.value, greatest(date_trunc(p_bucket, f.day::timestamp)::date, p_from), f.n
  from rollup.deltas as f
  where f.site_domain = any (p_site_domains)
    and f.metric = p_metric
    and f.dimension = p_dimension
    and f.day between p_from and p_to
    and f.value = any (p_values)
$$;

comment on function rollup.sums(text[], text[], text, date, date) is
  'Exact figures of a range of days, by value: sum n over the rows of a key. Adds up months, weeks and days.';
comment on function rollup.single_days_of_buckets(date, date, text) is
  'The days of a range whose week or month is cut by it; all of them when the bucket is a day.';
comment on function rollup.sums_by_bucket(text[], text, text, text[], date, date, text) is
  'Exact figures of some values in a range, by day, week (from Monday) or month, the first cut by the range: sum n over the rows of a key.';

revoke execute on function
  rollup.single_days_of_buckets(date, date, text),
  rollup.sums_by_bucket(text[], text, text, text[], date, date, text)
from public, anon, authenticated;
grant execute on function
  rollup.single_days_of_buckets(date, date, text),
  rollup.sums_by_bucket(text[], text, text, text[], date, date, text)
to authenticated, service_role;

insert into rollup.chains (site_domain, steps, scale, day, since, n)
select f.site_domain, f.steps, f.scale + 4, date_trunc('week', f.day::timestamp)::date, f.since, sum(f.n)
from rollup.chains as f
where f.scale in (0, 1)
group by f.site_domain, f.steps, f.scale, date_trunc('week', f.day::timestamp)::date, f.since
having sum(f.n) <> 0;

analyze rollup.chains;

comment on column rollup.chains.scale is '0: both are days; 1: `since` is a month; 2: `day` is a month; 3: both are months; 4: `day` is a week; 5: `day` is a week, `since` a month.';

create or replace function rollup.scales(p_day date, p_since date)
returns table (scale smallint, day date, since date)
language sql
immutable
as $$
  select s.scale, s.day, s.since
  from (
    values
      (0::smallint, p_day, p_since),
      (1::smallint, p_day, date_trunc('month', p_since::timestamp)::date),
      (2::smallint, date_trunc('month', p_day::timestamp)::date, p_since),
      (3::smallint, date_trunc('month', p_day::timestamp)::date, date_trunc('month', p_since::timestamp)::date),
      (4::smallint, date_trunc('week', p_day::timestamp)::date, p_since),
      (5::smallint, date_trunc('week', p_day::timestamp)::date, date_trunc('month', p_since::timestamp)::date)
  ) as s (scale, day, since)
$$;

comment on function rollup.scales(date, date) is 'Where a link stands in rollup.chains: by days, weeks and months.';

create or replace function rollup.folded_links(p_site_domains text[], p_steps smallint[], p_from date, p_to date)
returns table (steps smallint, n bigint)
language sql
stable
as $$
  -- What began before the month of p_from is read by the month; the range by whole months, whole weeks and single days.
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 3
    and link.day = any (rollup.whole_months(p_from, p_to))
    and link.since < date_trunc('month', p_from::timestamp)::date
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 2
    and link.day = any (rollup.whole_months(p_from, p_to))
    and link.since between date_trunc('month', p_from::timestamp)::date and p_from
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 5
    and link.day = any (rollup.whole_weeks(p_from, p_to))
    and link.since < date_trunc('month', p_from::timestamp)::date
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 4
    and link.day = any (rollup.whole_weeks(p_from, p_to))
    and link.since between date_trunc('month', p_from::timestamp)::date and p_from
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 1
    and link.day = any (rollup.single_days(p_from, p_to))
    and link.since < date_trunc('month', p_from::timestamp)::date
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 0
    and link.day = any (rollup.single_days(p_from, p_to))
    and link.since between date_trunc('month', p_from::timestamp)::date and p_from
$$;

create or replace function rollup.conversation_contributions(p_conversation public.conversations)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'conversations', d.dimension, coalesce(d.value, ''), 1::bigint
  from (
    values
      ('', ''),
      ('page', p_conversation.page),
      ('country', p_conversation.country),
      ('device', p_conversation.device_type),
      ('referrer', p_conversation.referrer_host),
      ('language', coalesce(p_conversation.language, p_conversation.detected_language)),
      ('weekday_hour', extract(isodow from p_conversation.day) || ' ' || p_conversation.hour),
      ('score', p_conversation.interest_score::text)
  ) as d (dimension, value)
  union all
  select 'conversations', d.dimension, d.value, 1
  from (
    values
      ('account', p_conversation.account_id::text),
      ('account_score', p_conversation.account_id::text || ':' || p_conversation.interest_score::text),
      ('intent', p_conversation.intent),
      ('quality', round(p_conversation.quality_score)::text)
  ) as d (dimension, value)
  where d.value is not null
  union all
  select 'conversations', 'conversion', flag.kind, 1
  from (
    values
      ('email_captured', p_conversation.email_captured),
      ('demo_proposed', p_conversation.demo_proposed),
      ('cta_clicked', p_conversation.cta_clicked),
      ('demo_booked', p_conversation.demo_booked)
  ) as flag (kind, held)
  where flag.held
  union all
  select m.metric, d.dimension, d.value, m.n
  from (
    values
      ('messaged_conversations', 1::bigint),
      ('turns', p_conversation.total_turns),
      (
        'converted_conversations',
        (p_conversation.email_captured or p_conversation.cta_clicked or p_conversation.demo_booked)::integer
      ),
      ('unanswered_conversations', (p_conversation.unanswered_count > 0)::integer),
      ('scored_conversations', (p_conversation.quality_score is not null)::integer),
      ('quality_tenths', (10 * p_conversation.quality_score)::integer)
  ) as m (metric, n)
  cross join (
    values ('', ''), ('topic', coalesce(p_conversation.topic_id::text, ''))
  ) as d (dimension, value)
  where p_conversation.visitor_message_count > 0 and m.n > 0
$$;

comment on function rollup.conversation_contributions(public.conversations) is
  'Figures of a conversation that counts: conversations in all and by page, country, device, referrer, language, weekday and hour, interest score, account, intent, quality (rounded) and conversion; and of one with a visitor''s message, in all and by topic: itself, turns, whether it converted (e-mail, CTA or demo), had an unanswered question, was scored, and tenths of its quality score.';

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
  added_to_weeks as (
    insert into rollup.weekly as kept (site_domain, metric, dimension, week, value, n)
    select g.site_domain, g.metric, g.dimension, date_trunc('week', g.day::timestamp)::date, g.value, sum(g.n)
    from gone as g
    group by g.site_domain, g.metric, g.dimension, date_trunc('week', g.day::timestamp)::date, g.value
    having sum(g.n) <> 0
    on conflict (site_domain, metric, dimension, week, value) do update
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

create or replace function private.rename_erased_pages(p_site_domain text, p_visitor_ids uuid[], p_texts text[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- An address with somebody's name in it is a figure's value as well.
  with gone as (
    delete from public.session_pages as seen
    using public.visitor_sessions as session
    where session.site_domain = p_site_domain
      and session.visitor_id = any (p_visitor_ids)
      and seen.site_domain = p_site_domain
      and seen.session_id = session.id
      and private.mentions(seen.page, p_texts)
    returning seen.session_id, seen.page, seen.day, seen.counts
  )
  insert into public.session_pages as kept (site_domain, session_id, page, day, counts)
  select p_site_domain, gone.session_id, private.without_mentions(gone.page, p_texts), min(gone.day), bool_or(gone.counts)
  from gone
  group by gone.session_id, private.without_mentions(gone.page, p_texts)
  on conflict (site_domain, session_id, page) do update
  set day = least(kept.day, excluded.day), counts = kept.counts or excluded.counts;

  if not exists (
    select 1
    from rollup.figures as figure
    where figure.site_domain = p_site_domain and figure.dimension = 'page' and private.mentions(figure.value, p_texts)
  ) then
    return;
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rollup.fold'));
  perform rollup.fold();
  delete from rollup.daily as figure
  where figure.site_domain = p_site_domain
    and figure.dimension = 'page'
    and figure.n = 0
    and private.mentions(figure.value, p_texts);
  delete from rollup.weekly as figure
  where figure.site_domain = p_site_domain
    and figure.dimension = 'page'
    and figure.n = 0
    and private.mentions(figure.value, p_texts);
  delete from rollup.monthly as figure
  where figure.site_domain = p_site_domain
    and figure.dimension = 'page'
    and figure.n = 0
    and private.mentions(figure.value, p_texts);
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
            'rollup.chains', 'rollup.account_days', 'rollup.account_months', 'rollup.account_totals'
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

create or replace function private.topic_stats(p_site_domains text[], p_from date, p_to date)
returns table (
  site_domain text,
  topic_id uuid,
  label text,
  keywords text[],
  status text,
  label_is_custom boolean,
  conversations bigint,
  previous_conversations bigint,
  share numeric,
  turns_per_conversation numeric,
  quality numeric,
  previous_quality numeric,
  conversion_rate numeric,
  unanswered_share numeric,
  total_conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  return query
  with counted as (
    select f.site_domain, f.value, f.metric, sum(f.n) as now, 0::numeric as before
    from rollup.sums(
      v_domains,
      array[
        'messaged_conversations', 'turns', 'converted_conversations', 'unanswered_conversations',
        'scored_conversations', 'quality_tenths'
      ],
      'topic',
      p_from,
      p_to
    ) as f
    group by f.site_domain, f.value, f.metric
    union all
    select f.site_domain, f.value, f.metric, 0::numeric, sum(f.n)
    from rollup.sums(
      v_domains,
      array['messaged_conversations', 'scored_conversations', 'quality_tenths'],
      'topic',
      p_from - (p_to - p_from + 1),
      p_from - 1
    ) as f
    group by f.site_domain, f.value, f.metric
  ),
  by_topic as (
    select
      c.site_domain,
      nullif(c.value, '')::uuid as topic_id,
      coalesce(sum(c.now) filter (where c.metric = 'messaged_conversations'), 0)::bigint as conversations,
      coalesce(sum(c.before) filter (where c.metric = 'messaged_conversations'), 0)::bigint as previous_conversations,
      sum(c.now) filter (where c.metric = 'turns') as turns,
      coalesce(sum(c.now) filter (where c.metric = 'converted_conversations'), 0) as converted,
      coalesce(sum(c.now) filter (where c.metric = 'unanswered_conversations'), 0) as unanswered,
      nullif(sum(c.now) filter (where c.metric = 'scored_conversations'), 0) as scored,
      sum(c.now) filter (where c.metric = 'quality_tenths') as tenths,
      nullif(sum(c.before) filter (where c.metric = 'scored_conversations'), 0) as previous_scored,
      sum(c.before) filter (where c.metric = 'quality_tenths') as previous_tenths
    from counted as c
    group by c.site_domain, c.value
  )
  select
    b.site_domain,
    b.topic_id,
    topic.label,
    topic.keywords,
    topic.status,
    topic.label_is_custom,
    b.conversations,
    b.previous_conversations,
    private.ratio(b.conversations, total.n),
    private.ratio(coalesce(b.turns, 0), b.conversations),
    private.ratio(b.tenths, 10 * b.scored),
    private.ratio(b.previous_tenths, 10 * b.previous_scored),
    private.ratio(b.converted, b.conversations),
    private.ratio(b.unanswered, b.conversations),
    total.n::bigint
  from by_topic as b
  cross join (select coalesce(sum(all_topics.conversations), 0) as n from by_topic as all_topics) as total
  left join public.topics as topic on topic.site_domain = b.site_domain and topic.id = b.topic_id
  where b.conversations > 0 or b.previous_conversations > 0;
end
$$;

drop function private.topic_sums(text[], date, date);

create or replace function public.get_topics_over_time(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_bucket text default 'day',
  p_limit integer default 6
)
returns table (
  bucket date,
  site_domain text,
  topic_id uuid,
  label text,
  conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 6), 1), 20);
  v_topics text[];
begin
  perform private.check_window(p_from, p_to);
  if p_bucket is null or p_bucket not in ('day', 'week', 'month') then
    raise exception 'p_bucket is day, week or month, not %', coalesce(p_bucket, 'null') using errcode = 'PT400';
  end if;
  v_topics := array(
    select topic.id::text
    from (
      select sums.site_domain, nullif(sums.value, '')::uuid as topic_id, sum(sums.n) as n
      from rollup.sums(v_domains, array['messaged_conversations'], 'topic', p_from, p_to) as sums
      group by sums.site_domain, sums.value
      having sum(sums.n) <> 0
    ) as f
    join public.topics as topic
      on topic.site_domain = f.site_domain and topic.id = f.topic_id and topic.status = 'active'
    order by f.n desc, topic.label, topic.id
    limit v_limit
  );
  return query
  with counted as (
    select f.site_domain, f.value::uuid as topic_id, f.bucket, sum(f.n) as n
    from rollup.sums_by_bucket(v_domains, 'messaged_conversations', 'topic', v_topics, p_from, p_to, p_bucket) as f
    group by f.site_domain, f.value, f.bucket
  ),
  best as (
    select topic.site_domain, topic.id as topic_id, topic.label, sum(c.n) as n
    from counted as c
    join public.topics as topic
      on topic.site_domain = c.site_domain and topic.id = c.topic_id and topic.status = 'active'
    group by topic.site_domain, topic.id, topic.label
    having sum(c.n) <> 0
    order by sum(c.n) desc, topic.label, topic.id
    limit v_limit
  ),
  buckets as (
    select distinct greatest(date_trunc(p_bucket, series.day)::date, p_from) as bucket
    from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as series (day)
  )
  select buckets.bucket, best.site_domain, best.topic_id, best.label, coalesce(c.n, 0)::bigint
  from buckets
  cross join best
  left join counted as c
    on c.site_domain = best.site_domain and c.topic_id = best.topic_id and c.bucket = buckets.bucket
  order by best.n desc, best.label, best.topic_id, buckets.bucket;
end
$$;

create or replace function public.get_heat_map(p_site_domains text[], p_from date, p_to date)
returns table (weekday integer, hour integer, conversations bigint)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  return query
  select
    weekdays.weekday,
    hours.hour,
    coalesce(counted.n, 0)::bigint
  from generate_series(1, 7) as weekdays (weekday)
  cross join generate_series(0, 23) as hours (hour)
  left join (
    select
      split_part(figure.value, ' ', 1)::integer as weekday,
      split_part(figure.value, ' ', 2)::integer as hour,
      sum(figure.n) as n
    from rollup.sums(v_domains, array['conversations'], 'weekday_hour', p_from, p_to) as figure
    group by figure.value
  ) as counted on counted.weekday = weekdays.weekday and counted.hour = hours.hour
  order by weekdays.weekday, hours.hour;
end
$$;

create or replace function public.get_top_values(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_dimension text,
  p_limit integer default 10
)
returns table (
  value text,
  sessions bigint,
  conversations bigint,
  conversation_rate numeric,
  previous_sessions bigint,
  previous_conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 10), 1), 100);
  v_best text[];
begin
  perform private.check_window(p_from, p_to);
  if p_dimension is null or p_dimension not in ('page', 'country', 'device', 'referrer') then
    raise exception 'p_dimension is page, country, device or referrer, not %', coalesce(p_dimension, 'null')
      using errcode = 'PT400';
  end if;
  -- The best are those with the most conversations, ties and all: where there are enough of them, sessions and the
  -- time before are read of these alone.
  v_best := array(
    select ranked.value
    from (
      select f.value, rank() over (order by sum(f.n) desc) as place, count(*) over () as values
      from rollup.sums(v_domains, array['conversations'], p_dimension, p_from, p_to) as f
      group by f.value
      having sum(f.n) > 0
    ) as ranked
    where ranked.place <= v_limit and ranked.values >= v_limit
  );
  return query
  with counted as (
    select
      f.value,
      coalesce(sum(f.n) filter (where f.is_now and f.metric = 'sessions'), 0)::bigint as sessions,
      coalesce(sum(f.n) filter (where f.is_now and f.metric = 'conversations'), 0)::bigint as conversations,
      coalesce(sum(f.n) filter (where not f.is_now and f.metric = 'sessions'), 0)::bigint as previous_sessions,
      coalesce(sum(f.n) filter (where not f.is_now and f.metric = 'conversations'), 0)::bigint
        as previous_conversations
    from (
      select figure.value, figure.metric, figure.n, true as is_now
      from rollup.sums(v_domains, array['sessions', 'conversations'], p_dimension, p_from, p_to) as figure
      union all
      select figure.value, figure.metric, figure.n, false
      from rollup.sums(
        v_domains, array['sessions', 'conversations'], p_dimension, p_from - (p_to - p_from + 1), p_from - 1
      ) as figure
    ) as f
    where v_best = '{}' or f.value = any (v_best)
    group by f.value
  )
  select
    c.value,
    c.sessions,
    c.conversations,
    private.ratio(c.conversations, c.sessions),
    c.previous_sessions,
    c.previous_conversations
  from counted as c
  where c.sessions > 0 or c.conversations > 0
  order by c.conversations desc, c.sessions desc, c.value
  limit v_limit;
end
$$;

create or replace function private.visitors_by_period(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_bucket text,
  p_kind text
)
returns table (bucket date, now bigint, before bigint)
language sql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
  with periods as (
    select
      period.*,
      p_bucket <> 'day'
        and period.starts_on = date_trunc(p_bucket, period.starts_on::timestamp)::date
        and period.ends_on + 1 = (period.starts_on + ('1 ' || p_bucket)::interval)::date as is_whole
    from private.periods(p_from, p_to, p_bucket) as period
  ),
  days as (
    -- Each day belongs to one period.
    select period.bucket, period.is_now, period.starts_on, period.is_whole, series.day::date as day
    from periods as period
    cross join lateral generate_series(
      period.starts_on::timestamp, period.ends_on::timestamp, interval '1 day'
    ) as series (day)
  ),
  parts as (
    -- A whole week or month, or a day of another period: where its links stand (rollup.scales), those that are kept
    -- by the month they began in and those by the day.
    select
      period.bucket,
      period.is_now,
      period.starts_on,
      period.starts_on as day,
      case p_bucket when 'week' then 5 else 3 end as by_month,
      case p_bucket when 'week' then 4 else 2 end as by_day
    from periods as period
    where period.is_whole
    union all
    select days.bucket, days.is_now, days.starts_on, days.day, 1, 0
    from days
    where not days.is_whole
  ),
  counted as (
    -- Links begin on their day at the latest, so a period of one day holds all of it; of a longer one, those that began
    -- before its month are read by the month, the others by the day.
    select part.bucket, part.is_now, link.n
    from rollup.chains as link
    join parts as part on part.day = link.day and part.by_month = link.scale
    where link.site_domain = any (p_site_domains)
      and link.steps = rollup.steps_of_kind(p_kind)
      and link.scale = any (case p_bucket when 'day' then '{1}' when 'week' then '{1,5}' else '{1,3}' end::smallint[])
      and link.day between p_from - (p_to - p_from + 1) and p_to
      and (p_bucket = 'day' or link.since < date_trunc('month', part.starts_on::timestamp)::date)
    union all
    select part.bucket, part.is_now, link.n
    from parts as part
    cross join lateral (
      select of_part.n
      from rollup.chains as of_part
      where of_part.site_domain = any (p_site_domains)
        and of_part.steps = rollup.steps_of_kind(p_kind)
        and of_part.scale = part.by_day
        and of_part.day = part.day
        and of_part.since between date_trunc('month', part.starts_on::timestamp)::date and part.starts_on
      offset 0
    ) as link
    where p_bucket <> 'day'
    union all
    select days.bucket, days.is_now, link.n
    from rollup.chain_deltas as link
    join days on days.day = link.day
    where link.site_domain = any (p_site_domains)
      and link.steps = rollup.steps_of_kind(p_kind)
      and link.since <= days.starts_on
  )
  select
    period.bucket,
    coalesce(sum(summed.n) filter (where period.is_now), 0)::bigint,
    coalesce(sum(summed.n) filter (where not period.is_now), 0)::bigint
  from periods as period
  left join (
    select counted.bucket, counted.is_now, sum(counted.n) as n
    from counted
    group by counted.bucket, counted.is_now
  ) as summed on summed.bucket = period.bucket and summed.is_now = period.is_now
  group by period.bucket
$$;
