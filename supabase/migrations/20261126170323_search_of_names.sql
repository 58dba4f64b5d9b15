-- Names are searched with their words made in the query itself, each visitor found is looked up where it is, and
-- lists walk their order where a search finds many.

create function private.name_words(p_name text, p_address text)
returns tsvector
language sql
immutable
parallel safe
as $$
  -- Without settings of its own, so that it becomes part of the query that asks: a call costs more than the words.
  select to_tsvector(
    'simple'::regconfig,
    translate(left(coalesce(p_name, ''), 500) || ' ' || left(coalesce(p_address, ''), 500), '@._-+/:''', '        ')
  )
$$;

comment on function private.name_words(text, text) is
  'The words of a name and of an e-mail address or web domain, as private.name_document, for rows that are at hand.';

create or replace function private.name_document(p_name text, p_address text)
returns tsvector
language sql
immutable
parallel safe
set search_path = ''
as $$
  select private.name_words(p_name, p_address)
$$;

comment on function private.name_document(text, text) is
  'The words of a name and of an e-mail address or web domain, for search.';

create or replace function private.rarest_word(p_site_domains text[], p_search text)
returns text
language sql
stable
set search_path = ''
as $$
  -- Of some people known by name or address, how many each word finds.
  select word.word
  from (
    select each_one.word, private.prefix_query(each_one.word) as query
    from regexp_split_to_table(lower(left(p_search, 200)), '[^[:alnum:]]+') as each_one (word)
    offset 0
  ) as word
  left join (
    select private.name_words(known.name, known.email) as document
    from (
      select visitor.name, visitor.email
      from public.visitors as visitor
      where visitor.site_domain = any (p_site_domains) and visitor.counts and visitor.status = 'known'
      limit 50
    ) as known
    offset 0
  ) as sample
    on sample.document @@ word.query
  where word.word <> ''
  group by word.word
  order by count(sample.document), length(word.word) desc, word.word
  limit 1
$$;

comment on function private.rarest_word(text[], text) is
  'The word of a search that seems to find the fewest visitors of some domains; null when there is no word.';

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
    where v_rarest = v_query or private.name_words(found.name, found.email) @@ v_query;
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

comment on function private.matching_visitors(text[], jsonb) is
  'The visitors that count, of some domains, that pass what a filter says of the visitor; its days and steps are asked apart.';

create function private.passing_visitors(p_site_domains text[], p_filter jsonb)
returns setof public.counted_visitors
language sql
stable
as $$
  select visitor.*
  from private.matching_visitors(p_site_domains, p_filter) as visitor
  where coalesce(p_filter ->> 'search', '') = ''
  union all
  -- Each where it is: an array of ids would be looked for on every website.
  select visitor.*
  from (
    select distinct hit.site_domain, hit.id
    from private.search_visitors(p_site_domains, p_filter ->> 'search') as hit
  ) as found
  cross join lateral (
    select matching.*
    from private.matching_visitors(array[found.site_domain], p_filter - 'search') as matching
    where matching.site_domain = found.site_domain and matching.id = found.id
    limit 1
  ) as visitor
  where coalesce(p_filter ->> 'search', '') <> ''
$$;

comment on function private.passing_visitors(text[], jsonb) is
  'As private.matching_visitors, for whoever reads all of them.';

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
    from private.passing_visitors(p_site_domains, p_filter) as visitor
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

create or replace function private.expects_few_visitors(p_site_domains text[], p_filter jsonb, p_day date)
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
    select (p_filter - 'search') || jsonb_build_object('words', p_filter ->> 'search') as filter
  ) as walked
$$;

comment on function private.filter_to_walk(text[], jsonb, date) is
  'The filter by which visitors pass one by one in the order of a list, many of them; null when few pass, who are looked up first.';

create or replace function private.page_of_visitors(
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
  if p_sort <> 'recent' then
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
  v_walked integer;
  v_page record;
  v_filter jsonb := private.filter_to_walk(p_site_domains, p_filter, (p_filter ->> 'to')::date);
begin
  -- The first in the order, as long as enough of them were there in the range.
  foreach v_walked in array array[4 * p_limit, 40 * p_limit] loop
    -- Words are looked for in each visitor: only as long as that is less than looking for all who have them.
    exit when v_filter is null or (v_filter ? 'words' and v_walked > 4 * p_limit);
    continue when p_column = 'page_view_count' and v_walked = 4 * p_limit and not v_filter ? 'words';
    select * into v_page
    from private.leading_visitors(p_site_domains, v_filter, p_column, p_after, p_limit, v_walked);
    if found then
      return query
        select page.site_domain, page.id, null::date, null::timestamptz
        from unnest(v_page.places, v_page.ids) as page (site_domain, id);
      return;
    end if;
  end loop;
  if v_filter ? 'words' then
    v_filter := null;
  end if;
  -- Else few passed the filter or few were there: these first, then in order.
  return query execute format(
    case
      when v_filter is null then $sql$
        select visitor.site_domain, visitor.id, null::date, null::timestamptz
        from private.passing_visitors($1, $2) as visitor
        cross join lateral private.days_in_range(visitor.site_domain, visitor.id, $2) as done
        where ($3 is null or (visitor.%1$I, visitor.id) < (($3 ->> 'figure')::integer, ($3 ->> 'id')::uuid))
          and done.last_day is not null
          and done.steps & private.wanted_steps($2) = private.wanted_steps($2)
        order by visitor.%1$I desc, visitor.id desc
        limit $4
      $sql$
      else $sql$
        select visitor.site_domain, visitor.id, null::date, null::timestamptz
        from (
          select candidate.site_domain, candidate.visitor_id
          from rollup.visitor_days as candidate
          where candidate.site_domain = any ($1)
            and candidate.day between ($2 ->> 'from')::date and ($2 ->> 'to')::date
            and candidate.steps & private.last_step(private.wanted_steps($2)) <> 0
            and (private.wanted_steps($2) < 16 or candidate.steps & 240 <> 0)
          group by candidate.site_domain, candidate.visitor_id
        ) as there
        cross join lateral (
          select matching.*
          from private.matching_visitors(array[there.site_domain], $2) as matching
          where matching.site_domain = there.site_domain and matching.id = there.visitor_id
          limit 1
        ) as visitor
        where ($3 is null or (visitor.%1$I, visitor.id) < (($3 ->> 'figure')::integer, ($3 ->> 'id')::uuid))
          and (
            private.last_step(private.wanted_steps($2)) = private.wanted_steps($2)
            or (
              select done.steps
              from private.days_in_range(there.site_domain, there.visitor_id, $2) as done
            ) & private.wanted_steps($2) = private.wanted_steps($2)
          )
        order by visitor.%1$I desc, visitor.id desc
        limit $4
      $sql$
    end,
    p_column
  )
  using p_site_domains, coalesce(v_filter, p_filter), p_after, p_limit;
end
$$;

comment on function private.visitors_by_figure(text[], jsonb, text, jsonb, integer) is
  'A page of visitors by one of their figures, the greatest first.';

create or replace function public.count_visitors(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_from date := p_filter ->> 'from';
  v_to date := p_filter ->> 'to';
begin
  perform private.check_visitor_filter(p_filter);
  if not exists (
    select 1 from jsonb_each(p_filter) as f
    where f.key not in ('from', 'to', 'did') and jsonb_typeof(f.value) <> 'null'
  ) then
    return (
      select counted.n
      from private.distinct_visitors(
        v_domains, array[coalesce(p_filter ->> 'did', 'active')], v_from, v_to
      ) as counted
    );
  end if;
  return (
    select count(*)
    from private.passing_visitors(v_domains, p_filter) as visitor
    cross join lateral private.days_in_range(visitor.site_domain, visitor.id, p_filter) as done
    where done.last_day is not null
      and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
  );
end
$$;

comment on function public.count_visitors(text[], jsonb) is
  'How many visitors pass the filter of get_visitor_stats_with_intent, exactly.';

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
  cross join lateral private.days_in_range(visitor.site_domain, visitor.id, p_filter) as done
  left join public.accounts as account
    on account.site_domain = visitor.site_domain and account.id = visitor.account_id
  where done.last_day is not null
    and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
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

comment on function private.export_visitors(text[], jsonb, text) is
  'Every visitor that passes the filter of get_visitor_stats_with_intent, in its sorts. last_day_in_range is of the range, the numbers of all time.';

revoke execute on function
  private.name_words(text, text),
  private.passing_visitors(text[], jsonb),
  private.is_common_search(text[], text),
  private.filter_to_walk(text[], jsonb, date)
from public, anon;
grant execute on function
  private.name_words(text, text),
  private.passing_visitors(text[], jsonb),
  private.is_common_search(text[], text),
  private.filter_to_walk(text[], jsonb, date),
  private.prefix_query(text)
to authenticated, service_role;
