-- Filters of a page that somebody gave a name.

create table public.saved_views (
  id uuid not null default gen_random_uuid(),
  owner_id uuid not null,
  site_domain text,
  page text not null,
  name text not null,
  search jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint saved_views_pkey primary key (id),
  constraint saved_views_owner_id_fkey foreign key (owner_id) references public.profiles (id) on delete cascade,
  constraint saved_views_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint saved_views_page_check check (page ~ '^[a-z][a-z-]{0,39}$'),
  constraint saved_views_name_check check (length(name) between 1 and 80 and name = btrim(name)),
  constraint saved_views_search_check check (jsonb_typeof(search) = 'object' and length(search::text) <= 8000)
);

create index saved_views_owner_id_idx on public.saved_views (owner_id, page);
create index saved_views_site_domain_idx on public.saved_views (site_domain, page) where site_domain is not null;

comment on table public.saved_views is 'Named filters of a page: the owner''s alone, or shared with everybody who sees a domain.';
comment on column public.saved_views.site_domain is 'The domain it is shared with; null: it is the owner''s alone.';
comment on column public.saved_views.search is 'The page''s search parameters. A page ignores what it does not know.';

alter table public.saved_views enable row level security;
revoke all on public.saved_views from public, anon, authenticated;
grant select on public.saved_views to authenticated;
grant all on public.saved_views to service_role;

create policy saved_views_select on public.saved_views
  for select to authenticated
  using (
    owner_id = (select private.my_id())
    or site_domain = any (array(select private.my_domains()))
  );
