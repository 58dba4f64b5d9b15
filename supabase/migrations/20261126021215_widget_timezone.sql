-- The widget is told the website's timezone, which its hours of display are in.

create or replace function private.widget_config(p_site_domain text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'version', private.content_version(p_site_domain),
    'site_domain', p_site_domain,
    -- What hours of display are in.
    'timezone', (
      select domain.timezone from public.domains as domain where domain.site_domain = p_site_domain
    ),
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
