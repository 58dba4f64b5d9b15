-- What staff do to organizations and websites. Names and hosts come here normalised.

create function private.check_clients_staff()
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not private.is_admin() then
    raise exception 'Clients are for Rose staff' using errcode = 'PT403';
  end if;
end
$$;

comment on function private.check_clients_staff() is 'Refuses (PT403) everybody but staff.';

create function private.lock_client_domain(p_site_domain text)
returns public.domains
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_domain public.domains;
begin
  perform private.check_clients_staff();
  select * into v_domain
  from public.domains as domain
  where domain.site_domain = p_site_domain
  for no key update;
  if not found then
    raise exception 'There is no website %', p_site_domain using errcode = 'PT404';
  end if;
  return v_domain;
end
$$;

comment on function private.lock_client_domain(text) is
  'A website that staff are about to change, one after the other. PT403: not staff; PT404: there is none.';

create function private.lock_organization(p_id uuid)
returns public.organizations
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_organization public.organizations;
begin
  perform private.check_clients_staff();
  select * into v_organization from public.organizations as organization where organization.id = p_id for update;
  if not found then
    raise exception 'There is no such organization' using errcode = 'PT404';
  end if;
  return v_organization;
end
$$;

comment on function private.lock_organization(uuid) is
  'An organization that staff are about to change, one after the other. PT403: not staff; PT404: there is none.';

create function private.check_organization_name(p_name text, p_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_other public.organizations;
begin
  select * into v_other
  from public.organizations as organization
  where lower(organization.name) = lower(p_name) and organization.id is distinct from p_id
  limit 1;
  if found then
    raise exception '% is another organization''s name%', v_other.name,
      case when v_other.archived_at is null then '' else ', which is archived' end
      using errcode = 'PT409', column = 'name';
  end if;
end
$$;

comment on function private.check_organization_name(text, uuid) is
  'Refuses (PT409) a name that another organization has, in whatever case.';

create function private.create_organization(p_name text)
returns public.organizations
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_organization public.organizations;
begin
  perform private.check_clients_staff();
  perform private.check_organization_name(p_name, null);
  insert into public.organizations (name) values (p_name)
  on conflict (name) do nothing
  returning * into v_organization;
  if v_organization.id is null then
    raise exception '% is another organization''s name', p_name using errcode = 'PT409', column = 'name';
  end if;
  return v_organization;
end
$$;

comment on function private.create_organization(text) is
  'A new organization. PT403: not staff; PT409, column name: another has the name.';

create function private.rename_organization(p_id uuid, p_name text, p_was text)
returns public.organizations
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_organization public.organizations := private.lock_organization(p_id);
begin
  if v_organization.name <> p_was then
    raise exception 'Somebody else renamed it to % meanwhile', v_organization.name
      using errcode = 'PT409', column = 'name';
  end if;
  perform private.check_organization_name(p_name, p_id);
  update public.organizations set name = p_name where id = p_id returning * into v_organization;
  return v_organization;
exception when unique_violation then
  raise exception '% is another organization''s name', p_name using errcode = 'PT409', column = 'name';
end
$$;

comment on function private.rename_organization(uuid, text, text) is
  'Renames an organization that is called p_was. PT409, column name: it is not any more, or another has the name.';

create function private.archive_organization(p_id uuid, p_archived boolean)
returns public.organizations
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_organization public.organizations := private.lock_organization(p_id);
  v_at timestamptz := pg_catalog.clock_timestamp();
begin
  if (v_organization.archived_at is not null) = p_archived then
    return v_organization;
  end if;
  -- Those archived with it have its very moment, and come back with it.
  update public.domains
  set archived_at = case when p_archived then v_at end
  where organization_id = p_id and archived_at is not distinct from v_organization.archived_at;
  update public.organizations
  set archived_at = case when p_archived then v_at end
  where id = p_id
  returning * into v_organization;
  return v_organization;
end
$$;

comment on function private.archive_organization(uuid, boolean) is
  'Archives an organization with its live websites, or restores it with those that were archived with it.';

create function private.create_client_domain(
  p_organization_id uuid,
  p_site_domain text,
  p_name text,
  p_timezone text
)
returns public.domains
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_organization public.organizations := private.lock_organization(p_organization_id);
  v_domain public.domains;
begin
  if v_organization.archived_at is not null then
    raise exception '% is archived: restore it first', v_organization.name using errcode = 'PT409';
  elsif not private.is_timezone(p_timezone) then
    raise exception 'There is no timezone "%"', p_timezone using errcode = 'PT422', column = 'timezone';
  end if;
  insert into public.domains (site_domain, organization_id, name, timezone)
  values (p_site_domain, p_organization_id, p_name, p_timezone)
  on conflict (site_domain) do nothing
  returning * into v_domain;
  if v_domain.site_domain is null then
    raise exception '% exists already: %', p_site_domain, (
      select format('a website of %s%s', owner.name, case when taken.archived_at is null then '' else ', archived' end)
      from public.domains as taken
      join public.organizations as owner on owner.id = taken.organization_id
      where taken.site_domain = p_site_domain
    ) using errcode = 'PT409', column = 'site_domain';
  end if;
  insert into public.domain_hosts (site_domain, host)
  values (p_site_domain, p_site_domain), (p_site_domain, 'www.' || p_site_domain);
  -- Without one there would be no snippet to paste.
  perform private.mint_key(p_site_domain, 'public', 'Widget');
  return v_domain;
end
$$;

comment on function private.create_client_domain(uuid, text, text, text) is
  'A new website of an organization, with its hosts and a public key. PT409, column site_domain: it exists already; PT422: no such timezone.';

create function private.rename_client_domain(p_site_domain text, p_name text, p_was text)
returns public.domains
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_domain public.domains := private.lock_client_domain(p_site_domain);
begin
  if v_domain.name <> p_was then
    raise exception 'Somebody else renamed it to % meanwhile', v_domain.name
      using errcode = 'PT409', column = 'name';
  end if;
  update public.domains set name = p_name where site_domain = p_site_domain returning * into v_domain;
  return v_domain;
end
$$;

comment on function private.rename_client_domain(text, text, text) is
  'Renames a website that is called p_was; its domain never changes. PT409, column name: it is not any more.';

create function private.archive_client_domain(p_site_domain text, p_archived boolean)
returns public.domains
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_domain public.domains := private.lock_client_domain(p_site_domain);
begin
  if (v_domain.archived_at is not null) = p_archived then
    return v_domain;
  elsif not p_archived and exists (
    select 1
    from public.organizations as organization
    where organization.id = v_domain.organization_id and organization.archived_at is not null
  ) then
    raise exception 'Its organization is archived: restore that first' using errcode = 'PT409';
  end if;
  update public.domains
  set archived_at = case when p_archived then pg_catalog.clock_timestamp() end
  where site_domain = p_site_domain
  returning * into v_domain;
  return v_domain;
end
$$;

comment on function private.archive_client_domain(text, boolean) is
  'Archives a website, whose keys stop working with it and whose data stays, or restores it. PT409: its organization is archived.';

revoke execute on function
  private.check_clients_staff(),
  private.lock_client_domain(text),
  private.lock_organization(uuid),
  private.check_organization_name(text, uuid),
  private.create_organization(text),
  private.rename_organization(uuid, text, text),
  private.archive_organization(uuid, boolean),
  private.create_client_domain(uuid, text, text, text),
  private.rename_client_domain(text, text, text),
  private.archive_client_domain(text, boolean)
from public, anon, authenticated, service_role;
grant execute on function
  private.create_organization(text),
  private.rename_organization(uuid, text, text),
  private.archive_organization(uuid, boolean),
  private.create_client_domain(uuid, text, text, text),
  private.rename_client_domain(text, text, text),
  private.archive_client_domain(text, boolean)
to authenticated;
