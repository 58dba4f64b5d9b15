-- What an account's people did, by day, by week, by month and ever: one row each, so that lists of accounts add up, order and
-- find them without reading a figure at a time. Kept by the same deltas and folder as rollup.daily.

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
  include (conversations, curious, interested, engaged, hot) where conversations <> 0;

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

create index account_weeks_week_idx on rollup.account_weeks (site_domain, week, account_id)
  include (sessions, conversations, curious, interested, engaged, hot);

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
    rollup.best_score(curious, interested, engaged, hot)
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
comment on table rollup.account_weeks is 'Folded figures of an account of whole weeks (by their Monday): the sum of rollup.account_days.';
comment on table rollup.account_months is 'Folded figures of an account of whole months (by their first day): the sum of rollup.account_days.';
comment on table rollup.account_totals is
  'Folded figures of an account of all time: no range has more, so that the first of them in an order are known.';
comment on table rollup.account_deltas is 'Figures of accounts not folded yet: what to add to the four.';

create view rollup.account_figures with (security_invoker = true) as
select site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
from rollup.account_days
union all
select site_domain, account_id, day, sessions, conversations, curious, interested, engaged, hot
from rollup.account_deltas;

comment on view rollup.account_figures is 'Exact figures of accounts by day: to add up over the rows of an account and day.';

alter table rollup.account_days enable row level security;
alter table rollup.account_weeks enable row level security;
alter table rollup.account_months enable row level security;
alter table rollup.account_totals enable row level security;
alter table rollup.account_deltas enable row level security;
revoke all on
  rollup.account_days, rollup.account_weeks, rollup.account_months, rollup.account_totals, rollup.account_deltas,
  rollup.account_figures
from public, anon, authenticated;
grant select on
  rollup.account_days, rollup.account_weeks, rollup.account_months, rollup.account_totals, rollup.account_deltas,
  rollup.account_figures
to authenticated, service_role;

create policy account_days_select on rollup.account_days
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy account_weeks_select on rollup.account_weeks
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
