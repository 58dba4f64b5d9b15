-- Which visitors pass a filter: one argument, so that list, count and export cannot disagree.

create function private.check_visitor_filter(p_filter jsonb)
returns void
language sql
immutable
set search_path = ''
as $$
  select private.check_filter_of_range(
    p_filter,
    '{
      "did": "step", "search": "text", "country": "text", "account_id": "uuid", "statuses": "statuses",
      "scores": "scores", "conversions": "conversions"
    }'
  )
$$;

comment on function private.check_visitor_filter(jsonb) is
  'Refuses (PT400) a filter without a range of days, with an unknown key or a value of a wrong type.';

create function private.wanted_steps(p_filter jsonb)
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

comment on function private.wanted_steps(jsonb) is
  'The steps (bits of rollup.visitor_days) that a filter wants done in its range; without any, to have been active.';

create function private.wanted_days(p_filter jsonb)
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

create function private.matching_visitors(p_site_domains text[], p_filter jsonb)
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

comment on function private.matching_visitors(text[], jsonb) is
  'The visitors that count, of some domains, that pass what a filter says of the visitor; its days and steps are asked apart.';

create function private.said_of_one(p_filter jsonb)
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
      select %1$s from %2$s where visitor.step_days && all ($3) and private.is_of_companies(visitor.account_id, $4)
      union all
      select %1$s
      from %3$s
      where %4$s.step_days && all ($3)
        and not private.is_of_companies(%4$s.account_id, $4)
        and (%4$s.id = any (($4).ids) or private.is_named(%4$s.name, %4$s.email, ($4).rarest, ($4).query))
    $sql$
    else 'select %1$s from %2$s where visitor.step_days && all ($3)'
    end,
    'visitor.site_domain, visitor.id, visitor.step_days' || coalesce(', visitor.' || quote_ident(p_figure), '')
      || case when p_figure = 'page_view_count' then ', visitor.page_view_level' else '' end,
    case when read.facets then 'private.matching_facets($1, $2) as visitor'
    else 'private.matching_visitors($1, $2) as visitor' end,
    -- Names are found where what filters ask stands.
    case when read.facets then 'private.matching_facets($1, $2) as visitor'
    else 'private.matching_facets($1, $2) as named join public.visitors as visitor using (site_domain, id)' end,
    case when read.facets then 'visitor' else 'named' end
  )
  from (select coalesce(p_figure, 'interest_score') = 'interest_score' as facets) as read
$$;

comment on function private.passing_query(boolean, text) is
  'The visitors who pass a filter and did in its range what it wants, as SQL: of domains ($1), a filter without its search ($2), its private.wanted_days ($3) and what its search found ($4, private.found_by_search). With one of their figures, if it is named.';

create function private.days_in_range(p_site_domain text, p_visitor_id uuid, p_filter jsonb)
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

revoke execute on function
  private.matching_facets(text[], jsonb),
  private.passing_query(boolean, text)
from public, anon, authenticated, service_role;
revoke execute on function
  private.check_visitor_filter(jsonb),
  private.wanted_steps(jsonb),
  private.wanted_days(jsonb),
  private.last_step(smallint),
  private.has_facets(jsonb, text, smallint, text, uuid),
  private.matching_visitors(text[], jsonb),
  private.said_of_one(jsonb),
  private.passing_visitors(text[], jsonb),
  private.days_in_range(text, uuid, jsonb)
from public, anon;
grant execute on function
  private.check_visitor_filter(jsonb),
  private.wanted_steps(jsonb),
  private.wanted_days(jsonb),
  private.last_step(smallint),
  private.has_facets(jsonb, text, smallint, text, uuid),
  private.matching_visitors(text[], jsonb),
  private.said_of_one(jsonb),
  private.passing_visitors(text[], jsonb),
  private.days_in_range(text, uuid, jsonb)
to authenticated, service_role;
