-- Companies whose people were there in a range of days, from the rollups by account.

create function private.check_account_filter(p_filter jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_key text;
  v_value jsonb;
  v_expected text;
begin
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception 'p_filter must be an object' using errcode = 'PT400';
  end if;
  if p_filter ->> 'from' is null or p_filter ->> 'to' is null then
    raise exception 'p_filter.from and p_filter.to are required' using errcode = 'PT400';
  end if;
  for v_key, v_value in select f.key, f.value from jsonb_each(p_filter) as f loop
    v_expected := case v_key
      when 'from' then 'date'
      when 'to' then 'date'
      when 'search' then 'text'
      when 'country' then 'text'
      when 'industry' then 'text'
      when 'scores' then 'list of scores'
      when 'talked' then 'boolean'
    end;
    if v_expected is null then
      raise exception 'p_filter has no key "%"', v_key using errcode = 'PT400';
    end if;
    continue when jsonb_typeof(v_value) = 'null';
    if not (case v_expected
      when 'text' then jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') <= 1000
      when 'boolean' then jsonb_typeof(v_value) = 'boolean'
      when 'date' then jsonb_typeof(v_value) = 'string'
        and v_value #>> '{}' ~ '^\d{4}-\d{2}-\d{2}$' and private.casts_to(v_value #>> '{}', 'date')
      else jsonb_typeof(v_value) = 'array' and v_value <@ '[1, 2, 3, 4, 5]'
    end) then
      raise exception 'p_filter.% is not a valid %', v_key, v_expected using errcode = 'PT400';
    end if;
  end loop;
  perform private.check_window((p_filter ->> 'from')::date, (p_filter ->> 'to')::date);
end
$$;

comment on function private.check_account_filter(jsonb) is
  'Refuses (PT400) a filter without a range of days, with an unknown key or a value of a wrong type.';

create function private.search_accounts(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  -- Text search is not leakproof, so under row-level security it would lose its index: this checks the domains itself.
  return query
    select account.site_domain, account.id
    from public.accounts as account
    where account.site_domain = any (p_site_domains)
      and account.site_domain = any (array(select private.my_domains()))
      and private.name_document(account.name, account.domain) @@ private.prefix_query(p_search);
end
$$;

comment on function private.search_accounts(text[], text) is
  'Ids of the accounts whose name or domain has words that begin so, of domains the caller may see.';

create function private.matching_accounts(p_site_domains text[], p_filter jsonb)
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

comment on function private.matching_accounts(text[], jsonb) is
  'The accounts of some domains that pass what a filter says of the company; their figures are asked apart.';

create function private.filtered_accounts(p_site_domains text[], p_filter jsonb)
returns table (
  site_domain text,
  id uuid,
  sessions bigint,
  conversations bigint,
  interest_score smallint
)
language sql
stable
as $$
  with figures as (
    select f.site_domain, f.metric, f.value, f.n
    from rollup.sums(
      p_site_domains, array['sessions', 'conversations'], 'account', (p_filter ->> 'from')::date,
      (p_filter ->> 'to')::date
    ) as f
    union all
    -- The value is the account's id, a colon and the score.
    select f.site_domain, 'score', f.value, f.n
    from rollup.sums(
      p_site_domains, array['conversations'], 'account_score', (p_filter ->> 'from')::date,
      (p_filter ->> 'to')::date
    ) as f
  ),
  by_value as (
    select f.site_domain, f.metric, f.value, sum(f.n) as n
    from figures as f
    group by f.site_domain, f.metric, f.value
    having sum(f.n) > 0
  ),
  counted as (
    select
      v.site_domain,
      left(v.value, 36)::uuid as account_id,
      coalesce(sum(v.n) filter (where v.metric = 'sessions'), 0)::bigint as sessions,
      coalesce(sum(v.n) filter (where v.metric = 'conversations'), 0)::bigint as conversations,
      coalesce(max(substr(v.value, 38)) filter (where v.metric = 'score'), '1')::smallint as interest_score
    from by_value as v
    group by v.site_domain, left(v.value, 36)
  )
  select c.site_domain, c.account_id, c.sessions, c.conversations, c.interest_score
  from counted as c
  join private.matching_accounts(p_site_domains, p_filter) as account
    on account.site_domain = c.site_domain and account.id = c.account_id
  where (
      p_filter ->> 'scores' is null
      or c.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
    )
    and (p_filter ->> 'talked' is null or (c.conversations > 0) = (p_filter ->> 'talked')::boolean)
$$;

comment on function private.filtered_accounts(text[], jsonb) is
  'Accounts with a session or conversation in a filter''s range that pass it, with their figures of the range.';

create function private.account_in_range(p_site_domain text, p_account_id uuid, p_filter jsonb)
returns table (
  sessions bigint,
  conversations bigint,
  interest_score smallint,
  last_day date
)
language sql
stable
as $$
  select
    coalesce(sum(d.n) filter (where d.metric = 'sessions'), 0)::bigint,
    coalesce(sum(d.n) filter (where d.metric = 'conversations' and d.dimension = 'account'), 0)::bigint,
    coalesce(max(substr(d.value, 38)) filter (where d.dimension = 'account_score'), '1')::smallint,
    max(d.day)
  from (
    select f.dimension, f.value, f.day, f.metric, sum(f.n) as n
    from rollup.figures as f
    where f.site_domain = p_site_domain
      and f.dimension in ('account', 'account_score')
      and f.value = any (
        array[
          p_account_id::text, p_account_id || ':1', p_account_id || ':2', p_account_id || ':3',
          p_account_id || ':4', p_account_id || ':5'
        ]
      )
      and f.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
    group by f.dimension, f.value, f.day, f.metric
    having sum(f.n) > 0
  ) as d
$$;

comment on function private.account_in_range(text, uuid, jsonb) is
  'An account''s figures of a filter''s range, and the last day with a session or conversation in it; null: none.';

create function private.accounts_by_day(
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

comment on function private.accounts_by_day(text[], jsonb, date, date, jsonb, integer) is
  'A page of accounts by their last day in a filter''s range, of those days alone: quick where many pass the filter.';

create function private.page_of_accounts(
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

comment on function private.page_of_accounts(text[], jsonb, text, jsonb, integer) is
  'Ids of a page of accounts in a sort: recent, score, sessions or conversations.';

create function public.get_account_stats_with_intent(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text default 'recent',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  site_domain text,
  id uuid,
  name text,
  domain text,
  industry text,
  size text,
  country text,
  visitors bigint,
  sessions bigint,
  conversations bigint,
  interest_score smallint,
  last_day date,
  last_seen_at timestamptz,
  intents jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
begin
  perform private.check_account_filter(p_filter);
  if p_sort is null or p_sort not in ('recent', 'score', 'sessions', 'conversations') then
    raise exception 'p_sort is recent, score, sessions or conversations, not %', coalesce(p_sort, 'null')
      using errcode = 'PT400';
  end if;
  if p_after is not null and not coalesce(
    private.casts_to(p_after ->> 'id', 'uuid')
    and case
      when p_sort = 'recent' then private.casts_to(p_after ->> 'last_day', 'date')
      else private.casts_to(p_after ->> 'figure', 'bigint')
    end,
    false
  ) then
    raise exception 'p_after must be the cursor of a row in the same sort' using errcode = 'PT400';
  end if;
  return query
  select
    account.site_domain,
    account.id,
    account.name,
    account.domain,
    account.industry,
    account.size,
    account.country,
    people.n,
    done.sessions,
    done.conversations,
    done.interest_score,
    done.last_day,
    people.last_seen_at,
    (
      select coalesce(jsonb_object_agg(counted.intent, counted.n), '{}')
      from (
        select conversation.intent, count(*) as n
        from public.counted_conversations as conversation
        where conversation.site_domain = page.site_domain
          and conversation.account_id = page.id
          and conversation.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
          and conversation.intent is not null
        group by conversation.intent
      ) as counted
    ),
    case p_sort
      when 'recent'
        then jsonb_build_object('last_day', done.last_day, 'site_domain', page.site_domain, 'id', page.id)
      else jsonb_build_object(
        'figure',
        case p_sort
          when 'score' then done.interest_score
          when 'sessions' then done.sessions
          else done.conversations
        end,
        'site_domain', page.site_domain,
        'id', page.id
      )
    end
  from private.page_of_accounts(v_domains, p_filter, p_sort, p_after, v_limit)
    with ordinality as page (site_domain, id, position)
  join public.accounts as account on account.site_domain = page.site_domain and account.id = page.id
  cross join lateral private.account_in_range(page.site_domain, page.id, p_filter) as done
  cross join lateral (
    select
      count(*) filter (
        where exists (
          select 1
          from rollup.visitor_days as kept
          where kept.site_domain = visitor.site_domain
            and kept.visitor_id = visitor.id
            and kept.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
        )
      ) as n,
      max(visitor.last_seen_at) as last_seen_at
    from public.counted_visitors as visitor
    where visitor.site_domain = page.site_domain and visitor.account_id = page.id
  ) as people
  order by page.position;
end
$$;

comment on function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb) is
  'Accounts with a session or conversation in the range, at most 200 a page; the cursor of the last row asks for the next page. Visitors (distinct, there in the range), sessions, conversations, best interest score and intents are of the range; last_seen_at of all time. Filter keys: from, to (days, required), search (beginnings of words of name or domain), country, industry, scores (best interest score in the range), talked (with a conversation). Sorts: recent (last day in the range), score, sessions, conversations.';

create function public.count_accounts(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_account_filter(p_filter);
  return (select count(*) from private.filtered_accounts(v_domains, p_filter));
end
$$;

comment on function public.count_accounts(text[], jsonb) is
  'How many accounts pass the filter of get_account_stats_with_intent, exactly.';

revoke execute on function
  private.check_account_filter(jsonb),
  private.search_accounts(text[], text),
  private.matching_accounts(text[], jsonb),
  private.filtered_accounts(text[], jsonb),
  private.account_in_range(text, uuid, jsonb),
  private.accounts_by_day(text[], jsonb, date, date, jsonb, integer),
  private.page_of_accounts(text[], jsonb, text, jsonb, integer),
  public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_accounts(text[], jsonb)
from public, anon;
grant execute on function
  private.check_account_filter(jsonb),
  private.search_accounts(text[], text),
  private.matching_accounts(text[], jsonb),
  private.filtered_accounts(text[], jsonb),
  private.account_in_range(text, uuid, jsonb),
  private.accounts_by_day(text[], jsonb, date, date, jsonb, integer),
  private.page_of_accounts(text[], jsonb, text, jsonb, integer),
  public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_accounts(text[], jsonb)
to authenticated, service_role;
