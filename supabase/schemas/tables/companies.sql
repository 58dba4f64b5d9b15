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
