-- What a website sets for itself, every version of it, its agents' switches, and who downloaded what.

create table public.client_configs (
  site_domain text not null,
  config_slug text not null,
  domain text not null generated always as (site_domain) stored,
  enabled boolean,
  config jsonb,
  version integer not null,
  updated_at timestamptz not null,
  updated_by uuid,
  constraint client_configs_pkey primary key (site_domain, config_slug),
  constraint client_configs_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint client_configs_config_slug_fkey foreign key (config_slug) references public.configs (slug),
  constraint client_configs_config_check check (jsonb_typeof(config) = 'object'),
  constraint client_configs_version_check check (version > 0)
);

comment on table public.client_configs is
  'What a website sets in place of what holds for all of them. `enabled` and `config` null: as the default.';
comment on column public.client_configs.domain is 'The website, under the name the column had before.';

-- A configuration holds what is for staff alone: functions show each caller their part of it.
alter table public.client_configs enable row level security;
revoke all on public.client_configs from public, anon, authenticated;
grant select (site_domain, config_slug, domain, enabled, version, updated_at, updated_by)
  on public.client_configs to authenticated;
grant all on public.client_configs to service_role;

create policy client_configs_select on public.client_configs
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create trigger audit
  after insert or update or delete on public.client_configs
  for each row execute function private.audit_config('client_config');

create trigger note_content_change
  after insert or update or delete on public.client_configs
  for each row execute function private.note_content_change();

-- '' is every website: a null could not be part of the key.
create table public.config_versions (
  site_domain text not null,
  config_slug text not null,
  version integer not null,
  enabled boolean,
  config jsonb,
  action text not null,
  restored_from integer,
  author_id uuid,
  created_at timestamptz not null,
  constraint config_versions_pkey primary key (site_domain, config_slug, version),
  constraint config_versions_config_slug_fkey foreign key (config_slug) references public.configs (slug),
  constraint config_versions_action_check check (action in ('save', 'reset', 'revert', 'import')),
  constraint config_versions_version_check check (version > 0)
);

comment on table public.config_versions is
  'Every save of a configuration, as it was after it; site_domain '''' is what holds for every website.';

alter table public.config_versions enable row level security;
revoke all on public.config_versions from public, anon, authenticated;
grant select (site_domain, config_slug, version, enabled, action, restored_from, author_id, created_at)
  on public.config_versions to authenticated;
grant all on public.config_versions to service_role;

create policy config_versions_select on public.config_versions
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())) or (select private.is_admin()));

create table public.agent_switches (
  site_domain text not null,
  slug text not null,
  enabled boolean not null,
  reason text not null,
  version integer not null,
  updated_at timestamptz not null,
  updated_by uuid,
  constraint agent_switches_pkey primary key (site_domain, slug),
  constraint agent_switches_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint agent_switches_slug_check check (slug ~ '^[a-z][a-z0-9_]{1,39}$'),
  constraint agent_switches_reason_check check (length(reason) <= 500),
  constraint agent_switches_version_check check (version > 0)
);

comment on table public.agent_switches is
  'Which agents somebody turned on or off for a website, and why. The agents themselves are the configuration `agents`.';

alter table public.agent_switches enable row level security;
revoke all on public.agent_switches from public, anon, authenticated;
grant select on public.agent_switches to authenticated;
grant all on public.agent_switches to service_role;

create policy agent_switches_select on public.agent_switches
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create trigger audit
  after insert or update or delete on public.agent_switches
  for each row execute function private.audit_row('agent', 'slug', 'version,updated_at,updated_by');

create trigger note_content_change
  after insert or update or delete on public.agent_switches
  for each row execute function private.note_content_change();

create table public.config_fetches (
  site_domain text not null,
  consumer text not null,
  version text not null,
  fetched_at timestamptz not null,
  constraint config_fetches_pkey primary key (site_domain, consumer),
  constraint config_fetches_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint config_fetches_consumer_check check (length(consumer) between 1 and 60)
);

comment on table public.config_fetches is
  'Which version of the configuration the widget, or an agent''s backend by the agent''s name, downloaded last, and when (to the minute).';

alter table public.config_fetches enable row level security;
revoke all on public.config_fetches from public, anon, authenticated;
grant select on public.config_fetches to authenticated;
grant all on public.config_fetches to service_role;

create policy config_fetches_select on public.config_fetches
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
