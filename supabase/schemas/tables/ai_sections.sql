-- AI Sections: blocks of content that the widget puts on a client's pages, and every version of each.

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

-- Drafts are nothing that is delivered.
create trigger note_content_change
  after update on public.ai_sections
  for each row
  when (
    (old.published_version is not null or new.published_version is not null)
    and (old.published_version, old.enabled, old.position, old.slug)
      is distinct from (new.published_version, new.enabled, new.position, new.slug)
  )
  execute function private.note_content_change();
