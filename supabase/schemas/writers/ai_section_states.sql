-- What becomes of AI Sections: published, on or off, in which order, archived, deleted; and what visitors get.

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
  v_last := private.last_section_position(p_site_domain, p_archived);
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
