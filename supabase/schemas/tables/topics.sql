-- What people ask about. Topics are found by the insights; people rename, merge and hide them.

create table public.topics (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  label text not null,
  label_is_custom boolean not null default false,
  keywords text[] not null default '{}',
  status text not null default 'active',
  merged_into uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint topics_pkey primary key (site_domain, id),
  constraint topics_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint topics_merged_into_fkey foreign key (site_domain, merged_into) references public.topics (site_domain, id),
  constraint topics_label_check check (length(label) between 1 and 120),
  constraint topics_status_check check (status in ('active', 'hidden', 'merged')),
  constraint topics_merged_check check ((status = 'merged') = (merged_into is not null)),
  constraint topics_merged_into_check check (merged_into <> id)
);

create index topics_merged_into_idx on public.topics (site_domain, merged_into) where merged_into is not null;

comment on table public.topics is 'What visitors of a website ask about, found in their words; the id stays when a topic is found again.';
comment on column public.topics.label is 'Its keywords, until a person names it.';
comment on column public.topics.merged_into is 'The topic that took this one''s conversations over.';

alter table public.topics enable row level security;
revoke all on public.topics from public, anon, authenticated;
grant select on public.topics to authenticated;
grant all on public.topics to service_role;

create policy topics_select on public.topics
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- What people do to a topic; that it is found anew with other words is no change of theirs.
create trigger audit
  after update on public.topics
  for each row
  when (new.label_is_custom or new.status is distinct from old.status)
  execute function private.audit_row('topic', 'id', 'keywords,updated_at');

create table private.topic_models (
  site_domain text not null,
  version integer not null,
  fitted_at timestamptz not null,
  conversation_count integer not null,
  model jsonb not null,
  arrays bytea not null,
  constraint topic_models_pkey primary key (site_domain),
  constraint topic_models_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

comment on table private.topic_models is
  'What new conversations are compared with: the words and centres of a website''s topics. Numbers and words only, no code.';
comment on column private.topic_models.version is 'The version of the code that fitted the model.';

alter table private.topic_models enable row level security;
revoke all on private.topic_models from public, anon, authenticated;
grant all on private.topic_models to service_role;

create policy topic_models_select on private.topic_models
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
