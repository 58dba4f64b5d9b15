-- Which visitors a page of the list shows, found without reading them all.

create function private.visitors_by_filter(
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

comment on function private.visitors_by_filter(text[], jsonb, date, jsonb, integer) is
  'A page of visitors by their last day in a filter''s range, before a day: quick where few pass the filter.';

create function private.expects_few_visitors(p_site_domains text[], p_filter jsonb, p_day date)
returns boolean
language sql
stable
as $$
  -- Looking at days costs 1/share visitors for each one found, looking at all who pass costs share * all: with a
  -- million visitors the two meet near 1 in 150. Ids are random, so the first ones of a day are a sample.
  select case
    when coalesce(p_filter ->> 'search', p_filter ->> 'account_id') is not null then true
    when coalesce(
      p_filter ->> 'statuses', p_filter ->> 'scores', p_filter ->> 'country', p_filter ->> 'words'
    ) is null then false
    else (
      select coalesce(count(visitor.id)::numeric / nullif(count(*), 0) < 1.0 / 150, false)
      from (
        select candidate.site_domain, candidate.visitor_id
        from rollup.visitor_days as candidate
        where candidate.site_domain = any (p_site_domains) and candidate.day = p_day
        limit 500
      ) as sample
      left join lateral (
        select matching.id
        from private.matching_visitors(array[sample.site_domain], p_filter) as matching
        where matching.site_domain = sample.site_domain and matching.id = sample.visitor_id
        limit 1
      ) as visitor on true
    )
  end
$$;

comment on function private.expects_few_visitors(text[], jsonb, date) is
  'Whether so few visitors pass a filter, by a sample of those of a day, that looking at all of them is quicker than looking at days.';

create function private.is_common_search(p_site_domains text[], p_search text)
returns boolean
language sql
stable
as $$
  -- Of some of each, more than 1 in 50.
  select
    (
      select count(*) > 4
      from (
        select visitor.name, visitor.email
        from public.counted_visitors as visitor
        where visitor.site_domain = any (p_site_domains) and visitor.status = 'known'
        limit 200
      ) as known
      where private.name_words(known.name, known.email) @@ (select private.prefix_query(p_search))
    )
    or (
      select count(*) > 4
      from (
        select account.name, account.domain
        from public.accounts as account
        where account.site_domain = any (p_site_domains)
        limit 200
      ) as company
      where private.name_words(company.name, company.domain) @@ (select private.prefix_query(p_search))
    )
$$;

comment on function private.is_common_search(text[], text) is
  'Whether a search seems to find many of the visitors or companies of some domains.';

create function private.filter_to_walk(p_site_domains text[], p_filter jsonb, p_day date)
returns jsonb
language sql
stable
as $$
  select case
    when coalesce(p_filter ->> 'search', '') = ''
      then case when not private.expects_few_visitors(p_site_domains, p_filter, p_day) then p_filter end
    when private.is_common_search(p_site_domains, p_filter ->> 'search')
      then case
        when not private.expects_few_visitors(p_site_domains, walked.filter, p_day) then walked.filter
      end
  end
  from (
    select private.said_of_one(p_filter) as filter
  ) as walked
$$;

comment on function private.filter_to_walk(text[], jsonb, date) is
  'The filter by which visitors pass one by one in the order of a list, many of them; null when few pass, who are looked up first.';

create function private.page_of_visitors(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date, last_visit_at timestamptz)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
rows 50
as $$
#variable_conflict use_column
declare
  v_from date := p_filter ->> 'from';
  v_to date := least((p_filter ->> 'to')::date, (p_after ->> 'last_day')::date);
  v_start date;
  v_length integer := 1;
  v_left integer := p_limit;
  v_first integer;
  v_found integer;
  v_by_visitor boolean := coalesce(p_filter ->> 'statuses', p_filter ->> 'scores', p_filter ->> 'country') is not null;
  v_walked jsonb;
begin
  if p_filter ->> 'account_id' is not null then
    return query select * from private.visitors_of_account(p_site_domains, p_filter, p_sort, p_after, p_limit);
    return;
  elsif p_sort <> 'recent' then
    return query select * from private.visitors_by_figure(p_site_domains, p_filter, p_sort, p_after, p_limit);
    return;
  end if;
  v_walked := private.filter_to_walk(p_site_domains, p_filter, v_to);
  -- The newest days first, more of them each time. What a filter of the visitors has not found by then is rare
  -- and found by that filter.
  while v_left > 0 and v_to >= v_from and v_walked is not null and (v_length <= 16 or not v_by_visitor) loop
    v_start := greatest(v_from, v_to - v_length + 1);
    v_first := 0;
    if v_start = v_to and private.wanted_steps(p_filter) < 16 then
      return query select * from private.visitors_by_visit(p_site_domains, v_walked, v_to, p_after, v_left);
      get diagnostics v_first = row_count;
      v_left := v_left - v_first;
      exit when v_left = 0;
    end if;
    return query
      select * from private.visitors_by_day(p_site_domains, v_walked, v_start, v_to, p_after, v_left, v_first);
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_found := v_found + v_first;
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

comment on function private.page_of_visitors(text[], jsonb, text, jsonb, integer) is
  'Ids of a page of visitors in a sort: recent, or a figure''s column.';

revoke execute on function
  private.expects_few_visitors(text[], jsonb, date),
  private.is_common_search(text[], text),
  private.filter_to_walk(text[], jsonb, date),
  private.visitors_by_filter(text[], jsonb, date, jsonb, integer),
  private.page_of_visitors(text[], jsonb, text, jsonb, integer)
from public, anon;
grant execute on function
  private.expects_few_visitors(text[], jsonb, date),
  private.is_common_search(text[], text),
  private.filter_to_walk(text[], jsonb, date),
  private.visitors_by_filter(text[], jsonb, date, jsonb, integer),
  private.page_of_visitors(text[], jsonb, text, jsonb, integer)
to authenticated, service_role;
