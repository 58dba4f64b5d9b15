-- Archived websites are for staff alone: whoever was assigned one sees it again once it is restored.

create or replace function private.my_domains()
returns setof text
language plpgsql
stable
security definer
set search_path = ''
rows 10
as $$
declare
  v_id uuid := private.seen_as(true);
  v_viewing boolean := v_id is distinct from auth.uid();
  v_role text := private.my_role();
begin
  if v_role = 'admin' and not v_viewing then
    return query select domain.site_domain from public.domains as domain;
  -- What somebody views as another lasts for as long as they are staff.
  elsif (v_viewing and v_role = 'admin') or (not v_viewing and v_role = 'user') then
    return query
      select membership.site_domain
      from public.user_domains as membership
      join public.profiles as profile on profile.id = membership.user_id
      join public.domains as domain on domain.site_domain = membership.site_domain
      where membership.user_id = v_id and profile.disabled_at is null and domain.archived_at is null;
  end if;
end
$$;

comment on function private.my_domains() is
  'The site domains the caller may see: all for staff, archived ones too; the assigned ones that are not archived for a client user; none for anyone else; those of whom staff view the product as while they do.';

alter policy user_domains_select on public.user_domains
  using (
    site_domain = any (array(select private.my_domains()))
    and (user_id = (select private.my_id()) or (select private.is_admin()))
  );
