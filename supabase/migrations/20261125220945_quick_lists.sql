-- Lists of visitors and accounts by the last day of what is asked for, and the plans that keep them quick.

create or replace function private.name_document(p_name text, p_address text)
returns tsvector
language sql
immutable
parallel safe
set search_path = ''
as $$
  select to_tsvector(
    'simple'::regconfig,
    translate(left(coalesce(p_name, ''), 500) || ' ' || left(coalesce(p_address, ''), 500), '@._-+/:''', '        ')
  )
$$;

reindex index public.visitors_name_idx;
reindex index public.accounts_name_idx;

create index visitor_days_conversion_idx on rollup.visitor_days (site_domain, day desc, visitor_id)
  where steps & 240 <> 0;

create or replace function private.search_visitors(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := array(
    select mine.site_domain
    from private.my_domains() as mine (site_domain)
    where mine.site_domain = any (p_site_domains)
  );
  v_query tsquery := private.prefix_query(p_search);
  v_accounts uuid[];
begin
  -- Text search is not leakproof, so under row-level security it would lose its index: this checks the domains itself.
  if private.casts_to(p_search, 'uuid') then
    return query
      select visitor.site_domain, visitor.id
      from public.visitors as visitor
      where visitor.site_domain = any (v_domains) and visitor.id = p_search::uuid;
  end if;
  return query
    select visitor.site_domain, visitor.id
    from public.visitors as visitor
    where visitor.site_domain = any (v_domains)
      and private.name_document(visitor.name, visitor.email) @@ v_query
      and (visitor.name is not null or visitor.email is not null);
  v_accounts := array(
    select account.id
    from public.accounts as account
    where account.site_domain = any (v_domains)
      and private.name_document(account.name, account.domain) @@ v_query
  );
  return query
    select visitor.site_domain, visitor.id
    from public.visitors as visitor
    where visitor.site_domain = any (v_domains) and visitor.account_id = any (v_accounts);
  return query
    select known.site_domain, known.visitor_id
    from public.visitor_ids as known
    where known.site_domain = any (v_domains) and known.distinct_id = p_search;
end
$$;

create or replace function private.wanted_steps(p_filter jsonb)
returns smallint
language sql
immutable
set search_path = ''
as $$
  select (
    rollup.steps_of_kind(coalesce(p_filter ->> 'did', 'active'))
    | case when coalesce(p_filter -> 'conversions' ? 'demo_proposed', false) then 16 else 0 end
    | case when coalesce(p_filter -> 'conversions' ? 'cta_clicked', false) then 32 else 0 end
    | case when coalesce(p_filter -> 'conversions' ? 'demo_booked', false) then 64 else 0 end
    | case when coalesce(p_filter -> 'conversions' ? 'email_captured', false) then 128 else 0 end
  )::smallint
$$;

create function private.last_step(p_steps smallint)
returns smallint
language sql
immutable
parallel safe
as $$
  select case
    when p_steps & 128 <> 0 then 128
    when p_steps & 64 <> 0 then 64
    when p_steps & 32 <> 0 then 32
    when p_steps & 16 <> 0 then 16
    when p_steps & 8 <> 0 then 8
    when p_steps & 4 <> 0 then 4
    when p_steps & 2 <> 0 then 2
    else 1
  end::smallint
$$;

comment on function private.last_step(smallint) is 'The last of some steps in the order of the funnel; its days order a list.';

revoke execute on function private.last_step(smallint) from public, anon;
grant execute on function private.last_step(smallint) to authenticated, service_role;

create or replace function private.matching_visitors(p_site_domains text[], p_filter jsonb)
returns setof public.counted_visitors
language sql
stable
as $$
  select visitor.*
  from public.counted_visitors as visitor
  where visitor.site_domain = any (p_site_domains)
    and (p_filter ->> 'statuses' is null or p_filter -> 'statuses' ? visitor.status)
    and (
      p_filter ->> 'scores' is null
      or visitor.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
    )
    and (p_filter ->> 'country' is null or coalesce(visitor.country, '') = p_filter ->> 'country')
    and (p_filter ->> 'account_id' is null or visitor.account_id = (p_filter ->> 'account_id')::uuid)
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or visitor.id = any (
        array(select found.id from private.search_visitors(p_site_domains, p_filter ->> 'search') as found)
      )
    )
$$;

create or replace function private.days_in_range(p_site_domain text, p_visitor_id uuid, p_filter jsonb)
returns table (last_day date, steps smallint)
language sql
stable
as $$
  -- Without settings of its own, so that it becomes part of the query that asks: row-level security then
  -- looks the caller up once, not once per visitor.
  select
    max(done.day) filter (where done.steps & private.last_step(private.wanted_steps(p_filter)) <> 0),
    coalesce(bit_or(done.steps), 0::smallint)
  from rollup.visitor_days as done
  where done.site_domain = p_site_domain
    and done.visitor_id = p_visitor_id
    and done.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
$$;

comment on function private.days_in_range(text, uuid, jsonb) is
  'The last day in a filter''s range on which a visitor did the last of the steps it wants, and all steps done in the range; no day: never.';

create or replace function private.visitors_by_day(
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
  -- Days first: those whose last day of the wanted step in the filter's range lies in [p_from, p_to].
  select visitor.site_domain, visitor.id, shown.day
  from rollup.visitor_days as shown
  join private.matching_visitors(p_site_domains, p_filter) as visitor
    on visitor.site_domain = shown.site_domain and visitor.id = shown.visitor_id
  where shown.site_domain = any (p_site_domains)
    and shown.day between p_from and p_to
    and shown.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
    -- Says so in the index's own words: conversions are rare.
    and (private.wanted_steps(p_filter) < 16 or shown.steps & 240 <> 0)
    and not exists (
      select 1
      from rollup.visitor_days as later
      where later.site_domain = shown.site_domain
        and later.visitor_id = shown.visitor_id
        and later.day > shown.day
        and later.day <= (p_filter ->> 'to')::date
        and later.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
    )
    and (
      shown.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
      or exists (
        select 1
        from private.days_in_range(shown.site_domain, shown.visitor_id, p_filter) as done
        where done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
      )
    )
    and (
      p_after is null
      or (shown.day, visitor.last_seen_at, visitor.id)
        < ((p_after ->> 'last_day')::date, (p_after ->> 'last_seen_at')::timestamptz, (p_after ->> 'id')::uuid)
    )
  order by shown.day desc, visitor.last_seen_at desc, visitor.id desc
  limit p_limit
$$;

create or replace function private.visitors_by_filter(
  p_site_domains text[],
  p_filter jsonb,
  p_before date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language sql
stable
as $$
  -- Visitors first, each with its last day in the filter's range.
  select visitor.site_domain, visitor.id, done.last_day
  from private.matching_visitors(p_site_domains, p_filter) as visitor
  cross join lateral private.days_in_range(visitor.site_domain, visitor.id, p_filter) as done
  where done.last_day < p_before
    and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
    and (
      p_after is null
      or (done.last_day, visitor.last_seen_at, visitor.id)
        < ((p_after ->> 'last_day')::date, (p_after ->> 'last_seen_at')::timestamptz, (p_after ->> 'id')::uuid)
    )
  order by done.last_day desc, visitor.last_seen_at desc, visitor.id desc
  limit p_limit
$$;

create or replace function private.visitors_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
begin
  -- A column's name cannot be a parameter; it comes from a list of the caller's.
  return query execute format(
    $sql$
      select page.site_domain, page.id, null::date
      from unnest($1) as wanted (site_domain)
      cross join lateral (
        select visitor.site_domain, visitor.id, visitor.%1$I as figure
        from private.matching_visitors(array[wanted.site_domain], $2) as visitor
        cross join lateral private.days_in_range(visitor.site_domain, visitor.id, $2) as done
        where visitor.site_domain = wanted.site_domain
          and ($3 is null or (visitor.%1$I, visitor.id) < (($3 ->> 'figure')::integer, ($3 ->> 'id')::uuid))
          and done.last_day is not null
          and done.steps & private.wanted_steps($2) = private.wanted_steps($2)
        order by visitor.%1$I desc, visitor.id desc
        limit $4
      ) as page
      order by page.figure desc, page.id desc
      limit $4
    $sql$,
    p_column
  )
  using p_site_domains, p_filter, p_after, p_limit;
end
$$;

create or replace function private.page_of_visitors(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
-- A page joins some dozens of rows; how many pass a test of bits cannot be estimated, and a hash of all visitors
-- would be made in case they are many.
set enable_hashjoin = 'off'
set enable_mergejoin = 'off'
as $$
#variable_conflict use_column
declare
  v_from date := p_filter ->> 'from';
  v_to date := least((p_filter ->> 'to')::date, (p_after ->> 'last_day')::date);
  v_start date;
  v_length integer := 1;
  v_left integer := p_limit;
  v_found integer;
  v_has_few boolean := coalesce(p_filter ->> 'search', p_filter ->> 'account_id') is not null;
  v_by_visitor boolean := v_has_few
    or coalesce(p_filter ->> 'statuses', p_filter ->> 'scores', p_filter ->> 'country') is not null;
begin
  if p_sort <> 'recent' then
    return query select * from private.visitors_by_figure(p_site_domains, p_filter, p_sort, p_after, p_limit);
    return;
  end if;
  -- The newest days first, more of them each time. What a filter of the visitors has not found by then is rare
  -- and found by that filter.
  while v_left > 0 and v_to >= v_from and not v_has_few and (v_length <= 16 or not v_by_visitor) loop
    v_start := greatest(v_from, v_to - v_length + 1);
    return query
      select * from private.visitors_by_day(p_site_domains, p_filter, v_start, v_to, p_after, v_left);
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_to := v_start - 1;
    if v_found < p_limit / 4 then
      v_length := v_length * 4;
    end if;
  end loop;
  if v_left > 0 and v_to >= v_from then
    return query
      select * from private.visitors_by_filter(p_site_domains, p_filter, v_to + 1, p_after, v_left);
  end if;
end
$$;

comment on function public.get_visitor_stats_with_intent(text[], jsonb, text, integer, jsonb) is
  'Visitors who were there on a day of the range, at most 200 a page; the cursor of the last row asks for the next page. Filter keys: from, to (days, required), did (a step or funnel kind done in the range: displayed, engaged, funnel_booked …), conversions (kinds that all happened in the range), statuses, scores, country, account_id, search (beginnings of words of name, e-mail or company; or an id). Sorts: recent, score, sessions, page_views, conversations. Sessions, page views, conversations, interest score and intents are of all time; last_day (the last day of the step asked for, or of any activity) and conversions of the range.';

create or replace function private.matching_accounts(p_site_domains text[], p_filter jsonb)
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
      or account.id = any (
        array(select found.id from private.search_accounts(p_site_domains, p_filter ->> 'search') as found)
      )
    )
$$;

create or replace function private.accounts_by_day(
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
  where not exists (
      select 1
      from rollup.figures as later
      where later.site_domain = shown.site_domain
        and later.dimension = 'account'
        and later.value = shown.account_id::text
        and later.day > shown.day
        and later.day <= (p_filter ->> 'to')::date
      group by later.day, later.metric
      having sum(later.n) > 0
    )
    and (
      coalesce(p_filter ->> 'scores', p_filter ->> 'talked') is null
      or exists (
        select 1
        from private.account_in_range(shown.site_domain, shown.account_id, p_filter) as done
        where (
            p_filter ->> 'scores' is null
            or done.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
          )
          and (p_filter ->> 'talked' is null or (done.conversations > 0) = (p_filter ->> 'talked')::boolean)
      )
    )
    and (
      p_after is null
      or (shown.day, account.id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
    )
  order by shown.day desc, account.id desc
  limit p_limit
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
    if v_found < p_limit / 4 then
      v_length := v_length * 4;
    end if;
  end loop;
end
$$;
