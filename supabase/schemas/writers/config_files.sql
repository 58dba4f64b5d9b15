-- What the files of config/ say, as the server tells it when it starts.

create function private.sync_configs(p_configs json)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changed integer;
  v_gone integer;
begin
  insert into public.configs as known (
    slug,
    scope,
    position,
    title,
    description,
    access,
    delivery,
    is_feature,
    enabled_by_default,
    merge_strategy,
    default_config,
    staff_pointers,
    hidden_pointers,
    schema,
    client_schema,
    retired
  )
  select
    file.slug,
    file.scope,
    file.position,
    file.title,
    file.description,
    file.access,
    file.delivery,
    file.is_feature,
    file.enabled_by_default,
    file.merge_strategy,
    file.default_config,
    file.staff_pointers,
    file.hidden_pointers,
    file.schema,
    file.client_schema,
    false
  from json_to_recordset(p_configs) as file (
    slug text,
    scope text,
    position integer,
    title text,
    description text,
    access text,
    delivery text,
    is_feature boolean,
    enabled_by_default boolean,
    merge_strategy text,
    default_config jsonb,
    staff_pointers text[],
    hidden_pointers text[],
    schema json,
    client_schema json
  )
  on conflict (slug) do update
    set
      scope = excluded.scope,
      position = excluded.position,
      title = excluded.title,
      description = excluded.description,
      access = excluded.access,
      delivery = excluded.delivery,
      is_feature = excluded.is_feature,
      enabled_by_default = excluded.enabled_by_default,
      merge_strategy = excluded.merge_strategy,
      default_config = excluded.default_config,
      staff_pointers = excluded.staff_pointers,
      hidden_pointers = excluded.hidden_pointers,
      schema = excluded.schema,
      client_schema = excluded.client_schema,
      retired = false
    -- `schema` as text, so that another order of the same fields is a change.
    where to_jsonb(known) is distinct from to_jsonb(excluded)
      or known.schema::text <> excluded.schema::text;
  get diagnostics v_changed = row_count;
  update public.configs as known
  set retired = true
  where not known.retired
    and not exists (
      select 1 from json_to_recordset(p_configs) as file (slug text) where file.slug = known.slug
    );
  get diagnostics v_gone = row_count;
  return v_changed + v_gone;
end
$$;

comment on function private.sync_configs(json) is
  'Makes public.configs what the files say; gives how many rows changed. What no file describes any more is retired, with what was set kept.';

create function private.note_config_fetches(p_fetches jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into public.config_fetches as known (site_domain, consumer, version, fetched_at)
  select download.site_domain, download.consumer, download.version, download.fetched_at
  from jsonb_to_recordset(p_fetches) as download (
    site_domain text, consumer text, version text, fetched_at timestamptz
  )
  where exists (select 1 from public.domains as domain where domain.site_domain = download.site_domain)
  order by download.site_domain, download.consumer
  on conflict (site_domain, consumer) do update
    set version = excluded.version, fetched_at = excluded.fetched_at
    where known.fetched_at <= excluded.fetched_at
$$;

comment on function private.note_config_fetches(jsonb) is
  'Notes which version each consumer {site_domain, consumer, version, fetched_at} downloaded last.';

revoke execute on function private.sync_configs(json), private.note_config_fetches(jsonb)
from public, anon, authenticated, service_role;
grant execute on function private.note_config_fetches(jsonb) to service_role;
