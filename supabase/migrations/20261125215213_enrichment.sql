-- Whose visitors are: the directory of companies, evidence, answers and their history.

alter table public.accounts add column website text, add column description text;
comment on column public.accounts.domain is 'The registrable domain the company is known by; one account each.';
comment on column public.visitors.enrichment_data is
  'The current answers, {field: {"value", "source", "confidence", "at"}}; their history is in enrichments.';

-- What is known of companies in the world, and how often outside services were asked. No tenant's data.

create table private.companies (
  domain text not null,
  company_id text not null,
  name text not null,
  account_domain text not null,
  website text,
  country text,
  industry text,
  size text,
  description text,
  source text not null,
  updated_at timestamptz not null default now(),
  constraint companies_pkey primary key (domain),
  constraint companies_domain_check check (domain = lower(domain) and length(domain) between 1 and 253),
  constraint companies_name_check check (length(name) between 1 and 200),
  constraint companies_country_check check (country ~ '^[A-Z]{2}$'),
  constraint companies_description_check check (length(description) <= 2000)
);

create index companies_account_domain_idx on private.companies (account_domain);

comment on table private.companies is
  'The directory of companies by web domain, the same for every client. One company may have several domains.';
comment on column private.companies.company_id is 'The company''s id in the list it was imported from.';
comment on column private.companies.account_domain is
  'The registrable domain of the company''s own website: accounts are known by it.';
comment on column private.companies.source is 'Where the row comes from: the imported file''s name, or `demo`.';

alter table private.companies enable row level security;
revoke all on private.companies from public, anon, authenticated;
grant all on private.companies to service_role;

create policy companies_select on private.companies
  for select to authenticated
  using (false);

create table private.provider_calls (
  provider text not null,
  day date not null,
  calls integer not null default 0,
  constraint provider_calls_pkey primary key (provider, day),
  constraint provider_calls_calls_check check (calls >= 0)
);

comment on table private.provider_calls is
  'Look-ups at outside services on each day (UTC), counted before they are made: the budget all processes share.';

alter table private.provider_calls enable row level security;
revoke all on private.provider_calls from public, anon, authenticated;
grant all on private.provider_calls to service_role;

create policy provider_calls_select on private.provider_calls
  for select to authenticated
  using (false);

-- What was found out about visitors and accounts: who said it, when, how sure, and what it replaced.

create table public.enrichments (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  visitor_id uuid,
  account_id uuid,
  subject_id uuid not null generated always as (coalesce(visitor_id, account_id)) stored,
  field text not null,
  value text not null,
  source text not null,
  confidence real not null,
  observed_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  previous_value text,
  previous_source text,
  raw jsonb,
  is_current boolean not null default true,
  constraint enrichments_pkey primary key (site_domain, id),
  constraint enrichments_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id),
  constraint enrichments_account_id_fkey foreign key (site_domain, account_id)
    references public.accounts (site_domain, id),
  constraint enrichments_subject_check check (num_nonnulls(visitor_id, account_id) = 1),
  constraint enrichments_field_check check (
    field in ('domain', 'company', 'name', 'industry', 'size', 'country', 'website', 'description')
  ),
  constraint enrichments_source_check check (
    source in ('address', 'reveal', 'email', 'directory', 'snitcher', 'enrich_so')
  ),
  constraint enrichments_confidence_check check (confidence > 0 and confidence <= 1),
  constraint enrichments_value_check check (length(value) between 1 and 2000),
  constraint enrichments_raw_check check (octet_length(raw::text) <= 8192)
);

create unique index enrichments_current_key on public.enrichments (site_domain, subject_id, field) where is_current;
create index enrichments_visitor_id_idx on public.enrichments (site_domain, visitor_id, recorded_at)
  where visitor_id is not null;
create index enrichments_account_id_idx on public.enrichments (site_domain, account_id, recorded_at)
  where account_id is not null;

comment on table public.enrichments is
  'Every answer to who a visitor is, or what a company is, one field a row; the current ones and those they replaced.';
comment on column public.enrichments.subject_id is 'The visitor or the account that the answer is about.';
comment on column public.enrichments.source is
  'Who said it: address (colleagues at the same address), reveal (the page), email, directory, snitcher, enrich_so.';
comment on column public.enrichments.confidence is 'How sure the answer is, above 0 to 1.';
comment on column public.enrichments.observed_at is 'When what the answer rests on was seen.';
comment on column public.enrichments.recorded_at is 'When the answer was stored.';
comment on column public.enrichments.previous_value is 'What this answer replaced; null for a first answer.';
comment on column public.enrichments.raw is 'The payload the answer was read from, without addresses.';
comment on column public.enrichments.is_current is 'Whether no better or later answer has replaced it.';

alter table public.enrichments enable row level security;
revoke all on public.enrichments from public, anon, authenticated;
grant select on public.enrichments to authenticated;
grant all on public.enrichments to service_role;

create policy enrichments_select on public.enrichments
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- What enrichment goes by. Nobody reads it over the API.

create table private.visitor_addresses (
  site_domain text not null,
  ip_hash text not null,
  visitor_id uuid not null,
  seen_at timestamptz not null,
  constraint visitor_addresses_pkey primary key (site_domain, ip_hash, visitor_id),
  constraint visitor_addresses_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id)
);

create index visitor_addresses_visitor_id_idx on private.visitor_addresses (site_domain, visitor_id);
create index visitor_addresses_seen_at_idx on private.visitor_addresses using brin (seen_at);

comment on table private.visitor_addresses is
  'Which visitors came from the same address, known by its keyed hash; kept for a bounded time.';

alter table private.visitor_addresses enable row level security;
revoke all on private.visitor_addresses from public, anon, authenticated;
grant all on private.visitor_addresses to service_role;

create policy visitor_addresses_select on private.visitor_addresses
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table private.address_answers (
  site_domain text not null,
  ip_hash text not null,
  provider text not null,
  answer jsonb,
  raw jsonb,
  asked_at timestamptz not null,
  constraint address_answers_pkey primary key (site_domain, ip_hash, provider),
  constraint address_answers_raw_check check (octet_length(raw::text) <= 8192)
);

comment on table private.address_answers is
  'What outside services said of an address, known by its keyed hash, so that none is asked twice.';
comment on column private.address_answers.answer is 'The company: {"domain", "company", …}; null when the service knows none.';
comment on column private.address_answers.raw is 'The service''s payload, without addresses.';

alter table private.address_answers enable row level security;
revoke all on private.address_answers from public, anon, authenticated;
grant all on private.address_answers to service_role;

create policy address_answers_select on private.address_answers
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- Without a foreign key: who finds out about a colleague queues a visitor without locking it.
create table private.enrichment_evidence (
  site_domain text not null,
  visitor_id uuid not null,
  reveal jsonb,
  revealed_at timestamptz,
  email_at timestamptz,
  ticket uuid default gen_random_uuid(),
  queued_at timestamptz not null default clock_timestamp(),
  constraint enrichment_evidence_pkey primary key (site_domain, visitor_id)
)
with (fillfactor = 85);

create index enrichment_evidence_queued_at_idx on private.enrichment_evidence (queued_at) where ticket is not null;

comment on table private.enrichment_evidence is
  'What visitors told that no other table keeps, and which of them have something new to look into.';
comment on column private.enrichment_evidence.reveal is 'The latest browser reveal payload.';
comment on column private.enrichment_evidence.ticket is
  'Changes with everything new; null once that was looked into. An answer is stored only for the ticket it was found for.';

alter table private.enrichment_evidence enable row level security;
revoke all on private.enrichment_evidence from public, anon, authenticated;
grant all on private.enrichment_evidence to service_role;

create policy enrichment_evidence_select on private.enrichment_evidence
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

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

-- What visitors tell of themselves, as it comes in; and what of it is new and has to be looked into.

create function private.note_evidence(
  p_site_domain text,
  p_visitor_ids uuid[],
  p_ip_hashes text[],
  p_reveals jsonb[],
  p_seen_at timestamptz[]
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_visitors uuid[];
  v_hashes text[];
begin
  with seen as (
    select s.visitor_id, s.ip_hash, max(s.seen_at) as seen_at
    from unnest(p_visitor_ids, p_ip_hashes, p_seen_at) as s (visitor_id, ip_hash, seen_at)
    where s.ip_hash is not null
    group by s.visitor_id, s.ip_hash
  ),
  added as (
    insert into private.visitor_addresses as kept (site_domain, ip_hash, visitor_id, seen_at)
    select p_site_domain, seen.ip_hash, seen.visitor_id, seen.seen_at
    from seen
    where not exists (
      select 1
      from private.visitor_addresses as kept
      where kept.site_domain = p_site_domain
        and kept.ip_hash = seen.ip_hash
        and kept.visitor_id = seen.visitor_id
        -- To the day is near enough for forgetting, and spares a write with every event.
        and kept.seen_at > seen.seen_at - interval '1 day'
    )
    order by seen.ip_hash, seen.visitor_id
    on conflict (site_domain, ip_hash, visitor_id) do update
    set seen_at = excluded.seen_at
    returning kept.visitor_id, kept.ip_hash
  )
  select array_agg(added.visitor_id), array_agg(added.ip_hash)
  into v_visitors, v_hashes
  from added;

  -- An address is worth a look when somebody there is known, or a service was asked about it.
  insert into private.enrichment_evidence as kept (site_domain, visitor_id, reveal, revealed_at)
  select distinct on (news.visitor_id) p_site_domain, news.visitor_id, news.reveal, news.seen_at
  from (
    select s.visitor_id, s.reveal, s.seen_at
    from unnest(p_visitor_ids, p_reveals, p_seen_at) as s (visitor_id, reveal, seen_at)
    where s.reveal is not null
    union all
    select a.visitor_id, null, null
    from unnest(v_visitors, v_hashes) as a (visitor_id, ip_hash)
    where exists (
      select 1
      from private.address_answers as answer
      where answer.site_domain = p_site_domain and answer.ip_hash = a.ip_hash
    )
    or exists (
      select 1
      from private.visitor_addresses as other
      join public.visitors as colleague
        on colleague.site_domain = p_site_domain and colleague.id = other.visitor_id
      where other.site_domain = p_site_domain
        and other.ip_hash = a.ip_hash
        and other.visitor_id <> a.visitor_id
        and colleague.account_id is not null
    )
  ) as news
  order by news.visitor_id, news.seen_at desc nulls last, news.reveal
  on conflict (site_domain, visitor_id) do update
  set
    reveal = case
      when excluded.revealed_at >= coalesce(kept.revealed_at, excluded.revealed_at) then excluded.reveal
      else kept.reveal
    end,
    revealed_at = greatest(kept.revealed_at, excluded.revealed_at),
    ticket = excluded.ticket,
    queued_at = excluded.queued_at
  -- A page sends the same payload with every view.
  where excluded.reveal is null or excluded.reveal is distinct from kept.reveal;
end
$$;

comment on function private.note_evidence(text, uuid[], text[], jsonb[], timestamptz[]) is
  'Remembers addresses (hashes) and reveal payloads of events, and queues visitors to whom that is new. The caller holds the visitors'' locks.';

create function private.queue_enrichment()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.enrichment_evidence as kept (site_domain, visitor_id, email_at)
  values (new.site_domain, new.id, new.last_seen_at)
  on conflict (site_domain, visitor_id) do update
  set email_at = excluded.email_at, ticket = excluded.ticket, queued_at = excluded.queued_at;
  return null;
end
$$;

comment on function private.queue_enrichment() is 'A visitor''s e-mail address became known or changed: whose is it?';

create trigger queue_enrichment after update of email on public.visitors
  for each row when (new.email is distinct from old.email and new.email is not null)
  execute function private.queue_enrichment();

create function private.requeue_enrichments(p_site_domain text, p_after uuid, p_limit integer)
returns table (visitor_id uuid)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    with chosen as (
      select visitor.id
      from public.visitors as visitor
      where visitor.site_domain = p_site_domain and (p_after is null or visitor.id > p_after)
      order by visitor.id
      limit p_limit
    ),
    told as (
      select chosen.id, latest.reveal, latest.occurred_at
      from chosen
      left join lateral (
        select event.properties -> '$reveal' as reveal, event.occurred_at
        from public.events as event
        where event.site_domain = p_site_domain
          and event.visitor_id = chosen.id
          and jsonb_typeof(event.properties -> '$reveal') = 'object'
        order by event.occurred_at desc, event.uuid
        limit 1
      ) as latest on true
    ),
    queued as (
      insert into private.enrichment_evidence as kept (site_domain, visitor_id, reveal, revealed_at)
      select p_site_domain, told.id, told.reveal, told.occurred_at
      from told
      order by told.id
      on conflict (site_domain, visitor_id) do update
      set
        reveal = coalesce(excluded.reveal, kept.reveal),
        revealed_at = coalesce(excluded.revealed_at, kept.revealed_at),
        ticket = excluded.ticket,
        queued_at = excluded.queued_at
      returning kept.visitor_id
    )
    select queued.visitor_id from queued order by queued.visitor_id;
end
$$;

comment on function private.requeue_enrichments(text, uuid, integer) is
  'Queues the next visitors of a domain after p_after, with the latest reveal payload among their events: for a back-fill.';

revoke execute on function
  private.note_evidence(text, uuid[], text[], jsonb[], timestamptz[]),
  private.queue_enrichment(),
  private.requeue_enrichments(text, uuid, integer)
from public, anon, authenticated, service_role;
grant execute on function
  private.requeue_enrichments(text, uuid, integer)
to service_role;

-- Whom to look into, and what there is to go by.

create function private.due_enrichments(p_limit integer)
returns table (
  site_domain text,
  visitor_id uuid,
  ticket uuid,
  email text,
  email_at timestamptz,
  reveal jsonb,
  revealed_at timestamptz,
  device_type text,
  last_seen_at timestamptz,
  known jsonb,
  ip_hashes text[],
  answers jsonb
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    with due as (
      select e.*
      from private.enrichment_evidence as e
      where e.ticket is not null
      order by e.queued_at
      limit p_limit
    )
    select
      due.site_domain,
      due.visitor_id,
      due.ticket,
      visitor.email,
      coalesce(due.email_at, visitor.identified_at, visitor.last_seen_at),
      due.reveal,
      due.revealed_at,
      visitor.device_type,
      visitor.last_seen_at,
      visitor.enrichment_data,
      coalesce(place.ip_hashes, '{}'),
      coalesce(asked.answers, '[]')
    from due
    -- Bots and the client's own people are nobody's leads; a merged visitor is looked into as the other one.
    left join public.visitors as visitor
      on visitor.site_domain = due.site_domain
      and visitor.id = due.visitor_id
      and not visitor.is_bot
      and not visitor.is_internal
    left join lateral (
      select array_agg(mine.ip_hash order by mine.seen_at desc, mine.ip_hash) as ip_hashes
      from (
        select here.ip_hash, here.seen_at
        from private.visitor_addresses as here
        where here.site_domain = due.site_domain and here.visitor_id = due.visitor_id
        order by here.seen_at desc, here.ip_hash
        limit 10
      ) as mine
    ) as place on true
    left join lateral (
      select
        jsonb_agg(
          jsonb_build_object(
            'provider', answer.provider, 'answer', answer.answer, 'raw', answer.raw, 'asked_at', answer.asked_at
          )
          order by answer.asked_at desc, answer.provider, answer.ip_hash
        ) as answers
      from private.visitor_addresses as mine
      join private.address_answers as answer
        on answer.site_domain = due.site_domain and answer.ip_hash = mine.ip_hash
      where mine.site_domain = due.site_domain
        and mine.visitor_id = due.visitor_id
        and answer.answer is not null
    ) as asked on true
    order by due.queued_at, due.site_domain, due.visitor_id;
end
$$;

comment on function private.due_enrichments(integer) is
  'The next visitors with something new, and all that is known to go by (ip_hashes: the latest ten addresses); `known` is null for one there is nothing to find out about.';

create function private.people_at(p_site_domain text, p_ip_hashes text[])
returns table (ip_hash text, visitors bigint, known jsonb)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select
      place.ip_hash,
      count(*),
      coalesce(
        jsonb_agg(
          jsonb_build_object(
            'visitor_id', person.visitor_id,
            'domain', account.domain,
            'company', account.name,
            'industry', account.industry,
            'size', account.size,
            'country', account.country
          )
          order by person.visitor_id
        ) filter (where account.domain is not null),
        '[]'
      )
    from (select distinct given.ip_hash from unnest(p_ip_hashes) as given (ip_hash)) as place
    cross join lateral (
      select here.visitor_id
      from private.visitor_addresses as here
      where here.site_domain = p_site_domain and here.ip_hash = place.ip_hash
      limit 52
    ) as person
    join public.visitors as visitor on visitor.site_domain = p_site_domain and visitor.id = person.visitor_id
    left join public.accounts as account
      on account.site_domain = p_site_domain
      and account.id = visitor.account_id
      -- Who is known by an address alone says nothing new about it.
      and visitor.enrichment_data -> 'domain' ->> 'source' <> 'address'
    group by place.ip_hash;
end
$$;

comment on function private.people_at(text, text[]) is
  'For each address: how many visitors it has (52 is many), and the company of each who is known by more than the address.';

revoke execute on function
  private.due_enrichments(integer),
  private.people_at(text, text[])
from public, anon, authenticated, service_role;
grant execute on function
  private.due_enrichments(integer),
  private.people_at(text, text[])
to service_role;

-- What outside services say of addresses, known here by their hashes alone, and for how long that is kept.

create function private.record_address_answer(
  p_site_domain text,
  p_ip_hash text,
  p_provider text,
  p_answer jsonb,
  p_raw jsonb,
  p_asked_at timestamptz
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.address_answers as kept (site_domain, ip_hash, provider, answer, raw, asked_at)
  values (p_site_domain, p_ip_hash, p_provider, p_answer, p_raw, p_asked_at)
  on conflict (site_domain, ip_hash, provider) do update
  set answer = excluded.answer, raw = excluded.raw, asked_at = excluded.asked_at;

  insert into private.enrichment_evidence as kept (site_domain, visitor_id)
  select p_site_domain, known.visitor_id
  from private.visitor_addresses as known
  where known.site_domain = p_site_domain and known.ip_hash = p_ip_hash and p_answer is not null
  order by known.visitor_id
  on conflict (site_domain, visitor_id) do update
  set ticket = excluded.ticket, queued_at = excluded.queued_at;
end
$$;

comment on function private.record_address_answer(text, text, text, jsonb, jsonb, timestamptz) is
  'Keeps what a service said of an address (null: it knows none), and queues the visitors who came from there.';

create function private.needs_address_lookup(p_site_domain text, p_ip_hash text, p_provider text, p_since timestamptz)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select
    not exists (
      select 1
      from public.internal_addresses as internal
      where internal.site_domain = p_site_domain and internal.ip_hash = p_ip_hash
    )
    and not exists (
      select 1
      from private.address_answers as answer
      where answer.site_domain = p_site_domain
        and answer.ip_hash = p_ip_hash
        and ((answer.provider = p_provider and answer.asked_at >= p_since) or answer.answer is not null)
    )
    and not exists (
      select 1
      from private.visitor_addresses as known
      join public.visitors as visitor
        on visitor.site_domain = p_site_domain and visitor.id = known.visitor_id
      where known.site_domain = p_site_domain
        and known.ip_hash = p_ip_hash
        and visitor.account_id is not null
    )
$$;

comment on function private.needs_address_lookup(text, text, text, timestamptz) is
  'Whether a service should be asked about an address: nobody there is known, and no service has said who it is, nor this one since p_since that it does not know.';

create function private.forget_addresses(p_before timestamptz)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_forgotten bigint;
begin
  delete from private.visitor_addresses where seen_at < p_before;
  get diagnostics v_forgotten = row_count;
  delete from private.address_answers where asked_at < p_before;
  return v_forgotten;
end
$$;

comment on function private.forget_addresses(timestamptz) is
  'Deletes address hashes last seen before an instant, and what services said of such; gives how many hashes of visitors.';

revoke execute on function
  private.record_address_answer(text, text, text, jsonb, jsonb, timestamptz),
  private.needs_address_lookup(text, text, text, timestamptz),
  private.forget_addresses(timestamptz)
from public, anon, authenticated, service_role;
grant execute on function
  private.record_address_answer(text, text, text, jsonb, jsonb, timestamptz),
  private.needs_address_lookup(text, text, text, timestamptz),
  private.forget_addresses(timestamptz)
to service_role;

-- Two visitors become one: what is known of either stays, and the surer answers hold.

create function private.merge_enrichments(p_site_domain text, p_from uuid, p_into uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_from public.visitors;
  v_into public.visitors;
  v_weaker uuid := p_from;
begin
  select * into v_from
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = p_from;
  select * into v_into
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = p_into;

  if v_into.account_id is null and v_from.account_id is not null
    or (v_from.account_id is null) = (v_into.account_id is null)
    and coalesce((v_from.enrichment_data -> 'domain' ->> 'confidence')::real, 0)
      > coalesce((v_into.enrichment_data -> 'domain' ->> 'confidence')::real, 0)
  then
    v_weaker := p_into;
    update public.visitors as kept
    set account_id = v_from.account_id, enrichment_data = v_from.enrichment_data
    where kept.site_domain = p_site_domain and kept.id = p_into;
  end if;
  update public.enrichments as answer
  set is_current = false
  where answer.site_domain = p_site_domain and answer.visitor_id = v_weaker and answer.is_current;
  update public.enrichments as answer
  set visitor_id = p_into
  where answer.site_domain = p_site_domain and answer.visitor_id = p_from;

  insert into private.visitor_addresses as kept (site_domain, ip_hash, visitor_id, seen_at)
  select gone.site_domain, gone.ip_hash, p_into, gone.seen_at
  from private.visitor_addresses as gone
  where gone.site_domain = p_site_domain and gone.visitor_id = p_from
  order by gone.ip_hash
  on conflict (site_domain, ip_hash, visitor_id) do update
  set seen_at = greatest(kept.seen_at, excluded.seen_at);
  delete from private.visitor_addresses
  where site_domain = p_site_domain and visitor_id = p_from;

  with gone as (
    delete from private.enrichment_evidence as gone
    where gone.site_domain = p_site_domain and gone.visitor_id = p_from
    returning gone.reveal, gone.revealed_at, gone.email_at
  )
  insert into private.enrichment_evidence as kept (site_domain, visitor_id, reveal, revealed_at, email_at)
  select p_site_domain, p_into, gone.reveal, gone.revealed_at, gone.email_at
  from gone
  on conflict (site_domain, visitor_id) do update
  set
    reveal = case
      when excluded.revealed_at > coalesce(kept.revealed_at, '-infinity') then excluded.reveal
      else kept.reveal
    end,
    revealed_at = greatest(kept.revealed_at, excluded.revealed_at),
    email_at = coalesce(kept.email_at, excluded.email_at),
    ticket = excluded.ticket,
    queued_at = excluded.queued_at;
end
$$;

comment on function private.merge_enrichments(text, uuid, uuid) is
  'Gives what enrichment knows of a visitor to another, who goes on with the surer answers. The caller holds both row locks.';

create function private.forget_enrichment(p_site_domain text, p_visitor_id uuid)
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
  delete from private.address_answers as answer
  using private.visitor_addresses as mine
  where mine.site_domain = p_site_domain
    and mine.visitor_id = p_visitor_id
    and answer.site_domain = p_site_domain
    and answer.ip_hash = mine.ip_hash;
  delete from private.visitor_addresses where site_domain = p_site_domain and visitor_id = p_visitor_id;
  delete from private.enrichment_evidence where site_domain = p_site_domain and visitor_id = p_visitor_id;
  delete from public.enrichments where site_domain = p_site_domain and visitor_id = p_visitor_id;
  update public.visitors as visitor
  set enrichment_data = '{}'
  where visitor.site_domain = p_site_domain and visitor.id = p_visitor_id;
end
$$;

comment on function private.forget_enrichment(text, uuid) is
  'Deletes all that enrichment keeps of a visitor, for an erasure; the account and what is known of the company stay.';

revoke execute on function
  private.merge_enrichments(text, uuid, uuid),
  private.forget_enrichment(text, uuid)
from public, anon, authenticated, service_role;
grant execute on function private.forget_enrichment(text, uuid) to service_role;

-- Accounts: which one a visitor has, and what is known of the company.

create function private.assign_accounts(p_site_domain text, p_visitor_ids uuid[], p_account_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- All sessions and conversations at once; one by one they would follow their visitors too.
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

-- Answers in, and the history of those they replace. The cascade that finds them is in Python.

create function private.record_visitor_answers(p_site_domain text, p_results jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_told public.enrichments[];
  v_retired public.enrichments[];
  -- One time for all: what is found at once is one thing in a timeline.
  v_now timestamptz := clock_timestamp();
  v_visitors uuid[] := array(
    select (result.value ->> 'visitor_id')::uuid from jsonb_array_elements(p_results) as result
  );
begin
  select array_agg(
    row(
      p_site_domain, gen_random_uuid(), (result.value ->> 'visitor_id')::uuid, null,
      (result.value ->> 'visitor_id')::uuid, answer.key, answer.value ->> 'value', answer.value ->> 'source',
      (answer.value ->> 'confidence')::real, (answer.value ->> 'at')::timestamptz, v_now, null, null,
      result.value -> 'raw' -> (answer.value ->> 'source'), true
    )::public.enrichments
  )
  into v_told
  from jsonb_array_elements(p_results) as result
  cross join lateral jsonb_each(result.value -> 'answers') as answer;

  -- The answers are all there is to say of these visitors: what is not among them holds no more.
  with retired as (
    update public.enrichments as kept
    set is_current = false
    where kept.site_domain = p_site_domain
      and kept.visitor_id = any (v_visitors)
      and kept.is_current
      and not exists (
        select 1
        from unnest(v_told) as told
        where told.visitor_id = kept.visitor_id
          and told.field = kept.field
          and told.value = kept.value
          and told.source = kept.source
      )
    returning kept
  )
  select array_agg(retired.kept) into v_retired from retired;

  insert into public.enrichments (
    site_domain, visitor_id, field, value, source, confidence, observed_at, recorded_at, previous_value,
    previous_source, raw
  )
  select
    p_site_domain, told.visitor_id, told.field, told.value, told.source, told.confidence, told.observed_at,
    told.recorded_at, retired.value, retired.source, told.raw
  from unnest(v_told) as told
  left join unnest(v_retired) as retired on retired.visitor_id = told.visitor_id and retired.field = told.field
  where not exists (
    select 1
    from public.enrichments as current
    where current.site_domain = p_site_domain
      and current.subject_id = told.visitor_id
      and current.field = told.field
      and current.is_current
  );

  update public.visitors as visitor
  set enrichment_data = result.value -> 'answers'
  from jsonb_array_elements(p_results) as result
  where visitor.site_domain = p_site_domain
    and visitor.id = (result.value ->> 'visitor_id')::uuid
    and visitor.enrichment_data is distinct from result.value -> 'answers';
end
$$;

comment on function private.record_visitor_answers(text, jsonb) is
  'Makes the given answers the current ones of their visitors; those they replace stay as history. The caller holds the visitors'' locks.';

create function private.apply_enrichments(p_site_domain text, p_results jsonb, p_facts jsonb)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
  v_tickets uuid[];
  v_live jsonb;
  v_changed jsonb;
  v_colleagues uuid[];
begin
  perform 1
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain
    and visitor.id in (
      select (result.value ->> 'visitor_id')::uuid from jsonb_array_elements(p_results) as result
    )
  order by visitor.id
  for update;

  -- Whoever told something new meanwhile is looked into again, and whoever was merged is somebody else now.
  select
    array_agg(evidence.visitor_id),
    array_agg(evidence.ticket),
    jsonb_agg(result.value) filter (where visitor.id is not null and result.value ? 'answers')
  into v_ids, v_tickets, v_live
  from jsonb_array_elements(p_results) as result
  join private.enrichment_evidence as evidence
    on evidence.site_domain = p_site_domain
    and evidence.visitor_id = (result.value ->> 'visitor_id')::uuid
    and evidence.ticket = (result.value ->> 'ticket')::uuid
  left join public.visitors as visitor
    on visitor.site_domain = p_site_domain and visitor.id = evidence.visitor_id;

  if jsonb_array_length(p_facts) > 0 then
    perform private.record_account_facts(p_site_domain, p_facts);
  end if;
  if v_live is not null then
    perform private.record_visitor_answers(p_site_domain, v_live);

    with judged as (
      select
        visitor.id,
        visitor.account_id as old_id,
        account.id as new_id,
        coalesce(result.value -> 'answers' -> 'domain' ->> 'source', '') <> 'address' as is_news
      from jsonb_array_elements(v_live) as result
      join public.visitors as visitor
        on visitor.site_domain = p_site_domain and visitor.id = (result.value ->> 'visitor_id')::uuid
      left join public.accounts as account
        on account.site_domain = p_site_domain
        and account.domain = result.value -> 'answers' -> 'domain' ->> 'value'
    )
    select jsonb_agg(
      jsonb_build_object(
        'visitor_id', judged.id, 'account_id', judged.new_id, 'is_news', judged.is_news
      )
    )
    into v_changed
    from judged
    where judged.old_id is distinct from judged.new_id;

    if v_changed is not null then
      perform private.assign_accounts(
        p_site_domain, array_agg(change.visitor_id), array_agg(change.account_id)
      )
      from jsonb_to_recordset(v_changed) as change (visitor_id uuid, account_id uuid);

      -- Colleagues at the same address may now be known too, or not be known any more; but not by
      -- someone who is known by the address alone.
      v_colleagues := array(
        select distinct colleague.id
        from jsonb_to_recordset(v_changed) as change (visitor_id uuid, is_news boolean)
        join private.visitor_addresses as mine
          on mine.site_domain = p_site_domain and mine.visitor_id = change.visitor_id
        join lateral (
          select other.visitor_id
          from private.visitor_addresses as other
          where other.site_domain = p_site_domain and other.ip_hash = mine.ip_hash
          limit 52
        ) as other on other.visitor_id <> mine.visitor_id
        join public.visitors as colleague
          on colleague.site_domain = p_site_domain
          and colleague.id = other.visitor_id
          and coalesce(colleague.enrichment_data -> 'domain' ->> 'source', 'address') = 'address'
        where change.is_news
        order by colleague.id
      );
      insert into private.enrichment_evidence as kept (site_domain, visitor_id)
      select p_site_domain, colleague.id
      from unnest(v_colleagues) as colleague (id)
      order by colleague.id
      on conflict (site_domain, visitor_id) do update
      set ticket = excluded.ticket, queued_at = excluded.queued_at;
    end if;
  end if;

  update private.enrichment_evidence as evidence
  set ticket = null
  from unnest(v_ids, v_tickets) as done (visitor_id, ticket)
  where evidence.site_domain = p_site_domain
    and evidence.visitor_id = done.visitor_id
    and evidence.ticket = done.ticket;

  return coalesce(jsonb_array_length(v_changed), 0);
end
$$;

comment on function private.apply_enrichments(text, jsonb, jsonb) is
  'Stores what was found for visitors, [{"visitor_id", "ticket", "answers", "raw"}], without answers when nothing changes, and for their accounts (see record_account_facts); gives how many changed their account.';

revoke execute on function
  private.record_visitor_answers(text, jsonb),
  private.apply_enrichments(text, jsonb, jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  private.apply_enrichments(text, jsonb, jsonb)
to service_role;

create or replace function private.merge_visitors(p_site_domain text, p_from uuid, p_into uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_session record;
begin
  update public.visitor_ids
  set visitor_id = p_into
  where site_domain = p_site_domain and visitor_id = p_from;

  -- Both may have a session of the same sender's id: the earlier visitor's row gives way.
  for v_session in
    select gone.id as gone_id, kept.id as kept_id
    from public.visitor_sessions as gone
    join public.visitor_sessions as kept
      on kept.site_domain = gone.site_domain
      and kept.visitor_id = p_into
      and kept.session_id = gone.session_id
    where gone.site_domain = p_site_domain and gone.visitor_id = p_from
  loop
    perform private.merge_sessions(p_site_domain, v_session.gone_id, v_session.kept_id);
  end loop;

  update public.visitor_sessions set visitor_id = p_into
  where site_domain = p_site_domain and visitor_id = p_from;
  update public.events set visitor_id = p_into
  where site_domain = p_site_domain and visitor_id = p_from;
  update public.conversations set visitor_id = p_into
  where site_domain = p_site_domain and visitor_id = p_from;
  update public.conversions set visitor_id = p_into
  where site_domain = p_site_domain and visitor_id = p_from;
  perform private.merge_enrichments(p_site_domain, p_from, p_into);

  update public.visitors as kept
  set
    email = coalesce(kept.email, gone.email),
    name = coalesce(kept.name, gone.name),
    counts = kept.counts or gone.counts,
    is_bot = kept.is_bot or gone.is_bot,
    is_internal = kept.is_internal or gone.is_internal,
    country = coalesce(kept.country, gone.country),
    device_type = coalesce(kept.device_type, gone.device_type),
    browser = coalesce(kept.browser, gone.browser),
    os = coalesce(kept.os, gone.os),
    language = coalesce(kept.language, gone.language),
    first_seen_at = least(kept.first_seen_at, gone.first_seen_at),
    last_seen_at = greatest(kept.last_seen_at, gone.last_seen_at)
  from public.visitors as gone
  where kept.site_domain = p_site_domain and kept.id = p_into
    and gone.site_domain = p_site_domain and gone.id = p_from;

  perform rollup.recount_visitor_days(p_site_domain, array[p_from, p_into]);

  delete from public.visitors where site_domain = p_site_domain and id = p_from;
end
$$;

create or replace function private.spread_account()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- An update of no row would still run every trigger that keeps figures.
  if exists (
    select 1
    from public.visitor_sessions
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id
  ) then
    update public.visitor_sessions
    set account_id = new.account_id
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id;
  end if;
  if exists (
    select 1
    from public.conversations
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id
  ) then
    update public.conversations
    set account_id = new.account_id
    where site_domain = new.site_domain and visitor_id = new.id and account_id is distinct from new.account_id;
  end if;
  return null;
end
$$;

create or replace function private.capture_events(p_site_domain text, p_events jsonb)
returns table (uuid uuid, status text)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text;
  v_events private.captured_event[];
  v_ip_hashes text[];
  v_event private.captured_event;
  v_position integer;
begin
  select domain.timezone
  into v_timezone
  from public.domains as domain
  where domain.site_domain = p_site_domain and domain.archived_at is null;
  if v_timezone is null then
    raise exception 'There is no domain %', p_site_domain using errcode = 'PT404';
  end if;

  -- Only what was never accepted before goes on.
  with incoming as (
    select distinct on (e.uuid) e.*
    from jsonb_to_recordset(p_events) as e (
      uuid uuid, name text, distinct_id text, anon_distinct_id text, session_id text,
      conversation_id uuid, occurred_at timestamptz, url text, host text, page text, referrer_host text,
      utm_source text, utm_medium text, utm_campaign text, country text, device_type text,
      browser text, os text, language text, is_bot boolean, ip_hash text, email text,
      name_of_person text, properties jsonb
    )
    order by e.uuid, e.occurred_at
  ),
  fresh as (
    insert into public.event_ids as known (site_domain, uuid)
    select p_site_domain, incoming.uuid from incoming order by incoming.uuid
    on conflict do nothing
    returning known.uuid
  ),
  -- Materialized: what is looked up here is asked for twice below.
  judged as materialized (
    select
      i.*,
      private.environment_of(p_site_domain, i.host, host.environment) as environment,
      exists (
        select 1
        from public.internal_addresses as address
        where address.site_domain = p_site_domain and address.ip_hash = i.ip_hash
      ) as is_internal
    from incoming as i
    join fresh on fresh.uuid = i.uuid
    left join public.domain_hosts as host on host.site_domain = p_site_domain and host.host = i.host
  )
  select array_agg(
    row(
      j.uuid, j.name, j.distinct_id, j.anon_distinct_id, j.session_id, j.conversation_id, j.occurred_at,
      j.url, j.page, j.referrer_host, j.utm_source, j.utm_medium, j.utm_campaign, j.country,
      j.device_type, j.browser, j.os, j.language, coalesce(j.is_bot, false), j.is_internal, j.email,
      j.name_of_person, coalesce(j.properties, '{}'), j.environment,
      not coalesce(j.is_bot, false) and not j.is_internal and j.environment = 'production',
      private.day_of(j.occurred_at, v_timezone), null
    )::private.captured_event
    order by j.occurred_at, j.uuid
  ),
  array_agg(j.ip_hash order by j.occurred_at, j.uuid)
  into v_events, v_ip_hashes
  from judged as j;

  if v_events is not null then
    perform private.make_event_partition(months.month)
    from (
      select distinct date_trunc('month', e.occurred_at at time zone 'UTC')::date as month
      from unnest(v_events) as e
    ) as months;

    for v_event in
      select e.* from unnest(v_events) as e where e.anon_distinct_id is not null order by e.occurred_at, e.uuid
    loop
      perform private.identify(
        p_site_domain, v_event.distinct_id, v_event.anon_distinct_id, v_event.occurred_at
      );
    end loop;

    with locked as (
      select l.distinct_id, l.visitor_id
      from private.lock_visitors(
        p_site_domain,
        array(select e.distinct_id from unnest(v_events) as e),
        array(select e.occurred_at from unnest(v_events) as e)
      ) as l
    )
    select array_agg(
      row(
        e.uuid, e.name, e.distinct_id, e.anon_distinct_id, e.session_id, e.conversation_id, e.occurred_at,
        e.url, e.page, e.referrer_host, e.utm_source, e.utm_medium, e.utm_campaign, e.country,
        e.device_type, e.browser, e.os, e.language, e.is_bot, e.is_internal, e.email, e.person_name,
        e.properties, e.environment, e.counts, e.day, locked.visitor_id
      )::private.captured_event
      order by e.occurred_at, e.uuid
    )
    into v_events
    from unnest(v_events) as e
    join locked on locked.distinct_id = e.distinct_id;

    -- Without a session id of the sender's, each event in turn joins the nearest session.
    for v_position in
      select e.position
      from unnest(v_events) with ordinality as e (
        uuid, name, distinct_id, anon_distinct_id, session_id, conversation_id, occurred_at, url, page,
        referrer_host, utm_source, utm_medium, utm_campaign, country, device_type, browser, os, language,
        is_bot, is_internal, email, person_name, properties, environment, counts, day, visitor_id, position
      )
      where e.session_id is null
      order by e.position
    loop
      v_event := v_events[v_position];
      v_event.session_id := (
        select joined.session_id
        from private.join_session(p_site_domain, v_event.visitor_id, v_event.occurred_at, v_timezone) as joined
      );
      v_events[v_position] := v_event;
    end loop;

    perform private.store_events(p_site_domain, v_timezone, v_events);
    -- Both arrays are in the order of time.
    perform private.note_evidence(
      p_site_domain,
      array_agg(e.visitor_id),
      array_agg(e.ip_hash),
      array_agg(
        case when jsonb_typeof(e.properties -> '$reveal') = 'object' then e.properties -> '$reveal' end
      ),
      array_agg(e.occurred_at)
    )
    from (
      select event.visitor_id, event.ip_hash, event.properties, event.occurred_at, event.is_bot, event.is_internal
      from rows from (unnest(v_events), unnest(v_ip_hashes)) as event (
        uuid, name, distinct_id, anon_distinct_id, session_id, conversation_id, occurred_at, url, page,
        referrer_host, utm_source, utm_medium, utm_campaign, country, device_type, browser, os, language,
        is_bot, is_internal, email, person_name, properties, environment, counts, day, visitor_id, ip_hash
      )
    ) as e
    where not e.is_bot and not e.is_internal and (e.ip_hash is not null or e.properties ? '$reveal');
  end if;

  return query
    select
      sent.uuid,
      case when stored.uuid is null then 'duplicate' else 'stored' end
    from (
      select (e.value ->> 'uuid')::uuid as uuid, e.position
      from jsonb_array_elements(p_events) with ordinality as e (value, position)
    ) as sent
    left join (
      select e.uuid, row_number() over () as position from unnest(v_events) as e
    ) as stored on stored.uuid = sent.uuid
    order by sent.position;
end
$$;

create or replace function public.get_visitor_timeline(
  p_site_domain text,
  p_visitor_id uuid,
  p_kinds text[] default null,
  p_limit integer default 100,
  p_after jsonb default null
)
returns table (
  at timestamptz,
  kind text,
  name text,
  session_id uuid,
  conversation_id uuid,
  page text,
  text text,
  details jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 100), 1), 500);
  v_at timestamptz := private.timeline_cursor(p_after);
  v_key text := p_after ->> 'key';
begin
  if not coalesce(p_kinds <@ array['page', 'widget', 'message', 'conversion', 'enrichment'], true) then
    raise exception 'p_kinds are page, widget, message, conversion and enrichment' using errcode = 'PT400';
  end if;
  return query
  select
    item.at, item.kind, item.name, item.session_id, item.conversation_id, item.page, item.text, item.details,
    jsonb_build_object('at', item.at, 'key', item.key)
  from (
    (
      select
        event.occurred_at as at,
        case when event.name in ('$pageview', '$pageleave') then 'page' else 'widget' end as kind,
        event.name,
        event.session_id,
        event.conversation_id,
        event.page,
        null::text as text,
        '{}'::jsonb as details,
        'event ' || event.uuid as key
      from public.events as event
      where event.site_domain = p_site_domain
        and event.visitor_id = p_visitor_id
        and (
          p_kinds is null
          or ('page' = any (p_kinds) and event.name in ('$pageview', '$pageleave'))
          or ('widget' = any (p_kinds) and event.name not in ('$pageview', '$pageleave'))
        )
        -- Conversions and messages have rows of their own below.
        and event.name not in (
          '$pageleave', 'message_sent', 'email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked'
        )
        and (v_at is null or event.occurred_at <= v_at)
        and (v_at is null or (event.occurred_at, 'event ' || event.uuid) < (v_at, v_key))
      order by event.occurred_at desc, event.uuid desc
      limit v_limit
    )
    union all
    (
      select
        message.sent_at,
        'message',
        message.role,
        conversation.session_id,
        message.conversation_id,
        conversation.page,
        left(message.text, 500),
        jsonb_build_object('latency_ms', message.latency_ms),
        'message ' || message.id
      from public.conversations as conversation
      join public.messages as message
        on message.site_domain = conversation.site_domain and message.conversation_id = conversation.id
      where conversation.site_domain = p_site_domain
        and conversation.visitor_id = p_visitor_id
        and (p_kinds is null or 'message' = any (p_kinds))
        and (v_at is null or conversation.started_at <= v_at)
        and (v_at is null or (message.sent_at, 'message ' || message.id) < (v_at, v_key))
      order by message.sent_at desc, message.id desc
      limit v_limit
    )
    union all
    (
      select
        conversion.occurred_at,
        'conversion',
        conversion.kind,
        conversion.session_id,
        conversion.conversation_id,
        null,
        null,
        '{}',
        'conversion ' || conversion.id
      from public.conversions as conversion
      where conversion.site_domain = p_site_domain
        and conversion.visitor_id = p_visitor_id
        and (p_kinds is null or 'conversion' = any (p_kinds))
        and (v_at is null or (conversion.occurred_at, 'conversion ' || conversion.id) < (v_at, v_key))
      order by conversion.occurred_at desc, conversion.id desc
      limit v_limit
    )
    union all
    (
      -- What was found at one time is one thing that happened.
      select
        found.at, 'enrichment', found.source, null, null, null, found.company, found.details, found.key
      from (
        select
          max(answer.observed_at) as at,
          coalesce(max(answer.source) filter (where answer.field = 'domain'), min(answer.source)) as source,
          coalesce(
            max(answer.value) filter (where answer.field = 'company'),
            max(answer.value) filter (where answer.field = 'domain')
          ) as company,
          jsonb_object_agg(
            answer.field,
            jsonb_build_object(
              'value', answer.value, 'source', answer.source, 'confidence', answer.confidence,
              'previous_value', answer.previous_value, 'previous_source', answer.previous_source,
              'is_current', answer.is_current
            )
          ) as details,
          'enrichment ' || min(answer.id::text) as key
        from public.enrichments as answer
        where answer.site_domain = p_site_domain
          and answer.visitor_id = p_visitor_id
          and (p_kinds is null or 'enrichment' = any (p_kinds))
        group by answer.recorded_at
      ) as found
      where v_at is null or (found.at, found.key) < (v_at, v_key)
      order by found.at desc, found.key desc
      limit v_limit
    )
  ) as item
  order by item.at desc, item.key desc
  limit v_limit;
end
$$;

create or replace function public.get_account_timeline(
  p_site_domain text,
  p_account_id uuid,
  p_kinds text[] default null,
  p_limit integer default 100,
  p_after jsonb default null
)
returns table (
  at timestamptz,
  kind text,
  name text,
  visitor_id uuid,
  visitor_label text,
  session_id uuid,
  conversation_id uuid,
  page text,
  text text,
  details jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 100), 1), 500);
  v_at timestamptz := private.timeline_cursor(p_after);
  v_key text := p_after ->> 'key';
begin
  if not coalesce(p_kinds <@ array['session', 'conversation', 'conversion', 'enrichment'], true) then
    raise exception 'p_kinds are session, conversation, conversion and enrichment' using errcode = 'PT400';
  end if;
  return query
  select
    item.at, item.kind, item.name, item.visitor_id,
    coalesce(visitor.name, visitor.email, 'Visitor ' || left(visitor.id::text, 8)),
    item.session_id, item.conversation_id, item.page, item.text, item.details,
    jsonb_build_object('at', item.at, 'key', item.key)
  from (
    (
      select
        session.first_event_at as at,
        'session' as kind,
        'session' as name,
        session.visitor_id,
        session.id as session_id,
        session.conversation_id,
        session.entry_page as page,
        null::text as text,
        jsonb_build_object(
          'page_views', session.page_view_count, 'referrer_host', session.referrer_host,
          'last_activity_at', session.last_activity_at
        ) as details,
        'session ' || session.id as key
      from public.counted_sessions as session
      where session.site_domain = p_site_domain
        and session.account_id = p_account_id
        and (p_kinds is null or 'session' = any (p_kinds))
        and (v_at is null or session.first_event_at <= v_at)
        and (v_at is null or (session.first_event_at, 'session ' || session.id) < (v_at, v_key))
      order by session.first_event_at desc, session.id desc
      limit v_limit
    )
    union all
    (
      select
        conversation.started_at,
        'conversation',
        'conversation',
        conversation.visitor_id,
        conversation.session_id,
        conversation.id,
        conversation.page,
        conversation.preview,
        jsonb_build_object(
          'turns', conversation.total_turns, 'interest_score', conversation.interest_score,
          'quality_score', conversation.quality_score, 'topic', topic.label
        ),
        'conversation ' || conversation.id
      from public.counted_conversations as conversation
      left join public.topics as topic
        on topic.site_domain = conversation.site_domain and topic.id = conversation.topic_id
      where conversation.site_domain = p_site_domain
        and conversation.account_id = p_account_id
        and (p_kinds is null or 'conversation' = any (p_kinds))
        and (v_at is null or conversation.started_at <= v_at)
        and (v_at is null or (conversation.started_at, 'conversation ' || conversation.id) < (v_at, v_key))
      order by conversation.started_at desc, conversation.id desc
      limit v_limit
    )
    union all
    (
      select
        conversion.occurred_at,
        'conversion',
        conversion.kind,
        conversion.visitor_id,
        conversion.session_id,
        conversion.conversation_id,
        null,
        null,
        '{}',
        'conversion ' || conversion.id
      from public.visitors as person
      join public.counted_conversions as conversion
        on conversion.site_domain = person.site_domain and conversion.visitor_id = person.id
      where person.site_domain = p_site_domain
        and person.account_id = p_account_id
        and (p_kinds is null or 'conversion' = any (p_kinds))
        and (v_at is null or (conversion.occurred_at, 'conversion ' || conversion.id) < (v_at, v_key))
      order by conversion.occurred_at desc, conversion.id desc
      limit v_limit
    )
    union all
    (
      -- What was learnt of the company itself, and whom it was found out of that they work there.
      select
        found.at, 'enrichment', found.source, found.visitor_id, null, null, null, found.company, found.details,
        found.key
      from (
        select
          max(answer.observed_at) as at,
          answer.visitor_id,
          coalesce(max(answer.source) filter (where answer.field = 'domain'), min(answer.source)) as source,
          max(answer.value) filter (where answer.field in ('domain', 'name')) as company,
          jsonb_object_agg(
            answer.field,
            jsonb_build_object(
              'value', answer.value, 'source', answer.source, 'confidence', answer.confidence,
              'previous_value', answer.previous_value, 'previous_source', answer.previous_source,
              'is_current', answer.is_current
            )
          ) as details,
          'enrichment ' || min(answer.id::text) as key
        from (
          select told.*
          from public.enrichments as told
          where told.site_domain = p_site_domain and told.account_id = p_account_id
          union all
          select told.*
          from public.visitors as person
          join public.accounts as account on account.site_domain = p_site_domain and account.id = p_account_id
          join public.enrichments as told
            on told.site_domain = p_site_domain
            and told.visitor_id = person.id
            and told.field = 'domain'
            and told.value = account.domain
          where person.site_domain = p_site_domain and person.account_id = p_account_id
        ) as answer
        where p_kinds is null or 'enrichment' = any (p_kinds)
        group by answer.recorded_at, answer.visitor_id
      ) as found
      where v_at is null or (found.at, found.key) < (v_at, v_key)
      order by found.at desc, found.key desc
      limit v_limit
    )
  ) as item
  left join public.visitors as visitor on visitor.site_domain = p_site_domain and visitor.id = item.visitor_id
  order by item.at desc, item.key desc
  limit v_limit;
end
$$;

-- All there is to know of one visitor, for whoever wants to speak to them.

create function public.get_visitor_for_lead_intelligence(p_site_domain text, p_visitor_id uuid)
returns table (
  site_domain text,
  visitor_id uuid,
  status text,
  name text,
  email text,
  country text,
  language text,
  device_type text,
  first_seen_at timestamptz,
  last_seen_at timestamptz,
  session_count integer,
  page_view_count integer,
  conversation_count integer,
  account jsonb,
  enrichment jsonb,
  conversions jsonb,
  scores jsonb
)
language sql
stable
set search_path = ''
as $$
  select
    visitor.site_domain,
    visitor.id,
    visitor.status,
    visitor.name,
    visitor.email,
    visitor.country,
    visitor.language,
    visitor.device_type,
    visitor.first_seen_at,
    visitor.last_seen_at,
    visitor.session_count,
    visitor.page_view_count,
    visitor.conversation_count,
    case
      when account.id is not null then jsonb_build_object(
        'id', account.id,
        'domain', account.domain,
        'name', account.name,
        'industry', account.industry,
        'size', account.size,
        'country', account.country,
        'website', account.website,
        'description', account.description,
        'visitor_count', (
          select count(*)
          from public.visitors as colleague
          where colleague.site_domain = p_site_domain and colleague.account_id = account.id and colleague.counts
        )
      )
    end,
    coalesce(
      (
        select jsonb_object_agg(
          answer.key,
          answer.value || jsonb_build_object(
            'age_days', greatest(0, floor(extract(epoch from now() - (answer.value ->> 'at')::timestamptz) / 86400))
          )
        )
        from jsonb_each(visitor.enrichment_data) as answer
        where jsonb_typeof(answer.value) = 'object'
      ),
      '{}'
    ),
    coalesce(
      (
        select jsonb_object_agg(conversion.kind, conversion.occurred_at)
        from (
          select c.kind, min(c.occurred_at) as occurred_at
          from public.counted_conversions as c
          where c.site_domain = p_site_domain and c.visitor_id = visitor.id
          group by c.kind
        ) as conversion
      ),
      '{}'
    ),
    jsonb_build_object(
      'interest_score', visitor.interest_score,
      'quality_score', talk.quality_score,
      'signals', talk.signals
    )
  from public.visitors as visitor
  left join public.accounts as account
    on account.site_domain = p_site_domain and account.id = visitor.account_id
  cross join lateral (
    select
      round(avg(conversation.quality_score), 1) as quality_score,
      coalesce(
        (
          select jsonb_agg(distinct signal.name)
          from public.counted_conversations as c
          cross join lateral unnest(c.signals) as signal (name)
          where c.site_domain = p_site_domain and c.visitor_id = visitor.id
        ),
        '[]'
      ) as signals
    from public.counted_conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.visitor_id = visitor.id
  ) as talk
  where visitor.site_domain = p_site_domain and visitor.id = p_visitor_id
$$;

comment on function public.get_visitor_for_lead_intelligence(text, uuid) is
  'One visitor in full: identity, what counts of their visits, the account with its visitors that count, each answer of enrichment with value, source, confidence (0 to 1), time and age in whole days, the first conversion of each kind, and scores: interest_score (1 Cold to 5 Hot, the best of their conversations), quality_score (1 to 5, the mean of them), signals (buying signals in their words). No row: there is no such visitor in a domain the caller may see.';

revoke execute on function public.get_visitor_for_lead_intelligence(text, uuid) from public, anon;
grant execute on function public.get_visitor_for_lead_intelligence(text, uuid) to authenticated, service_role;
