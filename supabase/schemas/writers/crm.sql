-- What staff do to a connection. The routes check what is sent; these check who sends it.

create function private.lock_crm_domain(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if auth.uid() is null or not private.is_admin() then
    raise exception 'Integrations are for Rose staff.' using errcode = 'PT403';
  end if;
  perform 1 from public.domains as domain where domain.site_domain = p_site_domain for share;
  if not found then
    raise exception 'There is no website %.', p_site_domain using errcode = 'PT404';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('crm/' || p_site_domain, 0));
end
$$;

comment on function private.lock_crm_domain(text) is
  'Lets staff alone pass (PT403), for a website there is (PT404), one at a time.';

create function private.begin_crm_authorization(p_site_domain text, p_state_hash bytea, p_verifier text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_crm_domain(p_site_domain);
  delete from private.crm_authorizations as stale
  where stale.site_domain = p_site_domain and stale.expires_at < clock_timestamp();
  insert into private.crm_authorizations (site_domain, state_hash, user_id, verifier, expires_at)
  values (p_site_domain, p_state_hash, auth.uid(), p_verifier, clock_timestamp() + interval '10 minutes');
end
$$;

comment on function private.begin_crm_authorization(text, bytea, text) is
  'Remembers for ten minutes that the caller went to HubSpot: the hash of `state`, and the encrypted verifier.';

create function private.finish_crm_authorization(p_site_domain text, p_state_hash bytea)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_begun private.crm_authorizations;
begin
  perform private.lock_crm_domain(p_site_domain);
  delete from private.crm_authorizations as begun
  where begun.site_domain = p_site_domain
    and begun.state_hash = p_state_hash
    and begun.user_id = auth.uid()
  returning begun.* into v_begun;
  if v_begun is null or v_begun.expires_at < clock_timestamp() then
    raise exception 'This connection was not begun here by you, or more than ten minutes ago. Connect again.'
      using errcode = 'PT400', column = 'state';
  end if;
  return v_begun.verifier;
end
$$;

comment on function private.finish_crm_authorization(text, bytea) is
  'The encrypted verifier of what the caller began, which is used up by it. PT400: nothing of theirs, or too long ago.';

create function private.connect_crm(
  p_site_domain text,
  p_portal_id bigint,
  p_portal_name text,
  p_scopes text[],
  p_access_token text,
  p_refresh_token text,
  p_expires_at timestamptz
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_portal_id bigint;
  v_now timestamptz := clock_timestamp();
begin
  perform private.lock_crm_domain(p_site_domain);
  select connection.portal_id into v_portal_id
  from public.crm_connections as connection
  where connection.site_domain = p_site_domain;
  if v_portal_id <> p_portal_id then
    -- Another HubSpot account knows nothing of what the first one was sent, and a run goes on with its place there.
    perform private.stop_crm_runs(p_site_domain, 'Another HubSpot account was connected.');
    delete from public.crm_links where site_domain = p_site_domain;
    delete from public.crm_values where site_domain = p_site_domain;
    delete from public.crm_failures where site_domain = p_site_domain;
  end if;
  insert into public.crm_connections as kept (
    site_domain, state, portal_id, portal_name, scopes, connected_at, connected_by, changed_at
  )
  values (p_site_domain, 'connected', p_portal_id, p_portal_name, p_scopes, v_now, auth.uid(), v_now)
  on conflict (site_domain) do update
  set
    state = excluded.state,
    reason = null,
    portal_id = excluded.portal_id,
    portal_name = excluded.portal_name,
    scopes = excluded.scopes,
    connected_at = excluded.connected_at,
    connected_by = excluded.connected_by,
    changed_at = excluded.changed_at,
    pushed_until = case when kept.portal_id = excluded.portal_id then kept.pushed_until end,
    compared_at = case when kept.portal_id = excluded.portal_id then kept.compared_at end,
    pull_cursors = case when kept.portal_id = excluded.portal_id then kept.pull_cursors else '{}' end;
  insert into private.crm_tokens (site_domain, access_token, refresh_token, expires_at, refreshed_at)
  values (p_site_domain, p_access_token, p_refresh_token, p_expires_at, v_now)
  on conflict (site_domain) do update
  set
    access_token = excluded.access_token,
    refresh_token = excluded.refresh_token,
    expires_at = excluded.expires_at,
    refreshed_at = excluded.refreshed_at;
end
$$;

comment on function private.connect_crm(text, bigint, text, text[], text, text, timestamptz) is
  'Keeps a connection and its encrypted tokens; with another HubSpot account than before, what is known of the earlier one goes.';

create function private.stop_crm_runs(p_site_domain text, p_notice text)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.crm_runs as run
  set state = 'stopped', notice = p_notice, finished_at = clock_timestamp()
  where run.site_domain = p_site_domain and run.state in ('waiting', 'running')
$$;

comment on function private.stop_crm_runs(text, text) is 'Stops what runs or waits; a worker notices before it keeps anything more.';

create function private.pause_crm(p_site_domain text, p_paused boolean)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_crm_domain(p_site_domain);
  update public.crm_connections as connection
  set state = case when p_paused then 'paused' else 'connected' end, changed_at = clock_timestamp()
  where connection.site_domain = p_site_domain and connection.state in ('connected', 'paused');
  if not found then
    raise exception 'HubSpot is not connected.' using errcode = 'PT409';
  end if;
  if p_paused then
    perform private.stop_crm_runs(p_site_domain, 'Paused by a person.');
  end if;
end
$$;

comment on function private.pause_crm(text, boolean) is 'Pauses a connection, or takes it up again. PT409: there is none.';

create function private.disconnect_crm(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_crm_domain(p_site_domain);
  update public.crm_connections as connection
  set state = 'disconnected', reason = null, changed_at = clock_timestamp()
  where connection.site_domain = p_site_domain and connection.state <> 'disconnected';
  if not found then
    raise exception 'HubSpot is not connected.' using errcode = 'PT409';
  end if;
  perform private.stop_crm_runs(p_site_domain, 'Disconnected by a person.');
end
$$;

comment on function private.disconnect_crm(text) is
  'Ends a connection; what was exchanged stays. Its token is revoked by whoever called. PT409: there is none.';

create function private.save_crm_mapping(
  p_site_domain text, p_version integer, p_fields jsonb, p_push_notes boolean, p_push_companies boolean
)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_version integer;
begin
  perform private.lock_crm_domain(p_site_domain);
  select mapping.version into v_version
  from public.crm_mappings as mapping
  where mapping.site_domain = p_site_domain;
  if coalesce(v_version, 0) <> p_version then
    raise exception 'Somebody changed the mapping meanwhile. Look at theirs, then save again.'
      using errcode = 'PT409', column = 'version';
  end if;
  insert into public.crm_mappings (
    site_domain, version, fields, push_notes, push_companies, updated_at, updated_by
  )
  values (
    p_site_domain, p_version + 1, p_fields, p_push_notes, p_push_companies, clock_timestamp(), auth.uid()
  )
  on conflict (site_domain) do update
  set
    version = excluded.version,
    fields = excluded.fields,
    push_notes = excluded.push_notes,
    push_companies = excluded.push_companies,
    updated_at = excluded.updated_at,
    updated_by = excluded.updated_by;
  -- What was not sent under the earlier mapping has to be looked at again.
  update public.crm_connections as connection
  set compared_at = null
  where connection.site_domain = p_site_domain;
  return p_version + 1;
end
$$;

comment on function private.save_crm_mapping(text, integer, jsonb, boolean, boolean) is
  'Keeps a mapping that was checked; gives its version. PT409, column version: somebody was quicker.';

revoke execute on function
  private.lock_crm_domain(text),
  private.begin_crm_authorization(text, bytea, text),
  private.finish_crm_authorization(text, bytea),
  private.connect_crm(text, bigint, text, text[], text, text, timestamptz),
  private.stop_crm_runs(text, text),
  private.pause_crm(text, boolean),
  private.disconnect_crm(text),
  private.save_crm_mapping(text, integer, jsonb, boolean, boolean)
from public, anon, authenticated, service_role;
grant execute on function
  private.begin_crm_authorization(text, bytea, text),
  private.finish_crm_authorization(text, bytea),
  private.connect_crm(text, bigint, text, text[], text, text, timestamptz),
  private.pause_crm(text, boolean),
  private.disconnect_crm(text),
  private.save_crm_mapping(text, integer, jsonb, boolean, boolean)
to authenticated;
grant execute on function
  private.stop_crm_runs(text, text)
to service_role;
