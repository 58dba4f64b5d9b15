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

create function private.passes_as_company(p_name text, p_domain text, p_country text, p_industry text, p_filter jsonb)
returns boolean
language sql
immutable
parallel safe
as $$
  select (p_filter ->> 'country' is null or coalesce(p_country, '') = p_filter ->> 'country')
    and (p_filter ->> 'industry' is null or coalesce(p_industry, '') = p_filter ->> 'industry')
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or private.name_words(p_name, p_domain) @@ private.prefix_query(p_filter ->> 'search')
    )
$$;

comment on function private.passes_as_company(text, text, text, text, jsonb) is
  'Whether an account that is at hand passes what a filter says of the company, as private.matching_accounts finds them.';

create function private.filters_companies(p_filter jsonb)
returns boolean
language sql
immutable
parallel safe
as $$
  select coalesce(p_filter ->> 'country', p_filter ->> 'industry', nullif(p_filter ->> 'search', '')) is not null
$$;

comment on function private.filters_companies(jsonb) is 'Whether a filter says anything of the company, beside its figures of the range.';

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
  with counted as (
    select
      f.site_domain,
      f.account_id,
      sum(f.sessions) as sessions,
      sum(f.conversations) as conversations,
      rollup.best_score(sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot)) as interest_score
    from rollup.account_sums(
      p_site_domains, private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to')
    ) as f
    group by f.site_domain, f.account_id
    having sum(f.sessions) > 0 or sum(f.conversations) > 0
  )
  select c.site_domain, c.account_id, c.sessions, c.conversations, c.interest_score
  from counted as c
  where (
      private.filter_list(p_filter, 'scores') is null
      or c.interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
    )
    and (p_filter ->> 'talked' is null or (c.conversations > 0) = (p_filter ->> 'talked')::boolean)
    and (
      not private.filters_companies(p_filter)
      or (c.site_domain, c.account_id) in (
        select account.site_domain, account.id from private.matching_accounts(p_site_domains, p_filter) as account
      )
    )
$$;

comment on function private.filtered_accounts(text[], jsonb) is
  'Accounts with a session or conversation in a filter''s range that pass it, with their figures of the range.';

create function private.last_account_day(p_site_domain text, p_account_id uuid, p_filter jsonb)
returns table (day date)
language sql
stable
as $$
  select f.day
  from rollup.account_figures as f
  where f.site_domain = p_site_domain
    and f.account_id = p_account_id
    and f.day between private.filter_day(p_filter, 'from') and private.filter_day(p_filter, 'to')
  group by f.day
  having sum(f.sessions) > 0 or sum(f.conversations) > 0
  order by f.day desc
  limit 1
$$;

comment on function private.last_account_day(text, uuid, jsonb) is
  'The last day of a filter''s range with a session or conversation of an account; no row: none.';

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
    coalesce(sum(f.sessions), 0),
    coalesce(sum(f.conversations), 0),
    rollup.best_score(sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot)),
    (select last.day from private.last_account_day(p_site_domain, p_account_id, p_filter) as last)
  from rollup.sums_of_account(
    p_site_domain, p_account_id, private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to')
  ) as f
$$;

comment on function private.account_in_range(text, uuid, jsonb) is
  'An account''s figures of a filter''s range, and the last day with a session or conversation in it; null: none.';

revoke execute on function
  private.check_account_filter(jsonb),
  private.search_accounts(text[], text),
  private.matching_accounts(text[], jsonb),
  private.passes_as_company(text, text, text, text, jsonb),
  private.filters_companies(jsonb),
  private.filtered_accounts(text[], jsonb),
  private.last_account_day(text, uuid, jsonb),
  private.account_in_range(text, uuid, jsonb)
from public, anon;
grant execute on function
  private.check_account_filter(jsonb),
  private.search_accounts(text[], text),
  private.matching_accounts(text[], jsonb),
  private.passes_as_company(text, text, text, text, jsonb),
  private.filters_companies(jsonb),
  private.filtered_accounts(text[], jsonb),
  private.last_account_day(text, uuid, jsonb),
  private.account_in_range(text, uuid, jsonb)
to authenticated, service_role;
