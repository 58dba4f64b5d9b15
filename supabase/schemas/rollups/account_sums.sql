-- Figures of accounts of a range of days, to add up: by its months, weeks and days, or as all less what is outside.

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
