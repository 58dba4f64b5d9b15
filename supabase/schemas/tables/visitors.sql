-- Browsers on a website, the companies they belong to, and the ids senders know them by.

create table public.accounts (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  domain text,
  name text not null,
  industry text,
  size text,
  country text,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  website text,
  description text,
  constraint accounts_pkey primary key (site_domain, id),
  constraint accounts_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint accounts_domain_key unique (site_domain, domain)
);

create index accounts_name_idx on public.accounts using gin (private.name_document(name, domain));

comment on table public.accounts is 'The company a visitor belongs to.';
comment on column public.accounts.domain is 'The registrable domain the company is known by; one account each.';

alter table public.accounts enable row level security;
revoke all on public.accounts from public, anon, authenticated;
grant select on public.accounts to authenticated;
grant all on public.accounts to service_role;

create policy accounts_select on public.accounts
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.visitors (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  email text,
  name text,
  account_id uuid,
  status text not null generated always as (
    case
      when email is not null then 'known'
      when account_id is not null then 'semi-known'
      else 'anonymous'
    end
  ) stored,
  counts boolean not null default false,
  is_bot boolean not null default false,
  is_internal boolean not null default false,
  country text,
  device_type text,
  browser text,
  os text,
  language text,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  identified_at timestamptz,
  enrichment_data jsonb not null default '{}',
  session_count integer not null default 0,
  page_view_count integer not null default 0,
  conversation_count integer not null default 0,
  interest_score smallint not null default 1,
  erased_at timestamptz,
  page_view_level integer not null generated always as (private.page_view_level(page_view_count)) stored,
  step_days int4multirange,
  constraint visitors_pkey primary key (site_domain, id),
  constraint visitors_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint visitors_account_id_fkey foreign key (site_domain, account_id)
    references public.accounts (site_domain, id)
)
with (fillfactor = 85);

create index visitors_account_id_idx on public.visitors (site_domain, account_id) where account_id is not null;
create index visitors_interest_score_idx on public.visitors (site_domain, interest_score desc, id desc) where counts;
create index visitors_session_count_idx on public.visitors (site_domain, session_count desc, id desc) where counts;
-- None by the last visit or by page views themselves: an update of an indexed column is written to every index of the
-- table, and these change with every event. The level of page views changes the seldomer the more there are.
create index visitors_page_view_level_idx on public.visitors (site_domain, page_view_level desc) where counts;
create index visitors_conversation_count_idx on public.visitors (site_domain, conversation_count desc, id desc)
  where counts;
create index visitors_country_idx on public.visitors (site_domain, country, interest_score) where counts;
create index visitors_status_idx on public.visitors (site_domain, status) where counts and status <> 'anonymous';
create index visitors_email_idx on public.visitors (site_domain, email) where email is not null;

comment on table public.visitors is 'One browser on one website: anonymous, semi-known (company known) or known (e-mail captured).';
comment on column public.visitors.counts is 'Whether anything this visitor did counts: not a bot, not internal, in production.';
comment on column public.visitors.step_days is
  'Which steps were done on which days, as numbers of rollup.step_range; kept equal to rollup.visitor_days. Null: none.';
comment on column public.visitors.session_count is 'Sessions that count, ever.';
comment on column public.visitors.page_view_count is 'Page views in sessions that count, ever.';
comment on column public.visitors.page_view_level is
  'How far up in the order by page views: greater for more of them, the same for some numbers next to each other.';
comment on column public.visitors.conversation_count is 'Conversations that count, ever.';
comment on column public.visitors.interest_score is 'The best interest score (1 to 5) of the visitor''s conversations that count; 1 without any.';
comment on column public.visitors.enrichment_data is
  'The current answers, {field: {"value", "source", "confidence", "at"}}; their history is in enrichments.';
comment on column public.visitors.identified_at is 'When a sender first identified the visitor; an identified visitor is never merged into another.';

comment on column public.visitors.erased_at is
  'When a visitor was erased whose rows are kept here under a fresh id; nothing more is stored for it.';

alter table public.visitors enable row level security;
revoke all on public.visitors from public, anon, authenticated;
grant select on public.visitors to authenticated;
grant all on public.visitors to service_role;

create policy visitors_select on public.visitors
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.visitor_ids (
  site_domain text not null,
  distinct_id text not null,
  visitor_id uuid not null,
  created_at timestamptz not null default now(),
  constraint visitor_ids_pkey primary key (site_domain, distinct_id),
  constraint visitor_ids_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id),
  constraint visitor_ids_distinct_id_check check (length(distinct_id) between 1 and 200)
);

create index visitor_ids_visitor_id_idx on public.visitor_ids (site_domain, visitor_id);

comment on table public.visitor_ids is 'The ids senders know a visitor by (PostHog''s distinct_id).';

alter table public.visitor_ids enable row level security;
revoke all on public.visitor_ids from public, anon, authenticated;
grant select on public.visitor_ids to authenticated;
grant all on public.visitor_ids to service_role;

create policy visitor_ids_select on public.visitor_ids
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
