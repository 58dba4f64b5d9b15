-- Scores of a filter of visitors as a list that the plan knows; counts of visitors with less memory.

create or replace function private.matching_visitors(p_site_domains text[], p_filter jsonb)
returns setof public.counted_visitors
language sql
stable
parallel safe
as $$
  select visitor.*
  from public.counted_visitors as visitor
  where visitor.site_domain = any (p_site_domains)
    and (p_filter ->> 'statuses' is null or p_filter -> 'statuses' ? visitor.status)
    -- As a list that the plan knows, which tells how many these are.
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
  v_domains text[] := array(
    select mine.site_domain
    from private.my_domains() as mine (site_domain)
    where mine.site_domain = any (p_site_domains)
  );
  v_wanted smallint := private.wanted_steps(p_filter);
  v_count bigint;
begin
  -- Executed, as several processes count only then. A step alone is found on the first day that has it; several are
  -- gathered from all days of the range.
  execute format(
    case
      when v_wanted = private.last_step(v_wanted) then $sql$
        select count(*)
        from private.%I($1, $2) as visitor
        where exists (
          select 1
          from rollup.visitor_days as done
          where done.site_domain = visitor.site_domain
            and done.visitor_id = visitor.id
            and done.day between $3 and $4
            and done.steps & $5 <> 0
        )
      $sql$
      else $sql$
        select count(*)
        from (
          select done.site_domain, done.visitor_id
          from rollup.visitor_days as done
          join private.%I($1, $2) as visitor
            on visitor.site_domain = done.site_domain and visitor.id = done.visitor_id
          where done.site_domain = any ($1) and done.day between $3 and $4
          group by done.site_domain, done.visitor_id
          having bit_or(done.steps) & $5 = $5
        ) as counted
      $sql$
    end,
    -- A search is made once, by one process.
    case when coalesce(p_filter ->> 'search', '') = '' then 'matching_visitors' else 'passing_visitors' end
  )
  into v_count
  using v_domains, p_filter, private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to'), v_wanted;
  return v_count;
end
$$;
