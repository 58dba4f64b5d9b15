-- Who a search finds: by words of a name, an e-mail address or a company, or by an id.

create function private.rarest_word(p_site_domains text[], p_search text)
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

create function private.rarest_query(p_site_domains text[], p_search text)
returns tsquery
language sql
stable
set search_path = ''
as $$
  -- An index reads every entry that begins as a word does, of each word: of the rarest one alone is less to read.
  select case
    when numnode(private.prefix_query(p_search)) > 1
      then private.prefix_query(private.rarest_word(p_site_domains, p_search))
    else private.prefix_query(p_search)
  end
$$;

comment on function private.rarest_query(text[], text) is 'What to ask an index of names for a search: its rarest word.';

create function private.is_named(p_name text, p_email text, p_rarest tsquery, p_query tsquery)
returns boolean
language sql
immutable
parallel safe
as $$
  -- Without settings of its own, so that it becomes part of the query that asks and is found by the index of names.
  select (p_name is not null or p_email is not null)
    and private.name_document(p_name, p_email) @@ p_rarest
    and (p_rarest = p_query or private.name_words(p_name, p_email) @@ p_query)
$$;

comment on function private.is_named(text, text, tsquery, tsquery) is
  'Whether a name or e-mail has words that begin as those of a search; p_rarest is its private.rarest_query.';

create function private.search_ids(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language sql
stable
as $$
  select visitor.site_domain, visitor.id
  from public.visitors as visitor
  where visitor.site_domain = any (p_site_domains)
    and visitor.id = (select case when private.casts_to(p_search, 'uuid') then p_search::uuid end)
  union all
  select known.site_domain, known.visitor_id
  from public.visitor_ids as known
  where known.site_domain = any (p_site_domains) and known.distinct_id = p_search
$$;

comment on function private.search_ids(text[], text) is 'The visitors whose id, ours or the website''s own, is this.';

create function private.search_people(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_rarest tsquery := private.rarest_query(v_domains, p_search);
  v_query tsquery := private.prefix_query(p_search);
begin
  -- Text search is not leakproof, so under row-level security it would lose its index: this checks the domains itself.
  return query select found.site_domain, found.id from private.search_ids(v_domains, p_search) as found;
  return query
    select visitor.site_domain, visitor.id
    from rollup.visitor_facets as visitor
    where visitor.site_domain = any (v_domains)
      and private.is_named(visitor.name, visitor.email, v_rarest, v_query);
end
$$;

comment on function private.search_people(text[], text) is
  'Ids of the visitors whose name or e-mail has words that begin so, or whose id is this, of domains the caller may see.';

create function private.search_companies(p_site_domains text[], p_search text)
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  -- Asked once: in the query it would be asked for each account.
  v_domains text[] := private.check_domains(p_site_domains);
  v_query tsquery := private.prefix_query(p_search);
begin
  return array(
    select account.id
    from public.accounts as account
    where account.site_domain = any (v_domains)
      and private.name_document(account.name, account.domain) @@ v_query
  );
end
$$;

comment on function private.search_companies(text[], text) is
  'Ids of the accounts whose name or domain has words that begin so, of domains the caller may see.';

create function private.search_visitors(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_companies uuid[] := private.search_companies(p_site_domains, p_search);
begin
  return query select found.site_domain, found.id from private.search_people(p_site_domains, p_search) as found;
  return query
    select visitor.site_domain, visitor.id
    from public.visitors as visitor
    where visitor.site_domain = any (p_site_domains) and visitor.account_id = any (v_companies);
end
$$;

comment on function private.search_visitors(text[], text) is
  'Ids of the visitors whose name, e-mail or company has words that begin so, or whose id is this, of domains the caller may see.';

-- What a search finds, for private.passing_query: companies as those found or, where that is shorter, as those not found.
create type private.visitor_search as (
  companies uuid[],
  are_others boolean,
  ids uuid[],
  rarest tsquery,
  query tsquery
);

create function private.found_by_search(p_site_domains text[], p_search text)
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

create function private.is_of_companies(p_account_id uuid, p_search private.visitor_search)
returns boolean
language sql
immutable
parallel safe
as $$
  -- Without settings of its own, so that it becomes part of the query that asks.
  select p_account_id is not null and case
    when (p_search).are_others then p_account_id <> all ((p_search).companies)
    else p_account_id = any ((p_search).companies)
  end
$$;

comment on function private.is_of_companies(uuid, private.visitor_search) is
  'Whether a visitor''s account is one that a search found.';

revoke execute on function
  private.rarest_word(text[], text),
  private.rarest_query(text[], text),
  private.is_named(text, text, tsquery, tsquery),
  private.search_ids(text[], text),
  private.found_by_search(text[], text),
  private.is_of_companies(uuid, private.visitor_search)
from public, anon, authenticated, service_role;
revoke execute on function
  private.search_people(text[], text),
  private.search_companies(text[], text),
  private.search_visitors(text[], text)
from public, anon;
grant execute on function
  private.search_people(text[], text),
  private.search_companies(text[], text),
  private.search_visitors(text[], text)
to authenticated, service_role;
