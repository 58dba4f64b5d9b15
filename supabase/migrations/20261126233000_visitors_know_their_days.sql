-- Visitors know which steps they did on which days: counts of any filter read nothing else.

create or replace function rollup.step_range(p_step smallint, p_from date, p_to date)
returns int4range
language sql
immutable
parallel safe
as $$
  -- The steps' days stand apart by 2^22 days, which is more than there are from the first year to the last of four digits.
  select int4range(
    p_step * 4194304 + (greatest(p_from, date '0001-01-01') - date '2000-01-01'),
    p_step * 4194304 + (least(p_to, date '9999-12-31') - date '2000-01-01'),
    '[]'
  )
$$;

create or replace function rollup.steps_on(p_steps smallint, p_day date)
returns int4multirange
language sql
immutable
parallel safe
as $$
  select range_agg(rollup.step_range(done.step, p_day, p_day))
  from unnest('{1,2,4,8,16,32,64,128}'::smallint[]) as done (step)
  where p_steps & done.step <> 0
$$;

create or replace function rollup.last_step_day(p_step_days int4multirange, p_step smallint, p_from date, p_to date)
returns date
language sql
immutable
parallel safe
as $$
  select
    upper(p_step_days * int4multirange(rollup.step_range(p_step, p_from, p_to))) - 1 - p_step * 4194304
      + date '2000-01-01'
$$;

comment on function rollup.last_step_day(int4multirange, smallint, date, date) is
  'The last day of a range on which visitors.step_days has a step; null: none.';
comment on function rollup.step_range(smallint, date, date) is
  'One step (a bit of rollup.visitor_days) on the days of a range, as numbers of visitors.step_days.';
comment on function rollup.steps_on(smallint, date) is 'The steps of a day, as numbers of visitors.step_days.';

revoke execute on function
  rollup.step_range(smallint, date, date),
  rollup.steps_on(smallint, date),
  rollup.last_step_day(int4multirange, smallint, date, date)
from public, anon, authenticated, service_role;
grant execute on function
  rollup.step_range(smallint, date, date),
  rollup.last_step_day(int4multirange, smallint, date, date)
to authenticated, service_role;

alter table public.visitors add column step_days int4multirange;

comment on column public.visitors.step_days is
  'Which steps were done on which days, as numbers of rollup.step_range; kept equal to rollup.visitor_days. Null: none.';

create or replace view public.counted_visitors with (security_invoker = true) as
select * from public.visitors where counts;

update public.visitors as visitor
set step_days = whole.step_days
from (
  select kept.site_domain, kept.visitor_id, range_agg(rollup.steps_on(kept.steps, kept.day)) as step_days
  from rollup.visitor_days as kept
  group by kept.site_domain, kept.visitor_id
) as whole
where visitor.site_domain = whole.site_domain and visitor.id = whole.visitor_id;

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

  update public.visitors as visitor
  set step_days = whole.step_days
  from (
    select d.visitor_id, range_agg(rollup.steps_on(d.steps, d.day)) filter (where d.sign > 0) as step_days
    from unnest(p_days) as d
    group by d.visitor_id
  ) as whole
  where visitor.site_domain = p_site_domain
    and visitor.id = whole.visitor_id
    and visitor.step_days is distinct from whole.step_days;
end
$$;

comment on function rollup.replace_visitor_days(text, rollup.signed_day[]) is
  'Replaces the complete days of some visitors (sign -1: as they are, 1: as they become) and appends the links'' deltas. The caller holds the visitors'' row locks.';

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
  update public.visitors as visitor
  set step_days = null
  where visitor.site_domain = p_site_domain
    and visitor.step_days is not null
    and not exists (
      select 1
      from rollup.visitor_days as kept
      where kept.site_domain = visitor.site_domain and kept.visitor_id = visitor.id
    );
  perform rollup.fold();
end
$$;

create or replace function private.wanted_days(p_filter jsonb)
returns int4range[]
language sql
stable
set search_path = ''
as $$
  -- The last step first: fewest did it, and of the others nothing else is asked.
  select array_agg(
    rollup.step_range(done.step, private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to'))
    order by done.step desc
  )
  from unnest('{1,2,4,8,16,32,64,128}'::smallint[]) as done (step)
  where private.wanted_steps(p_filter) & done.step <> 0
$$;

comment on function private.wanted_days(jsonb) is
  'The ranges of visitors.step_days that a visitor must each have something of to have done in a filter''s range what it wants.';

revoke execute on function private.wanted_days(jsonb) from public, anon;
grant execute on function private.wanted_days(jsonb) to authenticated, service_role;

create or replace function private.rarest_query(p_site_domains text[], p_search text)
returns tsquery
language sql
stable
set search_path = ''
as $$
  -- An index reads every entry that begins as a word does, of each word: of the rarest one alone is less to read.
  select case
    when numnode(private.prefix_query(p_search)) > 1
      then private.prefix_query(private.rarest_word(p_site_domains, p_search))
    else private.prefix_query(p_search)
  end
$$;

comment on function private.rarest_query(text[], text) is 'What to ask an index of names for a search: its rarest word.';

create or replace function private.is_named(p_name text, p_email text, p_rarest tsquery, p_query tsquery)
returns boolean
language sql
immutable
parallel safe
as $$
  -- Without settings of its own, so that it becomes part of the query that asks and is found by the index of names.
  select (p_name is not null or p_email is not null)
    and private.name_document(p_name, p_email) @@ p_rarest
    and (p_rarest = p_query or private.name_words(p_name, p_email) @@ p_query)
$$;

comment on function private.is_named(text, text, tsquery, tsquery) is
  'Whether a name or e-mail has words that begin as those of a search; p_rarest is its private.rarest_query.';

create or replace function private.search_ids(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language sql
stable
as $$
  select visitor.site_domain, visitor.id
  from public.visitors as visitor
  where visitor.site_domain = any (p_site_domains)
    and visitor.id = (select case when private.casts_to(p_search, 'uuid') then p_search::uuid end)
  union all
  select known.site_domain, known.visitor_id
  from public.visitor_ids as known
  where known.site_domain = any (p_site_domains) and known.distinct_id = p_search
$$;

comment on function private.search_ids(text[], text) is 'The visitors whose id, ours or the website''s own, is this.';

create or replace function private.search_people(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_rarest tsquery := private.rarest_query(v_domains, p_search);
  v_query tsquery := private.prefix_query(p_search);
begin
  -- Text search is not leakproof, so under row-level security it would lose its index: this checks the domains itself.
  return query select found.site_domain, found.id from private.search_ids(v_domains, p_search) as found;
  return query
    select visitor.site_domain, visitor.id
    from public.visitors as visitor
    where visitor.site_domain = any (v_domains)
      and private.is_named(visitor.name, visitor.email, v_rarest, v_query);
end
$$;

comment on function private.search_people(text[], text) is
  'Ids of the visitors whose name or e-mail has words that begin so, or whose id is this, of domains the caller may see.';

create or replace function private.search_companies(p_site_domains text[], p_search text)
returns uuid[]
language sql
stable
security definer
set search_path = ''
as $$
  select array(
    select account.id
    from public.accounts as account
    where account.site_domain = any (private.check_domains(p_site_domains))
      and private.name_document(account.name, account.domain) @@ private.prefix_query(p_search)
  )
$$;

comment on function private.search_companies(text[], text) is
  'Ids of the accounts whose name or domain has words that begin so, of domains the caller may see.';

create or replace function private.search_visitors(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_companies uuid[] := private.search_companies(p_site_domains, p_search);
begin
  return query select found.site_domain, found.id from private.search_people(p_site_domains, p_search) as found;
  return query
    select visitor.site_domain, visitor.id
    from public.visitors as visitor
    where visitor.site_domain = any (p_site_domains) and visitor.account_id = any (v_companies);
end
$$;

comment on function private.search_visitors(text[], text) is
  'Ids of the visitors whose name, e-mail or company has words that begin so, or whose id is this, of domains the caller may see.';

create or replace function private.passing_query(p_searches boolean)
returns text
language sql
immutable
set search_path = ''
as $$
  -- Apart, so that each is found by an index of its own and no list of those found is made in between.
  select 'select visitor.* from private.matching_visitors($1, $2) as visitor where visitor.step_days && all ($3)'
    || case when p_searches then $sql$
      and visitor.account_id is not null and visitor.account_id = any ($4)
      union all
      select visitor.*
      from private.matching_visitors($1, $2) as visitor
      where visitor.step_days && all ($3)
        and (visitor.account_id is null or visitor.account_id <> all ($4))
        and (visitor.id = any ($5) or private.is_named(visitor.name, visitor.email, $6, $7))
    $sql$ else '' end
$$;

comment on function private.passing_query(boolean) is
  'The visitors who pass a filter and did in its range what it wants, as SQL: of domains ($1), a filter without its search ($2) and its private.wanted_days ($3); with a search, of those whose account is one of $4, whose id is one of $5 or whom private.is_named ($6, $7) knows.';

create or replace function private.matching_visitors(p_site_domains text[], p_filter jsonb)
returns setof public.counted_visitors
language sql
stable
parallel safe
as $$
  select visitor.*
  from public.counted_visitors as visitor
  where visitor.site_domain = any (p_site_domains)
    -- As lists that the plan knows, which tell how many these are.
    and (
      private.filter_list(p_filter, 'statuses') is null
      or visitor.status = any (private.filter_list(p_filter, 'statuses'))
    )
    and (
      private.filter_list(p_filter, 'scores') is null
      or visitor.interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
    )
    -- Said so that an index knows it; '' asks for those of no known country.
    and (
      p_filter ->> 'country' is null
      or case when p_filter ->> 'country' = '' then visitor.country is null else visitor.country = p_filter ->> 'country' end
    )
    and (p_filter ->> 'account_id' is null or visitor.account_id = (p_filter ->> 'account_id')::uuid)
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or visitor.id = any (
        array(select found.id from private.search_visitors(p_site_domains, p_filter ->> 'search') as found)
      )
    )
    -- The same said of one visitor, for lists in which most pass (private.filter_to_walk).
    and (
      p_filter ->> 'words' is null
      or private.name_words(visitor.name, visitor.email) @@ (select private.prefix_query(p_filter ->> 'words'))
      or (
        select private.name_words(account.name, account.domain) @@ (select private.prefix_query(p_filter ->> 'words'))
        from public.accounts as account
        where account.site_domain = visitor.site_domain and account.id = visitor.account_id
      )
      or (
        select known.visitor_id = visitor.id
        from public.visitor_ids as known
        where known.site_domain = visitor.site_domain and known.distinct_id = p_filter ->> 'words'
      )
    )
$$;

revoke execute on function
  private.rarest_query(text[], text),
  private.is_named(text, text, tsquery, tsquery),
  private.search_ids(text[], text),
  private.passing_query(boolean)
from public, anon, authenticated, service_role;
revoke execute on function
  private.search_people(text[], text),
  private.search_companies(text[], text)
from public, anon;
grant execute on function
  private.search_people(text[], text),
  private.search_companies(text[], text)
to authenticated, service_role;

create or replace function private.count_filtered_visitors(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set max_parallel_workers_per_gather = 2
set random_page_cost = 2
set work_mem = '16MB'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_search text := nullif(p_filter ->> 'search', '');
  v_count bigint;
begin
  -- Executed, as several processes count only then.
  execute format('select count(*) from (%s) as visitor', private.passing_query(v_search is not null))
  into v_count
  using
    v_domains,
    p_filter - 'search',
    private.wanted_days(p_filter),
    private.search_companies(v_domains, v_search),
    array(select found.id from private.search_ids(v_domains, v_search) as found),
    private.rarest_query(v_domains, v_search),
    private.prefix_query(v_search);
  return v_count;
end
$$;

create or replace function private.last_visit(p_site_domain text, p_visitor_id uuid, p_day date)
returns table (ended_at timestamptz)
language sql
stable
parallel safe
as $$
  -- A visit that went on past midnight is one of the day it began on: where there is no other, it counts here too.
  select coalesce(
    max(session.last_activity_at) filter (where session.day = p_day),
    max(session.last_activity_at),
    '-infinity'
  )
  from public.visitor_sessions as session
  where session.site_domain = p_site_domain
    and session.visitor_id = p_visitor_id
    and session.counts
    and session.day between p_day - 1 and p_day
$$;

create or replace function private.visitors_by_filter(
  p_site_domains text[],
  p_filter jsonb,
  p_before date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date, last_visit_at timestamptz)
language plpgsql
stable
security definer
set search_path = ''
set max_parallel_workers_per_gather = 2
set random_page_cost = 2
set work_mem = '16MB'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_search text := nullif(p_filter ->> 'search', '');
begin
  -- Last visits are looked up of those days alone that the page can be of.
  return query execute format(
    $sql$
      with passing as materialized (
        select visitor.site_domain, visitor.id, rollup.last_step_day(visitor.step_days, $8, $9, $10) as last_day
        from (%s) as visitor
      ),
      near as (
        select p.site_domain, p.id, p.last_day
        from passing as p
        where p.last_day < $11 and p.last_day = ($12 ->> 'last_day')::date
        union all
        (
          select p.site_domain, p.id, p.last_day
          from passing as p
          where p.last_day < $11 and ($12 is null or p.last_day < ($12 ->> 'last_day')::date)
          order by p.last_day desc
          fetch first ($13) rows with ties
        )
      )
      select near.site_domain, near.id, near.last_day, visit.ended_at
      from near
      cross join lateral private.last_visit(near.site_domain, near.id, near.last_day) as visit
      where $12 is null
        or (near.last_day, visit.ended_at, near.id)
          < (($12 ->> 'last_day')::date, ($12 ->> 'last_visit_at')::timestamptz, ($12 ->> 'id')::uuid)
      order by near.last_day desc, visit.ended_at desc, near.id desc
      limit $13
    $sql$,
    private.passing_query(v_search is not null)
  )
  using
    v_domains,
    p_filter - 'search',
    private.wanted_days(p_filter),
    private.search_companies(v_domains, v_search),
    array(select found.id from private.search_ids(v_domains, v_search) as found),
    private.rarest_query(v_domains, v_search),
    private.prefix_query(v_search),
    private.last_step(private.wanted_steps(p_filter)),
    private.filter_day(p_filter, 'from'),
    private.filter_day(p_filter, 'to'),
    p_before,
    p_after,
    p_limit;
end
$$;

drop function private.visitors_after(text, jsonb);

create or replace function private.visitors_after(p_column text, p_after jsonb, p_parameter text default '$3')
returns text
language sql
immutable
as $$
  select case
    when p_after is null then 'true'
    else format(
      -- Of the level, too, so that its index knows where to begin.
      case when p_column = 'page_view_count'
        then 'visitor.page_view_level <= private.page_view_level((%2$s ->> ''figure'')::integer) and '
        else ''
      end || '(visitor.%1$I, visitor.id) < ((%2$s ->> ''figure'')::integer, (%2$s ->> ''id'')::uuid)',
      p_column,
      p_parameter
    )
  end
$$;

comment on function private.visitors_after(text, jsonb, text) is
  'The condition on a visitor to come after a cursor (a parameter) in the order of a figure, as SQL.';

create or replace function private.leading_visitors(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer,
  p_walked integer
)
returns table (places text[], ids uuid[], is_page boolean)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_candidates text;
  v_level integer;
begin
  if p_column = 'page_view_count' then
    -- The index knows the order of their levels alone: those down to the level of the last candidate are put in order.
    -- It is asked for first, so that the plan knows how few these are.
    execute format(
      $sql$
        select first.level
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select visitor.page_view_level as level
          from private.matching_visitors(array[wanted.site_domain], $2) as visitor
          where visitor.site_domain = wanted.site_domain and %s
          order by visitor.page_view_level desc
          limit $4
        ) as first
        order by first.level desc
        offset $4 - 1
        limit 1
      $sql$,
      private.visitors_after(p_column, p_after)
    )
    into v_level
    using p_site_domains, p_filter, p_after, p_walked;
    v_candidates := $sql$
      with candidates as materialized (
        select first.site_domain, first.id, first.figure, first.was_there
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select
            visitor.site_domain, visitor.id, visitor.page_view_count as figure, visitor.step_days && all ($6) as was_there
          from private.matching_visitors(array[wanted.site_domain], $2) as visitor
          where visitor.site_domain = wanted.site_domain and visitor.page_view_level >= $7 and %2$s
        ) as first
        order by first.figure desc, first.id desc
        limit $5
      ),
    $sql$;
  else
    v_candidates := $sql$
      with candidates as materialized (
        select first.site_domain, first.id, first.figure, first.was_there
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select visitor.site_domain, visitor.id, visitor.%1$I as figure, visitor.step_days && all ($6) as was_there
          from private.matching_visitors(array[wanted.site_domain], $2) as visitor
          where visitor.site_domain = wanted.site_domain and %2$s
          order by visitor.%1$I desc, visitor.id desc
          limit $5
        ) as first
        order by first.figure desc, first.id desc
        limit $5
      ),
    $sql$;
  end if;
  -- A column's name cannot be a parameter; it comes from a list of the caller's.
  return query execute format(v_candidates, p_column, private.visitors_after(p_column, p_after)) || $sql$
    page as (
      select c.site_domain, c.id, c.figure
      from candidates as c
      where c.was_there
      order by c.figure desc, c.id desc
      limit $4
    )
    select
      array_agg(p.site_domain order by p.figure desc, p.id desc) as places,
      array_agg(p.id order by p.figure desc, p.id desc) as ids,
      count(*) = $4 or (select count(*) from candidates) < $5
    from page as p
  $sql$
  using
    p_site_domains, p_filter, p_after, p_limit, p_walked, private.wanted_days(p_filter), coalesce(v_level, 0);
end
$$;

create or replace function private.rare_visitors_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer,
  p_from_days boolean
)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
set max_parallel_workers_per_gather = 2
set random_page_cost = 2
set work_mem = '16MB'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_search text := nullif(p_filter ->> 'search', '');
begin
  -- A column's name cannot be a parameter; it comes from a list of the caller's.
  return query execute format(
    $sql$
      select visitor.site_domain, visitor.id
      from (%2$s) as visitor
      %4$s
      where %3$s
      -- Not as an index has it: that was tried before.
      order by visitor.%1$I + 0 desc, visitor.id desc
      limit $9
    $sql$,
    p_column,
    private.passing_query(v_search is not null),
    private.visitors_after(p_column, p_after, '$8'),
    case when p_from_days then $sql$
      join (
        select distinct candidate.site_domain, candidate.visitor_id
        from rollup.visitor_days as candidate
        where candidate.site_domain = any ($1)
          and candidate.day between $10 and $11
          and candidate.steps & $12 <> 0
          and ($12 < 16 or candidate.steps & 240 <> 0)
      ) as there
        on there.site_domain = visitor.site_domain and there.visitor_id = visitor.id
    $sql$ else '' end
  )
  using
    v_domains,
    p_filter - 'search',
    private.wanted_days(p_filter),
    private.search_companies(v_domains, v_search),
    array(select found.id from private.search_ids(v_domains, v_search) as found),
    private.rarest_query(v_domains, v_search),
    private.prefix_query(v_search),
    p_after,
    p_limit,
    private.filter_day(p_filter, 'from'),
    private.filter_day(p_filter, 'to'),
    private.last_step(private.wanted_steps(p_filter));
end
$$;

comment on function private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, boolean) is
  'A page of visitors by one of their figures: all who pass are put in order, found by their own columns or, where few were there, by the days of the range.';

create or replace function private.visitors_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date, last_visit_at timestamptz)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_walked integer := 10 * p_limit;
  v_held integer;
  v_page record;
  v_there integer;
  v_filter jsonb := private.filter_to_walk(p_site_domains, p_filter, (p_filter ->> 'to')::date);
begin
  -- The first in the order, as long as enough of them were there in the range.
  while v_filter is not null loop
    select * into v_page
    from private.leading_visitors(p_site_domains, v_filter, p_column, p_after, p_limit, v_walked);
    if v_page.is_page then
      return query
        select page.site_domain, page.id, null::date, null::timestamptz
        from unnest(v_page.places, v_page.ids) as page (site_domain, id);
      return;
    end if;
    exit when v_walked > 10 * p_limit;
    v_held := coalesce(cardinality(v_page.ids), 0);
    if v_held * 4 < p_limit then
      select count(*) into v_there
      from (
        select
        from rollup.visitor_days as candidate
        where candidate.site_domain = any (p_site_domains)
          and candidate.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
          and candidate.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
          and (private.wanted_steps(p_filter) < 16 or candidate.steps & 240 <> 0)
        limit 20001
      ) as there;
      exit when v_there <= 3000;
      if v_there <= 20000
        and p_column <> 'page_view_count'
        and private.last_step(private.wanted_steps(p_filter)) = private.wanted_steps(p_filter)
        and not exists (
          select from jsonb_each(p_filter) as f
          where f.key not in ('from', 'to', 'did') and jsonb_typeof(f.value) <> 'null'
        )
      then
        select * into v_page
        from private.leading_visitors_there(p_site_domains, p_filter, p_column, p_after, p_limit, 20000);
        if found then
          return query
            select page.site_domain, page.id, null::date, null::timestamptz
            from unnest(v_page.places, v_page.ids) as page (site_domain, id);
          return;
        end if;
      end if;
      exit when v_there <= 20000;
    end if;
    -- Twice as many as it takes if as many of the next were there; words are looked for in each.
    v_walked := 20 * p_limit * p_limit / greatest(v_held, 1);
    exit when v_filter ? 'words' or v_walked > 40 * p_limit;
  end loop;
  -- Else few passed the filter or few were there.
  return query
    select page.site_domain, page.id, null::date, null::timestamptz
    from private.rare_visitors_by_figure(
      p_site_domains, p_filter, p_column, p_after, p_limit, coalesce(v_there <= 20000, false)
    ) as page;
end
$$;

revoke execute on function
  private.visitors_after(text, jsonb, text),
  private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, boolean)
from public, anon;
grant execute on function
  private.visitors_after(text, jsonb, text),
  private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, boolean)
to authenticated, service_role;

create or replace function private.export_visitors(p_site_domains text[], p_filter jsonb, p_sort text)
returns table (
  site_domain text,
  visitor_id uuid,
  name text,
  email text,
  status text,
  account_id uuid,
  account_name text,
  account_domain text,
  country text,
  device text,
  first_seen_at timestamptz,
  last_seen_at timestamptz,
  last_day_in_range date,
  sessions integer,
  page_views integer,
  conversations integer,
  interest_score smallint
)
language sql
stable
as $$
  select
    visitor.site_domain,
    visitor.id,
    visitor.name,
    visitor.email,
    visitor.status,
    account.id,
    account.name,
    account.domain,
    visitor.country,
    visitor.device_type,
    visitor.first_seen_at,
    visitor.last_seen_at,
    done.last_day,
    visitor.session_count,
    visitor.page_view_count,
    visitor.conversation_count,
    visitor.interest_score
  from private.passing_visitors(private.check_domains(p_site_domains), p_filter) as visitor
  cross join lateral (
    select
      rollup.last_step_day(
        visitor.step_days,
        (select private.last_step(private.wanted_steps(p_filter))),
        private.filter_day(p_filter, 'from'),
        private.filter_day(p_filter, 'to')
      ) as last_day
  ) as done
  left join public.accounts as account
    on account.site_domain = visitor.site_domain and account.id = visitor.account_id
  where visitor.step_days && all ((select private.wanted_days(p_filter))::int4range[])
  order by
    case p_sort
      when 'score' then visitor.interest_score
      when 'sessions' then visitor.session_count
      when 'page_views' then visitor.page_view_count
      when 'conversations' then visitor.conversation_count
    end desc,
    case p_sort when 'recent' then done.last_day end desc,
    case p_sort
      when 'recent' then (
        select visit.ended_at from private.last_visit(visitor.site_domain, visitor.id, done.last_day) as visit
      )
    end desc,
    visitor.id desc
$$;
