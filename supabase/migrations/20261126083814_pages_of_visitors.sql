-- Pages of visitors read less: days from an index alone, last visits of the days a page can be of, the rarest word of
-- a search.

drop index rollup.visitor_days_day_idx;
create index visitor_days_day_idx on rollup.visitor_days (site_domain, day desc, visitor_id) include (steps);

create function private.rarest_word(p_site_domains text[], p_search text)
returns text
language sql
stable
set search_path = ''
as $$
  -- Of some people known by name or address, how many each word finds.
  select word.word
  from regexp_split_to_table(lower(left(p_search, 200)), '[^[:alnum:]]+') as word (word)
  left join (
    select private.name_document(known.name, known.email) as document
    from (
      select visitor.name, visitor.email
      from public.visitors as visitor
      where visitor.site_domain = any (p_site_domains) and visitor.counts and visitor.status = 'known'
      limit 50
    ) as known
    offset 0
  ) as sample
    on sample.document @@ private.prefix_query(word.word)
  where word.word <> ''
  group by word.word
  order by count(sample.document), length(word.word) desc, word.word
  limit 1
$$;

comment on function private.rarest_word(text[], text) is
  'The word of a search that seems to find the fewest visitors of some domains; null when there is no word.';

revoke execute on function private.rarest_word(text[], text) from public, anon, authenticated, service_role;

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
  v_rarest tsquery := private.prefix_query(
    case when numnode(v_query) > 1 then private.rarest_word(v_domains, p_search) else p_search end
  );
  v_accounts uuid[];
begin
  -- Text search is not leakproof, so under row-level security it would lose its index: this checks the domains itself.
  if private.casts_to(p_search, 'uuid') then
    return query
      select visitor.site_domain, visitor.id
      from public.visitors as visitor
      where visitor.site_domain = any (v_domains) and visitor.id = p_search::uuid;
  end if;
  -- The index reads every entry that begins as a word does, of each word: of the rarest one alone is less to read.
  return query
    select found.site_domain, found.id
    from (
      select visitor.site_domain, visitor.id, visitor.name, visitor.email
      from public.visitors as visitor
      where visitor.site_domain = any (v_domains)
        and private.name_document(visitor.name, visitor.email) @@ v_rarest
        and (visitor.name is not null or visitor.email is not null)
      offset 0
    ) as found
    where v_rarest = v_query or private.name_document(found.name, found.email) @@ v_query;
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

comment on function private.search_visitors(text[], text) is
  'Ids of the visitors whose name, e-mail or company has words that begin so, or whose id is this, of domains the caller may see.';

create or replace function private.visitors_by_day(
  p_site_domains text[],
  p_filter jsonb,
  p_from date,
  p_to date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date, last_visit_at timestamptz)
language sql
stable
as $$
  -- Days first: those whose last day of the wanted step in the filter's range lies in [p_from, p_to], in the order
  -- of the list; one after the other until there are enough.
  select shown.site_domain, shown.visitor_id, shown.day, shown.last_visit_at
  from (
    select
      candidate.site_domain,
      candidate.visitor_id,
      candidate.day,
      candidate.steps,
      coalesce(
        visit.ended_at,
        (
          select earlier.ended_at
          from private.last_visit(candidate.site_domain, candidate.visitor_id, candidate.day) as earlier
        )
      ) as last_visit_at
    from rollup.visitor_days as candidate
    left join (
      select session.site_domain, session.visitor_id, session.day, max(session.last_activity_at) as ended_at
      from public.visitor_sessions as session
      where session.site_domain = any (p_site_domains) and session.day between p_from and p_to and session.counts
      group by session.site_domain, session.visitor_id, session.day
    ) as visit
      on visit.site_domain = candidate.site_domain
      and visit.visitor_id = candidate.visitor_id
      and visit.day = candidate.day
    where candidate.site_domain = any (p_site_domains)
      and candidate.day between p_from and p_to
      and candidate.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
      -- Says so in the index's own words: conversions are rare.
      and (private.wanted_steps(p_filter) < 16 or candidate.steps & 240 <> 0)
    order by candidate.day desc, last_visit_at desc, candidate.visitor_id desc
    offset 0
  ) as shown
  cross join lateral (
    select from private.matching_visitors(array[shown.site_domain], p_filter) as matching
    where matching.site_domain = shown.site_domain and matching.id = shown.visitor_id
    limit 1
  ) as visitor
  where (
      p_after is null
      -- Each read once, not for every row.
      or (shown.day, shown.last_visit_at, shown.visitor_id) < (
        (select (p_after ->> 'last_day')::date),
        (select (p_after ->> 'last_visit_at')::timestamptz),
        (select (p_after ->> 'id')::uuid)
      )
    )
    -- Nothing comes after the last day of the range, which the first page is of.
    and (
      shown.day = (p_filter ->> 'to')::date
      or (
        select true
        from rollup.visitor_days as later
        where later.site_domain = shown.site_domain
          and later.visitor_id = shown.visitor_id
          and later.day > shown.day
          and later.day <= (p_filter ->> 'to')::date
          and later.steps & private.last_step(private.wanted_steps(p_filter)) <> 0
        limit 1
      ) is null
    )
    and (
      shown.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
      or (
        select done.steps
        from private.days_in_range(shown.site_domain, shown.visitor_id, p_filter) as done
      ) & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
    )
  order by shown.day desc, shown.last_visit_at desc, shown.visitor_id desc
  limit p_limit
$$;

comment on function private.visitors_by_day(text[], jsonb, date, date, jsonb, integer) is
  'A page of visitors by their last day in a filter''s range and their last visit of it, of those days alone: quick where many pass the filter.';

create or replace function private.visitors_by_filter(
  p_site_domains text[],
  p_filter jsonb,
  p_before date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date, last_visit_at timestamptz)
language sql
stable
as $$
  -- Visitors first, each with its last day in the filter's range; their last visits are looked up of those days alone
  -- that the page can be of.
  with passing as (
    select visitor.site_domain, visitor.id, done.last_day
    from private.matching_visitors(p_site_domains, p_filter) as visitor
    cross join lateral private.days_in_range(visitor.site_domain, visitor.id, p_filter) as done
    where done.last_day < p_before
      and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
  ),
  near as (
    select p.site_domain, p.id, p.last_day
    from passing as p
    where p.last_day = (select (p_after ->> 'last_day')::date)
    union all
    (
      select p.site_domain, p.id, p.last_day
      from passing as p
      where p_after is null or p.last_day < (select (p_after ->> 'last_day')::date)
      order by p.last_day desc
      fetch first (p_limit) rows with ties
    )
  )
  select near.site_domain, near.id, near.last_day, visit.ended_at
  from near
  cross join lateral private.last_visit(near.site_domain, near.id, near.last_day) as visit
  where p_after is null
    or (near.last_day, visit.ended_at, near.id)
      < ((p_after ->> 'last_day')::date, (p_after ->> 'last_visit_at')::timestamptz, (p_after ->> 'id')::uuid)
  order by near.last_day desc, visit.ended_at desc, near.id desc
  limit p_limit
$$;

comment on function private.visitors_by_filter(text[], jsonb, date, jsonb, integer) is
  'A page of visitors by their last day in a filter''s range, before a day: quick where few pass the filter.';
