-- How a range of days splits into whole months, whole weeks and single days, so that few rows add up to it.

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

create function rollup.widened(p_from date, p_to date)
returns daterange
language sql
stable
parallel safe
as $$ select rollup.widened(p_from, p_to, p_from - 366, current_date) $$;

comment on function rollup.widened(date, date) is
  'As rollup.widened of four days, for figures that every day up to today may have.';
comment on function rollup.widened(date, date, date, date) is
  'A range of days with its first and its last month as a whole, each where that is less to read: where the month holds over a week more of the range than of other days from p_first to p_last.';
comment on function rollup.first_whole_month(date) is 'The first day of the first month that begins on or after a day.';
comment on function rollup.end_of_whole_months(date) is 'The day after the last month that ends on or before a day.';
comment on function rollup.whole_months(date, date) is 'The months (their first days) that lie in a range of days as a whole.';
comment on function rollup.whole_weeks(date, date) is
  'The weeks (their Mondays) that lie in a range of days as a whole and hold no day of its whole months.';
comment on function rollup.single_days(date, date) is 'The days of a range that are in none of its whole months and whole weeks.';

revoke execute on function
  rollup.first_whole_month(date),
  rollup.end_of_whole_months(date),
  rollup.whole_months(date, date),
  rollup.whole_weeks(date, date),
  rollup.single_days(date, date),
  rollup.widened(date, date, date, date),
  rollup.widened(date, date)
from public, anon, authenticated;
grant execute on function
  rollup.first_whole_month(date),
  rollup.end_of_whole_months(date),
  rollup.whole_months(date, date),
  rollup.whole_weeks(date, date),
  rollup.single_days(date, date),
  rollup.widened(date, date, date, date),
  rollup.widened(date, date)
to authenticated, service_role;
