-- What staff do to runs and failed records.

create function private.start_crm_run(p_site_domain text, p_kind text, p_is_full boolean, p_records jsonb)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_state text;
  v_id uuid;
begin
  perform private.lock_crm_domain(p_site_domain);
  select connection.state into v_state
  from public.crm_connections as connection
  where connection.site_domain = p_site_domain;
  if v_state is distinct from 'connected' then
    raise exception '%', case v_state
      when 'paused' then 'The connection is paused. Resume it first.'
      when 'revoked' then 'HubSpot refuses the connection. Connect again.'
      else 'HubSpot is not connected.'
    end using errcode = 'PT409';
  end if;
  insert into public.crm_runs (site_domain, kind, is_full, records, started_by, created_at)
  values (p_site_domain, p_kind, p_is_full, p_records, auth.uid(), clock_timestamp())
  on conflict (site_domain) where state in ('waiting', 'running') do nothing
  returning id into v_id;
  if v_id is null then
    raise exception 'A run is under way. Wait for it, or stop it first.' using errcode = 'PT409';
  end if;
  return v_id;
end
$$;

comment on function private.start_crm_run(text, text, boolean, jsonb) is
  'Begins a run for staff; gives its id. PT409: not connected, or one is under way.';

create function private.stop_crm_run(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_crm_domain(p_site_domain);
  perform private.stop_crm_runs(p_site_domain, 'Stopped by a person.');
end
$$;

comment on function private.stop_crm_run(text) is 'Stops what runs or waits for a website.';

create function private.dismiss_crm_failure(p_site_domain text, p_object text, p_local_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_crm_domain(p_site_domain);
  update public.crm_failures as failure
  set resolved_at = clock_timestamp()
  where failure.site_domain = p_site_domain
    and failure.object = p_object
    and failure.local_id = p_local_id
    and failure.resolved_at is null;
end
$$;

comment on function private.dismiss_crm_failure(text, text, uuid) is 'Takes a failed record off the list without a retry.';

revoke execute on function
  private.start_crm_run(text, text, boolean, jsonb),
  private.stop_crm_run(text),
  private.dismiss_crm_failure(text, text, uuid)
from public, anon, authenticated, service_role;
grant execute on function
  private.start_crm_run(text, text, boolean, jsonb),
  private.stop_crm_run(text),
  private.dismiss_crm_failure(text, text, uuid)
to authenticated;
