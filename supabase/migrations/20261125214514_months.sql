-- Figures by the month too, so that a year adds up quickly; accounts by their last days.

create function rollup.first_whole_month(p_from date)
returns date
language sql
immutable
parallel safe
as $$ select date_trunc('month', p_from::timestamp + interval '1 month' - interval '1 day')::date $$;

create function rollup.end_of_whole_months(p_to date)
returns date
language sql
immutable
parallel safe
as $$ select date_trunc('month', p_to::timestamp + interval '1 day')::date $$;

comment on function rollup.first_whole_month(date) is 'The first day of the first month that begins on or after a day.';
comment on function rollup.end_of_whole_months(date) is 'The day after the last month that ends on or before a day.';

revoke execute on function rollup.first_whole_month(date), rollup.end_of_whole_months(date)
from public, anon, authenticated;
grant execute on function rollup.first_whole_month(date), rollup.end_of_whole_months(date)
to authenticated, service_role;

create table rollup.monthly (
  site_domain text not null,
  metric text not null,
  dimension text not null,
  month date not null,
  value text not null,
  n bigint not null,
  constraint monthly_pkey primary key (site_domain, metric, dimension, month, value)
);

-- One value's days, of dimensions with very many values.
create index daily_account_idx on rollup.daily (site_domain, dimension, value, day desc, metric)
  where dimension in ('account', 'account_score');

comment on table rollup.monthly is 'Folded figures of whole months (by their first day): the sum of rollup.daily.';

alter table rollup.monthly enable row level security;
revoke all on rollup.monthly from public, anon, authenticated;
grant select on rollup.monthly to authenticated, service_role;

create policy monthly_select on rollup.monthly
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create function rollup.sums(
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
  -- Whole months by the month, what is left of the range by the day, and what is not folded yet.
  select f.site_domain, f.metric, f.value, f.n
  from rollup.monthly as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.month >= rollup.first_whole_month(p_from)
    and f.month < rollup.end_of_whole_months(p_to)
  union all
  select f.site_domain, f.metric, f.value, f.n
  from rollup.daily as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.day >= p_from
    and f.day < case
      when rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to) then rollup.first_whole_month(p_from)
      else p_to + 1
    end
  union all
  select f.site_domain, f.metric, f.value, f.n
  from rollup.daily as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.day >= greatest(rollup.end_of_whole_months(p_to), p_from)
    and f.day <= p_to
    and rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to)
  union all
  select f.site_domain, f.metric, f.value, f.n
  from rollup.deltas as f
  where f.site_domain = any (p_site_domains)
    and f.metric = any (p_metrics)
    and f.dimension = p_dimension
    and f.day between p_from and p_to
$$;

comment on function rollup.sums(text[], text[], text, date, date) is
  'Exact figures of a range of days, by value: sum n over the rows of a key. Adds up whole months where the range holds any.';

revoke execute on function rollup.sums(text[], text[], text, date, date) from public, anon, authenticated;
grant execute on function rollup.sums(text[], text[], text, date, date) to authenticated, service_role;

insert into rollup.monthly (site_domain, metric, dimension, month, value, n)
select f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value, sum(f.n)
from rollup.daily as f
group by f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value
having sum(f.n) <> 0;

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
    returning site_domain, steps, day, previous, reached, n
  ),
  added as (
    insert into rollup.chains as kept (site_domain, steps, day, previous, reached, n)
    select g.site_domain, g.steps, g.day, g.previous, g.reached, sum(g.n)
    from gone as g
    group by g.site_domain, g.steps, g.day, g.previous, g.reached
    having sum(g.n) <> 0
    on conflict (site_domain, steps, day, previous, reached) do update
    set n = kept.n + excluded.n
  )
  select count(*) into v_chains from gone;

  return v_daily + v_chains;
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
  delete from rollup.monthly where site_domain = p_site_domain;
  delete from rollup.chain_deltas where site_domain = p_site_domain;
  delete from rollup.chains where site_domain = p_site_domain;
  delete from rollup.visitor_days where site_domain = p_site_domain;

  insert into rollup.daily (site_domain, metric, dimension, day, value, n)
  select f.site_domain, f.metric, f.dimension, f.day, f.value, sum(f.n)
  from rollup.recounted_figures(p_site_domain) as f
  group by f.site_domain, f.metric, f.dimension, f.day, f.value;

  insert into rollup.monthly (site_domain, metric, dimension, month, value, n)
  select f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value, sum(f.n)
  from rollup.daily as f
  where f.site_domain = p_site_domain
  group by f.site_domain, f.metric, f.dimension, date_trunc('month', f.day::timestamp)::date, f.value
  having sum(f.n) <> 0;

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

create or replace function public.get_dashboard_summary(p_site_domains text[], p_from date, p_to date)
returns table (
  metric text,
  value bigint,
  base bigint,
  rate numeric,
  previous_value bigint,
  previous_base bigint,
  previous_rate numeric,
  conversations bigint,
  previous_conversations bigint,
  previous_from date,
  previous_to date,
  recountable_from date
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_previous_to date := p_from - 1;
  v_previous_from date := p_from - (p_to - p_from + 1);
  v_metrics text[] := array[
    'widget_displayed', 'conversations', 'messaged_conversations', 'turns', 'email_captured', 'demo_proposed',
    'cta_clicked', 'demo_booked'
  ];
begin
  perform private.check_window(p_from, p_to);
  return query
  with figures as (
    select figure.metric as name, figure.n as now, 0 as before
    from rollup.sums(v_domains, v_metrics, '', p_from, p_to) as figure
    union all
    select figure.metric, 0, figure.n
    from rollup.sums(v_domains, v_metrics, '', v_previous_from, v_previous_to) as figure
    union all
    select 'conversations with ' || figure.value, figure.n, 0
    from rollup.sums(v_domains, array['conversations'], 'conversion', p_from, p_to) as figure
    union all
    select 'conversations with ' || figure.value, 0, figure.n
    from rollup.sums(v_domains, array['conversations'], 'conversion', v_previous_from, v_previous_to) as figure
  ),
  counted as (
    select f.name, sum(f.now)::bigint as now, sum(f.before)::bigint as before
    from figures as f
    group by f.name
    union all
    select
      kind.name,
      private.distinct_visitors(v_domains, kind.name, p_from, p_to),
      private.distinct_visitors(v_domains, kind.name, v_previous_from, v_previous_to)
    from unnest(array['active', 'displayed', 'engaged']) as kind (name)
  )
  select
    shown.metric,
    coalesce(figure.now, 0),
    case when shown.base is not null then coalesce(base.now, 0) end,
    private.ratio(case when shown.converts then coalesce(talk.now, 0) else coalesce(figure.now, 0) end, base.now),
    coalesce(figure.before, 0),
    case when shown.base is not null then coalesce(base.before, 0) end,
    private.ratio(
      case when shown.converts then coalesce(talk.before, 0) else coalesce(figure.before, 0) end, base.before
    ),
    case when shown.converts then coalesce(talk.now, 0) end,
    case when shown.converts then coalesce(talk.before, 0) end,
    v_previous_from,
    v_previous_to,
    (
      select max(domain.recountable_from)
      from public.domains as domain
      where domain.site_domain = any (v_domains)
    )
  from (
    values
      (1, 'widget_displays', 'widget_displayed', null, false),
      (2, 'visitors', 'active', null, false),
      (3, 'engaged_visitors', 'engaged', 'displayed', false),
      (4, 'conversations', 'conversations', null, false),
      (5, 'messaged_conversations', 'messaged_conversations', 'conversations', false),
      (6, 'turns', 'turns', 'messaged_conversations', false),
      (7, 'emails_captured', 'email_captured', 'messaged_conversations', true),
      (8, 'demos_proposed', 'demo_proposed', 'messaged_conversations', true),
      (9, 'cta_clicks', 'cta_clicked', 'messaged_conversations', true),
      (10, 'demos_booked', 'demo_booked', 'messaged_conversations', true)
  ) as shown (position, metric, figure, base, converts)
  left join counted as figure on figure.name = shown.figure
  left join counted as base on base.name = shown.base
  left join counted as talk on shown.converts and talk.name = 'conversations with ' || shown.figure
  order by shown.position;
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
begin
  perform private.check_window(p_from, p_to);
  if p_dimension is null or p_dimension not in ('page', 'country', 'device', 'referrer') then
    raise exception 'p_dimension is page, country, device or referrer, not %', coalesce(p_dimension, 'null')
      using errcode = 'PT400';
  end if;
  return query
  with figures as (
    select figure.value, figure.metric, figure.n as now, 0 as before
    from rollup.sums(v_domains, array['sessions', 'conversations'], p_dimension, p_from, p_to) as figure
    union all
    select figure.value, figure.metric, 0, figure.n
    from rollup.sums(
      v_domains, array['sessions', 'conversations'], p_dimension, p_from - (p_to - p_from + 1), p_from - 1
    ) as figure
  ),
  counted as (
    select
      f.value,
      coalesce(sum(f.now) filter (where f.metric = 'sessions'), 0)::bigint as sessions,
      coalesce(sum(f.now) filter (where f.metric = 'conversations'), 0)::bigint as conversations,
      coalesce(sum(f.before) filter (where f.metric = 'sessions'), 0)::bigint as previous_sessions,
      coalesce(sum(f.before) filter (where f.metric = 'conversations'), 0)::bigint as previous_conversations
    from figures as f
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
  limit least(greatest(p_limit, 1), 100);
end
$$;

create function private.topic_sums(p_site_domains text[], p_from date, p_to date)
returns table (site_domain text, topic_id uuid, metric text, n bigint)
language sql
stable
as $$
  select figure.site_domain, nullif(figure.value, '')::uuid, figure.metric, figure.n
  from rollup.sums(
    p_site_domains,
    array[
      'messaged_conversations', 'turns', 'converted_conversations', 'unanswered_conversations',
      'scored_conversations', 'quality_tenths'
    ],
    'topic',
    p_from,
    p_to
  ) as figure
$$;

comment on function private.topic_sums(text[], date, date) is
  'The figures of each topic in a range; a null topic: conversations that belong to none.';

revoke execute on function private.topic_sums(text[], date, date) from public, anon;
grant execute on function private.topic_sums(text[], date, date) to authenticated, service_role;

create or replace function public.get_topic_stats(p_site_domains text[], p_from date, p_to date)
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
  with figures as (
    select f.site_domain, f.topic_id, f.metric, f.n as now, 0 as before
    from private.topic_sums(v_domains, p_from, p_to) as f
    union all
    select f.site_domain, f.topic_id, f.metric, 0, f.n
    from private.topic_sums(v_domains, p_from - (p_to - p_from + 1), p_from - 1) as f
  ),
  counted as (
    select f.site_domain, f.topic_id, f.metric, sum(f.now) as now, sum(f.before) as before
    from figures as f
    group by f.site_domain, f.topic_id, f.metric
  ),
  by_topic as (
    select
      c.site_domain,
      c.topic_id,
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
    group by c.site_domain, c.topic_id
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
  where b.conversations > 0 or b.previous_conversations > 0
  order by b.conversations desc, topic.label, b.topic_id
  limit 1000;
end
$$;

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
begin
  perform private.check_window(p_from, p_to);
  if p_bucket is null or p_bucket not in ('day', 'week', 'month') then
    raise exception 'p_bucket is day, week or month, not %', coalesce(p_bucket, 'null') using errcode = 'PT400';
  end if;
  return query
  with counted as (
    select
      f.site_domain,
      f.value::uuid as topic_id,
      greatest(date_trunc(p_bucket, f.day::timestamp)::date, p_from) as bucket,
      sum(f.n) as n
    from rollup.figures as f
    where f.site_domain = any (v_domains)
      and f.metric = 'messaged_conversations'
      and f.dimension = 'topic'
      and f.value <> ''
      and f.day between p_from and p_to
    group by 1, 2, 3
  ),
  best as (
    select c.site_domain, c.topic_id, topic.label, sum(c.n) as n
    from counted as c
    join public.topics as topic
      on topic.site_domain = c.site_domain and topic.id = c.topic_id and topic.status = 'active'
    group by c.site_domain, c.topic_id, topic.label
    order by sum(c.n) desc, topic.label, c.topic_id
    limit least(greatest(p_limit, 1), 20)
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

drop function private.topic_figures(text[], date, date);

drop function public.count_accounts(text[], jsonb);
drop function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb);
drop function private.filtered_accounts(text[], jsonb);

create function private.matching_accounts(p_site_domains text[], p_filter jsonb)
returns setof public.accounts
language sql
stable
as $$
  select account.*
  from public.accounts as account
  where account.site_domain = any (p_site_domains)
    and (p_filter ->> 'country' is null or coalesce(account.country, '') = p_filter ->> 'country')
    and (p_filter ->> 'industry' is null or coalesce(account.industry, '') = p_filter ->> 'industry')
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or (account.site_domain, account.id) in (
        select found.site_domain, found.id
        from private.search_accounts(p_site_domains, p_filter ->> 'search') as found
      )
    )
$$;

comment on function private.matching_accounts(text[], jsonb) is
  'The accounts of some domains that pass what a filter says of the company; their figures are asked apart.';

create function private.filtered_accounts(p_site_domains text[], p_filter jsonb)
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
  with figures as (
    select f.site_domain, f.metric, f.value, f.n
    from rollup.sums(
      p_site_domains, array['sessions', 'conversations'], 'account', (p_filter ->> 'from')::date,
      (p_filter ->> 'to')::date
    ) as f
    union all
    -- The value is the account's id, a colon and the score.
    select f.site_domain, 'score', f.value, f.n
    from rollup.sums(
      p_site_domains, array['conversations'], 'account_score', (p_filter ->> 'from')::date,
      (p_filter ->> 'to')::date
    ) as f
  ),
  by_value as (
    select f.site_domain, f.metric, f.value, sum(f.n) as n
    from figures as f
    group by f.site_domain, f.metric, f.value
    having sum(f.n) > 0
  ),
  counted as (
    select
      v.site_domain,
      left(v.value, 36)::uuid as account_id,
      coalesce(sum(v.n) filter (where v.metric = 'sessions'), 0)::bigint as sessions,
      coalesce(sum(v.n) filter (where v.metric = 'conversations'), 0)::bigint as conversations,
      coalesce(max(substr(v.value, 38)) filter (where v.metric = 'score'), '1')::smallint as interest_score
    from by_value as v
    group by v.site_domain, left(v.value, 36)
  )
  select c.site_domain, c.account_id, c.sessions, c.conversations, c.interest_score
  from counted as c
  join private.matching_accounts(p_site_domains, p_filter) as account
    on account.site_domain = c.site_domain and account.id = c.account_id
  where (
      p_filter ->> 'scores' is null
      or c.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
    )
    and (p_filter ->> 'talked' is null or (c.conversations > 0) = (p_filter ->> 'talked')::boolean)
$$;

comment on function private.filtered_accounts(text[], jsonb) is
  'Accounts with a session or conversation in a filter''s range that pass it, with their figures of the range.';

create function private.account_in_range(p_site_domain text, p_account_id uuid, p_filter jsonb)
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
    coalesce(sum(d.n) filter (where d.metric = 'sessions'), 0)::bigint,
    coalesce(sum(d.n) filter (where d.metric = 'conversations' and d.dimension = 'account'), 0)::bigint,
    coalesce(max(substr(d.value, 38)) filter (where d.dimension = 'account_score'), '1')::smallint,
    max(d.day)
  from (
    select f.dimension, f.value, f.day, f.metric, sum(f.n) as n
    from rollup.figures as f
    where f.site_domain = p_site_domain
      and f.dimension in ('account', 'account_score')
      and f.value = any (
        array[
          p_account_id::text, p_account_id || ':1', p_account_id || ':2', p_account_id || ':3',
          p_account_id || ':4', p_account_id || ':5'
        ]
      )
      and f.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
    group by f.dimension, f.value, f.day, f.metric
    having sum(f.n) > 0
  ) as d
$$;

comment on function private.account_in_range(text, uuid, jsonb) is
  'An account''s figures of a filter''s range, and the last day with a session or conversation in it; null: none.';

create function private.accounts_by_day(
  p_site_domains text[],
  p_filter jsonb,
  p_from date,
  p_to date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language sql
stable
as $$
  -- Days first: accounts whose last day in the filter's range lies in [p_from, p_to].
  select account.site_domain, account.id, shown.day
  from (
    select f.site_domain, f.value::uuid as account_id, max(f.day) as day
    from (
      select g.site_domain, g.value, g.day
      from rollup.figures as g
      where g.site_domain = any (p_site_domains)
        and g.metric in ('sessions', 'conversations')
        and g.dimension = 'account'
        and g.day between p_from and p_to
      group by g.site_domain, g.metric, g.value, g.day
      having sum(g.n) > 0
    ) as f
    group by f.site_domain, f.value
  ) as shown
  join private.matching_accounts(p_site_domains, p_filter) as account
    on account.site_domain = shown.site_domain and account.id = shown.account_id
  cross join lateral private.account_in_range(account.site_domain, account.id, p_filter) as done
  where done.last_day = shown.day
    and (
      p_filter ->> 'scores' is null
      or done.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
    )
    and (p_filter ->> 'talked' is null or (done.conversations > 0) = (p_filter ->> 'talked')::boolean)
    and (
      p_after is null
      or (shown.day, account.id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
    )
  order by shown.day desc, account.id desc
  limit p_limit
$$;

comment on function private.accounts_by_day(text[], jsonb, date, date, jsonb, integer) is
  'A page of accounts by their last day in a filter''s range, of those days alone: quick where many pass the filter.';

create function private.page_of_accounts(
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
as $$
#variable_conflict use_column
declare
  v_from date := p_filter ->> 'from';
  v_to date := least((p_filter ->> 'to')::date, (p_after ->> 'last_day')::date);
  v_start date;
  v_length integer := 1;
  v_left integer := p_limit;
  v_found integer;
begin
  if p_sort <> 'recent' then
    return query
      select found.site_domain, found.id
      from private.filtered_accounts(p_site_domains, p_filter) as found
      cross join lateral (
        values (
          case p_sort
            when 'score' then found.interest_score
            when 'sessions' then found.sessions
            else found.conversations
          end::bigint
        )
      ) as by (figure)
      where p_after is null
        or (by.figure, found.id) < ((p_after ->> 'figure')::bigint, (p_after ->> 'id')::uuid)
      order by by.figure desc, found.id desc
      limit p_limit;
    return;
  end if;
  -- The newest days first, more of them each time.
  while v_left > 0 and v_to >= v_from loop
    v_start := greatest(v_from, v_to - v_length + 1);
    return query
      select by_day.site_domain, by_day.id
      from private.accounts_by_day(p_site_domains, p_filter, v_start, v_to, p_after, v_left) as by_day;
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_to := v_start - 1;
    v_length := v_length * 4;
  end loop;
end
$$;

comment on function private.page_of_accounts(text[], jsonb, text, jsonb, integer) is
  'Ids of a page of accounts in a sort: recent, score, sessions or conversations.';

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
begin
  perform private.check_account_filter(p_filter);
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
    people.last_seen_at,
    (
      select coalesce(jsonb_object_agg(counted.intent, counted.n), '{}')
      from (
        select conversation.intent, count(*) as n
        from public.counted_conversations as conversation
        where conversation.site_domain = page.site_domain
          and conversation.account_id = page.id
          and conversation.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
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
    select
      count(*) filter (
        where exists (
          select 1
          from rollup.visitor_days as kept
          where kept.site_domain = visitor.site_domain
            and kept.visitor_id = visitor.id
            and kept.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
        )
      ) as n,
      max(visitor.last_seen_at) as last_seen_at
    from public.counted_visitors as visitor
    where visitor.site_domain = page.site_domain and visitor.account_id = page.id
  ) as people
  order by page.position;
end
$$;

comment on function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb) is
  'Accounts with a session or conversation in the range, at most 200 a page; the cursor of the last row asks for the next page. Visitors (distinct, there in the range), sessions, conversations, best interest score and intents are of the range; last_seen_at of all time. Filter keys: from, to (days, required), search (beginnings of words of name or domain), country, industry, scores (best interest score in the range), talked (with a conversation). Sorts: recent (last day in the range), score, sessions, conversations.';

create function public.count_accounts(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_account_filter(p_filter);
  return (select count(*) from private.filtered_accounts(v_domains, p_filter));
end
$$;

comment on function public.count_accounts(text[], jsonb) is
  'How many accounts pass the filter of get_account_stats_with_intent, exactly.';

revoke execute on function
  private.matching_accounts(text[], jsonb),
  private.filtered_accounts(text[], jsonb),
  private.account_in_range(text, uuid, jsonb),
  private.accounts_by_day(text[], jsonb, date, date, jsonb, integer),
  private.page_of_accounts(text[], jsonb, text, jsonb, integer),
  public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_accounts(text[], jsonb)
from public, anon;
grant execute on function
  private.matching_accounts(text[], jsonb),
  private.filtered_accounts(text[], jsonb),
  private.account_in_range(text, uuid, jsonb),
  private.accounts_by_day(text[], jsonb, date, date, jsonb, integer),
  private.page_of_accounts(text[], jsonb, text, jsonb, integer),
  public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_accounts(text[], jsonb)
to authenticated, service_role;
