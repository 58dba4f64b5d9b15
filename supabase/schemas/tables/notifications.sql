-- Who wants to be written to about which website, what was written, and what is wrong where.

create table public.notification_choices (
  user_id uuid not null,
  site_domain text not null,
  digest_since timestamptz,
  alerts_since timestamptz,
  constraint notification_choices_pkey primary key (user_id, site_domain),
  constraint notification_choices_user_id_fkey foreign key (user_id) references public.profiles (id) on delete cascade,
  constraint notification_choices_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

create index notification_choices_site_domain_idx on public.notification_choices (site_domain);

comment on table public.notification_choices is 'Which e-mails a person wants about a website. Nobody gets any they did not choose.';
comment on column public.notification_choices.digest_since is 'Since when the weekly digest is wanted; null: it is not.';
comment on column public.notification_choices.alerts_since is 'Since when alerts are wanted; null: they are not.';

alter table public.notification_choices enable row level security;
revoke all on public.notification_choices from public, anon, authenticated;
grant select on public.notification_choices to authenticated;
grant all on public.notification_choices to service_role;

create policy notification_choices_select on public.notification_choices
  for select to authenticated
  using (
    site_domain = any (array(select private.my_domains()))
    and (user_id = (select private.my_id()) or (select private.is_admin()))
  );

create table public.notification_mails (
  site_domain text not null,
  user_id uuid not null,
  kind text not null,
  occasion text not null,
  status text not null default 'waiting',
  attempts integer not null default 0,
  queued_at timestamptz not null,
  next_at timestamptz not null,
  give_up_at timestamptz not null,
  taken_at timestamptz,
  sent_at timestamptz,
  problem text,
  constraint notification_mails_pkey primary key (site_domain, user_id, kind, occasion),
  constraint notification_mails_user_id_fkey foreign key (user_id) references public.profiles (id) on delete cascade,
  constraint notification_mails_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint notification_mails_kind_check check (kind in ('digest', 'alert_started', 'alert_ended')),
  constraint notification_mails_status_check check (
    status in ('waiting', 'preparing', 'sending', 'sent', 'failed', 'skipped', 'unclear')
  )
);

create index notification_mails_user_id_idx on public.notification_mails (user_id, queued_at desc);
create index notification_mails_due_idx on public.notification_mails (next_at)
  where status in ('waiting', 'preparing', 'sending');

comment on table public.notification_mails is
  'Every e-mail about a website, to one person, for one occasion. The row is there before the e-mail, and the same one is never made twice.';
comment on column public.notification_mails.occasion is 'A digest''s Monday (the first day it is about), or the id of an alert.';
comment on column public.notification_mails.status is
  'waiting, preparing (being written), sending (handed over), sent, failed, skipped (no longer wanted) or unclear: the server stopped while it handed the e-mail over, so that it may or may not have left; it is not sent again.';

alter table public.notification_mails enable row level security;
revoke all on public.notification_mails from public, anon, authenticated;
grant select on public.notification_mails to authenticated;
grant all on public.notification_mails to service_role;

create policy notification_mails_select on public.notification_mails
  for select to authenticated
  using (
    site_domain = any (array(select private.my_domains()))
    and (user_id = (select private.my_id()) or (select private.is_admin()))
  );

create table public.alerts (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  started_at timestamptz not null,
  figures jsonb not null,
  ended_at timestamptz,
  end_reason text,
  end_figures jsonb,
  constraint alerts_pkey primary key (site_domain, id),
  constraint alerts_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint alerts_kind_check check (kind in ('agent', 'traffic')),
  constraint alerts_end_reason_check check (end_reason in ('recovered', 'no_data')),
  constraint alerts_end_check check ((ended_at is null) = (end_reason is null))
);

-- One at a time: whoever notices the same second is refused here.
create unique index alerts_open_key on public.alerts (site_domain, kind) where ended_at is null;
create index alerts_started_at_idx on public.alerts (site_domain, started_at desc);

comment on table public.alerts is
  'What went wrong on a website against its own usual: the agent left visitors without an answer, or visits stayed away.';
comment on column public.alerts.figures is
  'What it is based on. agent: asked, unanswered, usual_share, history_asked, from, to. traffic: sessions, usual, low, weeks, samples, from, to.';
comment on column public.alerts.end_reason is 'recovered, or no_data: a week went by with too little to tell.';

alter table public.alerts enable row level security;
revoke all on public.alerts from public, anon, authenticated;
grant select on public.alerts to authenticated;
grant all on public.alerts to service_role;

create policy alerts_select on public.alerts
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table private.hourly_activity (
  site_domain text not null,
  hour timestamptz not null,
  sessions integer not null,
  asked integer not null,
  unanswered integer not null,
  constraint hourly_activity_pkey primary key (site_domain, hour),
  constraint hourly_activity_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

create index hourly_activity_hour_idx on private.hourly_activity (hour);

comment on table private.hourly_activity is
  'What is usual on a website, by hour (UTC) for six weeks: sessions with an event, visitors'' messages, and those that no answer came after. Hours without any of it have no row.';

alter table private.hourly_activity enable row level security;
revoke all on private.hourly_activity from public, anon, authenticated;
grant all on private.hourly_activity to service_role;

create policy hourly_activity_select on private.hourly_activity
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));
