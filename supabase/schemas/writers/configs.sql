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
