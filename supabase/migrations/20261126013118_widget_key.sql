-- The key of the snippet that people paste into their pages.

create function private.widget_key(p_site_domain text)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select key.public_key
  from public.domain_keys as key
  where key.site_domain = p_site_domain
    and key.kind = 'public'
    and key.revoked_at is null
    and p_site_domain = any (array(select private.my_domains()))
  order by key.created_at desc, key.id
  limit 1
$$;

comment on function private.widget_key(text) is
  'The newest public key of a domain the caller may see. A definer, since the list of keys is for staff.';

create function public.get_widget_key(p_site_domain text)
returns text
language sql
stable
set search_path = ''
as $$ select private.widget_key(p_site_domain) $$;

comment on function public.get_widget_key(text) is
  'The public key that a website''s pages load the widget with; null when the domain has none.';

revoke execute on function private.widget_key(text), public.get_widget_key(text) from public, anon;
grant execute on function private.widget_key(text), public.get_widget_key(text) to authenticated, service_role;
