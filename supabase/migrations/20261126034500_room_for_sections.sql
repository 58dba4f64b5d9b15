-- An archived section comes back where there is room for it; a changed timezone reaches the widget.

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

create or replace function private.create_section(p_site_domain text, p_slug text, p_content jsonb)
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

create or replace function private.archive_section(p_site_domain text, p_id uuid, p_archived boolean)
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

create trigger note_content_change
  after update of timezone on public.domains
  for each row
  when (old.timezone is distinct from new.timezone)
  execute function private.note_content_change();
