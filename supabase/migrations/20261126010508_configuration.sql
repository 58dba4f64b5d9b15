-- Configuration: what can be configured, what is set, who may, and what the widget and the agent download of it.

-- JSON documents: merging them, and taking parts out of them.

create function private.merge_json(p_base jsonb, p_override jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  if p_override is null then
    return p_base;
  elsif jsonb_typeof(p_base) is distinct from 'object' or jsonb_typeof(p_override) <> 'object' then
    return p_override;
  end if;
  return p_base || coalesce(
    (
      select jsonb_object_agg(part.key, private.merge_json(p_base -> part.key, part.value))
      from jsonb_each(p_override) as part
    ),
    '{}'
  );
end
$$;

comment on function private.merge_json(jsonb, jsonb) is
  'Objects are merged key by key, at every depth; anything else, lists too, is replaced. SQL null overrides nothing.';

create function private.without_path(p_value jsonb, p_path text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  if p_path[1] = '*' and jsonb_typeof(p_value) = 'array' then
    return coalesce(
      (
        select jsonb_agg(private.without_path(item.value, p_path[2:]) order by item.place)
        from jsonb_array_elements(p_value) with ordinality as item (value, place)
      ),
      '[]'
    );
  elsif p_path[1] = '*' and jsonb_typeof(p_value) = 'object' then
    return coalesce(
      (
        select jsonb_object_agg(part.key, private.without_path(part.value, p_path[2:]))
        from jsonb_each(p_value) as part
      ),
      '{}'
    );
  elsif jsonb_typeof(p_value) = 'object' and p_value ? p_path[1] then
    if cardinality(p_path) = 1 then
      return p_value - p_path[1];
    end if;
    return p_value || jsonb_build_object(p_path[1], private.without_path(p_value -> p_path[1], p_path[2:]));
  end if;
  return p_value;
end
$$;

comment on function private.without_path(jsonb, text[]) is
  'A document without what a path leads to; a * stands for every key or place.';

create function private.without_pointers(p_value jsonb, p_pointers text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  v_pointer text;
begin
  foreach v_pointer in array p_pointers loop
    p_value := private.without_path(p_value, string_to_array(substr(v_pointer, 2), '/'));
  end loop;
  return p_value;
end
$$;

comment on function private.without_pointers(jsonb, text[]) is
  'A document without what JSON pointers lead to; a * stands for every key or place.';

create function private.only_pointers(p_value jsonb, p_pointers text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  v_pointer text;
  v_path text[];
  v_part jsonb;
  v_found jsonb := '{}';
begin
  foreach v_pointer in array p_pointers loop
    v_path := string_to_array(substr(v_pointer, 2), '/');
    v_part := p_value #> v_path;
    if v_part is not null then
      for place in reverse cardinality(v_path)..1 loop
        v_part := jsonb_build_object(v_path[place], v_part);
      end loop;
      v_found := private.merge_json(v_found, v_part);
    end if;
  end loop;
  return v_found;
end
$$;

comment on function private.only_pointers(jsonb, text[]) is
  'What JSON pointers (without *) lead to in a document, in its place, and nothing else of it.';

revoke execute on function
  private.merge_json(jsonb, jsonb),
  private.without_path(jsonb, text[]),
  private.without_pointers(jsonb, text[]),
  private.only_pointers(jsonb, text[])
from public, anon, authenticated, service_role;
grant execute on function private.merge_json(jsonb, jsonb) to service_role;

-- What can be configured (filled from config/*.json), what staff set for every website, and how fast it changes.

create table public.configs (
  slug text not null,
  scope text not null,
  position integer not null,
  title text not null,
  description text not null,
  access text not null,
  delivery text not null,
  is_feature boolean not null,
  enabled_by_default boolean not null,
  merge_strategy text not null,
  default_config jsonb not null,
  staff_pointers text[] not null,
  hidden_pointers text[] not null,
  schema json not null,
  client_schema json,
  retired boolean not null default false,
  constraint configs_pkey primary key (slug),
  constraint configs_slug_check check (slug ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint configs_scope_check check (scope in ('global', 'website')),
  constraint configs_access_check check (access in ('client', 'staff')),
  constraint configs_delivery_check check (delivery in ('widget', 'agent')),
  constraint configs_merge_strategy_check check (merge_strategy in ('deep', 'replace')),
  constraint configs_default_config_check check (jsonb_typeof(default_config) = 'object')
);

comment on table public.configs is
  'Every configuration there is, from the files of config/: its JSON Schema, its defaults, and how overrides are merged into them.';
comment on column public.configs.access is 'client: whoever sees a website may set it there; staff: neither shown to nor accepted from clients.';
comment on column public.configs.delivery is 'widget: visitors'' browsers download it; agent: the agent''s backend alone.';
comment on column public.configs.staff_pointers is 'JSON pointers of the fields that are for staff alone.';
comment on column public.configs.hidden_pointers is 'JSON pointers (* is any key or place) of what the widget never gets.';
comment on column public.configs.schema is 'JSON Schema 2020-12; json, not jsonb, because forms show fields in its order.';
comment on column public.configs.client_schema is 'The schema without the fields for staff; null when all of it is for staff.';
comment on column public.configs.retired is 'No file describes it any more; kept for what was once set.';

-- Schemas and defaults hold what is for staff alone: functions show each caller their part.
alter table public.configs enable row level security;
revoke all on public.configs from public, anon, authenticated;
grant select (
  slug, scope, position, title, description, access, delivery, is_feature, enabled_by_default, merge_strategy,
  client_schema, retired
) on public.configs to authenticated;
grant all on public.configs to service_role;

create policy configs_select on public.configs
  for select to authenticated
  using (access = 'client' or (select private.is_admin()));

create table public.config_overrides (
  config_slug text not null,
  enabled boolean,
  config jsonb,
  version integer not null,
  updated_at timestamptz not null,
  updated_by uuid,
  constraint config_overrides_pkey primary key (config_slug),
  constraint config_overrides_config_slug_fkey foreign key (config_slug) references public.configs (slug),
  constraint config_overrides_config_check check (jsonb_typeof(config) = 'object'),
  constraint config_overrides_version_check check (version > 0)
);

comment on table public.config_overrides is
  'What staff set for every website, in place of the defaults. `enabled` and `config` null: as the default.';

alter table public.config_overrides enable row level security;
revoke all on public.config_overrides from public, anon, authenticated;
grant select on public.config_overrides to authenticated;
grant all on public.config_overrides to service_role;

create policy config_overrides_select on public.config_overrides
  for select to authenticated
  using ((select private.is_admin()));

-- Rows are added and, once others are there, taken away, but never waited for: writers of several websites at once
-- would wait for each other.
create table private.content_changes (
  site_domain text not null,
  id bigint not null generated always as identity,
  changed_at timestamptz not null default clock_timestamp(),
  constraint content_changes_pkey primary key (site_domain, id)
);

comment on table private.content_changes is
  'The latest changes of what is delivered to a website and, '''', to all of them: a set of rows that differs after every change, for caches to compare.';

alter table private.content_changes enable row level security;
revoke all on private.content_changes from public, anon, authenticated;
grant all on private.content_changes to service_role;

create policy content_changes_select on private.content_changes
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())) or (select private.is_admin()));

create function private.touch_content(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.content_changes as change
  where change.site_domain = p_site_domain
    and change.id in (
      select known.id
      from private.content_changes as known
      where known.site_domain = p_site_domain
      for update skip locked
    );
  insert into private.content_changes (site_domain) values (p_site_domain);
  perform pg_notify('content_changed', case p_site_domain when '' then '*' else p_site_domain end);
end
$$;

comment on function private.touch_content(text) is
  'Says that what is delivered to a website ('''': to all of them) changed: for caches that compare, and to those that listen on `content_changed` for the website or *.';

create function private.note_content_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.touch_content(coalesce((to_jsonb(coalesce(new, old))) ->> 'site_domain', ''));
  return null;
end
$$;

comment on function private.note_content_change() is
  'For `after insert or update or delete … for each row` of tables from which the widget or the agent is served.';

create function private.content_version(p_site_domain text)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select left(md5(coalesce(string_agg(change.site_domain || change.id, ',' order by change.id), '')), 16)
  from private.content_changes as change
  where change.site_domain in ('', p_site_domain)
$$;

comment on function private.content_version(text) is 'The version of what is delivered to a website; changes with every change.';

revoke execute on function
  private.touch_content(text),
  private.note_content_change(),
  private.content_version(text)
from public, anon, authenticated, service_role;
grant execute on function private.touch_content(text), private.content_version(text) to service_role;

create trigger note_content_change
  after insert or update or delete on public.configs
  for each row execute function private.note_content_change();

create function private.audit_config()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ignored text[] := array['version', 'updated_at', 'updated_by'];
  v_slug text := coalesce(new.config_slug, old.config_slug);
  v_staff_pointers text[] := (select config.staff_pointers from public.configs as config where config.slug = v_slug);
  v_is_staffs boolean := (select config.access = 'staff' from public.configs as config where config.slug = v_slug);
  v_before jsonb;
  v_after jsonb;
  v_changed text[] := '{}';
begin
  -- A first save is a change from the defaults, not something new.
  v_before := case tg_op
    when 'INSERT' then to_jsonb(new) || '{"enabled": null, "config": null, "version": 0}'
    else to_jsonb(old)
  end;
  v_after := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  if v_after is not null then
    v_changed := array(
      select change.name
      from jsonb_object_keys(v_after) as change (name)
      where change.name <> all (v_ignored) and v_after -> change.name is distinct from v_before -> change.name
      order by change.name
    );
    if v_changed = '{}' then
      return null;
    end if;
  end if;
  perform private.put_down_audit(
    coalesce(v_before ->> 'site_domain', ''),
    case tg_op when 'DELETE' then 'delete' else 'update' end,
    tg_argv[0],
    v_slug,
    v_changed,
    private.audited_config(v_before, v_is_staffs, v_staff_pointers),
    private.audited_config(v_after, v_is_staffs, v_staff_pointers)
  );
  return null;
end
$$;

comment on function private.audit_config() is
  'As private.audit_row, for overrides of configurations. Argument: the subject''s type. Clients read their website''s entries, so nothing that is for staff alone is in them: the version number says where it is.';

create function private.audited_config(p_row jsonb, p_is_staffs boolean, p_staff_pointers text[])
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select (p_row - array['config', 'domain', 'updated_at', 'updated_by'])
    || case
      when p_is_staffs then '{}'
      else jsonb_build_object('config', private.without_pointers(p_row -> 'config', p_staff_pointers))
    end
$$;

comment on function private.audited_config(jsonb, boolean, text[]) is
  'What the audit log keeps of an override: its version, and what is not for staff alone.';

revoke execute on function private.audit_config(), private.audited_config(jsonb, boolean, text[])
from public, anon, authenticated, service_role;

create trigger audit
  after insert or update or delete on public.config_overrides
  for each row execute function private.audit_config('config');

create trigger note_content_change
  after insert or update or delete on public.config_overrides
  for each row execute function private.note_content_change();

create trigger note_content_change
  after insert or update or delete on public.domain_hosts
  for each row execute function private.note_content_change();

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

-- What the files of config/ say, as the server tells it when it starts.

create function private.sync_configs(p_configs json)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changed integer;
  v_gone integer;
begin
  insert into public.configs as known (
    slug,
    scope,
    position,
    title,
    description,
    access,
    delivery,
    is_feature,
    enabled_by_default,
    merge_strategy,
    default_config,
    staff_pointers,
    hidden_pointers,
    schema,
    client_schema,
    retired
  )
  select
    file.slug,
    file.scope,
    file.position,
    file.title,
    file.description,
    file.access,
    file.delivery,
    file.is_feature,
    file.enabled_by_default,
    file.merge_strategy,
    file.default_config,
    file.staff_pointers,
    file.hidden_pointers,
    file.schema,
    file.client_schema,
    false
  from json_to_recordset(p_configs) as file (
    slug text,
    scope text,
    position integer,
    title text,
    description text,
    access text,
    delivery text,
    is_feature boolean,
    enabled_by_default boolean,
    merge_strategy text,
    default_config jsonb,
    staff_pointers text[],
    hidden_pointers text[],
    schema json,
    client_schema json
  )
  on conflict (slug) do update
    set
      scope = excluded.scope,
      position = excluded.position,
      title = excluded.title,
      description = excluded.description,
      access = excluded.access,
      delivery = excluded.delivery,
      is_feature = excluded.is_feature,
      enabled_by_default = excluded.enabled_by_default,
      merge_strategy = excluded.merge_strategy,
      default_config = excluded.default_config,
      staff_pointers = excluded.staff_pointers,
      hidden_pointers = excluded.hidden_pointers,
      schema = excluded.schema,
      client_schema = excluded.client_schema,
      retired = false
    -- `schema` as text, so that another order of the same fields is a change.
    where to_jsonb(known) is distinct from to_jsonb(excluded)
      or known.schema::text <> excluded.schema::text;
  get diagnostics v_changed = row_count;
  update public.configs as known
  set retired = true
  where not known.retired
    and not exists (
      select 1 from json_to_recordset(p_configs) as file (slug text) where file.slug = known.slug
    );
  get diagnostics v_gone = row_count;
  return v_changed + v_gone;
end
$$;

comment on function private.sync_configs(json) is
  'Makes public.configs what the files say; gives how many rows changed. What no file describes any more is retired, with what was set kept.';

create function private.note_config_fetches(p_fetches jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into public.config_fetches as known (site_domain, consumer, version, fetched_at)
  select download.site_domain, download.consumer, download.version, download.fetched_at
  from jsonb_to_recordset(p_fetches) as download (
    site_domain text, consumer text, version text, fetched_at timestamptz
  )
  where exists (select 1 from public.domains as domain where domain.site_domain = download.site_domain)
  order by download.site_domain, download.consumer
  on conflict (site_domain, consumer) do update
    set version = excluded.version, fetched_at = excluded.fetched_at
    where known.fetched_at <= excluded.fetched_at
$$;

comment on function private.note_config_fetches(jsonb) is
  'Notes which version each consumer {site_domain, consumer, version, fetched_at} downloaded last.';

revoke execute on function private.sync_configs(json), private.note_config_fetches(jsonb)
from public, anon, authenticated, service_role;
grant execute on function private.note_config_fetches(jsonb) to service_role;

-- What is configured: default ← what staff set for every website ← what the website sets itself.

create function private.resolve_config(
  p_strategy text,
  p_default jsonb,
  p_global jsonb,
  p_site jsonb
)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
  select case p_strategy
    when 'deep' then private.merge_json(private.merge_json(p_default, p_global), p_site)
    else coalesce(p_site, p_global, p_default)
  end
$$;

comment on function private.resolve_config(text, jsonb, jsonb, jsonb) is
  'A configuration as it holds: overrides merged into the default (deep), or the last one alone (replace). SQL null: not overridden.';

create function private.resolved_configs(p_site_domain text)
returns table (
  config_slug text,
  scope text,
  "position" integer,
  access text,
  delivery text,
  staff_pointers text[],
  hidden_pointers text[],
  inherited_enabled boolean,
  inherited jsonb,
  enabled boolean,
  config jsonb
)
language sql
stable
security definer
set search_path = ''
as $$
  select
    config.slug,
    config.scope,
    config.position,
    config.access,
    config.delivery,
    config.staff_pointers,
    config.hidden_pointers,
    not config.is_feature or coalesce(everywhere.enabled, config.enabled_by_default),
    private.resolve_config(config.merge_strategy, config.default_config, everywhere.config, null),
    not config.is_feature or coalesce(site.enabled, everywhere.enabled, config.enabled_by_default),
    private.resolve_config(config.merge_strategy, config.default_config, everywhere.config, site.config)
  from public.configs as config
  left join public.config_overrides as everywhere on everywhere.config_slug = config.slug
  left join public.client_configs as site
    on site.site_domain = p_site_domain and site.config_slug = config.slug
  where not config.retired
$$;

comment on function private.resolved_configs(text) is
  'Every configuration of a website with everything in it, and what the website inherits; of no website (null) as it holds for all.';

create function private.my_resolved_config(p_site_domain text)
returns table (config_slug text, scope text, enabled boolean, config jsonb)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  -- Claims are the server's to set: nobody says of themselves that they are the service.
  v_is_service boolean := coalesce(auth.jwt() ->> 'role' = 'service_role', false);
  v_is_staff boolean := v_is_service or private.is_admin();
begin
  if not v_is_service then
    perform private.check_domain(p_site_domain);
  end if;
  return query
    select
      resolved.config_slug,
      resolved.scope,
      resolved.enabled,
      case
        when v_is_staff then resolved.config
        else private.without_pointers(resolved.config, resolved.staff_pointers)
      end
    from private.resolved_configs(p_site_domain) as resolved
    where v_is_staff or resolved.access = 'client'
    order by resolved.position, resolved.config_slug;
end
$$;

comment on function private.my_resolved_config(text) is
  'Every configuration of a website as it holds, without what is for staff alone for whoever is not. PT404: not the caller''s website.';

create function public.get_resolved_config(p_site_domain text)
returns table (config_slug text, scope text, enabled boolean, config jsonb)
language sql
stable
set search_path = ''
as $$ select * from private.my_resolved_config(p_site_domain) $$;

comment on function public.get_resolved_config(text) is
  'Every configuration of a website as it holds: default, then what staff set for every website, then what the website set itself. What is for staff alone is left out for clients. PT404: there is no such website for the caller.';

create function private.my_configuration(p_site_domain text)
returns table (
  config_slug text,
  scope text,
  "position" integer,
  title text,
  description text,
  access text,
  delivery text,
  is_feature boolean,
  enabled_by_default boolean,
  merge_strategy text,
  schema json,
  default_config jsonb,
  global_enabled boolean,
  global_config jsonb,
  global_version integer,
  site_enabled boolean,
  site_config jsonb,
  site_version integer,
  inherited_enabled boolean,
  inherited_config jsonb,
  enabled boolean,
  config jsonb,
  updated_at timestamptz,
  updated_by text
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_is_staff boolean := private.is_admin();
begin
  if p_site_domain is not null then
    perform private.check_domain(p_site_domain);
  elsif not v_is_staff then
    raise exception 'What holds for every website is for staff' using errcode = 'PT403';
  end if;
  return query
    select
      config.slug,
      config.scope,
      config.position,
      config.title,
      config.description,
      config.access,
      config.delivery,
      config.is_feature,
      config.enabled_by_default,
      config.merge_strategy,
      case when v_is_staff then config.schema else config.client_schema end,
      private.without_pointers(config.default_config, hidden.pointers),
      everywhere.enabled,
      case when v_is_staff then everywhere.config end,
      coalesce(everywhere.version, 0),
      site.enabled,
      private.without_pointers(site.config, hidden.pointers),
      coalesce(site.version, 0),
      resolved.inherited_enabled,
      private.without_pointers(resolved.inherited, hidden.pointers),
      resolved.enabled,
      private.without_pointers(resolved.config, hidden.pointers),
      case when p_site_domain is null then everywhere.updated_at else site.updated_at end,
      case when v_is_staff or author.role = 'user' then coalesce(nullif(author.full_name, ''), author.email)
        when author.role = 'admin' then 'Rose'
      end
    from private.resolved_configs(p_site_domain) as resolved
    join public.configs as config on config.slug = resolved.config_slug
    cross join lateral (
      select case when v_is_staff then '{}' else config.staff_pointers end as pointers
    ) as hidden
    left join public.config_overrides as everywhere on everywhere.config_slug = config.slug
    left join public.client_configs as site
      on site.site_domain = p_site_domain and site.config_slug = config.slug
    left join public.profiles as author
      on author.id = case when p_site_domain is null then everywhere.updated_by else site.updated_by end
    where v_is_staff or config.access = 'client'
    order by config.position, config.slug;
end
$$;

comment on function private.my_configuration(text) is
  'What the Settings page shows the caller. PT404: not the caller''s website; PT403: null (every website) is for staff.';

create function public.get_configuration(p_site_domain text default null)
returns table (
  config_slug text,
  scope text,
  "position" integer,
  title text,
  description text,
  access text,
  delivery text,
  is_feature boolean,
  enabled_by_default boolean,
  merge_strategy text,
  schema json,
  default_config jsonb,
  global_enabled boolean,
  global_config jsonb,
  global_version integer,
  site_enabled boolean,
  site_config jsonb,
  site_version integer,
  inherited_enabled boolean,
  inherited_config jsonb,
  enabled boolean,
  config jsonb,
  updated_at timestamptz,
  updated_by text
)
language sql
stable
set search_path = ''
as $$ select * from private.my_configuration(p_site_domain) $$;

comment on function public.get_configuration(text) is
  'Everything the Settings page shows of a website, or (null, staff) of what holds for every website: each configuration''s schema, default, overrides with their versions (0: never saved), what is inherited, and what holds. `config` null in an override: not overridden; `enabled` null: as inherited. Clients get neither fields nor configurations that are for staff alone.';

create function private.my_config_versions(
  p_site_domain text,
  p_config_slug text,
  p_limit integer,
  p_before integer
)
returns table (
  version integer,
  enabled boolean,
  config jsonb,
  previous_enabled boolean,
  previous_config jsonb,
  action text,
  restored_from integer,
  author text,
  created_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_is_staff boolean := private.is_admin();
  v_config public.configs;
begin
  if p_site_domain is not null then
    perform private.check_domain(p_site_domain);
  elsif not v_is_staff then
    raise exception 'What holds for every website is for staff' using errcode = 'PT403';
  end if;
  select * into v_config from public.configs as config where config.slug = p_config_slug;
  if v_config.slug is null or (v_config.access = 'staff' and not v_is_staff) then
    raise exception 'There is no configuration %', coalesce(p_config_slug, 'null') using errcode = 'PT404';
  end if;
  if v_is_staff then
    v_config.staff_pointers := '{}';
  end if;
  return query
    select
      saved.version,
      saved.enabled,
      private.without_pointers(saved.config, v_config.staff_pointers),
      earlier.enabled,
      private.without_pointers(earlier.config, v_config.staff_pointers),
      saved.action,
      saved.restored_from,
      case when v_is_staff or author.role = 'user' then coalesce(nullif(author.full_name, ''), author.email)
        when author.role = 'admin' then 'Rose'
      end,
      saved.created_at
    from public.config_versions as saved
    left join public.config_versions as earlier
      on earlier.site_domain = saved.site_domain
      and earlier.config_slug = saved.config_slug
      and earlier.version = saved.version - 1
    left join public.profiles as author on author.id = saved.author_id
    where saved.site_domain = coalesce(p_site_domain, '')
      and saved.config_slug = p_config_slug
      and (p_before is null or saved.version < p_before)
    order by saved.version desc
    limit least(greatest(coalesce(p_limit, 50), 1), 200);
end
$$;

comment on function private.my_config_versions(text, text, integer, integer) is
  'The saves of a configuration, each with the one before it, newest first. PT404: not for the caller.';

create function public.list_config_versions(
  p_site_domain text,
  p_config_slug text,
  p_limit integer default 50,
  p_before integer default null
)
returns table (
  version integer,
  enabled boolean,
  config jsonb,
  previous_enabled boolean,
  previous_config jsonb,
  action text,
  restored_from integer,
  author text,
  created_at timestamptz
)
language sql
stable
set search_path = ''
as $$ select * from private.my_config_versions(p_site_domain, p_config_slug, p_limit, p_before) $$;

comment on function public.list_config_versions(text, text, integer, integer) is
  'Every save of a website''s configuration (null, staff: of what holds for every website), newest first, at most 200 a page; p_before is the last row''s version. Beside each stands what it replaced (null: nothing was overridden). PT404: there is no such website or configuration for the caller.';

revoke execute on function
  private.resolve_config(text, jsonb, jsonb, jsonb),
  private.resolved_configs(text),
  private.my_resolved_config(text),
  private.my_configuration(text),
  private.my_config_versions(text, text, integer, integer),
  public.get_resolved_config(text),
  public.get_configuration(text),
  public.list_config_versions(text, text, integer, integer)
from public, anon, authenticated, service_role;
grant execute on function
  private.my_resolved_config(text),
  private.my_configuration(text),
  private.my_config_versions(text, text, integer, integer),
  public.get_resolved_config(text),
  public.get_configuration(text),
  public.list_config_versions(text, text, integer, integer)
to authenticated, service_role;
grant execute on function private.resolve_config(text, jsonb, jsonb, jsonb) to service_role;

-- The agents of a website: whether they are on, and what really arrived of them.

create function private.agents_of(p_site_domain text)
returns table (
  slug text,
  entry jsonb,
  enabled_by_default boolean,
  enabled boolean,
  reason text,
  version integer,
  switched_at timestamptz,
  switched_by uuid
)
language sql
stable
security definer
set search_path = ''
as $$
  select
    registered.key,
    registered.value,
    coalesce((registered.value ->> 'enabled')::boolean, false),
    coalesce(switch.enabled, (registered.value ->> 'enabled')::boolean, false),
    switch.reason,
    coalesce(switch.version, 0),
    switch.updated_at,
    switch.updated_by
  from private.resolved_configs(p_site_domain) as resolved
  cross join lateral jsonb_each(resolved.config) as registered
  left join public.agent_switches as switch
    on switch.site_domain = p_site_domain and switch.slug = registered.key
  where resolved.config_slug = 'agents'
$$;

comment on function private.agents_of(text) is
  'The agents a website has or could have, by the configuration `agents`, and whether somebody switched them.';

create function private.my_agents(p_site_domain text)
returns table (
  slug text,
  name text,
  description text,
  channel text,
  "position" integer,
  enabled_by_default boolean,
  enabled boolean,
  reason text,
  version integer,
  switched_at timestamptz,
  switched_by text,
  current_version text,
  fetched_version text,
  fetched_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_is_staff boolean := private.is_admin();
begin
  perform private.check_domain(p_site_domain);
  return query
    select
      agent.slug,
      coalesce(agent.entry ->> 'name', agent.slug),
      coalesce(agent.entry ->> 'description', ''),
      coalesce(agent.entry ->> 'channel', 'background'),
      coalesce((agent.entry ->> 'position')::integer, 1000),
      agent.enabled_by_default,
      agent.enabled,
      agent.reason,
      agent.version,
      agent.switched_at,
      case when v_is_staff or author.role = 'user' then coalesce(nullif(author.full_name, ''), author.email)
        when author.role = 'admin' then 'Rose'
      end,
      private.content_version(p_site_domain),
      download.version,
      download.fetched_at
    from private.agents_of(p_site_domain) as agent
    left join public.profiles as author on author.id = agent.switched_by
    left join public.config_fetches as download
      on download.site_domain = p_site_domain
      and download.consumer = case agent.entry ->> 'channel' when 'widget' then 'widget' else agent.slug end;
end
$$;

comment on function private.my_agents(text) is 'The agents of a website the caller may see; PT404 for another.';

create function private.agent_activity(p_site_domain text)
returns table (
  slug text,
  last_activity_at timestamptz,
  conversations_today bigint,
  usual_conversations numeric,
  median_answer_ms numeric,
  unanswered bigint
)
language sql
stable
set search_path = ''
as $$
  with recent as materialized (
    select
      conversation.id,
      conversation.started_at,
      conversation.last_message_at,
      conversation.day,
      -- A conversation is the website agent's unless its sender said whose it is.
      coalesce(nullif(conversation.metadata ->> 'agent', ''), 'website_agent') as slug,
      conversation.started_at at time zone domain.timezone as local_start,
      statement_timestamp() at time zone domain.timezone as local_now
    from public.domains as domain
    join public.counted_conversations as conversation
      on conversation.site_domain = domain.site_domain
      and conversation.started_at > statement_timestamp() - interval '30 days'
    where domain.site_domain = p_site_domain
  ),
  answers as (
    select recent.slug, percentile_cont(0.5) within group (order by message.latency_ms) as median
    from recent
    join public.messages as message
      on message.site_domain = p_site_domain and message.conversation_id = recent.id
    where message.role = 'agent'
      and message.latency_ms is not null
      and message.sent_at > statement_timestamp() - interval '24 hours'
      and recent.last_message_at > statement_timestamp() - interval '24 hours'
    group by recent.slug
  ),
  waiting as (
    select recent.slug, count(*) as n
    from recent
    cross join lateral (
      select message.role, message.sent_at
      from public.messages as message
      where message.site_domain = p_site_domain and message.conversation_id = recent.id
      order by message.sent_at desc, message.seq desc, message.id desc
      limit 1
    ) as latest
    where latest.role = 'visitor'
      and recent.last_message_at > statement_timestamp() - interval '24 hours'
      and latest.sent_at < statement_timestamp() - interval '2 minutes'
    group by recent.slug
  ),
  counted as (
    select
      recent.slug,
      max(coalesce(recent.last_message_at, recent.started_at)) as last_activity_at,
      count(*) filter (where recent.local_start::date = recent.local_now::date) as today,
      count(*) filter (
        where recent.local_now::date - recent.local_start::date between 1 and 28
          and recent.local_start::time <= recent.local_now::time
      ) / 28.0 as usual
    from recent
    group by recent.slug
  )
  select
    counted.slug,
    counted.last_activity_at,
    counted.today,
    round(counted.usual, 1),
    round(answers.median::numeric),
    coalesce(waiting.n, 0)
  from counted
  left join answers on answers.slug = counted.slug
  left join waiting on waiting.slug = counted.slug
$$;

comment on function private.agent_activity(text) is
  'What arrived of each agent: conversations of today and, on average, of the 28 days before until this time of day; the median of the answer times, and conversations whose last message waits for an answer for over two minutes, both of the last 24 hours.';

create function public.get_agent_status(p_site_domain text)
returns table (
  slug text,
  name text,
  description text,
  channel text,
  enabled boolean,
  enabled_by_default boolean,
  reason text,
  version integer,
  switched_at timestamptz,
  switched_by text,
  last_activity_at timestamptz,
  conversations_today bigint,
  usual_conversations numeric,
  median_answer_ms numeric,
  unanswered bigint,
  current_version text,
  fetched_version text,
  fetched_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    agent.slug,
    agent.name,
    agent.description,
    agent.channel,
    agent.enabled,
    agent.enabled_by_default,
    agent.reason,
    agent.version,
    agent.switched_at,
    agent.switched_by,
    -- Whoever works in the background is heard of when it asks for its configuration.
    case agent.channel
      when 'widget' then activity.last_activity_at
      else greatest(activity.last_activity_at, agent.fetched_at)
    end,
    coalesce(activity.conversations_today, 0),
    coalesce(activity.usual_conversations, 0),
    activity.median_answer_ms,
    coalesce(activity.unanswered, 0),
    agent.current_version,
    agent.fetched_version,
    agent.fetched_at
  from private.my_agents(p_site_domain) as agent
  left join private.agent_activity(p_site_domain) as activity on activity.slug = agent.slug
  order by agent.position, agent.slug
$$;

comment on function public.get_agent_status(text) is
  'The agents of a website: whether they are on, by whose switch (`version` 0: nobody''s) and why; the last message or download; conversations of today beside the average of the 28 days before until this time of day; the median answer time in milliseconds and the conversations that wait for an answer for over two minutes, both of the last 24 hours; the version of the configuration downloaded last, and the one there is. Null: nothing arrived. PT404: there is no such website for the caller.';

revoke execute on function
  private.agents_of(text),
  private.my_agents(text),
  private.agent_activity(text),
  public.get_agent_status(text)
from public, anon, authenticated, service_role;
grant execute on function private.my_agents(text), private.agent_activity(text), public.get_agent_status(text)
to authenticated, service_role;

-- Saving configurations and switching agents, as the person who does it.

create function private.config_to_write(p_site_domain text, p_config_slug text)
returns public.configs
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_config public.configs;
begin
  if p_site_domain is not null then
    perform private.check_domain(p_site_domain);
  elsif not private.is_admin() then
    raise exception 'What holds for every website is for staff' using errcode = 'PT403';
  end if;
  select * into v_config
  from public.configs as config
  where config.slug = p_config_slug and not config.retired;
  if v_config.slug is null or (v_config.access = 'staff' and not private.is_admin()) then
    raise exception 'There is no configuration %', coalesce(p_config_slug, 'null') using errcode = 'PT404';
  end if;
  return v_config;
end
$$;

comment on function private.config_to_write(text, text) is
  'A configuration the caller may save for a website (null: for every one). PT404, PT403: they may not.';

create function private.keep_staff_part(
  p_config public.configs,
  p_wanted jsonb,
  p_stored jsonb,
  p_inherited jsonb
)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_stored jsonb := private.only_pointers(p_stored, p_config.staff_pointers);
  v_inherited jsonb := private.only_pointers(p_inherited, p_config.staff_pointers);
begin
  if p_config.merge_strategy = 'deep' then
    return case
      when v_stored = '{}' then p_wanted
      else private.merge_json(coalesce(p_wanted, '{}'), v_stored)
    end;
  elsif p_wanted is null and (p_stored is null or v_stored = v_inherited) then
    return null;
  end if;
  -- An override that replaces everything has to bring along what its author cannot see.
  return private.merge_json(
    coalesce(p_wanted, private.without_pointers(p_inherited, p_config.staff_pointers)),
    case when p_stored is null then v_inherited else v_stored end
  );
end
$$;

comment on function private.keep_staff_part(public.configs, jsonb, jsonb, jsonb) is
  'What a client wants saved, with what staff had set beside it.';

create function private.save_config(
  p_site_domain text,
  p_config_slug text,
  p_enabled boolean,
  p_config jsonb,
  p_expected_version integer,
  p_action text,
  p_restored_from integer default null
)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_known public.configs := private.config_to_write(p_site_domain, p_config_slug);
  v_now timestamptz := clock_timestamp();
  v_current integer;
  v_stored jsonb;
  v_inherited jsonb;
  v_config jsonb := p_config;
begin
  if p_enabled is not null and not v_known.is_feature then
    raise exception '% cannot be turned on or off', v_known.title using errcode = 'PT422';
  end if;
  -- One save of a configuration at a time, so that the version below is the latest; a first one has no row to lock.
  perform pg_advisory_xact_lock(
    hashtextextended('config ' || coalesce(p_site_domain, '') || ' ' || p_config_slug, 0)
  );
  select stored.version, stored.config into v_current, v_stored
  from (
    select site.version, site.config
    from public.client_configs as site
    where p_site_domain is not null and site.site_domain = p_site_domain and site.config_slug = p_config_slug
    union all
    select everywhere.version, everywhere.config
    from public.config_overrides as everywhere
    where p_site_domain is null and everywhere.config_slug = p_config_slug
  ) as stored;
  v_current := coalesce(v_current, 0);
  if p_expected_version is distinct from v_current then
    raise exception 'Somebody else saved % meanwhile: version % is there, yours was made from %',
      v_known.title, v_current, coalesce(p_expected_version::text, 'none')
      using errcode = 'PT409';
  end if;
  if not private.is_admin() then
    if private.only_pointers(v_config, v_known.staff_pointers) <> '{}' then
      raise exception 'A field of % is for staff alone', v_known.title using errcode = 'PT403';
    end if;
    select resolved.inherited into v_inherited
    from private.resolved_configs(p_site_domain) as resolved
    where resolved.config_slug = p_config_slug;
    v_config := private.keep_staff_part(v_known, v_config, v_stored, v_inherited);
  end if;

  if p_site_domain is null then
    insert into public.config_overrides as kept (config_slug, enabled, config, version, updated_at, updated_by)
    values (p_config_slug, p_enabled, v_config, v_current + 1, v_now, auth.uid())
    on conflict (config_slug) do update
      set
        enabled = excluded.enabled,
        config = excluded.config,
        version = excluded.version,
        updated_at = excluded.updated_at,
        updated_by = excluded.updated_by;
  else
    insert into public.client_configs as kept (
      site_domain, config_slug, enabled, config, version, updated_at, updated_by
    )
    values (p_site_domain, p_config_slug, p_enabled, v_config, v_current + 1, v_now, auth.uid())
    on conflict (site_domain, config_slug) do update
      set
        enabled = excluded.enabled,
        config = excluded.config,
        version = excluded.version,
        updated_at = excluded.updated_at,
        updated_by = excluded.updated_by;
  end if;
  insert into public.config_versions (
    site_domain, config_slug, version, enabled, config, action, restored_from, author_id, created_at
  )
  values (
    coalesce(p_site_domain, ''),
    p_config_slug,
    v_current + 1,
    p_enabled,
    v_config,
    p_action,
    p_restored_from,
    auth.uid(),
    v_now
  );
  return v_current + 1;
end
$$;

comment on function private.save_config(text, text, boolean, jsonb, integer, text, integer) is
  'Saves what a website (null: every one) sets of a configuration, made from p_expected_version (0: the first); gives the new version. What is valid, the server has checked. A client''s save leaves what staff set as it is. PT409: a newer version is there; PT403: a field is for staff.';

create function private.switch_agent(
  p_site_domain text,
  p_slug text,
  p_enabled boolean,
  p_reason text,
  p_expected_version integer
)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_current integer;
begin
  perform private.check_domain(p_site_domain);
  if not private.is_admin() then
    raise exception 'Agents are switched by staff' using errcode = 'PT403';
  elsif not exists (
    select 1 from private.agents_of(p_site_domain) as agent where agent.slug = p_slug
  ) then
    raise exception 'There is no agent %', coalesce(p_slug, 'null') using errcode = 'PT404';
  elsif length(p_reason) > 500 then
    raise exception 'A reason has at most 500 characters' using errcode = 'PT422';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('agent ' || p_site_domain || ' ' || p_slug, 0));
  v_current := coalesce(
    (
      select agent.version
      from public.agent_switches as agent
      where agent.site_domain = p_site_domain and agent.slug = p_slug
    ),
    0
  );
  if p_expected_version is distinct from v_current then
    raise exception 'Somebody else switched the agent meanwhile: version % is there, yours was made from %',
      v_current, coalesce(p_expected_version::text, 'none')
      using errcode = 'PT409';
  end if;
  insert into public.agent_switches as kept (
    site_domain, slug, enabled, reason, version, updated_at, updated_by
  )
  values (
    p_site_domain, p_slug, p_enabled, btrim(coalesce(p_reason, '')), v_current + 1, clock_timestamp(), auth.uid()
  )
  on conflict (site_domain, slug) do update
    set
      enabled = excluded.enabled,
      reason = excluded.reason,
      version = excluded.version,
      updated_at = excluded.updated_at,
      updated_by = excluded.updated_by;
  return v_current + 1;
end
$$;

comment on function private.switch_agent(text, text, boolean, text, integer) is
  'Turns an agent of a website on or off (staff); gives the new version of the switch (0: never switched). PT409: somebody else did meanwhile.';

revoke execute on function
  private.config_to_write(text, text),
  private.keep_staff_part(public.configs, jsonb, jsonb, jsonb),
  private.save_config(text, text, boolean, jsonb, integer, text, integer),
  private.switch_agent(text, text, boolean, text, integer)
from public, anon, authenticated, service_role;
grant execute on function
  private.save_config(text, text, boolean, jsonb, integer, text, integer),
  private.switch_agent(text, text, boolean, text, integer)
to authenticated, service_role;

-- What the widget and the agent's backend download, each as one document.

create function private.widget_config(p_site_domain text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'version', private.content_version(p_site_domain),
    'site_domain', p_site_domain,
    'agents', coalesce(
      (
        select jsonb_object_agg(agent.slug, jsonb_build_object('enabled', agent.enabled))
        from private.agents_of(p_site_domain) as agent
      ),
      '{}'
    ),
    'config', coalesce(
      (
        select jsonb_object_agg(
          resolved.config_slug, private.without_pointers(resolved.config, resolved.hidden_pointers)
        )
        from private.resolved_configs(p_site_domain) as resolved
        where resolved.enabled and resolved.delivery = 'widget' and resolved.access = 'client'
      ),
      '{}'
    ),
    'sections', private.published_sections(p_site_domain)
  )
$$;

comment on function private.widget_config(text) is
  'What a website''s widget downloads: agents, the configurations that are on, and AI Sections; nothing that is for staff or for the agent''s backend.';

create function private.agent_config(p_site_domain text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'version', private.content_version(p_site_domain),
    'site_domain', p_site_domain,
    'agents', coalesce(
      (
        select jsonb_object_agg(
          agent.slug, agent.entry || jsonb_build_object('enabled', agent.enabled, 'reason', agent.reason)
        )
        from private.agents_of(p_site_domain) as agent
      ),
      '{}'
    ),
    'config', coalesce(
      (
        select jsonb_object_agg(resolved.config_slug, resolved.config)
        from private.resolved_configs(p_site_domain) as resolved
        where resolved.enabled and resolved.config_slug <> 'agents'
      ),
      '{}'
    ),
    'sections', private.published_sections(p_site_domain)
  )
$$;

comment on function private.agent_config(text) is
  'What a website''s agent backend downloads: everything that is on, prompts and what is for staff included.';

create function private.content_to_deliver(p_site_domain text)
returns table (widget jsonb, agent jsonb, version text, hosts text[])
language sql
stable
security definer
set search_path = ''
as $$
  select
    private.widget_config(domain.site_domain),
    private.agent_config(domain.site_domain),
    private.content_version(domain.site_domain),
    array(
      select host.host
      from public.domain_hosts as host
      where host.site_domain = domain.site_domain
      order by host.host
    )
  from public.domains as domain
  where domain.site_domain = p_site_domain
$$;

comment on function private.content_to_deliver(text) is
  'Both documents of a website as of one instant, their version, and the hosts whose pages may read the widget''s.';

create function private.content_versions_of(p_site_domains text[])
returns table (site_domain text, version text)
language sql
stable
security definer
set search_path = ''
as $$
  select wanted.site_domain, private.content_version(wanted.site_domain)
  from unnest(p_site_domains) as wanted (site_domain)
$$;

comment on function private.content_versions_of(text[]) is 'The versions of what is delivered to some websites, for caches.';

revoke execute on function
  private.widget_config(text),
  private.agent_config(text),
  private.content_to_deliver(text),
  private.content_versions_of(text[])
from public, anon, authenticated, service_role;
grant execute on function
  private.widget_config(text),
  private.agent_config(text),
  private.content_to_deliver(text),
  private.content_versions_of(text[])
to service_role;

create or replace function private.audit_sentence(
  p_subject_type text,
  p_action text,
  p_subject_id text,
  p_changed text[],
  p_before jsonb,
  p_after jsonb
)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_row jsonb := coalesce(p_after, p_before, '{}');
  v_kind text := case p_subject_type
    when 'ai_section' then 'AI Section'
    when 'client_config' then 'Configuration'
    when 'config' then 'Configuration'
    when 'domain' then 'Website'
    when 'domain_host' then 'Host'
    when 'domain_key' then initcap(coalesce(v_row ->> 'kind', '')) || ' key'
    when 'profile' then 'Person'
    when 'user_domain' then 'Access'
    else upper(left(p_subject_type, 1)) || replace(substr(p_subject_type, 2), '_', ' ')
  end;
  -- Ids made of random digits say nothing to a person.
  v_name text := coalesce(
    v_row ->> 'title',
    nullif(v_row ->> 'name', ''),
    nullif(v_row ->> 'label', ''),
    nullif(v_row ->> 'config_slug', ''),
    v_row ->> 'slug',
    v_row ->> 'host',
    v_row ->> 'email',
    case when p_subject_type = 'domain' then p_subject_id end
  );
begin
  if p_subject_type = 'export' then
    return upper(left(p_subject_id, 1)) || replace(substr(p_subject_id, 2), '_', ' ') || ' exported'
      || coalesce(': ' || (v_row ->> 'rows') || case v_row ->> 'rows' when '1' then ' row' else ' rows' end, '')
      || coalesce(' as ' || upper(v_row ->> 'format'), '');
  end if;
  -- What changed in a website or a key says more than that it changed.
  if p_action = 'update' and p_subject_type = 'domain' and cardinality(p_changed) = 1 then
    case p_changed[1]
      when 'timezone' then
        return format('Timezone changed from %s to %s', p_before ->> 'timezone', p_after ->> 'timezone');
      when 'archived_at' then
        return 'Website ' || case when p_after ->> 'archived_at' is null then 'restored' else 'archived' end;
      when 'recountable_from' then
        return 'Raw data before ' || coalesce(p_after ->> 'recountable_from', 'an unknown day') || ' deleted';
      else
        null;
    end case;
  elsif p_action = 'update' and p_subject_type = 'domain_key' and p_changed = array['revoked_at'] then
    return v_kind || ' revoked' || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'topic' and 'status' = any (p_changed) then
    return v_kind
      || case p_after ->> 'status' when 'hidden' then ' hidden' when 'merged' then ' merged' else ' shown again' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'ai_section' and 'archived_at' = any (p_changed) then
    return v_kind
      || case when p_after ->> 'archived_at' is null then ' restored' else ' archived' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'ai_section' and 'published_version' = any (p_changed) then
    return v_kind
      || case when p_after ->> 'published_version' is null then ' unpublished' else ' published' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_subject_type = 'agent' and p_action <> 'delete' then
    return v_kind
      || case
        when p_action = 'update' and not 'enabled' = any (p_changed) then ' switched for another reason'
        when (p_after ->> 'enabled')::boolean then ' turned on'
        else ' turned off'
      end
      || coalesce(': ' || left(v_name, 100), '')
      || coalesce(' (' || nullif(left(p_after ->> 'reason', 200), '') || ')', '');
  elsif p_action = 'update' and p_changed = array['enabled'] then
    return v_kind
      || case (p_after ->> 'enabled')::boolean
        when true then ' turned on'
        when false then ' turned off'
        else ' no longer turned on or off here'
      end
      || coalesce(': ' || left(v_name, 100), '');
  end if;
  return v_kind
    || ' '
    || case p_action
      when 'create' then 'added'
      when 'update' then 'changed'
      when 'delete' then 'removed'
      when 'erase' then 'erased'
      when 'view' then 'viewed'
      when 'export' then 'exported'
      else replace(p_action, '_', ' ')
    end
    || coalesce(': ' || left(v_name, 100), '');
end
$$;

-- Drafts are nothing that is delivered.
create trigger note_content_change
  after update on public.ai_sections
  for each row
  when (
    (old.published_version is not null or new.published_version is not null)
    and (old.published_version, old.enabled, old.position, old.slug)
      is distinct from (new.published_version, new.enabled, new.position, new.slug)
  )
  execute function private.note_content_change();
