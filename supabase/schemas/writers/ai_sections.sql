-- Writing AI Sections. Content arrives checked, and its CSS cleaned, by the server's route; who may write what, and
-- on which version it is based, is decided here.

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

create function private.last_section_position(p_site_domain text, p_one_goes boolean)
returns integer
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_count integer;
  v_last integer;
begin
  select count(*), coalesce(max(section.position), 0)
  into v_count, v_last
  from public.ai_sections as section
  where section.site_domain = p_site_domain and section.archived_at is null;
  if v_count >= 200 and not p_one_goes then
    raise exception '% has 200 sections. Archive one first.', p_site_domain using errcode = 'PT409';
  end if;
  return v_last;
end
$$;

comment on function private.last_section_position(text, boolean) is
  'Where the last section stands. PT409 when there is no room for one more, unless one goes. The caller holds the domain''s order.';

revoke execute on function private.last_section_position(text, boolean) from public, anon, authenticated, service_role;

create function private.create_section(p_site_domain text, p_slug text, p_content jsonb)
returns public.ai_sections
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_section public.ai_sections;
  v_last integer;
begin
  perform private.check_domain(p_site_domain);
  perform private.lock_section_order(p_site_domain);
  v_last := private.last_section_position(p_site_domain, false);
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
