-- Views of a page: its filters under a name.

create function public.list_saved_views(p_page text)
returns table (
  id uuid,
  name text,
  search jsonb,
  site_domain text,
  owner_id uuid,
  is_mine boolean,
  updated_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    view.id,
    view.name,
    view.search,
    view.site_domain,
    view.owner_id,
    view.owner_id = me.id,
    view.updated_at
  from public.saved_views as view
  cross join private.my_id() as me (id)
  where view.page = p_page
  order by lower(view.name), view.id
  limit 500
$$;

comment on function public.list_saved_views(text) is
  'The caller''s views of a page and those shared with a domain the caller sees, by name; `site_domain` is the one it is shared with.';

create function public.save_view(p_page text, p_name text, p_search jsonb, p_site_domain text default null)
returns uuid
language plpgsql
set search_path = ''
as $$
begin
  if p_page is null or p_page !~ '^[a-z][a-z-]{0,39}$' then
    raise exception 'p_page must be the name of a page' using errcode = 'PT400';
  end if;
  perform private.check_view(p_name, p_search);
  return private.write_view(
    null,
    jsonb_build_object('page', p_page, 'name', btrim(p_name), 'search', p_search, 'site_domain', p_site_domain)
  );
end
$$;

comment on function public.save_view(text, text, jsonb, text) is
  'Keeps search parameters of a page under a name, for the caller or, with a domain, for all who see it; gives its id.';

create function public.update_view(p_id uuid, p_search jsonb, p_site_domain text default null)
returns uuid
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_view('unchanged', p_search);
  return private.write_view(p_id, jsonb_build_object('search', p_search, 'site_domain', p_site_domain));
end
$$;

comment on function public.update_view(uuid, jsonb, text) is
  'Gives one of the caller''s views other search parameters, and shares it with a domain or, null, no longer.';

create function public.rename_view(p_id uuid, p_name text)
returns uuid
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_view(p_name, '{}');
  return private.write_view(p_id, jsonb_build_object('name', btrim(p_name)));
end
$$;

comment on function public.rename_view(uuid, text) is 'Gives one of the caller''s views another name.';

create function public.delete_view(p_id uuid)
returns uuid
language plpgsql
set search_path = ''
as $$
begin
  if p_id is null then
    raise exception 'p_id is required' using errcode = 'PT400';
  end if;
  return private.write_view(p_id, null);
end
$$;

comment on function public.delete_view(uuid) is 'Deletes one of the caller''s views; staff may delete any shared one.';

create function private.check_view(p_name text, p_search jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_name is null or length(btrim(p_name)) not between 1 and 80 then
    raise exception 'A view has a name of at most 80 characters' using errcode = 'PT400';
  elsif jsonb_typeof(p_search) is distinct from 'object' or length(p_search::text) > 8000 then
    raise exception 'p_search must be an object of at most 8,000 characters' using errcode = 'PT400';
  end if;
end
$$;

comment on function private.check_view(text, jsonb) is 'Refuses (PT400) a view without a name or with search parameters that are none.';

revoke execute on function
  private.check_view(text, jsonb),
  public.list_saved_views(text),
  public.save_view(text, text, jsonb, text),
  public.update_view(uuid, jsonb, text),
  public.rename_view(uuid, text),
  public.delete_view(uuid)
from public, anon;
grant execute on function
  private.check_view(text, jsonb),
  public.list_saved_views(text),
  public.save_view(text, text, jsonb, text),
  public.update_view(uuid, jsonb, text),
  public.rename_view(uuid, text),
  public.delete_view(uuid)
to authenticated, service_role;
