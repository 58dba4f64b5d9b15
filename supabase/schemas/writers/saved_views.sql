-- Naming the filters of a page.

create function private.write_view(p_id uuid, p_view jsonb)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_shared text := p_view ->> 'site_domain';
  v_id uuid;
begin
  -- Somebody disabled, or without the second factor asked of them, has no domains.
  if auth.uid() is null or not exists (select 1 from private.my_domains()) then
    raise exception 'You may not save views' using errcode = 'PT403';
  elsif v_shared is not null and not v_shared = any (array(select private.my_domains())) then
    raise exception 'There is no domain %', v_shared using errcode = 'PT404';
  end if;

  if p_id is null then
    if (select count(*) from public.saved_views as view where view.owner_id = auth.uid()) >= 200 then
      raise exception 'You have 200 views; delete one first' using errcode = 'PT409';
    end if;
    insert into public.saved_views (owner_id, site_domain, page, name, search)
    values (auth.uid(), v_shared, p_view ->> 'page', p_view ->> 'name', p_view -> 'search')
    returning id into v_id;
    return v_id;
  end if;

  update public.saved_views as view
  set
    name = coalesce(p_view ->> 'name', view.name),
    search = coalesce(p_view -> 'search', view.search),
    site_domain = case when p_view ? 'site_domain' then v_shared else view.site_domain end,
    updated_at = clock_timestamp()
  where view.id = p_id and view.owner_id = auth.uid() and p_view is not null
  returning view.id into v_id;
  if p_view is null then
    -- Staff tidies up what is shared.
    delete from public.saved_views as view
    where view.id = p_id
      and (view.owner_id = auth.uid() or (view.site_domain is not null and private.is_admin()))
    returning view.id into v_id;
  end if;
  if v_id is null then
    raise exception 'You have no view %', p_id using errcode = 'PT404';
  end if;
  return v_id;
end
$$;

comment on function private.write_view(uuid, jsonb) is
  'Makes the caller''s view {page, name, search, site_domain}, changes what is given of one of them, or, null, deletes it (staff also a shared one). PT404: the caller has none with that id.';

revoke execute on function private.write_view(uuid, jsonb) from public, anon;
grant execute on function private.write_view(uuid, jsonb) to authenticated, service_role;
