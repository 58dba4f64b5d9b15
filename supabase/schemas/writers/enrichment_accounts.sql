-- Accounts: which one a visitor has, and what is known of the company.

create function private.assign_accounts(p_site_domain text, p_visitor_ids uuid[], p_account_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- All sessions, conversations and days at once; one by one they would follow their visitors too.
  update public.visitor_sessions as session
  set account_id = given.account_id
  from unnest(p_visitor_ids, p_account_ids) as given (visitor_id, account_id)
  where session.site_domain = p_site_domain
    and session.visitor_id = given.visitor_id
    and session.account_id is distinct from given.account_id;
  update public.conversations as conversation
  set account_id = given.account_id
  from unnest(p_visitor_ids, p_account_ids) as given (visitor_id, account_id)
  where conversation.site_domain = p_site_domain
    and conversation.visitor_id = given.visitor_id
    and conversation.account_id is distinct from given.account_id;
  update rollup.visitor_days as kept
  set account_id = given.account_id
  from unnest(p_visitor_ids, p_account_ids) as given (visitor_id, account_id)
  where kept.site_domain = p_site_domain
    and kept.visitor_id = given.visitor_id
    and kept.account_id is distinct from given.account_id;
  update public.visitors as visitor
  set account_id = given.account_id
  from unnest(p_visitor_ids, p_account_ids) as given (visitor_id, account_id)
  where visitor.site_domain = p_site_domain
    and visitor.id = given.visitor_id
    and visitor.account_id is distinct from given.account_id;

  update public.accounts as account
  set
    first_seen_at = least(account.first_seen_at, seen.first_seen_at),
    last_seen_at = greatest(account.last_seen_at, seen.last_seen_at)
  from (
    select visitor.account_id, min(visitor.first_seen_at) as first_seen_at, max(visitor.last_seen_at) as last_seen_at
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids)
    group by visitor.account_id
  ) as seen
  where account.site_domain = p_site_domain
    and account.id = seen.account_id
    and (account.first_seen_at > seen.first_seen_at or account.last_seen_at < seen.last_seen_at);
end
$$;

comment on function private.assign_accounts(text, uuid[], uuid[]) is
  'Gives visitors their accounts, null for none; sessions, conversations and figures follow. The caller holds the visitors'' locks.';

create function private.assign_account(p_site_domain text, p_visitor_id uuid, p_account_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform 1
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = p_visitor_id
  for update;
  if not found then
    raise exception 'There is no visitor %', p_visitor_id using errcode = 'PT404';
  end if;
  perform private.assign_accounts(p_site_domain, array[p_visitor_id], array[p_account_id]);
end
$$;

comment on function private.assign_account(text, uuid, uuid) is
  'Gives a visitor its account, null for none; sessions, conversations and figures follow. PT404: there is no such visitor.';

create function private.record_account_facts(p_site_domain text, p_facts jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_accounts uuid[];
  v_told public.enrichments[];
  v_retired public.enrichments[];
  -- One time for all: what is found at once is one thing in a timeline.
  v_now timestamptz := clock_timestamp();
begin
  insert into public.accounts (site_domain, domain, name)
  select distinct p_site_domain, fact.domain, fact.domain
  from jsonb_to_recordset(p_facts) as fact (domain text)
  where not exists (
    select 1
    from public.accounts as known
    where known.site_domain = p_site_domain and known.domain = fact.domain
  )
  order by fact.domain
  on conflict (site_domain, domain) do nothing;

  v_accounts := array(
    select account.id
    from public.accounts as account
    where account.site_domain = p_site_domain
      and account.domain in (select fact.domain from jsonb_to_recordset(p_facts) as fact (domain text))
    order by account.id
    for update
  );

  -- Of what one batch tells of a field, the surest counts; pages can say anything, so of theirs the first.
  select array_agg(best.told)
  into v_told
  from (
    select distinct on (account.id, fact.field)
      row(
        p_site_domain, gen_random_uuid(), null, account.id, account.id, fact.field, fact.value, fact.source,
        fact.confidence, fact.at, v_now, null, null, fact.raw, true
      )::public.enrichments as told
    from jsonb_to_recordset(p_facts) as fact (
      domain text, field text, value text, source text, confidence real, at timestamptz, raw jsonb
    )
    join public.accounts as account on account.site_domain = p_site_domain and account.domain = fact.domain
    where fact.field is not null
    order by
      account.id,
      fact.field,
      fact.confidence desc,
      case when fact.source = 'reveal' then fact.at end,
      fact.at desc,
      fact.value
  ) as best;

  with retired as (
    update public.enrichments as kept
    set is_current = false
    from unnest(v_told) as told
    where kept.site_domain = p_site_domain
      and kept.account_id = any (v_accounts)
      and kept.account_id = told.account_id
      and kept.field = told.field
      and kept.is_current
      and (kept.value <> told.value or kept.source <> told.source)
      and case
        when kept.source <> told.source then told.confidence > kept.confidence
        when told.source = 'reveal' then told.observed_at < kept.observed_at
        else told.observed_at >= kept.observed_at
      end
    returning kept
  )
  select array_agg(retired.kept) into v_retired from retired;

  insert into public.enrichments (
    site_domain, account_id, field, value, source, confidence, observed_at, recorded_at, previous_value,
    previous_source, raw
  )
  select
    p_site_domain, told.account_id, told.field, told.value, told.source, told.confidence, told.observed_at,
    told.recorded_at, retired.value, retired.source, told.raw
  from unnest(v_told) as told
  left join unnest(v_retired) as retired on retired.account_id = told.account_id and retired.field = told.field
  where not exists (
    select 1
    from public.enrichments as current
    where current.site_domain = p_site_domain
      and current.subject_id = told.account_id
      and current.field = told.field
      and current.is_current
  );

  update public.accounts as account
  set
    name = coalesce(fact.name, account.name),
    industry = coalesce(fact.industry, account.industry),
    size = coalesce(fact.size, account.size),
    country = coalesce(fact.country, account.country),
    website = coalesce(fact.website, account.website),
    description = coalesce(fact.description, account.description)
  from (
    select
      current.account_id,
      max(current.value) filter (where current.field = 'name') as name,
      max(current.value) filter (where current.field = 'industry') as industry,
      max(current.value) filter (where current.field = 'size') as size,
      max(current.value) filter (where current.field = 'country') as country,
      max(current.value) filter (where current.field = 'website') as website,
      max(current.value) filter (where current.field = 'description') as description
    from public.enrichments as current
    where current.site_domain = p_site_domain and current.account_id = any (v_accounts) and current.is_current
    group by current.account_id
  ) as fact
  where account.site_domain = p_site_domain
    and account.id = fact.account_id
    and (account.name, account.industry, account.size, account.country, account.website, account.description)
      is distinct from (
        coalesce(fact.name, account.name), coalesce(fact.industry, account.industry),
        coalesce(fact.size, account.size), coalesce(fact.country, account.country),
        coalesce(fact.website, account.website), coalesce(fact.description, account.description)
      );
end
$$;

comment on function private.record_account_facts(text, jsonb) is
  'Makes accounts by domain where they are missing and keeps the surest answer of each field: [{"domain", "field", "value", "source", "confidence", "at", "raw"}], without field for the account alone.';

revoke execute on function
  private.assign_accounts(text, uuid[], uuid[]),
  private.assign_account(text, uuid, uuid),
  private.record_account_facts(text, jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  private.assign_account(text, uuid, uuid)
to service_role;
