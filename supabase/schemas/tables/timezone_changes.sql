-- Changes of a website's timezone: every day stored of it moves, which takes a while and may be watched.

create table public.timezone_changes (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  from_timezone text not null,
  to_timezone text not null,
  state text not null default 'waiting',
  done bigint not null default 0,
  total bigint,
  error text,
  requested_by uuid,
  requested_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  constraint timezone_changes_pkey primary key (site_domain, id),
  constraint timezone_changes_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint timezone_changes_state_check check (state in ('waiting', 'running', 'done', 'failed')),
  constraint timezone_changes_timezone_check check (private.is_timezone(to_timezone) and to_timezone <> from_timezone),
  constraint timezone_changes_done_check check (done >= 0 and (total is null or total >= 0))
);

create unique index timezone_changes_open_key on public.timezone_changes (site_domain)
  where state in ('waiting', 'running');

comment on table public.timezone_changes is
  'Changes of a website''s timezone. Figures are of the old one until a change is done, and then all of the new one.';
comment on column public.timezone_changes.done is 'Visitors whose days have moved, of `total`.';

alter table public.timezone_changes enable row level security;
revoke all on public.timezone_changes from public, anon, authenticated;
grant select on public.timezone_changes to authenticated;
grant all on public.timezone_changes to service_role;

create policy timezone_changes_select on public.timezone_changes
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));
