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
