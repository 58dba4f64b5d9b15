-- Which accounts pass a filter, and their figures of its range: one argument for list, count and export.

create function private.check_account_filter(p_filter jsonb)
returns void
language sql
immutable
set search_path = ''
as $$
  select private.check_filter_of_range(
    p_filter,
    '{
      "search": "text", "country": "text", "industry": "text", "scores": "scores", "talked": "boolean"
    }'
  )
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
  with figures as (
    select 'account' as dimension, f.metric, f.value, f.n
    from rollup.sums(
      array[p_site_domain], array['sessions', 'conversations'], 'account', (p_filter ->> 'from')::date,
      (p_filter ->> 'to')::date
    ) as f
    where f.value = p_account_id::text
    union all
    -- The value is the account's id, a colon and the score.
    select 'account_score', f.metric, f.value, f.n
    from rollup.sums(
      array[p_site_domain], array['conversations'], 'account_score', (p_filter ->> 'from')::date,
      (p_filter ->> 'to')::date
    ) as f
    where f.value = any (
      array[p_account_id || ':1', p_account_id || ':2', p_account_id || ':3', p_account_id || ':4', p_account_id || ':5']
    )
  ),
  counted as (
    select f.dimension, f.metric, f.value, sum(f.n) as n
    from figures as f
    group by f.dimension, f.metric, f.value
    having sum(f.n) > 0
  )
  select
    coalesce(sum(c.n) filter (where c.metric = 'sessions'), 0)::bigint,
    coalesce(sum(c.n) filter (where c.metric = 'conversations' and c.dimension = 'account'), 0)::bigint,
    coalesce(max(substr(c.value, 38)) filter (where c.dimension = 'account_score'), '1')::smallint,
    (
      select f.day
      from rollup.figures as f
      where f.site_domain = p_site_domain
        and f.dimension = 'account'
        and f.value = p_account_id::text
        and f.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
      group by f.day, f.metric
      having sum(f.n) > 0
      order by f.day desc
      limit 1
    )
  from counted as c
$$;

comment on function private.account_in_range(text, uuid, jsonb) is
  'An account''s figures of a filter''s range, and the last day with a session or conversation in it; null: none.';

revoke execute on function
  private.check_account_filter(jsonb),
  private.search_accounts(text[], text),
  private.matching_accounts(text[], jsonb),
  private.filtered_accounts(text[], jsonb),
  private.account_in_range(text, uuid, jsonb)
from public, anon;
grant execute on function
  private.check_account_filter(jsonb),
  private.search_accounts(text[], text),
  private.matching_accounts(text[], jsonb),
  private.filtered_accounts(text[], jsonb),
  private.account_in_range(text, uuid, jsonb)
to authenticated, service_role;
