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

create function private.filtered_accounts(p_site_domains text[], p_filter jsonb)
returns table (
  site_domain text,
  id uuid,
  sessions bigint,
  conversations bigint,
  interest_score smallint,
  last_day date
)
language sql
stable
as $$
  with by_day as (
    -- The value of account_score is the account's id, a colon and the score.
    select
      figure.site_domain,
      left(figure.value, 36)::uuid as account_id,
      figure.metric,
      figure.day,
      nullif(substr(figure.value, 38), '')::smallint as score,
      sum(figure.n) as n
    from rollup.figures as figure
    where figure.site_domain = any (p_site_domains)
      and figure.metric = any (array['sessions', 'conversations'])
      and figure.dimension = any (array['account', 'account_score'])
      and figure.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
    group by 1, 2, 3, 4, 5
    having sum(figure.n) > 0
  ),
  counted as (
    select
      by_day.site_domain,
      by_day.account_id,
      coalesce(sum(by_day.n) filter (where by_day.metric = 'sessions'), 0)::bigint as sessions,
      coalesce(sum(by_day.n) filter (where by_day.metric = 'conversations' and by_day.score is null), 0)::bigint
        as conversations,
      coalesce(max(by_day.score), 1)::smallint as interest_score,
      max(by_day.day) as last_day
    from by_day
    group by by_day.site_domain, by_day.account_id
  )
  select c.site_domain, c.account_id, c.sessions, c.conversations, c.interest_score, c.last_day
  from counted as c
  join public.accounts as account on account.site_domain = c.site_domain and account.id = c.account_id
  where (p_filter ->> 'country' is null or coalesce(account.country, '') = p_filter ->> 'country')
    and (p_filter ->> 'industry' is null or coalesce(account.industry, '') = p_filter ->> 'industry')
    and (
      p_filter ->> 'scores' is null
      or c.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
    )
    and (p_filter ->> 'talked' is null or (c.conversations > 0) = (p_filter ->> 'talked')::boolean)
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or (c.site_domain, c.account_id) in (
        select found.site_domain, found.id
        from private.search_accounts(p_site_domains, p_filter ->> 'search') as found
      )
    )
$$;

comment on function private.filtered_accounts(text[], jsonb) is
  'Accounts with a session or conversation in a filter''s range that pass it, with their figures of the range.';

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
    private.casts_to(p_after ->> 'figure', 'bigint')
    and private.casts_to(p_after ->> 'last_day', 'date')
    and private.casts_to(p_after ->> 'id', 'uuid'),
    false
  ) then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return query
  with sorted as (
    select
      found.*,
      case p_sort
        when 'score' then found.interest_score
        when 'sessions' then found.sessions
        when 'conversations' then found.conversations
        else 0
      end::bigint as figure
    from private.filtered_accounts(v_domains, p_filter) as found
  ),
  page as (
    select sorted.*
    from sorted
    where p_after is null
      or (sorted.figure, sorted.last_day, sorted.id)
        < ((p_after ->> 'figure')::bigint, (p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
    order by sorted.figure desc, sorted.last_day desc, sorted.id desc
    limit v_limit
  )
  select
    page.site_domain,
    page.id,
    account.name,
    account.domain,
    account.industry,
    account.size,
    account.country,
    people.n,
    page.sessions,
    page.conversations,
    page.interest_score,
    page.last_day,
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
    jsonb_build_object(
      'figure', page.figure, 'last_day', page.last_day, 'site_domain', page.site_domain, 'id', page.id
    )
  from page
  join public.accounts as account on account.site_domain = page.site_domain and account.id = page.id
  cross join lateral (
    select
      count(*) filter (
        where exists (
          select 1
          from rollup.visitor_days as done
          where done.site_domain = visitor.site_domain
            and done.visitor_id = visitor.id
            and done.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
        )
      ) as n,
      max(visitor.last_seen_at) as last_seen_at
    from public.counted_visitors as visitor
    where visitor.site_domain = page.site_domain and visitor.account_id = page.id
  ) as people
  order by page.figure desc, page.last_day desc, page.id desc;
end
$$;

comment on function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb) is
  'Accounts with a session or conversation in the range, at most 200 a page; the cursor of the last row asks for the next page. Visitors (distinct, there in the range), sessions, conversations, best interest score and intents are of the range; last_seen_at of all time. Filter keys: from, to (days, required), search (beginnings of words of name or domain), country, industry, scores (best interest score in the range), talked (with a conversation). Sorts: recent, score, sessions, conversations.';

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
  private.filtered_accounts(text[], jsonb),
  public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_accounts(text[], jsonb)
from public, anon;
grant execute on function
  private.check_account_filter(jsonb),
  private.search_accounts(text[], text),
  private.filtered_accounts(text[], jsonb),
  public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_accounts(text[], jsonb)
to authenticated, service_role;
