-- Domains and the keys senders show.

create function private.find_domain_key(p_kind text, p_key text)
returns table (site_domain text, id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  select key.site_domain, key.id
  from public.domain_keys as key
  join public.domains as domain on domain.site_domain = key.site_domain
  where key.revoked_at is null
    and (key.expires_at is null or key.expires_at > pg_catalog.clock_timestamp())
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
  'The domain of a public or secret key, and the key; no row for a key that is unknown, revoked or replaced for too long, or of an archived domain.';

create function private.why_key_fails(p_kind text, p_key text)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when domain.archived_at is not null then 'archived'
    when key.revoked_at is not null then 'revoked'
    else 'replaced'
  end
  from public.domain_keys as key
  join public.domains as domain on domain.site_domain = key.site_domain
  where (p_kind = 'public' and key.kind = 'public' and key.public_key = p_key)
    or (
      p_kind = 'secret'
      and key.kind = 'secret'
      and key.secret_hash = pg_catalog.sha256(pg_catalog.convert_to(p_key, 'UTF8'))
    )
$$;

comment on function private.why_key_fails(text, text) is
  'Why a key that private.find_domain_key does not find fails: archived (its website), revoked, or replaced for too long; null when it never was one.';

create function private.note_key_uses(p_uses jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.domain_keys as key
  set last_used_at = used.used_at
  from pg_catalog.jsonb_to_recordset(p_uses) as used (site_domain text, id uuid, used_at timestamptz)
  where key.site_domain = used.site_domain
    and key.id = used.id
    and (key.last_used_at is null or key.last_used_at < used.used_at)
$$;

comment on function private.note_key_uses(jsonb) is
  'When keys last came with a request: [{site_domain, id, used_at}].';

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

create function private.rotate_key(p_site_domain text, p_id uuid, p_ends_at timestamptz)
returns table (id uuid, key text)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_old public.domain_keys;
  v_new record;
begin
  select * into v_old
  from public.domain_keys as kept
  where kept.site_domain = p_site_domain and kept.id = p_id
  for update;
  if v_old.id is null then
    raise exception 'There is no such key' using errcode = 'PT404';
  elsif v_old.revoked_at is not null then
    raise exception 'The key was revoked: make a new one instead' using errcode = 'PT409';
  elsif v_old.expires_at is not null then
    raise exception 'The key was replaced already: see the new one' using errcode = 'PT409';
  elsif p_ends_at > pg_catalog.clock_timestamp() + interval '91 days' then
    raise exception 'An old key lives on for 90 days at most' using errcode = 'PT422', column = 'ends_at';
  elsif exists (
    select 1 from public.domains as domain
    where domain.site_domain = p_site_domain and domain.archived_at is not null
  ) then
    raise exception '% is archived: restore it first', p_site_domain using errcode = 'PT409';
  end if;
  select minted.id, minted.key into v_new
  from private.mint_key(p_site_domain, v_old.kind, v_old.label) as minted;
  update public.domain_keys as kept
  set expires_at = p_ends_at, replaced_by = v_new.id
  where kept.site_domain = p_site_domain and kept.id = p_id;
  return query select v_new.id, v_new.key;
end
$$;

comment on function private.rotate_key(text, uuid, timestamptz) is
  'Makes a key of the same kind and label; the old one works beside it until p_ends_at, 90 days ahead at most. PT404: no such key; PT409: it was revoked or replaced before.';

revoke execute on function
  private.find_domain_key(text, text),
  private.create_domain(text, text, text, text),
  private.mint_key(text, text, text),
  private.revoke_key(text, uuid),
  private.rotate_key(text, uuid, timestamptz),
  private.why_key_fails(text, text),
  private.note_key_uses(jsonb)
from public, anon, authenticated;
grant execute on function
  private.find_domain_key(text, text),
  private.create_domain(text, text, text, text),
  private.mint_key(text, text, text),
  private.revoke_key(text, uuid),
  private.rotate_key(text, uuid, timestamptz),
  private.why_key_fails(text, text),
  private.note_key_uses(jsonb)
to service_role;
