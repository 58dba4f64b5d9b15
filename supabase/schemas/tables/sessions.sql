-- Visits, and the pages seen in them.

create table public.visitor_sessions (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  session_id text not null,
  visitor_id uuid not null,
  conversation_id uuid,
  first_event_at timestamptz not null,
  last_activity_at timestamptz not null,
  day date not null,
  counts boolean not null,
  is_bot boolean not null default false,
  is_internal boolean not null default false,
  event_count integer not null default 0,
  page_view_count integer not null default 0,
  entry_page text,
  country text,
  device_type text,
  browser text,
  os text,
  language text,
  referrer_host text,
  utm_source text,
  utm_medium text,
  utm_campaign text,
  account_id uuid,
  constraint visitor_sessions_pkey primary key (site_domain, id),
  constraint visitor_sessions_session_id_key unique (site_domain, visitor_id, session_id),
  constraint visitor_sessions_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id),
  constraint visitor_sessions_account_id_fkey foreign key (site_domain, account_id)
    references public.accounts (site_domain, id)
)
with (fillfactor = 85);

create index visitor_sessions_account_id_idx on public.visitor_sessions (site_domain, account_id, first_event_at)
  where account_id is not null;
create index visitor_sessions_day_idx on public.visitor_sessions (site_domain, day) where counts;

comment on table public.visitor_sessions is
  'One visit: the sender''s session id, else events of one visitor no more than 30 minutes apart.';
comment on column public.visitor_sessions.account_id is 'The visitor''s account; kept equal to it.';
comment on column public.visitor_sessions.conversation_id is 'The latest conversation of the session.';
comment on column public.visitor_sessions.day is 'The domain''s calendar day of the first event.';
comment on column public.visitor_sessions.counts is 'Whether anything in the session counts: not a bot, not internal, in production.';

alter table public.visitor_sessions enable row level security;
revoke all on public.visitor_sessions from public, anon, authenticated;
grant select on public.visitor_sessions to authenticated;
grant all on public.visitor_sessions to service_role;

create policy visitor_sessions_select on public.visitor_sessions
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.session_pages (
  site_domain text not null,
  session_id uuid not null,
  page text not null,
  day date not null,
  counts boolean not null,
  constraint session_pages_pkey primary key (site_domain, session_id, page),
  constraint session_pages_session_id_fkey foreign key (site_domain, session_id)
    references public.visitor_sessions (site_domain, id)
);

comment on table public.session_pages is 'The distinct pages of a session, each on the day it was first seen there.';

alter table public.session_pages enable row level security;
revoke all on public.session_pages from public, anon, authenticated;
grant select on public.session_pages to authenticated;
grant all on public.session_pages to service_role;

create policy session_pages_select on public.session_pages
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
