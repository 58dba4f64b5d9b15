-- Organizations, websites and keys that staff change: replaced keys that work on for a while, when a key was last
-- used, and timezones that change.

alter table public.domain_keys
  add column expires_at timestamptz,
  add column replaced_by uuid,
  add constraint domain_keys_label_check check (length(label) <= 100),
  add constraint domain_keys_replaced_by_check check (replaced_by is null or expires_at is not null);

comment on column public.domain_keys.expires_at is 'When it stops working because another one took its place; null: not until it is revoked.';
comment on column public.domain_keys.replaced_by is 'The key that took its place.';
comment on column public.domain_keys.last_used_at is 'When it last came with a request, to the minute.';

grant select (expires_at, replaced_by) on public.domain_keys to authenticated;

-- Changes of a website's timezone: every day stored of it moves, which takes a while and may be watched.

create table public.timezone_changes (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  from_timezone text not null,
  to_timezone text not null,
  state text not null default 'waiting',
  done bigint not null default 0,
  total bigint,
  error text,
  requested_by uuid,
  requested_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  constraint timezone_changes_pkey primary key (site_domain, id),
  constraint timezone_changes_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint timezone_changes_state_check check (state in ('waiting', 'running', 'done', 'failed')),
  constraint timezone_changes_timezone_check check (private.is_timezone(to_timezone) and to_timezone <> from_timezone),
  constraint timezone_changes_done_check check (done >= 0 and (total is null or total >= 0))
);

create unique index timezone_changes_open_key on public.timezone_changes (site_domain)
  where state in ('waiting', 'running');

comment on table public.timezone_changes is
  'Changes of a website''s timezone. Figures are of the old one until a change is done, and then all of the new one.';
comment on column public.timezone_changes.done is 'Visitors whose days have moved, of `total`.';

alter table public.timezone_changes enable row level security;
revoke all on public.timezone_changes from public, anon, authenticated;
grant select on public.timezone_changes to authenticated;
grant all on public.timezone_changes to service_role;

create policy timezone_changes_select on public.timezone_changes
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));

-- It gives the key, too.
drop function private.find_domain_key(text, text);

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

create or replace function private.timezone_of(p_site_domain text)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_timezone text;
begin
  -- Whoever writes days waits for a change of the timezone to end, and it for them. Not `stable`: what is read
  -- below must be from after the wait.
  perform pg_catalog.pg_advisory_xact_lock_shared(
    pg_catalog.hashtext('private.days'), pg_catalog.hashtext(p_site_domain)
  );
  select domain.timezone
  into v_timezone
  from public.domains as domain
  where domain.site_domain = p_site_domain and domain.archived_at is null;
  if v_timezone is null then
    raise exception 'There is no domain %', p_site_domain using errcode = 'PT404';
  end if;
  return v_timezone;
end
$$;

comment on function private.timezone_of(text) is 'The timezone of a domain that takes traffic, which stays that until the transaction ends; PT404 when there is none.';

create or replace function private.capture_events(p_site_domain text, p_events jsonb)
returns table (uuid uuid, status text)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text;
  v_events private.captured_event[];
  v_ip_hashes text[];
  v_event private.captured_event;
  v_position integer;
begin
  v_timezone := private.timezone_of(p_site_domain);

  -- Only what was never accepted before goes on.
  with incoming as (
    select distinct on (e.uuid) e.*
    from jsonb_to_recordset(p_events) as e (
      uuid uuid, name text, distinct_id text, anon_distinct_id text, session_id text,
      conversation_id uuid, occurred_at timestamptz, url text, host text, page text, referrer_host text,
      utm_source text, utm_medium text, utm_campaign text, country text, device_type text,
      browser text, os text, language text, is_bot boolean, ip_hash text, email text,
      name_of_person text, properties jsonb
    )
    order by e.uuid, e.occurred_at
  ),
  fresh as (
    insert into public.event_ids as known (site_domain, uuid)
    select p_site_domain, incoming.uuid from incoming order by incoming.uuid
    on conflict do nothing
    returning known.uuid
  ),
  -- Materialized: what is looked up here is asked for twice below.
  judged as materialized (
    select
      i.*,
      private.environment_of(p_site_domain, i.host, host.environment) as environment,
      exists (
        select 1
        from public.internal_addresses as address
        where address.site_domain = p_site_domain and address.ip_hash = i.ip_hash
      ) as is_internal
    from incoming as i
    join fresh on fresh.uuid = i.uuid
    left join public.domain_hosts as host on host.site_domain = p_site_domain and host.host = i.host
  )
  select array_agg(
    row(
      j.uuid, j.name, j.distinct_id, j.anon_distinct_id, j.session_id, j.conversation_id, j.occurred_at,
      j.url, j.page, j.referrer_host, j.utm_source, j.utm_medium, j.utm_campaign, j.country,
      j.device_type, j.browser, j.os, j.language, coalesce(j.is_bot, false), j.is_internal, j.email,
      j.name_of_person, coalesce(j.properties, '{}'), j.environment,
      not coalesce(j.is_bot, false) and not j.is_internal and j.environment = 'production',
      private.day_of(j.occurred_at, v_timezone), null
    )::private.captured_event
    order by j.occurred_at, j.uuid
  ),
  array_agg(j.ip_hash order by j.occurred_at, j.uuid)
  into v_events, v_ip_hashes
  from judged as j;

  if v_events is not null then
    perform private.make_event_partition(months.month)
    from (
      select distinct date_trunc('month', e.occurred_at at time zone 'UTC')::date as month
      from unnest(v_events) as e
    ) as months;

    for v_event in
      select e.* from unnest(v_events) as e where e.anon_distinct_id is not null order by e.occurred_at, e.uuid
    loop
      perform private.identify(
        p_site_domain, v_event.distinct_id, v_event.anon_distinct_id, v_event.occurred_at
      );
    end loop;

    with locked as (
      select l.distinct_id, l.visitor_id
      from private.lock_visitors(
        p_site_domain,
        array(select e.distinct_id from unnest(v_events) as e),
        array(select e.occurred_at from unnest(v_events) as e)
      ) as l
    )
    select array_agg(
      row(
        e.uuid, e.name, e.distinct_id, e.anon_distinct_id, e.session_id, e.conversation_id, e.occurred_at,
        e.url, e.page, e.referrer_host, e.utm_source, e.utm_medium, e.utm_campaign, e.country,
        e.device_type, e.browser, e.os, e.language, e.is_bot, e.is_internal, e.email, e.person_name,
        e.properties, e.environment, e.counts, e.day, locked.visitor_id
      )::private.captured_event
      order by e.occurred_at, e.uuid
    )
    into v_events
    from unnest(v_events) as e
    join locked on locked.distinct_id = e.distinct_id;

    -- Without a session id of the sender's, each event in turn joins the nearest session.
    for v_position in
      select e.position
      from unnest(v_events) with ordinality as e (
        uuid, name, distinct_id, anon_distinct_id, session_id, conversation_id, occurred_at, url, page,
        referrer_host, utm_source, utm_medium, utm_campaign, country, device_type, browser, os, language,
        is_bot, is_internal, email, person_name, properties, environment, counts, day, visitor_id, position
      )
      where e.session_id is null
      order by e.position
    loop
      v_event := v_events[v_position];
      v_event.session_id := (
        select joined.session_id
        from private.join_session(p_site_domain, v_event.visitor_id, v_event.occurred_at, v_timezone) as joined
      );
      v_events[v_position] := v_event;
    end loop;

    perform private.store_events(p_site_domain, v_timezone, v_events);
    -- Both arrays are in the order of time.
    perform private.note_evidence(
      p_site_domain,
      array_agg(e.visitor_id),
      array_agg(e.ip_hash),
      array_agg(
        case when jsonb_typeof(e.properties -> '$reveal') = 'object' then e.properties -> '$reveal' end
      ),
      array_agg(e.occurred_at)
    )
    from (
      select event.visitor_id, event.ip_hash, event.properties, event.occurred_at, event.is_bot, event.is_internal
      from rows from (unnest(v_events), unnest(v_ip_hashes)) as event (
        uuid, name, distinct_id, anon_distinct_id, session_id, conversation_id, occurred_at, url, page,
        referrer_host, utm_source, utm_medium, utm_campaign, country, device_type, browser, os, language,
        is_bot, is_internal, email, person_name, properties, environment, counts, day, visitor_id, ip_hash
      )
    ) as e
    where not e.is_bot and not e.is_internal and (e.ip_hash is not null or e.properties ? '$reveal');
  end if;

  return query
    select
      sent.uuid,
      case when stored.uuid is null then 'duplicate' else 'stored' end
    from (
      select (e.value ->> 'uuid')::uuid as uuid, e.position
      from jsonb_array_elements(p_events) with ordinality as e (value, position)
    ) as sent
    left join (
      select e.uuid, row_number() over () as position from unnest(v_events) as e
    ) as stored on stored.uuid = sent.uuid
    order by sent.position;
end
$$;

comment on function private.capture_events(text, jsonb) is
  'Takes validated events of a domain in; gives each one''s uuid and whether it was stored or known already.';

create or replace function private.widget_key(p_site_domain text)
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
    and (key.expires_at is null or key.expires_at > now())
    and p_site_domain = any (array(select private.my_domains()))
  order by key.created_at desc, key.id
  limit 1
$$;

comment on function private.widget_key(text) is
  'The newest public key of a domain the caller may see. A definer, since the list of keys is for staff.';

revoke execute on function
  private.find_domain_key(text, text),
  private.rotate_key(text, uuid, timestamptz),
  private.why_key_fails(text, text),
  private.note_key_uses(jsonb)
from public, anon, authenticated;
grant execute on function
  private.find_domain_key(text, text),
  private.rotate_key(text, uuid, timestamptz),
  private.why_key_fails(text, text),
  private.note_key_uses(jsonb)
to service_role;

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

-- Moving every day stored of a website into another timezone: one transaction, in which whoever writes days waits, and
-- until whose end everybody reads the old days, the old figures and the old timezone.

create function private.begin_timezone_change(p_site_domain text, p_id uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_change public.timezone_changes;
  v_domain public.domains;
begin
  -- Before any row lock, as the writers do it: see private.timezone_of.
  perform pg_catalog.pg_advisory_xact_lock(
    pg_catalog.hashtext('private.days'), pg_catalog.hashtext(p_site_domain)
  );
  select * into v_change
  from public.timezone_changes as change
  where change.site_domain = p_site_domain and change.id = p_id and change.state in ('waiting', 'running');
  if v_change is null then
    return false;
  end if;
  select * into v_domain
  from public.domains as domain
  where domain.site_domain = p_site_domain
  for update;
  if v_domain.archived_at is not null then
    raise exception '% is archived: restore it first', p_site_domain using errcode = 'PT409';
  end if;
  -- Whoever writes facts locks its visitors first, in this order.
  perform 1
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain
  order by visitor.id
  for update;
  update public.domains set timezone = v_change.to_timezone where site_domain = p_site_domain;
  return true;
end
$$;

comment on function private.begin_timezone_change(text, uuid) is
  'Sets the new timezone and keeps out whoever writes days until the transaction ends; false when the change is over already. PT409: the website is archived.';

create function private.move_days(p_site_domain text, p_after uuid, p_limit integer)
returns table (last_id uuid, visitors integer)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_timezone text;
  v_before text;
  v_ids uuid[];
  v_moved uuid[];
  v_converted uuid[];
begin
  select change.to_timezone, change.from_timezone
  into v_timezone, v_before
  from public.timezone_changes as change
  where change.site_domain = p_site_domain and change.state in ('waiting', 'running');
  v_ids := array(
    select visitor.id
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and (p_after is null or visitor.id > p_after)
    order by visitor.id
    limit p_limit
  );
  if v_ids = '{}' then
    return;
  end if;

  -- The rollups' triggers see what moves, so that figures move with it.
  with moved as (
    update public.events as event
    set day = private.day_of(event.occurred_at, v_timezone)
    where event.site_domain = p_site_domain
      and event.visitor_id = any (v_ids)
      and event.day <> private.day_of(event.occurred_at, v_timezone)
    returning event.visitor_id
  )
  select array_agg(distinct moved.visitor_id) into v_moved from moved;

  with moved as (
    update public.conversions as conversion
    set day = private.day_of(conversion.occurred_at, v_timezone)
    where conversion.site_domain = p_site_domain
      and conversion.visitor_id = any (v_ids)
      and conversion.day <> private.day_of(conversion.occurred_at, v_timezone)
    returning conversion.visitor_id
  )
  select array_agg(distinct moved.visitor_id) into v_converted from moved;

  update public.conversations as conversation
  set
    day = private.day_of(conversation.started_at, v_timezone),
    hour = private.hour_of(conversation.started_at, v_timezone)
  where conversation.site_domain = p_site_domain
    and conversation.visitor_id = any (v_ids)
    and (conversation.day, conversation.hour) is distinct from (
      private.day_of(conversation.started_at, v_timezone), private.hour_of(conversation.started_at, v_timezone)
    );

  update public.visitor_sessions as session
  set day = private.day_of(session.first_event_at, v_timezone)
  where session.site_domain = p_site_domain
    and session.visitor_id = any (v_ids)
    and session.day <> private.day_of(session.first_event_at, v_timezone);

  -- A page has no time of its own: it is of the day of its first event in the session.
  update public.session_pages as page
  set day = seen.day
  from (
    select event.session_id, event.page, min(event.day) as day
    from public.events as event
    where event.site_domain = p_site_domain and event.visitor_id = any (v_ids) and event.page is not null
    group by event.session_id, event.page
  ) as seen
  where page.site_domain = p_site_domain
    and page.session_id = seen.session_id
    and page.page = seen.page
    and page.day <> seen.day;

  perform rollup.recount_visitor_days(
    p_site_domain,
    array(
      select unnest(v_moved)
      union
      select unnest(v_converted)
      union
      select conversation.visitor_id
      from public.conversations as conversation
      join public.messages as message
        on message.site_domain = conversation.site_domain and message.conversation_id = conversation.id
      where conversation.site_domain = p_site_domain
        and conversation.visitor_id = any (v_ids)
        and message.role = 'visitor'
        and private.day_of(message.sent_at, v_before) <> private.day_of(message.sent_at, v_timezone)
    )
  );
  return query select v_ids[cardinality(v_ids)], cardinality(v_ids);
end
$$;

comment on function private.move_days(text, uuid, integer) is
  'Moves the days of the next visitors after p_after, by id, into the timezone that private.begin_timezone_change set in this transaction; gives the last of them and how many; no row at the end.';

create function private.finish_timezone_change(p_site_domain text, p_id uuid, p_error text default null)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.timezone_changes
  set
    state = case when p_error is null then 'done' else 'failed' end,
    done = case when p_error is null then coalesce(total, 0) else 0 end,
    error = p_error,
    finished_at = pg_catalog.clock_timestamp()
  where site_domain = p_site_domain and id = p_id and state in ('waiting', 'running')
$$;

comment on function private.finish_timezone_change(text, uuid, text) is
  'Ends a change as done, in the transaction that did it, or as failed for a reason.';

create function private.note_timezone_progress(p_site_domain text, p_id uuid, p_done bigint)
returns uuid
language sql
security definer
set search_path = ''
as $$
  update public.timezone_changes
  set
    state = 'running',
    done = p_done,
    started_at = coalesce(started_at, pg_catalog.clock_timestamp()),
    total = case
      when p_done > 0 then total
      else (select count(*) from public.visitors as visitor where visitor.site_domain = p_site_domain)
    end
  where site_domain = p_site_domain and id = p_id and state in ('waiting', 'running')
  returning requested_by
$$;

comment on function private.note_timezone_progress(text, uuid, bigint) is
  'Says how many visitors'' days have moved, in a transaction of its own, so that it is seen; gives who asked for the change.';

create function private.request_timezone_change(p_site_domain text, p_timezone text, p_was text)
returns public.timezone_changes
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_domain public.domains := private.lock_client_domain(p_site_domain);
  v_change public.timezone_changes;
begin
  if v_domain.archived_at is not null then
    raise exception '% is archived: restore it first', p_site_domain using errcode = 'PT409';
  elsif not private.is_timezone(p_timezone) then
    raise exception 'There is no timezone "%"', p_timezone using errcode = 'PT422', column = 'timezone';
  elsif v_domain.timezone <> p_was then
    raise exception 'Somebody else changed the timezone to % meanwhile', v_domain.timezone
      using errcode = 'PT409', column = 'timezone';
  elsif v_domain.timezone = p_timezone then
    raise exception '% is the timezone already', p_timezone using errcode = 'PT422', column = 'timezone';
  end if;
  select * into v_change
  from public.timezone_changes as change
  where change.site_domain = p_site_domain and change.state in ('waiting', 'running');
  if found then
    raise exception 'The timezone is just being changed to %: wait for its end', v_change.to_timezone
      using errcode = 'PT409', column = 'timezone';
  end if;
  insert into public.timezone_changes (site_domain, from_timezone, to_timezone, requested_by)
  values (p_site_domain, v_domain.timezone, p_timezone, auth.uid())
  returning * into v_change;
  return v_change;
end
$$;

comment on function private.request_timezone_change(text, text, text) is
  'Asks for another timezone of a website whose is p_was; a job does it. PT404: no such website for the caller; PT409: somebody else was faster, or it is archived; PT422: no such timezone.';

revoke execute on function
  private.begin_timezone_change(text, uuid),
  private.move_days(text, uuid, integer),
  private.finish_timezone_change(text, uuid, text),
  private.note_timezone_progress(text, uuid, bigint),
  private.request_timezone_change(text, text, text)
from public, anon, authenticated, service_role;
grant execute on function
  private.begin_timezone_change(text, uuid),
  private.move_days(text, uuid, integer),
  private.finish_timezone_change(text, uuid, text),
  private.note_timezone_progress(text, uuid, bigint)
to service_role;
grant execute on function private.request_timezone_change(text, text, text) to authenticated;

-- Organizations and their websites, with what happened on each in the last 30 days. For staff.

create function private.check_clients(p_filter jsonb)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_unknown text;
begin
  if not (select private.is_admin()) then
    raise exception 'Clients are for Rose staff' using errcode = 'PT403';
  end if;
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception 'p_filter must be an object' using errcode = 'PT400';
  end if;
  select given.name into v_unknown
  from jsonb_object_keys(p_filter) as given (name)
  where given.name not in ('search', 'status')
  limit 1;
  if v_unknown is not null then
    raise exception 'p_filter has no key "%"', v_unknown using errcode = 'PT400';
  elsif coalesce(p_filter ->> 'status', 'active') not in ('active', 'archived', 'all') then
    raise exception 'status must be active, archived or all' using errcode = 'PT400';
  end if;
end
$$;

comment on function private.check_clients(jsonb) is
  'Refuses everybody but staff (PT403), and what is no filter of clients (PT400).';

create function private.filtered_clients(p_filter jsonb)
returns table (organization_id uuid, organization text, site_domain text)
language sql
stable
as $$
  select organization.id, organization.name, domain.site_domain
  from public.organizations as organization
  left join public.domains as domain on domain.organization_id = organization.id
  cross join lateral (
    select
      coalesce(p_filter ->> 'status', 'active') as status,
      lower(trim(coalesce(p_filter ->> 'search', ''))) as search,
      coalesce(domain.archived_at, organization.archived_at) is not null as is_archived
  ) as wanted
  where (wanted.status = 'all' or wanted.is_archived = (wanted.status = 'archived'))
    and (
      wanted.search = ''
      or strpos(lower(organization.name), wanted.search) > 0
      or strpos(coalesce(domain.site_domain, ''), wanted.search) > 0
      or strpos(lower(coalesce(domain.name, '')), wanted.search) > 0
    )
$$;

comment on function private.filtered_clients(jsonb) is
  'The websites that pass a filter, with their organizations; an organization without any stands for itself.';

create function private.client_activity(p_site_domains text[])
returns table (
  site_domain text,
  first_day date,
  conversations bigint,
  visitors bigint,
  days bigint[],
  last_event_at timestamptz
)
language sql
stable
as $$
  select
    domain.site_domain,
    span.first_day,
    coalesce(counted.conversations, 0)::bigint,
    coalesce(distinct_visitors.n, 0)::bigint,
    counted.days,
    latest.at
  from public.domains as domain
  cross join lateral (
    select
      private.day_of(statement_timestamp(), domain.timezone) - 29 as first_day,
      private.day_of(statement_timestamp(), domain.timezone) as last_day
  ) as span
  left join lateral (
    select sum(of_day.n) as conversations, array_agg(of_day.n order by of_day.day) as days
    from (
      select each.day::date as day, coalesce(sum(figure.n), 0)::bigint as n
      from generate_series(span.first_day::timestamp, span.last_day::timestamp, interval '1 day') as each (day)
      left join rollup.figures as figure
        on figure.site_domain = domain.site_domain
        and figure.metric = 'conversations'
        and figure.dimension = ''
        and figure.day = each.day::date
        and figure.day between span.first_day and span.last_day
      group by each.day
    ) as of_day
  ) as counted on true
  left join lateral (
    select sum(link.n) as n
    from rollup.links(
      array[domain.site_domain], array[rollup.steps_of_kind('active')], span.first_day, span.last_day
    ) as link
  ) as distinct_visitors on true
  left join lateral (
    select event.occurred_at as at
    from public.events as event
    where event.site_domain = domain.site_domain
    order by event.occurred_at desc
    limit 1
  ) as latest on true
  where domain.site_domain = any (p_site_domains)
$$;

comment on function private.client_activity(text[]) is
  'The last 30 days of some websites, today included, each in its own timezone: conversations in all and by day, distinct visitors; and the last event of any time.';

create function public.get_clients(
  p_filter jsonb default '{}',
  p_limit integer default 30,
  p_after jsonb default null
)
returns table (
  id uuid,
  name text,
  created_at timestamptz,
  archived_at timestamptz,
  domains jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 30), 1), 100);
begin
  perform private.check_clients(p_filter);
  if p_after is not null and (
    p_after ->> 'name' is null or not coalesce(private.casts_to(p_after ->> 'id', 'uuid'), false)
  ) then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return query
  with page as (
    select found.organization_id, found.organization, array_remove(array_agg(found.site_domain), null) as site_domains
    from private.filtered_clients(p_filter) as found
    where p_after is null
      or (lower(found.organization), found.organization_id)
        > (lower(p_after ->> 'name'), (p_after ->> 'id')::uuid)
    group by found.organization_id, found.organization
    order by lower(found.organization), found.organization_id
    limit v_limit
  ),
  activity as (
    select active.*
    from private.client_activity(
      array(select unnest(page.site_domains) from page)
    ) as active
  )
  select
    organization.id,
    organization.name,
    organization.created_at,
    organization.archived_at,
    coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'site_domain', domain.site_domain,
            'name', domain.name,
            'timezone', domain.timezone,
            'created_at', domain.created_at,
            'archived_at', domain.archived_at,
            'first_day', active.first_day,
            'conversations', active.conversations,
            'visitors', active.visitors,
            'days', active.days,
            'last_event_at', active.last_event_at,
            'ending_keys', (
              select count(*)
              from public.domain_keys as key
              where key.site_domain = domain.site_domain
                and key.revoked_at is null
                and key.expires_at > statement_timestamp()
            )
          )
          order by domain.site_domain
        )
        from public.domains as domain
        join activity as active on active.site_domain = domain.site_domain
        where domain.site_domain = any (page.site_domains)
      ),
      '[]'
    ),
    jsonb_build_object('name', organization.name, 'id', organization.id)
  from page
  join public.organizations as organization on organization.id = page.organization_id
  order by lower(organization.name), organization.id;
end
$$;

comment on function public.get_clients(jsonb, integer, jsonb) is
  'Organizations with those of their websites that pass the filter, by name, at most 100 a page; the cursor of the last row asks for the next page. Filter keys: search (in names and domains), status (active, the default; archived; all). Of each website: conversations, distinct visitors and conversations by day of the last 30 days, today included, in its own timezone, the last event of any time, and how many replaced keys still work. PT403: not staff.';

create function public.count_clients(p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  perform private.check_clients(p_filter);
  return (select count(*) from private.filtered_clients(p_filter));
end
$$;

comment on function public.count_clients(jsonb) is
  'How many websites pass the filter of get_clients; an organization without any counts as one.';

create function private.export_clients(p_filter jsonb)
returns table (
  organization text,
  site_domain text,
  name text,
  timezone text,
  created_at timestamptz,
  archived_at timestamptz,
  conversations bigint,
  visitors bigint,
  last_event_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    found.organization,
    found.site_domain,
    domain.name,
    domain.timezone,
    coalesce(domain.created_at, organization.created_at),
    coalesce(domain.archived_at, organization.archived_at),
    active.conversations,
    active.visitors,
    active.last_event_at
  from private.filtered_clients(p_filter) as found
  join public.organizations as organization on organization.id = found.organization_id
  left join public.domains as domain on domain.site_domain = found.site_domain
  left join private.client_activity(
    array(select each.site_domain from private.filtered_clients(p_filter) as each where each.site_domain is not null)
  ) as active on active.site_domain = found.site_domain
  order by lower(found.organization), found.organization_id, found.site_domain
$$;

comment on function private.export_clients(jsonb) is
  'The websites that count_clients counts, one row each, with the figures of get_clients.';

revoke execute on function
  private.check_clients(jsonb),
  private.filtered_clients(jsonb),
  private.client_activity(text[]),
  private.export_clients(jsonb),
  public.get_clients(jsonb, integer, jsonb),
  public.count_clients(jsonb)
from public, anon;
grant execute on function
  private.check_clients(jsonb),
  private.filtered_clients(jsonb),
  private.client_activity(text[]),
  private.export_clients(jsonb),
  public.get_clients(jsonb, integer, jsonb),
  public.count_clients(jsonb)
to authenticated, service_role;
