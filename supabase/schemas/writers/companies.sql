-- The directory of companies in, and the daily budget of outside services.

create function private.import_companies(p_source text, p_companies jsonb, p_now timestamptz)
returns table (added bigint, changed bigint, unchanged bigint)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_given bigint := jsonb_array_length(p_companies);
  v_known bigint;
  v_touched text[];
begin
  -- One import at a time: the counts below are of this one.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('private.import_companies'));
  v_known := (
    select count(*)
    from private.companies as kept
    where kept.domain in (select c.domain from jsonb_to_recordset(p_companies) as c (domain text))
  );
  with imported as (
    insert into private.companies as kept (
      domain, company_id, name, account_domain, website, country, industry, size, description, source, updated_at
    )
    select
      c.domain, c.company_id, c.name, c.account_domain, c.website, c.country, c.industry, c.size, c.description,
      p_source, p_now
    from jsonb_to_recordset(p_companies) as c (
      domain text, company_id text, name text, account_domain text, website text, country text, industry text,
      size text, description text
    )
    order by c.domain
    on conflict (domain) do update
    set
      company_id = excluded.company_id,
      name = excluded.name,
      account_domain = excluded.account_domain,
      website = excluded.website,
      country = excluded.country,
      industry = excluded.industry,
      size = excluded.size,
      description = excluded.description,
      source = excluded.source,
      updated_at = excluded.updated_at
    where (
      kept.company_id, kept.name, kept.account_domain, kept.website, kept.country, kept.industry, kept.size,
      kept.description
    ) is distinct from (
      excluded.company_id, excluded.name, excluded.account_domain, excluded.website, excluded.country,
      excluded.industry, excluded.size, excluded.description
    )
    returning kept.domain, kept.account_domain
  )
  select array_agg(distinct name.domain)
  into v_touched
  from imported
  cross join lateral (values (imported.domain), (imported.account_domain)) as name (domain);

  -- What the directory says now may tell more about companies that visitors were found to belong to.
  insert into private.enrichment_evidence as kept (site_domain, visitor_id)
  select visitor.site_domain, visitor.id
  from public.accounts as account
  join public.visitors as visitor
    on visitor.site_domain = account.site_domain and visitor.account_id = account.id
  where account.domain = any (v_touched)
  order by visitor.site_domain, visitor.id
  on conflict (site_domain, visitor_id) do update
  set ticket = excluded.ticket, queued_at = excluded.queued_at;

  return query
    select
      v_given - v_known,
      changes.touched - (v_given - v_known),
      v_given - changes.touched
    from (
      select count(*) as touched
      from private.companies as kept
      where kept.updated_at = p_now
        and kept.domain in (select c.domain from jsonb_to_recordset(p_companies) as c (domain text))
    ) as changes;
end
$$;

comment on function private.import_companies(text, jsonb, timestamptz) is
  'Adds companies to the directory or changes them, all or none, and looks again into visitors of those companies. p_now: the time of this import.';

create function private.find_companies(p_domains text[])
returns setof private.companies
language sql
stable
security definer
set search_path = ''
as $$
  select distinct on (wanted.domain)
    wanted.domain, company.company_id, company.name, company.account_domain, company.website, company.country,
    company.industry, company.size, company.description, company.source, company.updated_at
  from unnest(p_domains) as wanted (domain)
  join private.companies as company
    on company.domain = wanted.domain or company.account_domain = wanted.domain
  order by wanted.domain, company.domain = wanted.domain desc, company.domain
$$;

comment on function private.find_companies(text[]) is
  'The companies that own some domains; `domain` is the one asked for. A domain''s own row comes before one of the same website.';

create function private.spend_provider_call(p_provider text, p_day date, p_budget integer)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.provider_calls as kept (provider, day, calls)
  select p_provider, p_day, 1
  where p_budget > 0
  on conflict (provider, day) do update
  set calls = kept.calls + excluded.calls
  where kept.calls < p_budget;
  return found;
end
$$;

comment on function private.spend_provider_call(text, date, integer) is
  'Takes one call from a provider''s budget of the day; false when it is used up.';

revoke execute on function
  private.import_companies(text, jsonb, timestamptz),
  private.find_companies(text[]),
  private.spend_provider_call(text, date, integer)
from public, anon, authenticated;
grant execute on function
  private.import_companies(text, jsonb, timestamptz),
  private.find_companies(text[]),
  private.spend_provider_call(text, date, integer)
to service_role;
