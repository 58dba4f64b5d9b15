-- AI Sections: their tables, writers and RPCs.

create table public.ai_sections (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  slug text not null,
  position integer not null,
  enabled boolean not null default true,
  title text not null,
  questions jsonb not null,
  search_bar jsonb not null,
  layout text not null,
  colors jsonb not null,
  custom_css text not null,
  urls jsonb not null,
  version integer not null default 1,
  published_version integer,
  published_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  updated_by uuid,
  archived_at timestamptz,
  constraint ai_sections_pkey primary key (site_domain, id),
  constraint ai_sections_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint ai_sections_slug_check check (length(slug) <= 60 and slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  constraint ai_sections_position_check check (position > 0),
  constraint ai_sections_title_check check (length(title) between 1 and 120),
  constraint ai_sections_questions_check check (jsonb_typeof(questions) = 'array' and length(questions::text) <= 20000),
  constraint ai_sections_search_bar_check check (jsonb_typeof(search_bar) = 'object' and length(search_bar::text) <= 2000),
  constraint ai_sections_layout_check check (layout in ('list', 'chips', 'cards')),
  constraint ai_sections_colors_check check (jsonb_typeof(colors) = 'object' and length(colors::text) <= 2000),
  constraint ai_sections_custom_css_check check (length(custom_css) <= 20000),
  constraint ai_sections_urls_check check (jsonb_typeof(urls) = 'object' and length(urls::text) <= 60000),
  constraint ai_sections_archived_check check (archived_at is null or published_version is null)
);

-- A page names a section by its slug; an archived section leaves its slug to others.
create unique index ai_sections_slug_key on public.ai_sections (site_domain, slug) where archived_at is null;

comment on table public.ai_sections is
  'AI Sections. The columns of content are the draft as last saved; visitors get the content of published_version.';
comment on column public.ai_sections.slug is 'How a page names it: <div data-rose-section="slug">. Stays while the section is published.';
comment on column public.ai_sections.position is 'Its place among the domain''s sections, from 1.';
comment on column public.ai_sections.enabled is 'Off: published as it is, but not delivered.';
comment on column public.ai_sections.questions is 'Suggested questions in order: [{id, text}].';
comment on column public.ai_sections.search_bar is '{enabled, placeholder}.';
comment on column public.ai_sections.colors is '{background, text, accent, accent_text}, each #rrggbb.';
comment on column public.ai_sections.custom_css is 'As typed. What is delivered is the cleaned `css` of a version.';
comment on column public.ai_sections.urls is 'Which pages show it: {include, exclude}, lists of patterns; no include means every page.';
comment on column public.ai_sections.version is 'The latest saved version. A save names the one it is based on.';
comment on column public.ai_sections.published_version is 'The version visitors get; null when it is a draft only.';

create table public.ai_section_versions (
  site_domain text not null,
  section_id uuid not null,
  version integer not null,
  content jsonb not null,
  author_id uuid,
  created_at timestamptz not null default now(),
  restored_from integer,
  published_at timestamptz,
  constraint ai_section_versions_pkey primary key (site_domain, section_id, version),
  constraint ai_section_versions_section_id_fkey foreign key (site_domain, section_id)
    references public.ai_sections (site_domain, id) on delete cascade,
  constraint ai_section_versions_version_check check (version > 0),
  constraint ai_section_versions_content_check check (jsonb_typeof(content) = 'object')
);

alter table public.ai_sections
  add constraint ai_sections_published_version_fkey foreign key (site_domain, id, published_version)
  references public.ai_section_versions (site_domain, section_id, version);

comment on table public.ai_section_versions is
  'One row per save of an AI Section. It outlives its author, hence no foreign key to profiles.';
comment on column public.ai_section_versions.content is
  '{title, questions, search_bar, layout, colors, custom_css, css, urls}; `css` is custom_css cleaned and scoped to the section.';
comment on column public.ai_section_versions.restored_from is 'The earlier version whose content this one brought back.';
comment on column public.ai_section_versions.published_at is 'When it was last published; null: never.';

alter table public.ai_sections enable row level security;
alter table public.ai_section_versions enable row level security;
revoke all on public.ai_sections, public.ai_section_versions from public, anon, authenticated;
grant select on public.ai_sections, public.ai_section_versions to authenticated;
grant all on public.ai_sections, public.ai_section_versions to service_role;

create policy ai_sections_select on public.ai_sections
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy ai_section_versions_select on public.ai_section_versions
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- A version is never changed, and the save that makes it is an entry of its section.
create trigger audit
  after insert or update or delete on public.ai_sections
  for each row execute function private.audit_row('ai_section', 'id', 'updated_at,updated_by');

create function private.lock_section(p_site_domain text, p_id uuid)
returns public.ai_sections
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_section public.ai_sections;
begin
  perform private.check_domain(p_site_domain);
  select * into v_section
  from public.ai_sections as section
  where section.site_domain = p_site_domain and section.id = p_id
  for update;
  if v_section.id is null then
    raise exception 'There is no such section.' using errcode = 'PT404';
  end if;
  return v_section;
end
$$;

comment on function private.lock_section(text, uuid) is 'A section the caller may change, locked; PT404 when there is none.';

create function private.lock_live_section(p_site_domain text, p_id uuid)
returns public.ai_sections
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_section public.ai_sections := private.lock_section(p_site_domain, p_id);
begin
  if v_section.archived_at is not null then
    raise exception 'The section is archived. Restore it first.' using errcode = 'PT409';
  end if;
  return v_section;
end
$$;

comment on function private.lock_live_section(text, uuid) is
  'A section the caller may change, locked; PT409 when it is archived.';

create function private.lock_section_order(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.check_domain(p_site_domain);
  perform 1
  from public.domains as domain
  where domain.site_domain = p_site_domain
  for no key update;
end
$$;

comment on function private.lock_section_order(text) is
  'Makes whoever changes which sections a domain has, or their order, wait for each other.';

create function private.write_section_version(
  p_site_domain text,
  p_id uuid,
  p_version integer,
  p_content jsonb,
  p_restored_from integer
)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into public.ai_section_versions (
    site_domain, section_id, version, content, author_id, created_at, restored_from
  )
  values (p_site_domain, p_id, p_version, p_content, auth.uid(), clock_timestamp(), p_restored_from)
$$;

comment on function private.write_section_version(text, uuid, integer, jsonb, integer) is
  'Remembers a save of a section, by the caller.';

create function private.refuse_section_slug(p_site_domain text, p_slug text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  raise exception 'Another section of % has the slug "%".', p_site_domain, p_slug
    using errcode = 'PT409', column = 'slug';
end
$$;

comment on function private.refuse_section_slug(text, text) is 'PT409: the slug is taken.';

create function private.create_section(p_site_domain text, p_slug text, p_content jsonb)
returns public.ai_sections
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_section public.ai_sections;
  v_count integer;
  v_last integer;
begin
  perform private.check_domain(p_site_domain);
  perform private.lock_section_order(p_site_domain);
  select count(*), coalesce(max(section.position), 0)
  into v_count, v_last
  from public.ai_sections as section
  where section.site_domain = p_site_domain and section.archived_at is null;
  if v_count >= 200 then
    raise exception '% has 200 sections. Archive one first.', p_site_domain using errcode = 'PT409';
  end if;
  begin
    insert into public.ai_sections (
      site_domain, slug, position, title, questions, search_bar, layout, colors, custom_css, urls, updated_by
    )
    values (
      p_site_domain,
      p_slug,
      v_last + 1,
      p_content ->> 'title',
      p_content -> 'questions',
      p_content -> 'search_bar',
      p_content ->> 'layout',
      p_content -> 'colors',
      p_content ->> 'custom_css',
      p_content -> 'urls',
      auth.uid()
    )
    returning * into v_section;
  exception when unique_violation then
    perform private.refuse_section_slug(p_site_domain, p_slug);
  end;
  perform private.write_section_version(p_site_domain, v_section.id, 1, p_content, null);
  return v_section;
end
$$;

comment on function private.create_section(text, text, jsonb) is
  'Makes a draft at the end of the domain''s sections. PT409 (column slug): the slug is taken.';

create function private.save_section(
  p_site_domain text,
  p_id uuid,
  p_version integer,
  p_slug text,
  p_content jsonb,
  p_restored_from integer default null
)
returns public.ai_sections
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_section public.ai_sections := private.lock_live_section(p_site_domain, p_id);
  v_is_new boolean;
begin
  if v_section.version is distinct from p_version then
    raise exception 'Somebody saved the section meanwhile.' using errcode = 'PT409', column = 'version';
  elsif p_slug <> v_section.slug and v_section.published_version is not null then
    raise exception 'Pages name the section by its slug, which stays while it is published.'
      using errcode = 'PT409', column = 'slug';
  end if;
  select kept.content is distinct from p_content
  into v_is_new
  from public.ai_section_versions as kept
  where kept.site_domain = p_site_domain and kept.section_id = p_id and kept.version = v_section.version;
  if not v_is_new and p_slug = v_section.slug then
    return v_section;
  end if;
  begin
    update public.ai_sections as section
    set
      slug = p_slug,
      title = p_content ->> 'title',
      questions = p_content -> 'questions',
      search_bar = p_content -> 'search_bar',
      layout = p_content ->> 'layout',
      colors = p_content -> 'colors',
      custom_css = p_content ->> 'custom_css',
      urls = p_content -> 'urls',
      version = section.version + v_is_new::integer,
      updated_at = clock_timestamp(),
      updated_by = auth.uid()
    where section.site_domain = p_site_domain and section.id = p_id
    returning section.* into v_section;
  exception when unique_violation then
    perform private.refuse_section_slug(p_site_domain, p_slug);
  end;
  if v_is_new then
    perform private.write_section_version(p_site_domain, p_id, v_section.version, p_content, p_restored_from);
  end if;
  return v_section;
end
$$;

comment on function private.save_section(text, uuid, integer, text, jsonb, integer) is
  'Saves a draft as a new version, or nothing when it is what was saved last. PT409: column version, it is not based on the latest one; column slug, the slug is taken or must stay.';

revoke execute on function
  private.lock_section(text, uuid),
  private.lock_live_section(text, uuid),
  private.lock_section_order(text),
  private.write_section_version(text, uuid, integer, jsonb, integer),
  private.refuse_section_slug(text, text)
from public, anon, authenticated, service_role;
revoke execute on function
  private.create_section(text, text, jsonb),
  private.save_section(text, uuid, integer, text, jsonb, integer)
from public, anon;
grant execute on function
  private.create_section(text, text, jsonb),
  private.save_section(text, uuid, integer, text, jsonb, integer)
to authenticated, service_role;

create function private.publish_section(p_site_domain text, p_id uuid, p_version integer)
returns public.ai_sections
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_section public.ai_sections := private.lock_live_section(p_site_domain, p_id);
begin
  if p_version is null then
    v_section.published_version := null;
    v_section.published_at := null;
  elsif v_section.version is distinct from p_version then
    raise exception 'Somebody saved the section meanwhile.' using errcode = 'PT409', column = 'version';
  elsif v_section.published_version is distinct from p_version then
    v_section.published_version := p_version;
    v_section.published_at := clock_timestamp();
    update public.ai_section_versions as kept
    set published_at = v_section.published_at
    where kept.site_domain = p_site_domain and kept.section_id = p_id and kept.version = p_version;
  end if;
  update public.ai_sections as section
  set
    published_version = v_section.published_version,
    published_at = v_section.published_at,
    updated_at = clock_timestamp(),
    updated_by = auth.uid()
  where section.site_domain = p_site_domain
    and section.id = p_id
    and section.published_version is distinct from v_section.published_version
  returning section.* into v_section;
  if found then
    perform pg_catalog.pg_notify('content_changed', p_site_domain);
  end if;
  return private.lock_section(p_site_domain, p_id);
end
$$;

comment on function private.publish_section(text, uuid, integer) is
  'Gives visitors the latest version, which the caller names (PT409, column version, when it is not the latest), or, null, takes the section away from them.';

create function private.switch_section(p_site_domain text, p_id uuid, p_enabled boolean)
returns public.ai_sections
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_section public.ai_sections := private.lock_live_section(p_site_domain, p_id);
begin
  if v_section.enabled <> p_enabled then
    update public.ai_sections as section
    set enabled = p_enabled, updated_at = clock_timestamp(), updated_by = auth.uid()
    where section.site_domain = p_site_domain and section.id = p_id
    returning section.* into v_section;
    perform pg_catalog.pg_notify('content_changed', p_site_domain);
  end if;
  return v_section;
end
$$;

comment on function private.switch_section(text, uuid, boolean) is 'Turns a section on or off.';

create function private.order_sections(p_site_domain text, p_ids uuid[])
returns setof public.ai_sections
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.check_domain(p_site_domain);
  perform private.lock_section_order(p_site_domain);
  if array(select id from unnest(p_ids) as given (id) order by 1) is distinct from array(
    select section.id
    from public.ai_sections as section
    where section.site_domain = p_site_domain and section.archived_at is null
    order by 1
  ) then
    raise exception 'Sections were added or archived meanwhile.' using errcode = 'PT409', column = 'ids';
  end if;
  update public.ai_sections as section
  set position = given.place, updated_at = clock_timestamp(), updated_by = auth.uid()
  from unnest(p_ids) with ordinality as given (id, place)
  where section.site_domain = p_site_domain and section.id = given.id and section.position <> given.place;
  if found then
    perform pg_catalog.pg_notify('content_changed', p_site_domain);
  end if;
  return query
    select section.*
    from public.ai_sections as section
    where section.site_domain = p_site_domain and section.archived_at is null
    order by section.position, section.id;
end
$$;

comment on function private.order_sections(text, uuid[]) is
  'Puts a domain''s sections in the order of their ids. PT409 (column ids): they are not the ones the domain has.';

create function private.archive_section(p_site_domain text, p_id uuid, p_archived boolean)
returns public.ai_sections
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_section public.ai_sections;
  v_last integer;
begin
  perform private.lock_section_order(p_site_domain);
  v_section := private.lock_section(p_site_domain, p_id);
  if p_archived = (v_section.archived_at is not null) then
    return v_section;
  end if;
  select coalesce(max(section.position), 0)
  into v_last
  from public.ai_sections as section
  where section.site_domain = p_site_domain and section.archived_at is null;
  begin
    update public.ai_sections as section
    set
      archived_at = case when p_archived then clock_timestamp() end,
      published_version = null,
      published_at = null,
      position = case when p_archived then section.position else v_last + 1 end,
      updated_at = clock_timestamp(),
      updated_by = auth.uid()
    where section.site_domain = p_site_domain and section.id = p_id
    returning section.* into v_section;
  exception when unique_violation then
    perform private.refuse_section_slug(p_site_domain, v_section.slug);
  end;
  perform pg_catalog.pg_notify('content_changed', p_site_domain);
  return v_section;
end
$$;

comment on function private.archive_section(text, uuid, boolean) is
  'Takes a section out of the list and away from visitors, or brings it back as a draft at the end. PT409 (column slug): its slug was taken meanwhile.';

create function private.delete_section(p_site_domain text, p_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_section public.ai_sections := private.lock_section(p_site_domain, p_id);
begin
  if v_section.archived_at is null then
    raise exception 'Archive the section before you delete it.' using errcode = 'PT409';
  end if;
  delete from public.ai_sections as section
  where section.site_domain = p_site_domain and section.id = p_id;
end
$$;

comment on function private.delete_section(text, uuid) is
  'Deletes an archived section with its versions (PT409 when it is not archived); the audit log keeps what it was.';

create function private.published_sections(p_site_domain text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      (kept.content - 'custom_css')
        || jsonb_build_object('slug', section.slug, 'version', section.published_version)
      order by section.position, section.id
    ),
    '[]'
  )
  from public.ai_sections as section
  join public.ai_section_versions as kept
    on kept.site_domain = section.site_domain
    and kept.section_id = section.id
    and kept.version = section.published_version
  where section.site_domain = p_site_domain and section.enabled
$$;

comment on function private.published_sections(text) is
  'What visitors get of a domain''s sections, in order: [{slug, version, title, questions, search_bar, layout, colors, css, urls}] of those that are published and on.';

revoke execute on function
  private.publish_section(text, uuid, integer),
  private.switch_section(text, uuid, boolean),
  private.order_sections(text, uuid[]),
  private.archive_section(text, uuid, boolean),
  private.delete_section(text, uuid)
from public, anon;
grant execute on function
  private.publish_section(text, uuid, integer),
  private.switch_section(text, uuid, boolean),
  private.order_sections(text, uuid[]),
  private.archive_section(text, uuid, boolean),
  private.delete_section(text, uuid)
to authenticated, service_role;
revoke execute on function private.published_sections(text) from public, anon, authenticated;
grant execute on function private.published_sections(text) to service_role;

create index events_section_clicks_idx on public.events (site_domain, day)
  where name = 'section_question_clicked' and counts;

create function public.get_section_clicks(p_site_domains text[], p_from date, p_to date)
returns table (site_domain text, slug text, clicks bigint)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  return query
  select event.site_domain, event.properties ->> 'section_slug', count(*)
  from public.events as event
  where event.site_domain = any (v_domains)
    and event.name = 'section_question_clicked'
    and event.counts
    and event.day between p_from and p_to
    -- A day of any timezone lies within these instants, so that other months are not looked at.
    and event.occurred_at >= p_from::timestamp at time zone 'UTC' - interval '14 hours'
    and event.occurred_at < (p_to + 1)::timestamp at time zone 'UTC' + interval '12 hours'
    and event.properties ->> 'section_slug' is not null
  group by event.site_domain, event.properties ->> 'section_slug'
  order by 1, 2;
end
$$;

comment on function public.get_section_clicks(text[], date, date) is
  'Clicks on suggested questions of each AI Section, by its slug, on the website''s own days; events that name no section are left out.';

create function private.section_authors(p_site_domain text, p_section_id uuid)
returns table (author_id uuid, name text)
language sql
stable
security definer
set search_path = ''
as $$
  select
    author.id,
    coalesce(nullif(profile.full_name, ''), split_part(profile.email, '@', 1), 'Former member')
  from (
    select distinct kept.author_id as id
    from public.ai_section_versions as kept
    where kept.site_domain = p_site_domain
      and kept.section_id = p_section_id
      and kept.author_id is not null
      and p_site_domain = any (array(select private.my_domains()))
  ) as author
  left join public.profiles as profile on profile.id = author.id
$$;

comment on function private.section_authors(text, uuid) is
  'The names of those who saved a section. A definer, since profiles are for their owners and staff.';

create function public.list_section_versions(p_site_domain text, p_section_id uuid)
returns table (
  version integer,
  created_at timestamptz,
  author text,
  restored_from integer,
  published_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select kept.version, kept.created_at, author.name, kept.restored_from, kept.published_at
  from public.ai_section_versions as kept
  left join private.section_authors(p_site_domain, p_section_id) as author on author.author_id = kept.author_id
  where kept.site_domain = p_site_domain and kept.section_id = p_section_id
  order by kept.version desc
  limit 500
$$;

comment on function public.list_section_versions(text, uuid) is
  'The latest 500 saves of an AI Section, newest first, with the name of who saved each.';

revoke execute on function
  private.section_authors(text, uuid),
  public.get_section_clicks(text[], date, date),
  public.list_section_versions(text, uuid)
from public, anon;
grant execute on function
  private.section_authors(text, uuid),
  public.get_section_clicks(text[], date, date),
  public.list_section_versions(text, uuid)
to authenticated, service_role;

create or replace function private.audit_sentence(
  p_subject_type text,
  p_action text,
  p_subject_id text,
  p_changed text[],
  p_before jsonb,
  p_after jsonb
)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_row jsonb := coalesce(p_after, p_before, '{}');
  v_kind text := case p_subject_type
    when 'ai_section' then 'AI Section'
    when 'client_config' then 'Configuration'
    when 'config' then 'Configuration'
    when 'domain' then 'Website'
    when 'domain_host' then 'Host'
    when 'domain_key' then initcap(coalesce(v_row ->> 'kind', '')) || ' key'
    when 'profile' then 'Person'
    when 'user_domain' then 'Access'
    else upper(left(p_subject_type, 1)) || replace(substr(p_subject_type, 2), '_', ' ')
  end;
  -- Ids made of random digits say nothing to a person.
  v_name text := coalesce(
    v_row ->> 'title',
    nullif(v_row ->> 'name', ''),
    nullif(v_row ->> 'label', ''),
    nullif(v_row ->> 'config_slug', ''),
    v_row ->> 'slug',
    v_row ->> 'host',
    v_row ->> 'email',
    case when p_subject_type = 'domain' then p_subject_id end
  );
begin
  if p_subject_type = 'export' then
    return upper(left(p_subject_id, 1)) || replace(substr(p_subject_id, 2), '_', ' ') || ' exported'
      || coalesce(': ' || (v_row ->> 'rows') || case v_row ->> 'rows' when '1' then ' row' else ' rows' end, '')
      || coalesce(' as ' || upper(v_row ->> 'format'), '');
  end if;
  -- What changed in a website or a key says more than that it changed.
  if p_action = 'update' and p_subject_type = 'domain' and cardinality(p_changed) = 1 then
    case p_changed[1]
      when 'timezone' then
        return format('Timezone changed from %s to %s', p_before ->> 'timezone', p_after ->> 'timezone');
      when 'archived_at' then
        return 'Website ' || case when p_after ->> 'archived_at' is null then 'restored' else 'archived' end;
      when 'recountable_from' then
        return 'Raw data before ' || coalesce(p_after ->> 'recountable_from', 'an unknown day') || ' deleted';
      else
        null;
    end case;
  elsif p_action = 'update' and p_subject_type = 'domain_key' and p_changed = array['revoked_at'] then
    return v_kind || ' revoked' || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'topic' and 'status' = any (p_changed) then
    return v_kind
      || case p_after ->> 'status' when 'hidden' then ' hidden' when 'merged' then ' merged' else ' shown again' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'ai_section' and 'archived_at' = any (p_changed) then
    return v_kind
      || case when p_after ->> 'archived_at' is null then ' restored' else ' archived' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'ai_section' and 'published_version' = any (p_changed) then
    return v_kind
      || case when p_after ->> 'published_version' is null then ' unpublished' else ' published' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_changed = array['enabled'] then
    return v_kind || case when (p_after ->> 'enabled')::boolean then ' turned on' else ' turned off' end
      || coalesce(': ' || left(v_name, 100), '');
  end if;
  return v_kind
    || ' '
    || case p_action
      when 'create' then 'added'
      when 'update' then 'changed'
      when 'delete' then 'removed'
      when 'erase' then 'erased'
      when 'view' then 'viewed'
      when 'export' then 'exported'
      else replace(p_action, '_', ' ')
    end
    || coalesce(': ' || left(v_name, 100), '');
end
$$;

create or replace function private.annotation_kind(p_subject_type text, p_action text, p_changed text[])
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
  select case
    when p_action not in ('create', 'update', 'delete') then null
    when p_subject_type in ('config', 'client_config') then 'configuration'
    -- A draft changes nothing for visitors until it is published.
    when p_subject_type = 'ai_section'
      and not (p_action = 'update' and p_changed && array['published_version', 'enabled', 'archived_at']) then null
    when p_subject_type in ('ai_section', 'topic') then 'content'
    when p_subject_type = 'agent' then 'agents'
    when p_subject_type in ('domain_host', 'domain_key', 'internal_address') then 'domain'
    when p_subject_type = 'domain' and p_action <> 'update' then 'domain'
    when p_subject_type = 'domain' and p_changed && array['timezone', 'archived_at', 'recountable_from'] then 'domain'
  end
$$;
