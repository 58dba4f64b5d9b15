-- Domains and the keys senders show.

create function private.find_domain_key(p_kind text, p_key text)
returns table (site_domain text)
language sql
stable
security definer
set search_path = ''
as $$
  select key.site_domain
  from public.domain_keys as key
  join public.domains as domain on domain.site_domain = key.site_domain
  where key.revoked_at is null
    and domain.archived_at is null
    and (
      (p_kind = 'public' and key.kind = 'public' and key.public_key = p_key)
      or (
        p_kind = 'secret'
        and key.kind = 'secret'
        and key.secret_hash = pg_catalog.sha256(pg_catalog.convert_to(p_key, 'UTF8'))
      )
    )
$$;

comment on function private.find_domain_key(text, text) is
  'The domain of a public or secret key; no row for an unknown or revoked key, or an archived domain.';

create function private.create_domain(
  p_site_domain text,
  p_name text,
  p_timezone text,
  p_organization text
)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_organization_id uuid;
begin
  if exists (select 1 from public.domains as domain where domain.site_domain = p_site_domain) then
    return false;
  end if;
  insert into public.organizations (name) values (p_organization) on conflict (name) do nothing;
  v_organization_id := (
    select organization.id from public.organizations as organization where organization.name = p_organization
  );
  insert into public.domains (site_domain, organization_id, name, timezone)
  values (p_site_domain, v_organization_id, p_name, p_timezone)
  on conflict (site_domain) do nothing;
  if not found then
    return false;
  end if;
  insert into public.domain_hosts (site_domain, host)
  values (p_site_domain, p_site_domain), (p_site_domain, 'www.' || p_site_domain);
  return true;
end
$$;

comment on function private.create_domain(text, text, text, text) is
  'Makes a domain, its organization if it is missing, and its hosts; false when the domain exists.';

create function private.mint_key(p_site_domain text, p_kind text, p_label text default '')
returns table (id uuid, key text)
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- Two random (v4) UUIDs hold 244 random bits.
  v_random text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  if p_kind = 'public' then
    return query
      insert into public.domain_keys as minted (site_domain, kind, public_key, label)
      values (p_site_domain, 'public', 'rose_pk_' || left(v_random, 32), p_label)
      returning minted.id, minted.public_key;
  elsif p_kind = 'secret' then
    return query
      insert into public.domain_keys as minted (site_domain, kind, secret_hash, secret_hint, label)
      values (
        p_site_domain,
        'secret',
        pg_catalog.sha256(pg_catalog.convert_to('rose_sk_' || v_random, 'UTF8')),
        'rose_sk_…' || right(v_random, 4),
        p_label
      )
      returning minted.id, 'rose_sk_' || v_random;
  else
    raise exception 'A key is public or secret, not %', p_kind using errcode = '22023';
  end if;
end
$$;

comment on function private.mint_key(text, text, text) is
  'Makes a key. A secret key is given here once and kept only as a hash.';

create function private.revoke_key(p_site_domain text, p_id uuid)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.domain_keys
  set revoked_at = coalesce(revoked_at, pg_catalog.clock_timestamp())
  where site_domain = p_site_domain and id = p_id
$$;

comment on function private.revoke_key(text, uuid) is 'Ends a key at once.';

revoke execute on function
  private.find_domain_key(text, text),
  private.create_domain(text, text, text, text),
  private.mint_key(text, text, text),
  private.revoke_key(text, uuid)
from public, anon, authenticated;
grant execute on function
  private.find_domain_key(text, text),
  private.create_domain(text, text, text, text),
  private.mint_key(text, text, text),
  private.revoke_key(text, uuid)
to service_role;
