-- What can be configured (filled from config/*.json), what staff set for every website, and how fast it changes.

create table public.configs (
  slug text not null,
  scope text not null,
  position integer not null,
  title text not null,
  description text not null,
  access text not null,
  delivery text not null,
  is_feature boolean not null,
  enabled_by_default boolean not null,
  merge_strategy text not null,
  default_config jsonb not null,
  staff_pointers text[] not null,
  hidden_pointers text[] not null,
  schema json not null,
  client_schema json,
  retired boolean not null default false,
  constraint configs_pkey primary key (slug),
  constraint configs_slug_check check (slug ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint configs_scope_check check (scope in ('global', 'website')),
  constraint configs_access_check check (access in ('client', 'staff')),
  constraint configs_delivery_check check (delivery in ('widget', 'agent')),
  constraint configs_merge_strategy_check check (merge_strategy in ('deep', 'replace')),
  constraint configs_default_config_check check (jsonb_typeof(default_config) = 'object')
);

comment on table public.configs is
  'Every configuration there is, from the files of config/: its JSON Schema, its defaults, and how overrides are merged into them.';
comment on column public.configs.access is 'client: whoever sees a website may set it there; staff: neither shown to nor accepted from clients.';
comment on column public.configs.delivery is 'widget: visitors'' browsers download it; agent: the agent''s backend alone.';
comment on column public.configs.staff_pointers is 'JSON pointers of the fields that are for staff alone.';
comment on column public.configs.hidden_pointers is 'JSON pointers (* is any key or place) of what the widget never gets.';
comment on column public.configs.schema is 'JSON Schema 2020-12; json, not jsonb, because forms show fields in its order.';
comment on column public.configs.client_schema is 'The schema without the fields for staff; null when all of it is for staff.';
comment on column public.configs.retired is 'No file describes it any more; kept for what was once set.';

-- Schemas and defaults hold what is for staff alone: functions show each caller their part.
alter table public.configs enable row level security;
revoke all on public.configs from public, anon, authenticated;
grant select (
  slug, scope, position, title, description, access, delivery, is_feature, enabled_by_default, merge_strategy,
  client_schema, retired
) on public.configs to authenticated;
grant all on public.configs to service_role;

create policy configs_select on public.configs
  for select to authenticated
  using (access = 'client' or (select private.is_admin()));

create table public.config_overrides (
  config_slug text not null,
  enabled boolean,
  config jsonb,
  version integer not null,
  updated_at timestamptz not null,
  updated_by uuid,
  constraint config_overrides_pkey primary key (config_slug),
  constraint config_overrides_config_slug_fkey foreign key (config_slug) references public.configs (slug),
  constraint config_overrides_config_check check (jsonb_typeof(config) = 'object'),
  constraint config_overrides_version_check check (version > 0)
);

comment on table public.config_overrides is
  'What staff set for every website, in place of the defaults. `enabled` and `config` null: as the default.';

alter table public.config_overrides enable row level security;
revoke all on public.config_overrides from public, anon, authenticated;
grant select on public.config_overrides to authenticated;
grant all on public.config_overrides to service_role;

create policy config_overrides_select on public.config_overrides
  for select to authenticated
  using ((select private.is_admin()));

-- Rows are added and, once others are there, taken away, but never waited for: writers of several websites at once
-- would wait for each other.
create table private.content_changes (
  site_domain text not null,
  id bigint not null generated always as identity,
  changed_at timestamptz not null default clock_timestamp(),
  constraint content_changes_pkey primary key (site_domain, id)
);

comment on table private.content_changes is
  'The latest changes of what is delivered to a website and, '''', to all of them: a set of rows that differs after every change, for caches to compare.';

alter table private.content_changes enable row level security;
revoke all on private.content_changes from public, anon, authenticated;
grant all on private.content_changes to service_role;

create policy content_changes_select on private.content_changes
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())) or (select private.is_admin()));

create function private.touch_content(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.content_changes as change
  where change.site_domain = p_site_domain
    and change.id in (
      select known.id
      from private.content_changes as known
      where known.site_domain = p_site_domain
      for update skip locked
    );
  insert into private.content_changes (site_domain) values (p_site_domain);
  perform pg_notify('content_changed', case p_site_domain when '' then '*' else p_site_domain end);
end
$$;

comment on function private.touch_content(text) is
  'Says that what is delivered to a website ('''': to all of them) changed: for caches that compare, and to those that listen on `content_changed` for the website or *.';

create function private.note_content_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.touch_content(coalesce((to_jsonb(coalesce(new, old))) ->> 'site_domain', ''));
  return null;
end
$$;

comment on function private.note_content_change() is
  'For `after insert or update or delete … for each row` of tables from which the widget or the agent is served.';

create function private.content_version(p_site_domain text)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select left(md5(coalesce(string_agg(change.site_domain || change.id, ',' order by change.id), '')), 16)
  from private.content_changes as change
  where change.site_domain in ('', p_site_domain)
$$;

comment on function private.content_version(text) is 'The version of what is delivered to a website; changes with every change.';

revoke execute on function
  private.touch_content(text),
  private.note_content_change(),
  private.content_version(text)
from public, anon, authenticated, service_role;
grant execute on function private.touch_content(text), private.content_version(text) to service_role;

create trigger note_content_change
  after insert or update or delete on public.configs
  for each row execute function private.note_content_change();

create function private.audit_config()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ignored text[] := array['version', 'updated_at', 'updated_by'];
  v_slug text := coalesce(new.config_slug, old.config_slug);
  v_staff_pointers text[] := (select config.staff_pointers from public.configs as config where config.slug = v_slug);
  v_is_staffs boolean := (select config.access = 'staff' from public.configs as config where config.slug = v_slug);
  v_before jsonb;
  v_after jsonb;
  v_changed text[] := '{}';
begin
  -- A first save is a change from the defaults, not something new.
  v_before := case tg_op
    when 'INSERT' then to_jsonb(new) || '{"enabled": null, "config": null, "version": 0}'
    else to_jsonb(old)
  end;
  v_after := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  if v_after is not null then
    v_changed := array(
      select change.name
      from jsonb_object_keys(v_after) as change (name)
      where change.name <> all (v_ignored) and v_after -> change.name is distinct from v_before -> change.name
      order by change.name
    );
    if v_changed = '{}' then
      return null;
    end if;
  end if;
  perform private.put_down_audit(
    coalesce(v_before ->> 'site_domain', ''),
    case tg_op when 'DELETE' then 'delete' else 'update' end,
    tg_argv[0],
    v_slug,
    v_changed,
    private.audited_config(v_before, v_is_staffs, v_staff_pointers),
    private.audited_config(v_after, v_is_staffs, v_staff_pointers)
  );
  return null;
end
$$;

comment on function private.audit_config() is
  'As private.audit_row, for overrides of configurations. Argument: the subject''s type. Clients read their website''s entries, so nothing that is for staff alone is in them: the version number says where it is.';

create function private.audited_config(p_row jsonb, p_is_staffs boolean, p_staff_pointers text[])
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select (p_row - array['config', 'domain', 'updated_at', 'updated_by'])
    || case
      when p_is_staffs then '{}'
      else jsonb_build_object('config', private.without_pointers(p_row -> 'config', p_staff_pointers))
    end
$$;

comment on function private.audited_config(jsonb, boolean, text[]) is
  'What the audit log keeps of an override: its version, and what is not for staff alone.';

revoke execute on function private.audit_config(), private.audited_config(jsonb, boolean, text[])
from public, anon, authenticated, service_role;

create trigger audit
  after insert or update or delete on public.config_overrides
  for each row execute function private.audit_config('config');

create trigger note_content_change
  after insert or update or delete on public.config_overrides
  for each row execute function private.note_content_change();

create trigger note_content_change
  after insert or update or delete on public.domain_hosts
  for each row execute function private.note_content_change();

-- The hours of display are in it.
create trigger note_content_change
  after update of timezone on public.domains
  for each row
  when (old.timezone is distinct from new.timezone)
  execute function private.note_content_change();
