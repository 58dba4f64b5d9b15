-- What staff do to a website's hosts, internal addresses and keys.

create function private.put_host(p_site_domain text, p_host text, p_environment text)
returns public.domain_hosts
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_domain public.domains := private.lock_client_domain(p_site_domain);
  v_host public.domain_hosts;
begin
  insert into public.domain_hosts as kept (site_domain, host, environment)
  values (v_domain.site_domain, p_host, p_environment)
  on conflict (site_domain, host) do update set environment = excluded.environment
  returning * into v_host;
  return v_host;
end
$$;

comment on function private.put_host(text, text, text) is
  'Adds a host to a website, or changes the environment of one. What came in before stays as it was counted.';

create function private.remove_host(p_site_domain text, p_host text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_client_domain(p_site_domain);
  delete from public.domain_hosts as host where host.site_domain = p_site_domain and host.host = p_host;
  if not found then
    raise exception '% is no host of %', p_host, p_site_domain using errcode = 'PT404';
  elsif not exists (select 1 from public.domain_hosts as host where host.site_domain = p_site_domain) then
    raise exception 'A website has at least one host: without any, no page may load its widget'
      using errcode = 'PT409', column = 'host';
  end if;
end
$$;

comment on function private.remove_host(text, text) is
  'Takes a host from a website. PT404: it has none such; PT409: it is the last one.';

create function private.put_internal_address(p_site_domain text, p_ip_hash text, p_label text)
returns public.internal_addresses
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_domain public.domains := private.lock_client_domain(p_site_domain);
  v_address public.internal_addresses;
begin
  insert into public.internal_addresses as kept (site_domain, ip_hash, label)
  values (v_domain.site_domain, p_ip_hash, p_label)
  on conflict (site_domain, ip_hash) do update set label = excluded.label
  returning * into v_address;
  return v_address;
end
$$;

comment on function private.put_internal_address(text, text, text) is
  'Traffic from an address (its keyed hash) is not counted from now on.';

create function private.remove_internal_address(p_site_domain text, p_ip_hash text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_client_domain(p_site_domain);
  delete from public.internal_addresses as address
  where address.site_domain = p_site_domain and address.ip_hash = p_ip_hash;
  if not found then
    raise exception '% has no such internal address', p_site_domain using errcode = 'PT404';
  end if;
end
$$;

comment on function private.remove_internal_address(text, text) is
  'Traffic from an address counts again from now on. PT404: there is none such.';

create function private.mint_client_key(p_site_domain text, p_kind text, p_label text)
returns table (id uuid, key text)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_domain public.domains := private.lock_client_domain(p_site_domain);
begin
  if v_domain.archived_at is not null then
    raise exception '% is archived: restore it first', p_site_domain using errcode = 'PT409';
  end if;
  return query select minted.id, minted.key from private.mint_key(p_site_domain, p_kind, p_label) as minted;
end
$$;

comment on function private.mint_client_key(text, text, text) is
  'Makes a key of a website; a secret one is given here once. PT409: the website is archived.';

create function private.label_client_key(p_site_domain text, p_id uuid, p_label text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_client_domain(p_site_domain);
  update public.domain_keys set label = p_label where site_domain = p_site_domain and id = p_id;
  if not found then
    raise exception 'There is no such key' using errcode = 'PT404';
  end if;
end
$$;

comment on function private.label_client_key(text, uuid, text) is 'Says what a key is for. PT404: there is none such.';

create function private.rotate_client_key(p_site_domain text, p_id uuid, p_ends_at timestamptz)
returns table (id uuid, key text)
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_client_domain(p_site_domain);
  return query select made.id, made.key from private.rotate_key(p_site_domain, p_id, p_ends_at) as made;
end
$$;

comment on function private.rotate_client_key(text, uuid, timestamptz) is 'As private.rotate_key, for staff.';

create function private.end_client_key(p_site_domain text, p_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_client_domain(p_site_domain);
  if not exists (
    select 1 from public.domain_keys as key where key.site_domain = p_site_domain and key.id = p_id
  ) then
    raise exception 'There is no such key' using errcode = 'PT404';
  end if;
  perform private.revoke_key(p_site_domain, p_id);
end
$$;

comment on function private.end_client_key(text, uuid) is 'Ends a key at once. PT404: there is none such.';

revoke execute on function
  private.put_host(text, text, text),
  private.remove_host(text, text),
  private.put_internal_address(text, text, text),
  private.remove_internal_address(text, text),
  private.mint_client_key(text, text, text),
  private.label_client_key(text, uuid, text),
  private.rotate_client_key(text, uuid, timestamptz),
  private.end_client_key(text, uuid)
from public, anon, authenticated, service_role;
grant execute on function
  private.put_host(text, text, text),
  private.remove_host(text, text),
  private.put_internal_address(text, text, text),
  private.remove_internal_address(text, text),
  private.mint_client_key(text, text, text),
  private.label_client_key(text, uuid, text),
  private.rotate_client_key(text, uuid, timestamptz),
  private.end_client_key(text, uuid)
to authenticated;
