-- What filters of visitors ask stands apart from the rest of them, so that counts read half as much.

-- Nothing changes between what is copied and the triggers that keep the copy.
lock table public.visitors in share row exclusive mode;

create table rollup.visitor_facets (
  id uuid not null,
  interest_score smallint not null,
  site_domain text not null,
  status text not null,
  country text,
  account_id uuid,
  step_days int4multirange,
  constraint visitor_facets_pkey primary key (site_domain, id)
)
with (fillfactor = 90);

insert into rollup.visitor_facets (id, interest_score, site_domain, status, country, account_id, step_days)
select visitor.id, visitor.interest_score, visitor.site_domain, visitor.status, visitor.country, visitor.account_id, visitor.step_days
from public.visitors as visitor
where visitor.counts;

create index visitor_facets_country_idx on rollup.visitor_facets (site_domain, country, interest_score);
create index visitor_facets_status_idx on rollup.visitor_facets (site_domain, status) where status <> 'anonymous';
create index visitor_facets_interest_score_idx on rollup.visitor_facets (site_domain, interest_score)
  where interest_score > 1;
create index visitor_facets_account_id_idx on rollup.visitor_facets (site_domain, account_id) where account_id is not null;

comment on table rollup.visitor_facets is
  'Of each visitor that counts what a filter may ask, as in public.visitors and kept equal to it by triggers: rows of half the size.';

alter table rollup.visitor_facets enable row level security;
revoke all on rollup.visitor_facets from public, anon, authenticated;
grant select on rollup.visitor_facets to authenticated, service_role;

create policy visitor_facets_select on rollup.visitor_facets
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create function rollup.keep_visitor_facets()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' or not new.counts then
    delete from rollup.visitor_facets as kept where kept.site_domain = old.site_domain and kept.id = old.id;
    return null;
  end if;
  insert into rollup.visitor_facets (id, interest_score, site_domain, status, country, account_id, step_days)
  values (
    new.id, new.interest_score, new.site_domain, new.status, new.country, new.account_id, new.step_days
  )
  on conflict (site_domain, id) do update
  set
    interest_score = excluded.interest_score,
    status = excluded.status,
    country = excluded.country,
    account_id = excluded.account_id,
    step_days = excluded.step_days;
  return null;
end
$$;

comment on function rollup.keep_visitor_facets() is 'Keeps rollup.visitor_facets equal to the visitors that count.';

create function rollup.rebuild_visitor_facets(p_site_domain text)
returns void
language sql
security definer
set search_path = ''
as $$
  delete from rollup.visitor_facets as kept
  where kept.site_domain = p_site_domain
    and not exists (
      select
      from public.visitors as visitor
      where visitor.site_domain = p_site_domain and visitor.id = kept.id and visitor.counts
    );

  insert into rollup.visitor_facets as kept (id, interest_score, site_domain, status, country, account_id, step_days)
  select
    visitor.id, visitor.interest_score, visitor.site_domain, visitor.status, visitor.country, visitor.account_id,
    visitor.step_days
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.counts
  on conflict (site_domain, id) do update
  set
    interest_score = excluded.interest_score,
    status = excluded.status,
    country = excluded.country,
    account_id = excluded.account_id,
    step_days = excluded.step_days
  where (kept.interest_score, kept.status, kept.country, kept.account_id, kept.step_days)
    is distinct from
    (excluded.interest_score, excluded.status, excluded.country, excluded.account_id, excluded.step_days);
$$;

comment on function rollup.rebuild_visitor_facets(text) is
  'Makes rollup.visitor_facets of a domain equal to its visitors, whatever it was.';

create trigger keep_facets_of_insert after insert on public.visitors
  for each row when (new.counts)
  execute function rollup.keep_visitor_facets();

-- By the row: most updates change none of these, and then nothing runs.
create trigger keep_facets_of_update
  after update of counts, email, account_id, country, interest_score, step_days on public.visitors
  for each row when (
    (old.counts or new.counts)
    and (old.counts, old.status, old.account_id, old.country, old.interest_score, old.step_days)
    is distinct from (new.counts, new.status, new.account_id, new.country, new.interest_score, new.step_days)
  )
  execute function rollup.keep_visitor_facets();

create trigger keep_facets_of_delete after delete on public.visitors
  for each row when (old.counts)
  execute function rollup.keep_visitor_facets();

revoke execute on function
  rollup.keep_visitor_facets(),
  rollup.rebuild_visitor_facets(text)
from public, anon, authenticated, service_role;

create function private.has_facets(
  p_filter jsonb,
  p_status text,
  p_interest_score smallint,
  p_country text,
  p_account_id uuid
)
returns boolean
language sql
immutable
parallel safe
as $$
  -- Without settings of its own, so that it becomes part of the query that asks, with lists that the plan knows.
  select
    (
      private.filter_list(p_filter, 'statuses') is null
      or p_status = any (private.filter_list(p_filter, 'statuses'))
    )
    and (
      private.filter_list(p_filter, 'scores') is null
      or p_interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
    )
    -- Said so that an index knows it; '' asks for those of no known country.
    and (
      p_filter ->> 'country' is null
      or case when p_filter ->> 'country' = '' then p_country is null else p_country = p_filter ->> 'country' end
    )
    and (p_filter ->> 'account_id' is null or p_account_id = (p_filter ->> 'account_id')::uuid)
$$;

comment on function private.has_facets(jsonb, text, smallint, text, uuid) is
  'Whether a visitor is what a filter says of its status, interest score, country and account.';

create or replace function private.matching_visitors(p_site_domains text[], p_filter jsonb)
returns setof public.counted_visitors
language sql
stable
parallel safe
as $$
  select visitor.*
  from public.counted_visitors as visitor
  where visitor.site_domain = any (p_site_domains)
    and private.has_facets(p_filter, visitor.status, visitor.interest_score, visitor.country, visitor.account_id)
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

create function private.matching_facets(p_site_domains text[], p_filter jsonb)
returns setof rollup.visitor_facets
language sql
stable
parallel safe
as $$
  select visitor.*
  from rollup.visitor_facets as visitor
  where visitor.site_domain = any (p_site_domains)
    and private.has_facets(p_filter, visitor.status, visitor.interest_score, visitor.country, visitor.account_id)
$$;

comment on function private.matching_facets(text[], jsonb) is
  'As private.matching_visitors, for filters without a search, from half as much to read.';

create function private.passing_query(p_searches boolean, p_figure text default null)
returns text
language sql
immutable
set search_path = ''
as $$
  -- Apart, so that each is found by an index of its own and no list of those found is made in between.
  select format(
    case when p_searches then $sql$
      select %1$s from %2$s($1, $2) as visitor
      where visitor.step_days && all ($3) and private.is_of_companies(visitor.account_id, $4)
      union all
      select %1$s
      from private.matching_visitors($1, $2) as visitor
      where visitor.step_days && all ($3)
        and not private.is_of_companies(visitor.account_id, $4)
        and (visitor.id = any (($4).ids) or private.is_named(visitor.name, visitor.email, ($4).rarest, ($4).query))
    $sql$
    else 'select %1$s from %2$s($1, $2) as visitor where visitor.step_days && all ($3)'
    end,
    'visitor.site_domain, visitor.id, visitor.step_days' || coalesce(', visitor.' || quote_ident(p_figure), '')
      || case when p_figure = 'page_view_count' then ', visitor.page_view_level' else '' end,
    case coalesce(p_figure, 'interest_score')
      when 'interest_score' then 'private.matching_facets'
      else 'private.matching_visitors'
    end
  )
$$;

comment on function private.passing_query(boolean, text) is
  'The visitors who pass a filter and did in its range what it wants, as SQL: of domains ($1), a filter without its search ($2), its private.wanted_days ($3) and what its search found ($4, private.found_by_search). With one of their figures, if it is named.';

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
  perform rollup.rebuild_visitor_facets(p_site_domain);
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
            'public.accounts', 'rollup.visitor_days', 'rollup.visitor_facets', 'rollup.daily', 'rollup.weekly',
            'rollup.monthly', 'rollup.chains', 'rollup.account_days', 'rollup.account_weeks',
            'rollup.account_months', 'rollup.account_totals'
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

create or replace function private.search_companies(p_site_domains text[], p_search text)
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  -- Asked once: in the query it would be asked for each account.
  v_domains text[] := private.check_domains(p_site_domains);
  v_query tsquery := private.prefix_query(p_search);
begin
  return array(
    select account.id
    from public.accounts as account
    where account.site_domain = any (v_domains)
      and private.name_document(account.name, account.domain) @@ v_query
  );
end
$$;

-- What a search finds, for private.passing_query: companies as those found or, where that is shorter, as those not found.
create type private.visitor_search as (
  companies uuid[],
  are_others boolean,
  ids uuid[],
  rarest tsquery,
  query tsquery
);

create function private.found_by_search(p_site_domains text[], p_search text)
returns private.visitor_search
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_found uuid[] := private.search_companies(p_site_domains, p_search);
  v_left bigint;
  v_search private.visitor_search;
begin
  v_search.companies := v_found;
  v_search.are_others := false;
  if cardinality(v_found) > 1000 then
    v_left := (
      select count(*) from public.accounts as account where account.site_domain = any (p_site_domains)
    ) - cardinality(v_found);
    v_search.are_others := v_left < cardinality(v_found);
  end if;
  if v_search.are_others then
    v_search.companies := case when v_left = 0 then '{}' else array(
      select account.id from public.accounts as account where account.site_domain = any (p_site_domains)
      except
      select found.id from unnest(v_found) as found (id)
    ) end;
  end if;
  v_search.ids := array(select found.id from private.search_ids(p_site_domains, p_search) as found);
  v_search.rarest := private.rarest_query(p_site_domains, p_search);
  v_search.query := private.prefix_query(p_search);
  return v_search;
end
$$;

comment on function private.found_by_search(text[], text) is
  'The companies and ids that a search finds on websites, and its words, for private.passing_query.';

create function private.is_of_companies(p_account_id uuid, p_search private.visitor_search)
returns boolean
language sql
immutable
parallel safe
as $$
  -- Without settings of its own, so that it becomes part of the query that asks.
  select p_account_id is not null and case
    when (p_search).are_others then p_account_id <> all ((p_search).companies)
    else p_account_id = any ((p_search).companies)
  end
$$;

comment on function private.is_of_companies(uuid, private.visitor_search) is
  'Whether a visitor''s account is one that a search found.';

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
      limit $6
    $sql$,
    p_column,
    private.passing_query(v_search is not null, p_column),
    private.visitors_after(p_column, p_after, '$5'),
    case when p_from_days then $sql$
      join (
        select distinct candidate.site_domain, candidate.visitor_id
        from rollup.visitor_days as candidate
        where candidate.site_domain = any ($1)
          and candidate.day between $7 and $8
          and candidate.steps & $9 <> 0
          and ($9 < 16 or candidate.steps & 240 <> 0)
      ) as there
        on there.site_domain = visitor.site_domain and there.visitor_id = visitor.id
    $sql$ else '' end
  )
  using
    v_domains,
    p_filter - 'search',
    private.wanted_days(p_filter),
    private.found_by_search(v_domains, v_search),
    p_after,
    p_limit,
    private.filter_day(p_filter, 'from'),
    private.filter_day(p_filter, 'to'),
    private.last_step(private.wanted_steps(p_filter));
end
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
        select visitor.site_domain, visitor.id, rollup.last_step_day(visitor.step_days, $5, $6, $7) as last_day
        from (%s) as visitor
      ),
      near as (
        select p.site_domain, p.id, p.last_day
        from passing as p
        where p.last_day < $8 and p.last_day = ($9 ->> 'last_day')::date
        union all
        (
          select p.site_domain, p.id, p.last_day
          from passing as p
          where p.last_day < $8 and ($9 is null or p.last_day < ($9 ->> 'last_day')::date)
          order by p.last_day desc
          fetch first ($10) rows with ties
        )
      )
      select near.site_domain, near.id, near.last_day, visit.ended_at
      from near
      cross join lateral private.last_visit(near.site_domain, near.id, near.last_day) as visit
      where $9 is null
        or (near.last_day, visit.ended_at, near.id)
          < (($9 ->> 'last_day')::date, ($9 ->> 'last_visit_at')::timestamptz, ($9 ->> 'id')::uuid)
      order by near.last_day desc, visit.ended_at desc, near.id desc
      limit $10
    $sql$,
    private.passing_query(v_search is not null)
  )
  using
    v_domains,
    p_filter - 'search',
    private.wanted_days(p_filter),
    private.found_by_search(v_domains, v_search),
    private.last_step(private.wanted_steps(p_filter)),
    private.filter_day(p_filter, 'from'),
    private.filter_day(p_filter, 'to'),
    p_before,
    p_after,
    p_limit;
end
$$;

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
    private.found_by_search(v_domains, v_search);
  return v_count;
end
$$;

drop function private.passing_query(boolean);

revoke execute on function
  private.found_by_search(text[], text),
  private.is_of_companies(uuid, private.visitor_search),
  private.matching_facets(text[], jsonb),
  private.passing_query(boolean, text)
from public, anon, authenticated, service_role;
revoke execute on function private.has_facets(jsonb, text, smallint, text, uuid) from public, anon;
grant execute on function private.has_facets(jsonb, text, smallint, text, uuid) to authenticated, service_role;
