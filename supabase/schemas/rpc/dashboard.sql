-- The Dashboard's figures. Days are each domain's own; a range includes both its ends.

create function public.get_dashboard_summary(p_site_domains text[], p_from date, p_to date)
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
begin
  perform private.check_window(p_from, p_to);
  return query
  with counted as (
    select
      figure.metric as name,
      coalesce(sum(figure.n) filter (where figure.day >= p_from), 0)::bigint as now,
      coalesce(sum(figure.n) filter (where figure.day < p_from), 0)::bigint as before
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (
        array[
          'widget_displayed', 'conversations', 'messaged_conversations', 'turns',
          'email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked'
        ]
      )
      and figure.dimension = ''
      and figure.day between v_previous_from and p_to
    group by figure.metric
    union all
    select
      'conversations with ' || figure.value,
      coalesce(sum(figure.n) filter (where figure.day >= p_from), 0)::bigint,
      coalesce(sum(figure.n) filter (where figure.day < p_from), 0)::bigint
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = 'conversations'
      and figure.dimension = 'conversion'
      and figure.day between v_previous_from and p_to
    group by figure.value
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

comment on function public.get_dashboard_summary(text[], date, date) is
  'The Dashboard''s tiles: value, what it is measured against (base), rate = value / base (null without a base), and the same for as many days before. engaged_visitors: distinct visitors shown the widget and with a message ÷ distinct visitors shown it. turns: turns ÷ conversations with a visitor''s message. Conversions: value counts them on their own day; conversations are those begun in the range that had one, and the rate is these ÷ conversations with a visitor''s message.';

create function public.get_engagement_rate(p_site_domains text[], p_from date, p_to date)
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
      private.distinct_visitors(v_domains, 'displayed', p_from, p_to) as displayed,
      private.distinct_visitors(v_domains, 'engaged', p_from, p_to) as engaged
  ) as counted;
end
$$;

comment on function public.get_engagement_rate(text[], date, date) is
  'Distinct visitors who sent a message and were shown the widget in the range ÷ distinct visitors shown the widget; null when nobody was.';

create function public.get_widget_display_stats(p_site_domains text[], p_from date, p_to date)
returns table (day date, displays bigint, opens bigint, displayed_visitors bigint)
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
    days.day::date,
    coalesce(counted.displays, 0)::bigint,
    coalesce(counted.opens, 0)::bigint,
    coalesce(visitors.n, 0)::bigint
  from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as days (day)
  left join (
    select
      figure.day,
      sum(figure.n) filter (where figure.metric = 'widget_displayed') as displays,
      sum(figure.n) filter (where figure.metric = 'widget_opened') as opens
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (array['widget_displayed', 'widget_opened'])
      and figure.dimension = ''
      and figure.day between p_from and p_to
    group by figure.day
  ) as counted on counted.day = days.day::date
  left join (
    -- On a single day every link of a one-step kind is one visitor.
    select link.day, sum(link.n) as n
    from rollup.links as link
    where link.site_domain = any (v_domains)
      and link.steps = rollup.steps_of_kind('displayed')
      and link.day between p_from and p_to
    group by link.day
  ) as visitors on visitors.day = days.day::date
  order by days.day;
end
$$;

comment on function public.get_widget_display_stats(text[], date, date) is
  'Per day: how often the widget was shown and opened, and to how many distinct visitors it was shown.';

create function public.get_conversation_funnel(p_site_domains text[], p_from date, p_to date)
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
begin
  perform private.check_window(p_from, p_to);
  return query
  with counted as (
    select
      steps.step,
      steps.name,
      private.distinct_visitors(v_domains, steps.kind, p_from, p_to) as visitors,
      private.distinct_visitors(
        v_domains, steps.kind, p_from - (p_to - p_from + 1), p_from - 1
      ) as previous_visitors
    from (
      values
        (1, 'displayed', 'displayed'),
        (2, 'opened', 'funnel_opened'),
        (3, 'messaged', 'funnel_messaged'),
        (4, 'demo_proposed', 'funnel_proposed'),
        (5, 'cta_clicked', 'funnel_clicked'),
        (6, 'demo_booked', 'funnel_booked')
    ) as steps (step, name, kind)
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

comment on function public.get_conversation_funnel(text[], date, date) is
  'Distinct visitors that reached each step and all steps before it in the range, with the share of the first and of the previous step (null without a denominator).';

create function public.get_conversations_over_time(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_bucket text default 'day'
)
returns table (
  bucket date,
  conversations bigint,
  messaged_conversations bigint,
  previous_bucket date,
  previous_conversations bigint,
  previous_messaged_conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_length integer := p_to - p_from + 1;
begin
  perform private.check_window(p_from, p_to);
  if p_bucket is null or p_bucket not in ('day', 'week', 'month') then
    raise exception 'p_bucket is day, week or month, not %', coalesce(p_bucket, 'null') using errcode = 'PT400';
  end if;
  return query
  with days as (
    -- Each day of the range beside the day as many days before it.
    select
      greatest(date_trunc(p_bucket, series.day)::date, p_from) as bucket,
      series.day::date as day,
      series.day::date - v_length as previous_day
    from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as series (day)
  ),
  counted as (
    select
      figure.day,
      coalesce(sum(figure.n) filter (where figure.metric = 'conversations'), 0) as conversations,
      coalesce(sum(figure.n) filter (where figure.metric = 'messaged_conversations'), 0) as messaged
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (array['conversations', 'messaged_conversations'])
      and figure.dimension = ''
      and figure.day between p_from - v_length and p_to
    group by figure.day
  )
  select
    days.bucket,
    coalesce(sum(now.conversations), 0)::bigint,
    coalesce(sum(now.messaged), 0)::bigint,
    min(days.previous_day),
    coalesce(sum(before.conversations), 0)::bigint,
    coalesce(sum(before.messaged), 0)::bigint
  from days
  left join counted as now on now.day = days.day
  left join counted as before on before.day = days.previous_day
  group by days.bucket
  order by days.bucket;
end
$$;

comment on function public.get_conversations_over_time(text[], date, date, text) is
  'Conversations, and those with a visitor''s message, by day, week (from Monday) or month, beside the same number of days before. Every bucket is there; the first and last may be cut by the range.';

create function public.get_top_values(
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
  with counted as (
    select
      figure.value,
      coalesce(sum(figure.n) filter (where figure.metric = 'sessions' and figure.day >= p_from), 0)::bigint
        as sessions,
      coalesce(sum(figure.n) filter (where figure.metric = 'conversations' and figure.day >= p_from), 0)::bigint
        as conversations,
      coalesce(sum(figure.n) filter (where figure.metric = 'sessions' and figure.day < p_from), 0)::bigint
        as previous_sessions,
      coalesce(sum(figure.n) filter (where figure.metric = 'conversations' and figure.day < p_from), 0)::bigint
        as previous_conversations
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (array['sessions', 'conversations'])
      and figure.dimension = p_dimension
      and figure.day between p_from - (p_to - p_from + 1) and p_to
    group by figure.value
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

comment on function public.get_top_values(text[], date, date, text, integer) is
  'The pages, countries, devices or referrers with the most conversations: sessions (for a page: that saw it), conversations (for a page: begun on it), conversations ÷ sessions, and both for as many days before. An empty value: unknown.';

revoke execute on function
  public.get_dashboard_summary(text[], date, date),
  public.get_engagement_rate(text[], date, date),
  public.get_widget_display_stats(text[], date, date),
  public.get_conversation_funnel(text[], date, date),
  public.get_conversations_over_time(text[], date, date, text),
  public.get_top_values(text[], date, date, text, integer)
from public, anon;
grant execute on function
  public.get_dashboard_summary(text[], date, date),
  public.get_engagement_rate(text[], date, date),
  public.get_widget_display_stats(text[], date, date),
  public.get_conversation_funnel(text[], date, date),
  public.get_conversations_over_time(text[], date, date, text),
  public.get_top_values(text[], date, date, text, integer)
to authenticated, service_role;
