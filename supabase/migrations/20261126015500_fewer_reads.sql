-- Distinct visitors of several kinds in one read, as a definer that asks once for the caller's domains; figures read from their
-- index alone; counts of conversations from figures where figures are kept by the condition.

alter table rollup.daily
  drop constraint daily_pkey,
  add constraint daily_pkey primary key (site_domain, metric, dimension, day, value) include (n);
alter table rollup.monthly
  drop constraint monthly_pkey,
  add constraint monthly_pkey primary key (site_domain, metric, dimension, month, value) include (n);

drop function private.distinct_visitors(text[], text, date, date);
drop function rollup.links(text[], smallint, date, date);
drop function rollup.folded_links(text[], smallint, date, date);

create function rollup.folded_links(p_site_domains text[], p_steps smallint[], p_from date, p_to date)
returns table (steps smallint, n bigint)
language sql
stable
as $$
  -- What began before the month of p_from is read by the month, and so are the whole months of the range.
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 1
    and link.day >= p_from
    and link.day < case
      when rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to) then rollup.first_whole_month(p_from)
      else p_to + 1
    end
    and link.since < date_trunc('month', p_from::timestamp)::date
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 0
    and link.day >= p_from
    and link.day < case
      when rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to) then rollup.first_whole_month(p_from)
      else p_to + 1
    end
    and link.since >= date_trunc('month', p_from::timestamp)::date
    and link.since <= p_from
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 1
    and link.day >= greatest(rollup.end_of_whole_months(p_to), p_from)
    and link.day <= p_to
    and link.since < date_trunc('month', p_from::timestamp)::date
    and rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to)
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 0
    and link.day >= greatest(rollup.end_of_whole_months(p_to), p_from)
    and link.day <= p_to
    and link.since >= date_trunc('month', p_from::timestamp)::date
    and link.since <= p_from
    and rollup.first_whole_month(p_from) < rollup.end_of_whole_months(p_to)
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 3
    and link.day >= rollup.first_whole_month(p_from)
    and link.day < rollup.end_of_whole_months(p_to)
    and link.since < date_trunc('month', p_from::timestamp)::date
  union all
  select link.steps, link.n
  from rollup.chains as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.scale = 2
    and link.day >= rollup.first_whole_month(p_from)
    and link.day < rollup.end_of_whole_months(p_to)
    and link.since >= date_trunc('month', p_from::timestamp)::date
    and link.since <= p_from
$$;

create function rollup.links(p_site_domains text[], p_steps smallint[], p_from date, p_to date)
returns table (steps smallint, n bigint)
language sql
stable
as $$
  select link.steps, link.n
  from rollup.folded_links(p_site_domains, p_steps, p_from, p_to) as link
  union all
  select link.steps, link.n
  from rollup.chain_deltas as link
  where link.site_domain = any (p_site_domains)
    and link.steps = any (p_steps)
    and link.day between p_from and p_to
    and link.since <= p_from
$$;

comment on function rollup.folded_links(text[], smallint[], date, date) is 'What rollup.links gives, of what is folded.';
comment on function rollup.links(text[], smallint[], date, date) is
  'Exact links of a range of days: the sum of n is how many distinct visitors did all of the steps in it.';

revoke execute on function
  rollup.folded_links(text[], smallint[], date, date),
  rollup.links(text[], smallint[], date, date)
from public, anon, authenticated;
grant execute on function
  rollup.folded_links(text[], smallint[], date, date),
  rollup.links(text[], smallint[], date, date)
to authenticated, service_role;

create function private.distinct_visitors(
  p_site_domains text[],
  p_kinds text[],
  p_from date,
  p_to date
)
returns table (kind text, n bigint)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_steps smallint[] := array(select rollup.steps_of_kind(k.kind) from unnest(p_kinds) as k (kind));
begin
  return query
    with counted as (
      select link.steps, sum(link.n)::bigint as n
      from rollup.links(v_domains, v_steps, p_from, p_to) as link
      group by link.steps
    )
    select k.kind, coalesce(counted.n, 0)
    from unnest(p_kinds) as k (kind)
    left join counted on counted.steps = rollup.steps_of_kind(k.kind);
end
$$;

comment on function private.distinct_visitors(text[], text[], date, date) is
  'Distinct visitors of some kinds (rollup.steps_of_kind) in a range of days; over several domains, the sum of each one''s. A definer that asks once for the caller''s domains.';

revoke execute on function private.distinct_visitors(text[], text[], date, date) from public, anon;
grant execute on function private.distinct_visitors(text[], text[], date, date) to authenticated, service_role;

create function private.count_by_figures(p_site_domains text[], p_filter jsonb)
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
      v_dimension := 'account';
      v_values := array[(v_by ->> v_key)::uuid::text];
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

revoke execute on function private.count_by_figures(text[], jsonb) from public, anon;
grant execute on function private.count_by_figures(text[], jsonb) to authenticated, service_role;

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
  v_kinds text[] := array['active', 'displayed', 'engaged'];
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
    select now.kind, now.n, before.n
    from private.distinct_visitors(v_domains, v_kinds, p_from, p_to) as now
    join private.distinct_visitors(v_domains, v_kinds, v_previous_from, v_previous_to) as before
      on before.kind = now.kind
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

create or replace function public.get_engagement_rate(p_site_domains text[], p_from date, p_to date)
returns table (displayed_visitors bigint, engaged_visitors bigint, engagement_rate numeric)
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
  select counted.displayed, counted.engaged, private.ratio(counted.engaged, counted.displayed)
  from (
    select
      sum(kind.n) filter (where kind.kind = 'displayed')::bigint as displayed,
      sum(kind.n) filter (where kind.kind = 'engaged')::bigint as engaged
    from private.distinct_visitors(v_domains, array['displayed', 'engaged'], p_from, p_to) as kind
  ) as counted;
end
$$;

create or replace function public.get_conversation_funnel(p_site_domains text[], p_from date, p_to date)
returns table (
  step integer,
  name text,
  visitors bigint,
  share_of_first numeric,
  share_of_previous numeric,
  previous_visitors bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_kinds text[] := array[
    'displayed', 'funnel_opened', 'funnel_messaged', 'funnel_proposed', 'funnel_clicked', 'funnel_booked'
  ];
begin
  perform private.check_window(p_from, p_to);
  return query
  with steps as (
    select *
    from (
      values
        (1, 'displayed', 'displayed'),
        (2, 'opened', 'funnel_opened'),
        (3, 'messaged', 'funnel_messaged'),
        (4, 'demo_proposed', 'funnel_proposed'),
        (5, 'cta_clicked', 'funnel_clicked'),
        (6, 'demo_booked', 'funnel_booked')
    ) as s (step, name, kind)
  ),
  counted as (
    select steps.step, steps.name, now.n as visitors, before.n as previous_visitors
    from steps
    join private.distinct_visitors(v_domains, v_kinds, p_from, p_to) as now on now.kind = steps.kind
    join private.distinct_visitors(
      v_domains, v_kinds, p_from - (p_to - p_from + 1), p_from - 1
    ) as before on before.kind = steps.kind
  )
  select
    c.step,
    c.name,
    c.visitors,
    private.ratio(c.visitors, first_value(c.visitors) over (order by c.step)),
    private.ratio(c.visitors, lag(c.visitors) over (order by c.step)),
    c.previous_visitors
  from counted as c
  order by c.step;
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
  with counted as (
    select period.bucket, period.is_now, link.n
    from private.periods(p_from, p_to, p_bucket) as period
    left join lateral rollup.folded_links(
      p_site_domains, array[rollup.steps_of_kind(p_kind)], period.starts_on, period.ends_on
    ) as link on true
    union all
    select period.bucket, period.is_now, link.n
    from private.periods(p_from, p_to, p_bucket) as period
    cross join lateral generate_series(
      period.starts_on::timestamp, period.ends_on::timestamp, interval '1 day'
    ) as series (day)
    join rollup.chain_deltas as link
      on link.site_domain = any (p_site_domains)
      and link.steps = rollup.steps_of_kind(p_kind)
      and link.day = series.day::date
      and link.since <= period.starts_on
  )
  select
    counted.bucket,
    coalesce(sum(counted.n) filter (where counted.is_now), 0)::bigint,
    coalesce(sum(counted.n) filter (where not counted.is_now), 0)::bigint
  from counted
  group by counted.bucket
$$;

create or replace function public.count_visitors(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_from date := p_filter ->> 'from';
  v_to date := p_filter ->> 'to';
begin
  perform private.check_visitor_filter(p_filter);
  if not exists (
    select 1 from jsonb_each(p_filter) as f
    where f.key not in ('from', 'to', 'did') and jsonb_typeof(f.value) <> 'null'
  ) then
    return (
      select counted.n
      from private.distinct_visitors(
        v_domains, array[coalesce(p_filter ->> 'did', 'active')], v_from, v_to
      ) as counted
    );
  end if;
  return (
    select count(*)
    from private.matching_visitors(v_domains, p_filter) as visitor
    cross join lateral private.days_in_range(visitor.site_domain, visitor.id, p_filter) as done
    where done.last_day is not null
      and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
  );
end
$$;

create or replace function public.count_conversations(p_site_domains text[], p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_conversation_filter(p_filter);
  if coalesce(p_filter ->> 'search', '') <> '' then
    return private.count_found_conversations(v_domains, p_filter);
  end if;
  return coalesce(
    private.count_by_figures(v_domains, p_filter),
    (select count(*) from private.filtered_conversations(v_domains, p_filter))
  );
end
$$;
