-- What widgets and websites report, by month. Partitions live in `private`; everything goes through the parent.

create table public.event_ids (
  site_domain text not null,
  uuid uuid not null,
  constraint event_ids_pkey primary key (site_domain, uuid)
);

comment on table public.event_ids is
  'Every event ever accepted. Unpartitioned, because a retried event may carry a corrected timestamp.';

alter table public.event_ids enable row level security;
revoke all on public.event_ids from public, anon, authenticated;
grant all on public.event_ids to service_role;

create policy event_ids_select on public.event_ids
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.events (
  site_domain text not null,
  occurred_at timestamptz not null,
  uuid uuid not null,
  day date not null,
  name text not null,
  visitor_id uuid not null,
  session_id uuid not null,
  conversation_id uuid,
  environment text not null,
  counts boolean not null,
  page text,
  url text,
  properties jsonb not null default '{}',
  received_at timestamptz not null default now(),
  constraint events_pkey primary key (site_domain, occurred_at, uuid),
  constraint events_environment_check check (environment in ('production', 'staging', 'development', 'other'))
)
partition by range (occurred_at);

create index events_visitor_id_idx on public.events (site_domain, visitor_id, occurred_at);

comment on table public.events is 'Widget and website events in PostHog''s format, partitioned by month (UTC).';
comment on column public.events.counts is 'Not a bot, not internal, in production. Set by capture; changed only by updating the row.';
comment on column public.events.day is 'The domain''s calendar day of occurred_at.';

alter table public.events enable row level security;
revoke all on public.events from public, anon, authenticated;
grant select on public.events to authenticated;
grant all on public.events to service_role;

create policy events_select on public.events
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create function private.make_event_partition(p_month date)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_name text := 'events_' || to_char(p_month, 'YYYY_MM');
begin
  if to_regclass('private.' || v_name) is not null then
    return;
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('private.make_event_partition'));
  -- Not to_regclass: it may remember from above that there is none, while another transaction made it.
  if exists (
    select 1
    from pg_catalog.pg_class as class
    where class.relnamespace = 'private'::regnamespace and class.relname = v_name
  ) then
    return;
  end if;
  -- Made apart and attached: `create table … partition of` would lock out every writer.
  execute format('create table private.%I (like public.events including defaults including constraints)', v_name);
  execute format('alter table private.%I enable row level security', v_name);
  execute format('revoke all on private.%I from public, anon, authenticated', v_name);
  execute format(
    'alter table public.events attach partition private.%I for values from (%L) to (%L)',
    v_name,
    p_month::timestamp at time zone 'UTC',
    (p_month + interval '1 month')::timestamp at time zone 'UTC'
  );
end
$$;

comment on function private.make_event_partition(date) is
  'Makes the partition of events for the month that starts on p_month (UTC), if it is missing.';

create function private.make_event_partitions(p_from timestamptz, p_to timestamptz)
returns void
language sql
security definer
set search_path = ''
as $$
  select private.make_event_partition(month::date)
  from generate_series(
    date_trunc('month', p_from at time zone 'UTC'),
    date_trunc('month', p_to at time zone 'UTC'),
    interval '1 month'
  ) as month
$$;

comment on function private.make_event_partitions(timestamptz, timestamptz) is
  'Makes every monthly partition of events from p_from to p_to.';

revoke execute on function
  private.make_event_partition(date),
  private.make_event_partitions(timestamptz, timestamptz)
from public, anon, authenticated;
grant execute on function private.make_event_partitions(timestamptz, timestamptz) to service_role;
