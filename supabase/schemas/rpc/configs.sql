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
