-- Long work that people may watch: loads, imports, rebuilds.

create table public.background_runs (
  id uuid not null default gen_random_uuid(),
  kind text not null,
  label text not null,
  done bigint not null default 0,
  total bigint not null,
  state text not null default 'running',
  error text,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint background_runs_pkey primary key (id),
  constraint background_runs_state_check check (state in ('running', 'done', 'failed')),
  constraint background_runs_total_check check (total >= 0 and done >= 0)
);

comment on table public.background_runs is 'Long work that people may watch. Holds no tenant''s data.';

alter table public.background_runs enable row level security;
revoke all on public.background_runs from public, anon, authenticated;
grant select on public.background_runs to authenticated;
grant all on public.background_runs to service_role;

create policy background_runs_select on public.background_runs
  for select to authenticated
  using (exists (select private.my_domains()));

create function private.start_run(p_kind text, p_label text, p_total bigint)
returns uuid
language sql
security definer
set search_path = ''
as $$
  insert into public.background_runs (kind, label, total)
  values (p_kind, p_label, p_total)
  returning id
$$;

comment on function private.start_run(text, text, bigint) is 'Announces long work of p_total steps; gives the run''s id.';

create function private.advance_run(p_id uuid, p_done bigint)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.background_runs
  set done = p_done, updated_at = clock_timestamp()
  where id = p_id
$$;

comment on function private.advance_run(uuid, bigint) is 'Says how many steps of a run are done.';

create function private.finish_run(p_id uuid, p_state text, p_error text default null)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.background_runs
  set
    state = p_state,
    error = p_error,
    done = case when p_state = 'done' then total else done end,
    updated_at = clock_timestamp(),
    finished_at = clock_timestamp()
  where id = p_id
$$;

comment on function private.finish_run(uuid, text, text) is 'Ends a run as done or failed.';

revoke execute on function
  private.start_run(text, text, bigint),
  private.advance_run(uuid, bigint),
  private.finish_run(uuid, text, text)
from public, anon, authenticated;
grant execute on function
  private.start_run(text, text, bigint),
  private.advance_run(uuid, bigint),
  private.finish_run(uuid, text, text)
to service_role;
