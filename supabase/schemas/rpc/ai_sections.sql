-- What the page of AI Sections shows beside the sections themselves.

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

create function private.widget_key(p_site_domain text)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select key.public_key
  from public.domain_keys as key
  where key.site_domain = p_site_domain
    and key.kind = 'public'
    and key.revoked_at is null
    and (key.expires_at is null or key.expires_at > now())
    and p_site_domain = any (array(select private.my_domains()))
  order by key.created_at desc, key.id
  limit 1
$$;

comment on function private.widget_key(text) is
  'The newest public key of a domain the caller may see. A definer, since the list of keys is for staff.';

create function public.get_widget_key(p_site_domain text)
returns text
language sql
stable
set search_path = ''
as $$ select private.widget_key(p_site_domain) $$;

comment on function public.get_widget_key(text) is
  'The public key that a website''s pages load the widget with; null when the domain has none.';

revoke execute on function
  private.section_authors(text, uuid),
  private.widget_key(text),
  public.get_section_clicks(text[], date, date),
  public.get_widget_key(text),
  public.list_section_versions(text, uuid)
from public, anon;
grant execute on function
  private.section_authors(text, uuid),
  private.widget_key(text),
  public.get_section_clicks(text[], date, date),
  public.get_widget_key(text),
  public.list_section_versions(text, uuid)
to authenticated, service_role;
