-- In the order of a figure, who did what few did is looked up one by one, whatever else is asked of them.

create or replace function private.said_of_one(p_filter jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case
    when coalesce(p_filter ->> 'search', '') = '' then p_filter - 'search'
    else (p_filter - 'search') || jsonb_build_object('words', p_filter ->> 'search')
  end
$$;

comment on function private.said_of_one(jsonb) is
  'A filter whose search is asked of each visitor that is at hand, instead of looking up all whom it finds.';

revoke execute on function private.said_of_one(jsonb) from public, anon;
grant execute on function private.said_of_one(jsonb) to authenticated, service_role;

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
    -- The same said of one visitor (private.said_of_one).
    and (
      p_filter ->> 'words' is null
      or visitor.id = (select case when private.casts_to(p_filter ->> 'words', 'uuid') then (p_filter ->> 'words')::uuid end)
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

create or replace function private.filter_to_walk(p_site_domains text[], p_filter jsonb, p_day date)
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

create or replace function private.found_by_search(p_site_domains text[], p_search text)
returns private.visitor_search
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_found uuid[];
  v_left bigint;
  v_search private.visitor_search;
begin
  if p_search is null then
    return null;
  end if;
  v_found := private.search_companies(p_site_domains, p_search);
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
  'The companies and ids that a search finds on websites, and its words, for private.passing_query; null without a search.';

create or replace function private.rare_visitors_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer,
  p_there integer
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
      from %2$s
      where %3$s
      -- Not as an index has it: that was tried before.
      order by visitor.%1$I + 0 desc, visitor.id desc
      limit $6
    $sql$,
    p_column,
    case
      when p_there is null then format('(%s) as visitor', private.passing_query(v_search is not null, p_column))
      else $sql$
        (
          select distinct one_day.site_domain, one_day.visitor_id
          from (
            select candidate.site_domain, candidate.visitor_id
            from rollup.visitor_days as candidate
            where candidate.site_domain = any ($1)
              and candidate.day between $7 and $8
              and candidate.steps & $9 <> 0
              and ($9 < 16 or candidate.steps & 240 <> 0)
            -- All of them: so that the plan knows how few.
            limit $10
          ) as one_day
        ) as there
        cross join lateral (
          select matching.*
          from private.matching_visitors(array[there.site_domain], $11) as matching
          where matching.site_domain = there.site_domain
            and matching.id = there.visitor_id
            and matching.step_days && all ($3)
          limit 1
        ) as visitor
      $sql$
    end,
    private.visitors_after(p_column, p_after, '$5')
  )
  using
    v_domains,
    p_filter - 'search',
    private.wanted_days(p_filter),
    case when p_there is null then private.found_by_search(v_domains, v_search) end,
    p_after,
    p_limit,
    private.filter_day(p_filter, 'from'),
    private.filter_day(p_filter, 'to'),
    private.last_step(private.wanted_steps(p_filter)),
    p_there,
    private.said_of_one(p_filter);
end
$$;

comment on function private.rare_visitors_by_figure(text[], jsonb, text, jsonb, integer, integer) is
  'A page of visitors by one of their figures: all who pass are put in order, looked up one by one from the visitor-days of the range (private.count_days_there, as many as p_there) or, where it is null, found by their own columns.';

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
  -- Of a search, the words of each one have to be looked at.
  v_most integer := case when coalesce(p_filter ->> 'search', '') = '' then 20000 else 4000 end;
  v_filter jsonb;
begin
  -- Conversions have an index of their own, and few days have any: without a walk in an order that may have nobody first.
  if private.wanted_steps(p_filter) >= 16 then
    v_there := private.count_days_there(p_site_domains, p_filter, v_most);
  end if;
  if v_there is null or v_there > 3000 then
    v_filter := private.filter_to_walk(p_site_domains, p_filter, (p_filter ->> 'to')::date);
  end if;
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
      v_there := coalesce(v_there, private.count_days_there(p_site_domains, p_filter, v_most));
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
      exit when v_there <= v_most;
    end if;
    -- Twice as many as it takes if as many of the next were there; words are looked for in each.
    v_walked := 20 * p_limit * p_limit / greatest(v_held, 1);
    exit when v_filter ? 'words' or v_walked > 150 * p_limit;
  end loop;
  -- Else few passed the filter or few were there.
  return query
    select page.site_domain, page.id, null::date, null::timestamptz
    from private.rare_visitors_by_figure(
      p_site_domains, p_filter, p_column, p_after, p_limit, case when v_there <= v_most then v_there end
    ) as page;
end
$$;
