-- schemas/private/schemas.sql

-- Where things live: `public` is the exposed API, `private` its helpers and writers, `rollup` the aggregates.

create schema private;
create schema rollup;

revoke all on schema private, rollup from public, anon, authenticated;
grant usage on schema private, rollup to authenticated, service_role;

comment on schema private is 'Helpers and writers behind the API; never exposed over REST.';
comment on schema rollup is 'Aggregates that are always exact: folded rows plus pending deltas.';

-- schemas/private/values.sql

-- Small pure functions that several tables and writers share.

create function private.day_of(p_at timestamptz, p_timezone text)
returns date
language sql
immutable
parallel safe
as $$ select (p_at at time zone p_timezone)::date $$;

comment on function private.day_of(timestamptz, text) is
  'The calendar day of an instant in a timezone (IANA name).';

create function private.is_timezone(p_timezone text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  perform timestamptz '2000-01-01 00:00+00' at time zone p_timezone;
  return p_timezone ~ '^[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)*$';
exception when invalid_parameter_value then
  return false;
end
$$;

comment on function private.is_timezone(text) is 'Whether PostgreSQL knows this IANA timezone name.';

create function private.environment_of(p_site_domain text, p_host text, p_listed text)
returns text
language sql
immutable
parallel safe
as $$
  select case
    when p_listed is not null then p_listed
    when p_host is null or p_host = p_site_domain or p_host like '%.' || p_site_domain then 'production'
    else 'other'
  end
$$;

comment on function private.environment_of(text, text, text) is
  'The environment of a host: what domain_hosts says, else production for the site domain and below it, else other.';

create function private.casts_to(p_value text, p_type regtype)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  execute format('select %L::%s', p_value, p_type::text);
  return p_value is not null;
exception when data_exception then
  return false;
end
$$;

comment on function private.casts_to(text, regtype) is
  'Whether a text is a value of a type (pg_input_is_valid, for PostgreSQL 15 too).';

revoke execute on function
  private.day_of(timestamptz, text),
  private.is_timezone(text),
  private.environment_of(text, text, text),
  private.casts_to(text, regtype)
from public, anon, authenticated;
grant execute on function
  private.day_of(timestamptz, text),
  private.casts_to(text, regtype)
to authenticated, service_role;
grant execute on function
  private.is_timezone(text),
  private.environment_of(text, text, text)
to service_role;

-- schemas/private/authorization.sql

-- The one home of authorization: every policy asks these two functions.
-- They read tables, not claims, so that disabling a user or taking a domain away acts at once.

create function private.second_factor_holds(p_user_id uuid, p_required boolean)
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce(auth.jwt() ->> 'aal' = 'aal2', false)
    or not (
      p_required
      or exists (
        select 1
        from auth.mfa_factors as factor
        where factor.user_id = p_user_id and factor.status = 'verified'
      )
    )
$$;

comment on function private.second_factor_holds(uuid, boolean) is
  'Whether the caller proved a second factor, or needs none: it is not required of them, and they turned none on.';

create function private.is_admin()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.profiles as profile
    where profile.id = auth.uid()
      and profile.role = 'admin'
      and profile.disabled_at is null
      and private.second_factor_holds(profile.id, profile.mfa_required)
  );
end
$$;

comment on function private.is_admin() is
  'Whether the caller is Rose staff: an enabled profile with role admin, with the second factor if it is required or turned on.';

create function private.my_domains()
returns setof text
language plpgsql
stable
security definer
set search_path = ''
rows 10
as $$
begin
  if private.is_admin() then
    return query select domain.site_domain from public.domains as domain;
  else
    return query
      select membership.site_domain
      from public.user_domains as membership
      join public.profiles as profile on profile.id = membership.user_id
      where membership.user_id = auth.uid()
        and profile.disabled_at is null
        and private.second_factor_holds(profile.id, profile.mfa_required);
  end if;
end
$$;

comment on function private.my_domains() is
  'The site domains the caller may see: all for staff, the assigned ones for a client user, none for anyone else.';

revoke execute on function private.second_factor_holds(uuid, boolean) from public, anon, authenticated, service_role;
revoke execute on function private.is_admin(), private.my_domains() from public, anon;
grant execute on function private.is_admin(), private.my_domains() to authenticated, service_role;

-- schemas/jobs/procrastinate.sql

-- The queue: Procrastinate's own schema, unchanged, in the schema `jobs`. Never exposed over REST.
-- Between the two marks stands procrastinate/sql/schema.sql of the version in requirements.lock; a test
-- compares the result with the installed library's. Its functions find their tables by `search_path`.

create schema jobs;
comment on schema jobs is 'The queue of background work (Procrastinate); never exposed over REST.';

set search_path = jobs;

-- begin of procrastinate/sql/schema.sql
-- Procrastinate Schema

DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;
EXCEPTION
    WHEN OTHERS THEN
        -- On managed PostgreSQL services (e.g. Azure Database for PostgreSQL, Amazon RDS,
        -- Google Cloud SQL), CREATE EXTENSION may fail with various error codes:
        -- insufficient_privilege, feature_not_supported, or provider-specific errors.
        -- Before ignoring, verify the extension actually exists — if it does not exist
        -- and cannot be created, re-raise so the failure is explicit.
        IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'plpgsql') THEN
            RAISE NOTICE 'plpgsql extension already exists, skipping creation.';
        ELSE
            RAISE;
        END IF;
END;
$$;

-- Enums

CREATE TYPE procrastinate_job_status AS ENUM (
    'todo',  -- The job is queued
    'doing',  -- The job has been fetched by a worker
    'succeeded',  -- The job ended successfully
    'failed',  -- The job ended with an error
    'cancelled', -- The job was cancelled
    'aborting',  -- legacy, not used anymore since v3.0.0
    'aborted'  -- The job was aborted
);

CREATE TYPE procrastinate_job_event_type AS ENUM (
    'deferred',  -- Job created, in todo
    'started',  -- todo -> doing
    'deferred_for_retry',  -- doing -> todo
    'failed',  -- doing -> failed
    'succeeded',  -- doing -> succeeded
    'cancelled', -- todo -> cancelled
    'abort_requested', -- not a state transition, but set in a separate field
    'aborted', -- doing -> aborted (only allowed when abort_requested field is set)
    'scheduled', -- not a state transition, but recording when a task is scheduled for
    'retried' -- Manually retried failed job
);

-- Composite Types

CREATE TYPE procrastinate_job_to_defer_v1 AS (
    queue_name character varying,
    task_name character varying,
    priority integer,
    lock text,
    queueing_lock text,
    args jsonb,
    scheduled_at timestamp with time zone
);

-- Tables

CREATE TABLE procrastinate_workers(
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    last_heartbeat timestamp with time zone NOT NULL DEFAULT NOW()
);

CREATE TABLE procrastinate_jobs (
    id bigserial PRIMARY KEY,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    lock text,
    queueing_lock text,
    args jsonb DEFAULT '{}' NOT NULL,
    status procrastinate_job_status DEFAULT 'todo'::procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone NULL,
    attempts integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint REFERENCES procrastinate_workers(id) ON DELETE SET NULL,
    CONSTRAINT check_not_todo_abort_requested CHECK (NOT (status = 'todo' AND abort_requested = true))
);

CREATE TABLE procrastinate_periodic_defers (
    id bigserial PRIMARY KEY,
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint REFERENCES procrastinate_jobs(id) NULL,
    periodic_id character varying(128) NOT NULL DEFAULT '',
    CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp)
);

CREATE TABLE procrastinate_events (
    id bigserial PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES procrastinate_jobs ON DELETE CASCADE,
    type procrastinate_job_event_type,
    at timestamp with time zone DEFAULT NOW() NULL
);

-- Constraints & Indices

-- this prevents from having several jobs with the same queueing lock in the "todo" state
CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON procrastinate_jobs (queueing_lock) WHERE status = 'todo';
-- this prevents from having several jobs with the same lock in the "doing" state
CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON procrastinate_jobs (lock) WHERE status = 'doing';

-- Index for select_stalled_jobs_by_heartbeat query
CREATE INDEX idx_procrastinate_jobs_worker_not_null ON procrastinate_jobs(worker_id) WHERE worker_id IS NOT NULL AND status = 'doing'::procrastinate_job_status;

CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON procrastinate_jobs(queue_name);
CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON procrastinate_jobs (id, lock) WHERE status = ANY (ARRAY['todo'::procrastinate_job_status, 'doing'::procrastinate_job_status]);
CREATE INDEX procrastinate_jobs_priority_idx_v1 ON procrastinate_jobs(priority desc, id asc) WHERE (status = 'todo'::procrastinate_job_status);

CREATE INDEX procrastinate_events_job_id_fkey_v1 ON procrastinate_events(job_id);

CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON procrastinate_periodic_defers(job_id);

CREATE INDEX idx_procrastinate_workers_last_heartbeat ON procrastinate_workers(last_heartbeat);

-- Functions
CREATE FUNCTION procrastinate_defer_jobs_v1(
    jobs procrastinate_job_to_defer_v1[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;

    RETURN job_ids;
END;
$$;

CREATE FUNCTION procrastinate_defer_periodic_job_v2(
    _queue_name character varying,
    _lock character varying,
    _queueing_lock character varying,
    _task_name character varying,
    _priority integer,
    _periodic_id character varying,
    _defer_timestamp bigint,
    _args jsonb
)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;

    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;

    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;

    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;

    RETURN _job_id;
END;
$$;

CREATE FUNCTION procrastinate_fetch_job_v2(
    target_queue_names character varying[],
    p_worker_id bigint
)
    RETURNS procrastinate_jobs
    LANGUAGE plpgsql
AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;

 RETURN found_jobs;
END;
$$;

CREATE FUNCTION procrastinate_finish_job_v1(job_id bigint, end_status procrastinate_job_status, delete_job boolean)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;

CREATE FUNCTION procrastinate_retry_job_v1(
    job_id bigint,
    retry_at timestamp with time zone,
    new_priority integer,
    new_queue_name character varying,
    new_lock character varying
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION procrastinate_retry_job_v2(
    job_id bigint,
    retry_at timestamp with time zone,
    new_priority integer,
    new_queue_name character varying,
    new_lock character varying
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;

END;
$$;

CREATE FUNCTION procrastinate_notify_queue_job_inserted_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_notify_queue_abort_job_v1()
RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_function_status_events_insert_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_function_status_events_update_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_function_scheduled_events_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);

	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_abort_requested_events_procedure_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_unlink_periodic_defers_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;

CREATE FUNCTION procrastinate_register_worker_v1()
    RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION procrastinate_unregister_worker_v1(worker_id bigint)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION procrastinate_update_heartbeat_v1(worker_id bigint)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat float)
    RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;

-- Triggers

CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1
    AFTER INSERT ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.status = 'todo'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_notify_queue_job_inserted_v1();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1
    AFTER UPDATE OF abort_requested ON procrastinate_jobs
    FOR EACH ROW WHEN ((old.abort_requested = false AND new.abort_requested = true AND new.status = 'doing'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_notify_queue_abort_job_v1();

CREATE TRIGGER procrastinate_trigger_status_events_update_v1
    AFTER UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW
    EXECUTE PROCEDURE procrastinate_trigger_function_status_events_update_v1();

CREATE TRIGGER procrastinate_trigger_status_events_insert_v1
    AFTER INSERT ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.status = 'todo'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_trigger_function_status_events_insert_v1();

CREATE TRIGGER procrastinate_trigger_scheduled_events_v1
    AFTER UPDATE OR INSERT ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.scheduled_at IS NOT NULL AND new.status = 'todo'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_trigger_function_scheduled_events_v1();

CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1
    AFTER UPDATE OF abort_requested ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.abort_requested = true))
    EXECUTE PROCEDURE procrastinate_trigger_abort_requested_events_procedure_v1();

CREATE TRIGGER procrastinate_trigger_delete_jobs_v1
    BEFORE DELETE ON procrastinate_jobs
    FOR EACH ROW EXECUTE PROCEDURE procrastinate_unlink_periodic_defers_v1();
-- end of procrastinate/sql/schema.sql

reset search_path;

alter table jobs.procrastinate_workers enable row level security;
alter table jobs.procrastinate_jobs enable row level security;
alter table jobs.procrastinate_periodic_defers enable row level security;
alter table jobs.procrastinate_events enable row level security;

revoke all on schema jobs from public, anon, authenticated;
revoke all on all tables in schema jobs from public, anon, authenticated;
revoke all on all sequences in schema jobs from public, anon, authenticated;
revoke execute on all functions in schema jobs from public, anon, authenticated;

grant usage on schema jobs to service_role;
grant select, insert, update, delete on all tables in schema jobs to service_role;
grant usage on all sequences in schema jobs to service_role;
grant execute on all functions in schema jobs to service_role;

-- schemas/tables/organizations.sql

-- A client of Rose: a company with one or more websites.

create table public.organizations (
  id uuid not null default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  constraint organizations_pkey primary key (id),
  constraint organizations_name_key unique (name),
  constraint organizations_name_check check (length(name) between 1 and 200)
);

comment on table public.organizations is 'A client of Rose: a company with one or more websites.';

alter table public.organizations enable row level security;
revoke all on public.organizations from public, anon, authenticated;
grant select on public.organizations to authenticated;
grant all on public.organizations to service_role;

-- schemas/tables/domains.sql

-- The tenants: a website, the hosts it answers on, its keys and its internal addresses.

create table public.domains (
  site_domain text not null,
  organization_id uuid not null,
  name text not null,
  timezone text not null default 'UTC',
  recountable_from date,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  constraint domains_pkey primary key (site_domain),
  constraint domains_organization_id_fkey foreign key (organization_id) references public.organizations (id),
  constraint domains_site_domain_check check (
    length(site_domain) <= 253
    and site_domain ~ '^([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$'
  ),
  constraint domains_name_check check (length(name) between 1 and 200),
  constraint domains_timezone_check check (private.is_timezone(timezone))
);

create index domains_organization_id_idx on public.domains (organization_id);

comment on table public.domains is 'A website of a client. `site_domain` is the tenant key on every row and never changes.';
comment on column public.domains.timezone is 'IANA timezone whose calendar days every figure of the domain uses.';
comment on column public.domains.recountable_from is 'First day whose raw rows are all still there; null when nothing was dropped.';

alter table public.domains enable row level security;
revoke all on public.domains from public, anon, authenticated;
grant select on public.domains to authenticated;
grant all on public.domains to service_role;

create policy domains_select on public.domains
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy organizations_select on public.organizations
  for select to authenticated
  using (
    (select private.is_admin())
    or exists (select 1 from public.domains as domain where domain.organization_id = organizations.id)
  );

create table public.domain_hosts (
  site_domain text not null,
  host text not null,
  environment text not null default 'production',
  created_at timestamptz not null default now(),
  constraint domain_hosts_pkey primary key (site_domain, host),
  constraint domain_hosts_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint domain_hosts_environment_check check (environment in ('production', 'staging', 'development')),
  constraint domain_hosts_host_check check (host = lower(host) and length(host) between 1 and 253)
);

comment on table public.domain_hosts is 'The hosts a website answers on; they decide environment and allowed origins.';

alter table public.domain_hosts enable row level security;
revoke all on public.domain_hosts from public, anon, authenticated;
grant select on public.domain_hosts to authenticated;
grant all on public.domain_hosts to service_role;

create policy domain_hosts_select on public.domain_hosts
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.domain_keys (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  public_key text,
  secret_hash bytea,
  secret_hint text,
  label text not null default '',
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint domain_keys_pkey primary key (site_domain, id),
  constraint domain_keys_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint domain_keys_kind_check check (
    (kind = 'public' and public_key is not null and secret_hash is null)
    or (kind = 'secret' and public_key is null and secret_hash is not null)
  )
);

-- A key is looked up before its domain is known, hence unique over all domains.
create unique index domain_keys_public_key_key on public.domain_keys (public_key) where kind = 'public';
create unique index domain_keys_secret_hash_key on public.domain_keys (secret_hash) where kind = 'secret';

comment on table public.domain_keys is
  'Keys of a website: the public one its widget sends, the secret one (stored hashed) its agent backend sends.';

alter table public.domain_keys enable row level security;
revoke all on public.domain_keys from public, anon, authenticated;
grant select (site_domain, id, kind, public_key, secret_hint, label, created_at, last_used_at, revoked_at)
  on public.domain_keys to authenticated;
grant all on public.domain_keys to service_role;

create policy domain_keys_select on public.domain_keys
  for select to authenticated
  using ((select private.is_admin()) and site_domain = any (array(select private.my_domains())));

create table public.internal_addresses (
  site_domain text not null,
  ip_hash text not null,
  label text not null default '',
  created_at timestamptz not null default now(),
  constraint internal_addresses_pkey primary key (site_domain, ip_hash),
  constraint internal_addresses_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

comment on table public.internal_addresses is
  'Keyed hashes of addresses whose traffic is internal: stored, not counted.';

alter table public.internal_addresses enable row level security;
revoke all on public.internal_addresses from public, anon, authenticated;
grant select on public.internal_addresses to authenticated;
grant all on public.internal_addresses to service_role;

create policy internal_addresses_select on public.internal_addresses
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- schemas/tables/profiles.sql

-- Who may sign in, as what, and for which websites.

create table public.profiles (
  id uuid not null,
  email text not null,
  full_name text not null default '',
  role text not null default 'user',
  mfa_required boolean not null default false,
  created_at timestamptz not null default now(),
  disabled_at timestamptz,
  constraint profiles_pkey primary key (id),
  constraint profiles_id_fkey foreign key (id) references auth.users (id) on delete cascade,
  constraint profiles_role_check check (role in ('admin', 'user'))
);

comment on table public.profiles is 'A person who signs in. The role decides: `admin` is Rose staff, `user` a client user.';

alter table public.profiles enable row level security;
revoke all on public.profiles from public, anon, authenticated;
grant select on public.profiles to authenticated;
grant all on public.profiles to service_role;

create policy profiles_select on public.profiles
  for select to authenticated
  using (id = (select auth.uid()) or (select private.is_admin()));

create table public.user_domains (
  user_id uuid not null,
  site_domain text not null,
  created_at timestamptz not null default now(),
  constraint user_domains_pkey primary key (user_id, site_domain),
  constraint user_domains_user_id_fkey foreign key (user_id) references public.profiles (id) on delete cascade,
  constraint user_domains_site_domain_fkey foreign key (site_domain) references public.domains (site_domain)
);

create index user_domains_site_domain_idx on public.user_domains (site_domain);

comment on table public.user_domains is 'Which websites a client user may see.';

alter table public.user_domains enable row level security;
revoke all on public.user_domains from public, anon, authenticated;
grant select on public.user_domains to authenticated;
grant all on public.user_domains to service_role;

create policy user_domains_select on public.user_domains
  for select to authenticated
  using (user_id = (select auth.uid()) or (select private.is_admin()));

create function private.keep_profile()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.profiles as profile (id, email, full_name)
  values (
    new.id,
    coalesce(new.email, ''),
    left(coalesce(new.raw_user_meta_data ->> 'full_name', ''), 200)
  )
  on conflict (id) do update
    set
      email = excluded.email,
      full_name = coalesce(nullif(excluded.full_name, ''), profile.full_name);
  return null;
end
$$;

comment on function private.keep_profile() is
  'Gives every account a profile and keeps its e-mail and name current. The role never comes from what a user sent.';

revoke execute on function private.keep_profile() from public, anon, authenticated, service_role;

create trigger keep_profile
  after insert or update of email, raw_user_meta_data on auth.users
  for each row execute function private.keep_profile();

-- schemas/tables/visitors.sql

-- Browsers on a website, the companies they belong to, and the ids senders know them by.

create table public.accounts (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  domain text,
  name text not null,
  industry text,
  size text,
  country text,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  constraint accounts_pkey primary key (site_domain, id),
  constraint accounts_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint accounts_domain_key unique (site_domain, domain)
);

comment on table public.accounts is 'The company a visitor belongs to.';

alter table public.accounts enable row level security;
revoke all on public.accounts from public, anon, authenticated;
grant select on public.accounts to authenticated;
grant all on public.accounts to service_role;

create policy accounts_select on public.accounts
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.visitors (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  email text,
  name text,
  account_id uuid,
  status text not null generated always as (
    case
      when email is not null then 'known'
      when account_id is not null then 'semi-known'
      else 'anonymous'
    end
  ) stored,
  counts boolean not null default false,
  is_bot boolean not null default false,
  is_internal boolean not null default false,
  country text,
  device_type text,
  browser text,
  os text,
  language text,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  identified_at timestamptz,
  enrichment_data jsonb not null default '{}',
  constraint visitors_pkey primary key (site_domain, id),
  constraint visitors_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint visitors_account_id_fkey foreign key (site_domain, account_id)
    references public.accounts (site_domain, id)
)
with (fillfactor = 85);

create index visitors_account_id_idx on public.visitors (site_domain, account_id) where account_id is not null;
create index visitors_email_idx on public.visitors (site_domain, email) where email is not null;

comment on table public.visitors is 'One browser on one website: anonymous, semi-known (company known) or known (e-mail captured).';
comment on column public.visitors.counts is 'Whether anything this visitor did counts: not a bot, not internal, in production.';
comment on column public.visitors.identified_at is 'When a sender first identified the visitor; an identified visitor is never merged into another.';

alter table public.visitors enable row level security;
revoke all on public.visitors from public, anon, authenticated;
grant select on public.visitors to authenticated;
grant all on public.visitors to service_role;

create policy visitors_select on public.visitors
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.visitor_ids (
  site_domain text not null,
  distinct_id text not null,
  visitor_id uuid not null,
  created_at timestamptz not null default now(),
  constraint visitor_ids_pkey primary key (site_domain, distinct_id),
  constraint visitor_ids_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id),
  constraint visitor_ids_distinct_id_check check (length(distinct_id) between 1 and 200)
);

create index visitor_ids_visitor_id_idx on public.visitor_ids (site_domain, visitor_id);

comment on table public.visitor_ids is 'The ids senders know a visitor by (PostHog''s distinct_id).';

alter table public.visitor_ids enable row level security;
revoke all on public.visitor_ids from public, anon, authenticated;
grant select on public.visitor_ids to authenticated;
grant all on public.visitor_ids to service_role;

create policy visitor_ids_select on public.visitor_ids
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- schemas/tables/sessions.sql

-- Visits, and the pages seen in them.

create table public.visitor_sessions (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  session_id text not null,
  visitor_id uuid not null,
  conversation_id uuid,
  first_event_at timestamptz not null,
  last_activity_at timestamptz not null,
  day date not null,
  counts boolean not null,
  is_bot boolean not null default false,
  is_internal boolean not null default false,
  event_count integer not null default 0,
  page_view_count integer not null default 0,
  entry_page text,
  country text,
  device_type text,
  browser text,
  os text,
  language text,
  referrer_host text,
  utm_source text,
  utm_medium text,
  utm_campaign text,
  constraint visitor_sessions_pkey primary key (site_domain, id),
  constraint visitor_sessions_session_id_key unique (site_domain, visitor_id, session_id),
  constraint visitor_sessions_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id)
)
with (fillfactor = 85);

comment on table public.visitor_sessions is
  'One visit: the sender''s session id, else events of one visitor no more than 30 minutes apart.';
comment on column public.visitor_sessions.conversation_id is 'The latest conversation of the session.';
comment on column public.visitor_sessions.day is 'The domain''s calendar day of the first event.';
comment on column public.visitor_sessions.counts is 'Whether anything in the session counts: not a bot, not internal, in production.';

alter table public.visitor_sessions enable row level security;
revoke all on public.visitor_sessions from public, anon, authenticated;
grant select on public.visitor_sessions to authenticated;
grant all on public.visitor_sessions to service_role;

create policy visitor_sessions_select on public.visitor_sessions
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.session_pages (
  site_domain text not null,
  session_id uuid not null,
  page text not null,
  day date not null,
  counts boolean not null,
  constraint session_pages_pkey primary key (site_domain, session_id, page),
  constraint session_pages_session_id_fkey foreign key (site_domain, session_id)
    references public.visitor_sessions (site_domain, id)
);

comment on table public.session_pages is 'The distinct pages of a session, each on the day it was first seen there.';

alter table public.session_pages enable row level security;
revoke all on public.session_pages from public, anon, authenticated;
grant select on public.session_pages to authenticated;
grant all on public.session_pages to service_role;

create policy session_pages_select on public.session_pages
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- schemas/tables/events.sql

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

-- schemas/tables/conversations.sql

-- Chats of one visitor with the agent.

create table public.conversations (
  site_domain text not null,
  id uuid not null,
  visitor_id uuid not null,
  session_id uuid not null,
  environment text not null default 'production',
  counts boolean not null,
  page text,
  country text,
  device_type text,
  referrer_host text,
  language text,
  opened_at timestamptz not null,
  first_message_at timestamptz,
  last_message_at timestamptz,
  started_at timestamptz not null generated always as (coalesce(first_message_at, opened_at)) stored,
  day date not null,
  message_count integer not null default 0,
  visitor_message_count integer not null default 0,
  total_turns integer not null default 0,
  email_captured boolean not null default false,
  demo_proposed boolean not null default false,
  cta_clicked boolean not null default false,
  demo_booked boolean not null default false,
  preview text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint conversations_pkey primary key (site_domain, id),
  constraint conversations_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id),
  constraint conversations_session_id_fkey foreign key (site_domain, session_id)
    references public.visitor_sessions (site_domain, id),
  constraint conversations_environment_check check (environment in ('production', 'staging', 'development', 'other'))
);

create index conversations_started_at_idx on public.conversations (site_domain, started_at desc, id desc);
create index conversations_visitor_id_idx on public.conversations (site_domain, visitor_id, started_at);
create index conversations_session_id_idx on public.conversations (site_domain, session_id);

comment on table public.conversations is 'A chat of one visitor with the agent. It may be empty: opened, but nobody wrote.';
comment on column public.conversations.opened_at is 'When the sender says the conversation was created.';
comment on column public.conversations.started_at is 'The first message, or the creation while there is none.';
comment on column public.conversations.day is 'The domain''s calendar day of started_at.';
comment on column public.conversations.total_turns is 'Turns: a visitor''s message (or several in a row) that got an answer.';
comment on column public.conversations.preview is 'The beginning of the visitor''s first message.';

alter table public.conversations enable row level security;
revoke all on public.conversations from public, anon, authenticated;
grant select on public.conversations to authenticated;
grant all on public.conversations to service_role;

create policy conversations_select on public.conversations
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.messages (
  site_domain text not null,
  conversation_id uuid not null,
  id uuid not null,
  seq integer not null default 0,
  role text not null,
  text text not null,
  sent_at timestamptz not null,
  latency_ms integer,
  metadata jsonb not null default '{}',
  edited_at timestamptz,
  created_at timestamptz not null default now(),
  constraint messages_pkey primary key (site_domain, conversation_id, id),
  constraint messages_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id),
  constraint messages_role_check check (role in ('visitor', 'agent')),
  constraint messages_latency_ms_check check (latency_ms >= 0)
);

comment on table public.messages is 'What was said. Order within a conversation is (sent_at, seq, id).';
comment on column public.messages.latency_ms is 'Milliseconds the agent took to answer.';

alter table public.messages enable row level security;
revoke all on public.messages from public, anon, authenticated;
grant select on public.messages to authenticated;
grant all on public.messages to service_role;

create policy messages_select on public.messages
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table public.message_versions (
  site_domain text not null,
  conversation_id uuid not null,
  message_id uuid not null,
  replaced_at timestamptz not null default now(),
  text text not null,
  constraint message_versions_pkey primary key (site_domain, conversation_id, message_id, replaced_at),
  constraint message_versions_message_id_fkey foreign key (site_domain, conversation_id, message_id)
    references public.messages (site_domain, conversation_id, id)
);

comment on table public.message_versions is 'Earlier texts of messages that were sent again with another text.';

alter table public.message_versions enable row level security;
revoke all on public.message_versions from public, anon, authenticated;
grant select on public.message_versions to authenticated;
grant all on public.message_versions to service_role;

create policy message_versions_select on public.message_versions
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create table private.conversation_documents (
  site_domain text not null,
  conversation_id uuid not null,
  document tsvector not null,
  constraint conversation_documents_pkey primary key (site_domain, conversation_id),
  constraint conversation_documents_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id)
);

create index conversation_documents_document_idx on private.conversation_documents using gin (document)
  with (fastupdate = on);

comment on table private.conversation_documents is
  'The words of each conversation, for full-text search. `simple` configuration: conversations come in many languages.';

alter table private.conversation_documents enable row level security;
revoke all on private.conversation_documents from public, anon, authenticated;
grant all on private.conversation_documents to service_role;

create policy conversation_documents_select on private.conversation_documents
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- schemas/tables/conversions.sql

-- E-mail captured, demo proposed, CTA clicked, demo booked: once per conversation (or session) and kind.

create table public.conversions (
  site_domain text not null,
  id uuid not null default gen_random_uuid(),
  subject_id uuid not null generated always as (coalesce(conversation_id, session_id)) stored,
  kind text not null,
  visitor_id uuid not null,
  session_id uuid not null,
  conversation_id uuid,
  occurred_at timestamptz not null,
  day date not null,
  counts boolean not null,
  constraint conversions_pkey primary key (site_domain, id),
  constraint conversions_subject_id_kind_key unique (site_domain, subject_id, kind),
  constraint conversions_kind_check check (
    kind in ('email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked')
  ),
  constraint conversions_visitor_id_fkey foreign key (site_domain, visitor_id)
    references public.visitors (site_domain, id),
  constraint conversions_session_id_fkey foreign key (site_domain, session_id)
    references public.visitor_sessions (site_domain, id),
  constraint conversions_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id)
);

create index conversions_session_id_idx on public.conversions (site_domain, session_id);
create index conversions_visitor_id_idx on public.conversions (site_domain, visitor_id);
create index conversions_conversation_id_idx on public.conversions (site_domain, conversation_id)
  where conversation_id is not null;

comment on table public.conversions is
  'Conversions, fed by events and by the agent''s flags alike; each counts once per conversation (or session) and kind.';

alter table public.conversions enable row level security;
revoke all on public.conversions from public, anon, authenticated;
grant select on public.conversions to authenticated;
grant all on public.conversions to service_role;

create policy conversions_select on public.conversions
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- schemas/tables/background_runs.sql

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

-- schemas/facts/counted.sql

-- What counts, defined once: rollups and RPCs read only these views.

create view public.counted_events with (security_invoker = true) as
select * from public.events where counts;

create view public.counted_sessions with (security_invoker = true) as
select * from public.visitor_sessions where counts;

create view public.counted_session_pages with (security_invoker = true) as
select * from public.session_pages where counts;

create view public.counted_conversations with (security_invoker = true) as
select * from public.conversations where counts;

create view public.counted_messages with (security_invoker = true) as
select
  message.*,
  conversation.visitor_id,
  private.day_of(message.sent_at, domain.timezone) as day
from public.messages as message
join public.conversations as conversation
  on conversation.site_domain = message.site_domain
  and conversation.id = message.conversation_id
join public.domains as domain on domain.site_domain = message.site_domain
where conversation.counts;

create view public.counted_conversions with (security_invoker = true) as
select * from public.conversions where counts;

comment on view public.counted_events is 'Events that count: not a bot''s, not internal, in production.';
comment on view public.counted_sessions is 'Sessions in which anything counts.';
comment on view public.counted_session_pages is 'Pages of sessions, seen by events that count.';
comment on view public.counted_conversations is 'Conversations that count.';
comment on view public.counted_messages is 'Messages of conversations that count, with their visitor and the domain''s day.';
comment on view public.counted_conversions is 'Conversions that count.';

revoke all on
  public.counted_events,
  public.counted_sessions,
  public.counted_session_pages,
  public.counted_conversations,
  public.counted_messages,
  public.counted_conversions
from public, anon, authenticated;
grant select on
  public.counted_events,
  public.counted_sessions,
  public.counted_session_pages,
  public.counted_conversations,
  public.counted_messages,
  public.counted_conversions
to authenticated, service_role;

-- schemas/rollups/daily.sql

-- Additive figures by day. Facts append deltas in the statement that writes them; the folder turns
-- deltas into daily rows; `rollup.figures` is both together, hence exact at every moment.

create table rollup.daily (
  site_domain text not null,
  metric text not null,
  dimension text not null,
  day date not null,
  value text not null,
  n bigint not null,
  constraint daily_pkey primary key (site_domain, metric, dimension, day, value)
);

create table rollup.deltas (
  site_domain text not null,
  id bigint not null generated always as identity,
  metric text not null,
  dimension text not null,
  day date not null,
  value text not null,
  n bigint not null,
  constraint deltas_pkey primary key (site_domain, id)
)
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

comment on table rollup.daily is 'Folded figures: n of a metric on a day, in all (dimension '''') or by a dimension''s value.';
comment on table rollup.deltas is 'Figures not folded yet: what to add to rollup.daily.';

create view rollup.figures with (security_invoker = true) as
select site_domain, metric, dimension, day, value, n from rollup.daily
union all
select site_domain, metric, dimension, day, value, n from rollup.deltas;

comment on view rollup.figures is 'Exact figures by day: sum n over the rows of a key.';

alter table rollup.daily enable row level security;
alter table rollup.deltas enable row level security;
revoke all on rollup.daily, rollup.deltas, rollup.figures from public, anon, authenticated;
grant select on rollup.daily, rollup.deltas, rollup.figures to authenticated, service_role;

create policy daily_select on rollup.daily
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy deltas_select on rollup.deltas
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create type rollup.change as (
  site_domain text,
  metric text,
  dimension text,
  day date,
  value text,
  n bigint
);

comment on type rollup.change is 'What one fact adds to one figure.';

create function rollup.append_deltas(p_changes rollup.change[])
returns void
language sql
security definer
set search_path = ''
as $$
  insert into rollup.deltas (site_domain, metric, dimension, day, value, n)
  select c.site_domain, c.metric, c.dimension, c.day, c.value, sum(c.n)
  from unnest(p_changes) as c
  group by c.site_domain, c.metric, c.dimension, c.day, c.value
  having sum(c.n) <> 0
$$;

comment on function rollup.append_deltas(rollup.change[]) is 'Appends the net of some changes to the deltas.';

revoke execute on function rollup.append_deltas(rollup.change[]) from public, anon, authenticated, service_role;

-- schemas/rollups/contributions.sql

-- What one fact contributes to which figures. Triggers and the rebuild both read these definitions.

create function rollup.event_contributions(p_name text)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select p_name, '', '', 1::bigint
  where p_name in (
    'widget_displayed', 'widget_opened', 'message_sent', 'typed_into_input', 'suggestion_clicked',
    'section_question_clicked', 'cta_displayed', 'form_submitted', '$pageview'
  )
$$;

create function rollup.session_contributions(p_country text, p_device_type text, p_referrer_host text)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'sessions', d.dimension, coalesce(d.value, ''), 1::bigint
  from (
    values ('', ''), ('country', p_country), ('device', p_device_type), ('referrer', p_referrer_host)
  ) as d (dimension, value)
$$;

create function rollup.session_page_contributions(p_page text)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'sessions', 'page', p_page, 1::bigint
$$;

create function rollup.conversation_contributions(
  p_page text,
  p_country text,
  p_device_type text,
  p_referrer_host text,
  p_visitor_message_count integer,
  p_total_turns integer,
  p_email_captured boolean,
  p_demo_proposed boolean,
  p_cta_clicked boolean,
  p_demo_booked boolean
)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select 'conversations', d.dimension, coalesce(d.value, ''), 1::bigint
  from (
    values
      ('', ''),
      ('page', p_page),
      ('country', p_country),
      ('device', p_device_type),
      ('referrer', p_referrer_host)
  ) as d (dimension, value)
  union all
  select 'messaged_conversations', '', '', 1 where p_visitor_message_count > 0
  union all
  select 'turns', '', '', p_total_turns where p_total_turns > 0
  union all
  select 'conversations', 'conversion', flag.kind, 1
  from (
    values
      ('email_captured', p_email_captured),
      ('demo_proposed', p_demo_proposed),
      ('cta_clicked', p_cta_clicked),
      ('demo_booked', p_demo_booked)
  ) as flag (kind, held)
  where flag.held
$$;

create function rollup.conversion_contributions(p_kind text)
returns table (metric text, dimension text, value text, n bigint)
language sql
immutable
parallel safe
as $$
  select p_kind, '', '', 1::bigint
$$;

comment on function rollup.event_contributions(text) is 'Figures of an event that counts: how often each known name occurred.';
comment on function rollup.session_contributions(text, text, text) is 'Figures of a session that counts: sessions, in all and by country, device and referrer.';
comment on function rollup.session_page_contributions(text) is 'Figures of a page seen in a session: sessions by page.';
comment on function rollup.conversation_contributions(
  text, text, text, text, integer, integer, boolean, boolean, boolean, boolean
) is
  'Figures of a conversation that counts: conversations in all and by page, country, device, referrer and conversion; with a visitor''s message; turns.';
comment on function rollup.conversion_contributions(text) is 'Figures of a conversion that counts: conversions by kind.';

revoke execute on function
  rollup.event_contributions(text),
  rollup.session_contributions(text, text, text),
  rollup.session_page_contributions(text),
  rollup.conversation_contributions(
  text, text, text, text, integer, integer, boolean, boolean, boolean, boolean
),
  rollup.conversion_contributions(text)
from public, anon, authenticated;

-- schemas/rollups/triggers.sql

-- Every statement that writes facts appends what it changed to the deltas, whoever wrote it.

create function rollup.record_event_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changes rollup.change[];
begin
  if tg_op = 'INSERT' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, c.n)::rollup.change)
    into v_changes
    from new_rows as r
    cross join lateral rollup.event_contributions(r.name) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.event_contributions(r.name) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, name from new_rows
        except all
        select site_domain, day, counts, name from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, name from old_rows
        except all
        select site_domain, day, counts, name from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.event_contributions(r.name) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

comment on function rollup.record_event_changes() is 'Appends what a statement on public.events changed to the deltas.';

revoke execute on function rollup.record_event_changes() from public, anon, authenticated, service_role;

create trigger record_insert after insert on public.events
  referencing new table as new_rows
  for each statement execute function rollup.record_event_changes();

create trigger record_update after update on public.events
  referencing old table as old_rows new table as new_rows
  for each statement execute function rollup.record_event_changes();

create trigger record_delete after delete on public.events
  referencing old table as old_rows
  for each statement execute function rollup.record_event_changes();

create function rollup.record_session_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changes rollup.change[];
begin
  if tg_op = 'INSERT' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, c.n)::rollup.change)
    into v_changes
    from new_rows as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, country, device_type, referrer_host from new_rows
        except all
        select site_domain, day, counts, country, device_type, referrer_host from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, country, device_type, referrer_host from old_rows
        except all
        select site_domain, day, counts, country, device_type, referrer_host from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.session_contributions(r.country, r.device_type, r.referrer_host) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

comment on function rollup.record_session_changes() is 'Appends what a statement on public.visitor_sessions changed to the deltas.';

revoke execute on function rollup.record_session_changes() from public, anon, authenticated, service_role;

create trigger record_insert after insert on public.visitor_sessions
  referencing new table as new_rows
  for each statement execute function rollup.record_session_changes();

create trigger record_update after update on public.visitor_sessions
  referencing old table as old_rows new table as new_rows
  for each statement execute function rollup.record_session_changes();

create trigger record_delete after delete on public.visitor_sessions
  referencing old table as old_rows
  for each statement execute function rollup.record_session_changes();

create function rollup.record_session_page_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changes rollup.change[];
begin
  if tg_op = 'INSERT' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, c.n)::rollup.change)
    into v_changes
    from new_rows as r
    cross join lateral rollup.session_page_contributions(r.page) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.session_page_contributions(r.page) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, page from new_rows
        except all
        select site_domain, day, counts, page from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, page from old_rows
        except all
        select site_domain, day, counts, page from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.session_page_contributions(r.page) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

comment on function rollup.record_session_page_changes() is 'Appends what a statement on public.session_pages changed to the deltas.';

revoke execute on function rollup.record_session_page_changes() from public, anon, authenticated, service_role;

create trigger record_insert after insert on public.session_pages
  referencing new table as new_rows
  for each statement execute function rollup.record_session_page_changes();

create trigger record_update after update on public.session_pages
  referencing old table as old_rows new table as new_rows
  for each statement execute function rollup.record_session_page_changes();

create trigger record_delete after delete on public.session_pages
  referencing old table as old_rows
  for each statement execute function rollup.record_session_page_changes();

create function rollup.record_conversation_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changes rollup.change[];
begin
  if tg_op = 'INSERT' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, c.n)::rollup.change)
    into v_changes
    from new_rows as r
    cross join lateral rollup.conversation_contributions(
      r.page, r.country, r.device_type, r.referrer_host, r.visitor_message_count, r.total_turns,
      r.email_captured, r.demo_proposed, r.cta_clicked, r.demo_booked
    ) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.conversation_contributions(
      r.page, r.country, r.device_type, r.referrer_host, r.visitor_message_count, r.total_turns,
      r.email_captured, r.demo_proposed, r.cta_clicked, r.demo_booked
    ) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, page, country, device_type, referrer_host, visitor_message_count,
          total_turns, email_captured, demo_proposed, cta_clicked, demo_booked from new_rows
        except all
        select site_domain, day, counts, page, country, device_type, referrer_host, visitor_message_count,
          total_turns, email_captured, demo_proposed, cta_clicked, demo_booked from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, page, country, device_type, referrer_host, visitor_message_count,
          total_turns, email_captured, demo_proposed, cta_clicked, demo_booked from old_rows
        except all
        select site_domain, day, counts, page, country, device_type, referrer_host, visitor_message_count,
          total_turns, email_captured, demo_proposed, cta_clicked, demo_booked from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.conversation_contributions(
      r.page, r.country, r.device_type, r.referrer_host, r.visitor_message_count, r.total_turns,
      r.email_captured, r.demo_proposed, r.cta_clicked, r.demo_booked
    ) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

comment on function rollup.record_conversation_changes() is 'Appends what a statement on public.conversations changed to the deltas.';

revoke execute on function rollup.record_conversation_changes() from public, anon, authenticated, service_role;

create trigger record_insert after insert on public.conversations
  referencing new table as new_rows
  for each statement execute function rollup.record_conversation_changes();

create trigger record_update after update on public.conversations
  referencing old table as old_rows new table as new_rows
  for each statement execute function rollup.record_conversation_changes();

create trigger record_delete after delete on public.conversations
  referencing old table as old_rows
  for each statement execute function rollup.record_conversation_changes();

create function rollup.record_conversion_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changes rollup.change[];
begin
  if tg_op = 'INSERT' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, c.n)::rollup.change)
    into v_changes
    from new_rows as r
    cross join lateral rollup.conversion_contributions(r.kind) as c
    where r.counts;
  elsif tg_op = 'DELETE' then
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, -c.n)::rollup.change)
    into v_changes
    from old_rows as r
    cross join lateral rollup.conversion_contributions(r.kind) as c
    where r.counts;
  else
    select array_agg(row(r.site_domain, c.metric, c.dimension, r.day, c.value, r.sign * c.n)::rollup.change)
    into v_changes
    from (
      select 1 as sign, added.*
      from (
        select site_domain, day, counts, kind from new_rows
        except all
        select site_domain, day, counts, kind from old_rows
      ) as added
      union all
      select -1, removed.*
      from (
        select site_domain, day, counts, kind from old_rows
        except all
        select site_domain, day, counts, kind from new_rows
      ) as removed
    ) as r
    cross join lateral rollup.conversion_contributions(r.kind) as c
    where r.counts;
  end if;
  if v_changes is not null then
    perform rollup.append_deltas(v_changes);
  end if;
  return null;
end
$$;

comment on function rollup.record_conversion_changes() is 'Appends what a statement on public.conversions changed to the deltas.';

revoke execute on function rollup.record_conversion_changes() from public, anon, authenticated, service_role;

create trigger record_insert after insert on public.conversions
  referencing new table as new_rows
  for each statement execute function rollup.record_conversion_changes();

create trigger record_update after update on public.conversions
  referencing old table as old_rows new table as new_rows
  for each statement execute function rollup.record_conversion_changes();

create trigger record_delete after delete on public.conversions
  referencing old table as old_rows
  for each statement execute function rollup.record_conversion_changes();


-- schemas/rollups/steps.sql

-- Which steps a fact proves, and which steps make a kind (bits as in rollup.visitor_days).

create function rollup.steps_of_event(p_name text)
returns integer
language sql
immutable
parallel safe
as $$
  select case p_name
    when 'widget_displayed' then 3
    when 'widget_opened' then 5
    when 'message_sent' then 9
    else 1
  end
$$;

create function rollup.steps_of_message(p_role text)
returns integer
language sql
immutable
parallel safe
as $$ select case p_role when 'visitor' then 9 end $$;

create function rollup.steps_of_conversion(p_kind text)
returns integer
language sql
immutable
parallel safe
as $$
  select case p_kind
    when 'demo_proposed' then 16
    when 'cta_clicked' then 32
    when 'demo_booked' then 64
    when 'email_captured' then 128
  end
$$;

create function rollup.steps_of_kind(p_kind text)
returns smallint
language sql
immutable
parallel safe
as $$
  select case p_kind
    when 'active' then 1
    when 'displayed' then 2
    when 'opened' then 4
    when 'messaged' then 8
    when 'proposed' then 16
    when 'clicked' then 32
    when 'booked' then 64
    when 'email' then 128
    when 'engaged' then 10
    when 'funnel_opened' then 6
    when 'funnel_messaged' then 14
    when 'funnel_proposed' then 30
    when 'funnel_clicked' then 62
    when 'funnel_booked' then 126
  end::smallint
$$;

comment on function rollup.steps_of_event(text) is 'The steps an event that counts proves.';
comment on function rollup.steps_of_message(text) is 'The steps a message proves; null for the agent''s.';
comment on function rollup.steps_of_conversion(text) is 'The step a conversion proves.';
comment on function rollup.steps_of_kind(text) is 'The steps of a kind: one bit, or all that its visitors must have done.';

revoke execute on function
  rollup.steps_of_event(text),
  rollup.steps_of_message(text),
  rollup.steps_of_conversion(text),
  rollup.steps_of_kind(text)
from public, anon, authenticated, service_role;
grant execute on function rollup.steps_of_kind(text) to authenticated, service_role;

-- schemas/rollups/chains.sql

-- Distinct visitors over any range of days, exactly, from small tables.
--
-- Per visitor and day, `visitor_days.steps` says what the visitor did (bits below). A *kind* is a set of
-- steps. A visitor has reached a kind in [a, b] when each of its steps was done on some day in [a, b].
-- For a visitor, let reached(d) be the earliest of the last days, up to d, on which each step was done. It
-- only grows. Each growth is a *link* (day d, reached, previous), and
--
--   distinct visitors in [a, b] = links with d in [a, b], reached >= a and previous < a.
--
-- With a single step, reached is d itself and previous is the visitor's previous day of that kind.

create table rollup.visitor_days (
  site_domain text not null,
  visitor_id uuid not null,
  day date not null,
  steps smallint not null,
  constraint visitor_days_pkey primary key (site_domain, visitor_id, day)
)
with (fillfactor = 90);

comment on table rollup.visitor_days is
  'What a visitor did on a day, as bits: 1 active, 2 displayed, 4 opened, 8 messaged, 16 proposed, 32 clicked, 64 booked, 128 e-mail.';

create table rollup.chains (
  site_domain text not null,
  steps smallint not null,
  day date not null,
  previous date not null,
  reached date not null,
  n bigint not null,
  constraint chains_pkey primary key (site_domain, steps, day, previous, reached)
);

create table rollup.chain_deltas (
  site_domain text not null,
  id bigint not null generated always as identity,
  steps smallint not null,
  day date not null,
  previous date not null,
  reached date not null,
  n bigint not null,
  constraint chain_deltas_pkey primary key (site_domain, id)
)
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

comment on table rollup.chains is 'Folded links: how many visitors'' reach of a kind grew on a day from previous to reached.';
comment on table rollup.chain_deltas is 'Links not folded yet: what to add to rollup.chains.';

create view rollup.links with (security_invoker = true) as
select site_domain, steps, day, previous, reached, n from rollup.chains
union all
select site_domain, steps, day, previous, reached, n from rollup.chain_deltas;

comment on view rollup.links is 'Exact links: sum n over the rows of a key.';

alter table rollup.visitor_days enable row level security;
alter table rollup.chains enable row level security;
alter table rollup.chain_deltas enable row level security;
revoke all on rollup.visitor_days, rollup.chains, rollup.chain_deltas, rollup.links
  from public, anon, authenticated;
grant select on rollup.visitor_days, rollup.chains, rollup.chain_deltas, rollup.links
  to authenticated, service_role;

create policy visitor_days_select on rollup.visitor_days
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy chains_select on rollup.chains
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create policy chain_deltas_select on rollup.chain_deltas
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create type rollup.signed_day as (
  sign smallint,
  visitor_id uuid,
  day date,
  steps smallint
);

comment on type rollup.signed_day is 'A visitor-day that comes (sign 1) or goes (sign -1).';

create function rollup.links_of(p_days rollup.signed_day[])
returns table (steps smallint, day date, previous date, reached date, n bigint)
language sql
immutable
set search_path = ''
as $$
  with running as (
    select
      d.sign,
      d.visitor_id,
      d.day,
      coalesce(max(d.day) filter (where d.steps & 1 <> 0) over visitor, '-infinity') as active,
      coalesce(max(d.day) filter (where d.steps & 2 <> 0) over visitor, '-infinity') as displayed,
      coalesce(max(d.day) filter (where d.steps & 4 <> 0) over visitor, '-infinity') as opened,
      coalesce(max(d.day) filter (where d.steps & 8 <> 0) over visitor, '-infinity') as messaged,
      coalesce(max(d.day) filter (where d.steps & 16 <> 0) over visitor, '-infinity') as proposed,
      coalesce(max(d.day) filter (where d.steps & 32 <> 0) over visitor, '-infinity') as clicked,
      coalesce(max(d.day) filter (where d.steps & 64 <> 0) over visitor, '-infinity') as booked,
      coalesce(max(d.day) filter (where d.steps & 128 <> 0) over visitor, '-infinity') as email
    from unnest(p_days) as d
    window visitor as (partition by d.sign, d.visitor_id order by d.day)
  ),
  growing as (
    select
      r.sign,
      k.steps,
      r.day,
      lag(k.reached, 1, '-infinity'::date)
        over (partition by r.sign, r.visitor_id, k.steps order by r.day) as previous,
      k.reached
    from running as r
    cross join lateral (
      values
        (1::smallint, r.active),
        (2::smallint, r.displayed),
        (4::smallint, r.opened),
        (8::smallint, r.messaged),
        (16::smallint, r.proposed),
        (32::smallint, r.clicked),
        (64::smallint, r.booked),
        (128::smallint, r.email),
        (10::smallint, least(r.displayed, r.messaged)),
        (6::smallint, least(r.displayed, r.opened)),
        (14::smallint, least(r.displayed, r.opened, r.messaged)),
        (30::smallint, least(r.displayed, r.opened, r.messaged, r.proposed)),
        (62::smallint, least(r.displayed, r.opened, r.messaged, r.proposed, r.clicked)),
        (126::smallint, least(r.displayed, r.opened, r.messaged, r.proposed, r.clicked, r.booked))
    ) as k (steps, reached)
    where k.reached > '-infinity'
  ),
  bounded as (
    -- A range spans at most 366 days: what is older is as good as never.
    select
      g.sign,
      g.steps,
      g.day,
      case when g.previous < g.day - 366 then '-infinity'::date else g.previous end as previous,
      g.reached
    from growing as g
    where g.reached > g.previous and g.reached >= g.day - 366
  )
  select b.steps, b.day, b.previous, b.reached, sum(b.sign)
  from bounded as b
  group by b.steps, b.day, b.previous, b.reached
  having sum(b.sign) <> 0
$$;

comment on function rollup.links_of(rollup.signed_day[]) is
  'The links of some visitors'' days, summed with their signs. The days of each visitor must be complete.';

revoke execute on function rollup.links_of(rollup.signed_day[])
from public, anon, authenticated, service_role;

-- schemas/rollups/visitor_days.sql

-- Keeping visitor-days, and the links that follow from them.

create function rollup.replace_visitor_days(p_site_domain text, p_days rollup.signed_day[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into rollup.chain_deltas (site_domain, steps, day, previous, reached, n)
  select p_site_domain, l.steps, l.day, l.previous, l.reached, l.n
  from rollup.links_of(p_days) as l;

  delete from rollup.visitor_days as kept
  using (
    select d.visitor_id, d.day
    from unnest(p_days) as d
    group by d.visitor_id, d.day
    having max(d.sign) < 0
  ) as gone
  where kept.site_domain = p_site_domain
    and kept.visitor_id = gone.visitor_id
    and kept.day = gone.day;

  insert into rollup.visitor_days as kept (site_domain, visitor_id, day, steps)
  select p_site_domain, d.visitor_id, d.day, d.steps
  from unnest(p_days) as d
  where d.sign > 0
  on conflict (site_domain, visitor_id, day) do update
  set steps = excluded.steps
  where kept.steps <> excluded.steps;
end
$$;

comment on function rollup.replace_visitor_days(text, rollup.signed_day[]) is
  'Replaces the complete days of some visitors (sign -1: as they are, 1: as they become) and appends the links'' deltas.';

create function rollup.touch_visitor_days(
  p_site_domain text,
  p_visitor_ids uuid[],
  p_days date[],
  p_steps integer[]
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_days rollup.signed_day[];
begin
  with touched as (
    select t.visitor_id, t.day, bit_or(t.steps)::smallint as steps
    from unnest(p_visitor_ids, p_days, p_steps) as t (visitor_id, day, steps)
    group by t.visitor_id, t.day
  ),
  changed as (
    select t.visitor_id, t.day, (t.steps | coalesce(kept.steps, 0::smallint))::smallint as steps
    from touched as t
    left join rollup.visitor_days as kept
      on kept.site_domain = p_site_domain
      and kept.visitor_id = t.visitor_id
      and kept.day = t.day
    where kept.steps is null or t.steps & ~kept.steps <> 0
  ),
  before as (
    select kept.visitor_id, kept.day, kept.steps
    from (select distinct c.visitor_id from changed as c) as v
    join rollup.visitor_days as kept
      on kept.site_domain = p_site_domain
      and kept.visitor_id = v.visitor_id
  )
  select array_agg(row(s.sign, s.visitor_id, s.day, s.steps)::rollup.signed_day)
  into v_days
  from (
    select -1::smallint as sign, b.visitor_id, b.day, b.steps from before as b
    union all
    select
      1::smallint,
      coalesce(c.visitor_id, b.visitor_id),
      coalesce(c.day, b.day),
      coalesce(c.steps, b.steps)
    from before as b
    full join changed as c on c.visitor_id = b.visitor_id and c.day = b.day
  ) as s;

  if v_days is not null then
    perform rollup.replace_visitor_days(p_site_domain, v_days);
  end if;
end
$$;

comment on function rollup.touch_visitor_days(text, uuid[], date[], integer[]) is
  'Adds steps to visitor-days. The caller holds the visitors'' row locks, taken in an earlier statement.';

create function rollup.counted_steps(p_site_domain text, p_visitor_ids uuid[])
returns table (visitor_id uuid, day date, steps smallint)
language sql
stable
set search_path = ''
as $$
  select proof.visitor_id, proof.day, bit_or(proof.steps)::smallint
  from (
    select event.visitor_id, event.day, rollup.steps_of_event(event.name) as steps
    from public.counted_events as event
    where event.site_domain = p_site_domain and event.visitor_id = any (p_visitor_ids)
    union all
    select message.visitor_id, message.day, rollup.steps_of_message(message.role)
    from public.counted_messages as message
    where message.site_domain = p_site_domain
      and message.visitor_id = any (p_visitor_ids)
      and message.role = 'visitor'
    union all
    select conversion.visitor_id, conversion.day, rollup.steps_of_conversion(conversion.kind)
    from public.counted_conversions as conversion
    where conversion.site_domain = p_site_domain and conversion.visitor_id = any (p_visitor_ids)
  ) as proof
  group by proof.visitor_id, proof.day
$$;

comment on function rollup.counted_steps(text, uuid[]) is 'What some visitors did on which days, counted from the facts.';

create function rollup.recount_visitor_days(p_site_domain text, p_visitor_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_days rollup.signed_day[];
begin
  select array_agg(row(s.sign, s.visitor_id, s.day, s.steps)::rollup.signed_day)
  into v_days
  from (
    select -1::smallint as sign, kept.visitor_id, kept.day, kept.steps
    from rollup.visitor_days as kept
    where kept.site_domain = p_site_domain and kept.visitor_id = any (p_visitor_ids)
    union all
    select 1::smallint, counted.visitor_id, counted.day, counted.steps
    from rollup.counted_steps(p_site_domain, p_visitor_ids) as counted
  ) as s;

  if v_days is not null then
    perform rollup.replace_visitor_days(p_site_domain, v_days);
  end if;
end
$$;

comment on function rollup.recount_visitor_days(text, uuid[]) is
  'Sets the visitor-days of some visitors to what their facts say. The caller holds the visitors'' row locks.';

revoke execute on function
  rollup.replace_visitor_days(text, rollup.signed_day[]),
  rollup.touch_visitor_days(text, uuid[], date[], integer[]),
  rollup.counted_steps(text, uuid[]),
  rollup.recount_visitor_days(text, uuid[])
from public, anon, authenticated, service_role;

-- schemas/rollups/fold.sql

-- One folder at a time turns deltas into folded rows, delete-and-add in one transaction.

create function rollup.fold()
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_daily bigint;
  v_chains bigint;
begin
  if not pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('rollup.fold')) then
    return 0;
  end if;

  with gone as (
    delete from rollup.deltas
    returning site_domain, metric, dimension, day, value, n
  ),
  added as (
    insert into rollup.daily as kept (site_domain, metric, dimension, day, value, n)
    select g.site_domain, g.metric, g.dimension, g.day, g.value, sum(g.n)
    from gone as g
    group by g.site_domain, g.metric, g.dimension, g.day, g.value
    having sum(g.n) <> 0
    on conflict (site_domain, metric, dimension, day, value) do update
    set n = kept.n + excluded.n
  )
  select count(*) into v_daily from gone;

  with gone as (
    delete from rollup.chain_deltas
    returning site_domain, steps, day, previous, reached, n
  ),
  added as (
    insert into rollup.chains as kept (site_domain, steps, day, previous, reached, n)
    select g.site_domain, g.steps, g.day, g.previous, g.reached, sum(g.n)
    from gone as g
    group by g.site_domain, g.steps, g.day, g.previous, g.reached
    having sum(g.n) <> 0
    on conflict (site_domain, steps, day, previous, reached) do update
    set n = kept.n + excluded.n
  )
  select count(*) into v_chains from gone;

  return v_daily + v_chains;
end
$$;

comment on function rollup.fold() is
  'Folds every pending delta; gives how many. Returns 0 at once when another session is folding.';

create function rollup.backlog(p_bound integer)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select
    exists (select 1 from rollup.deltas offset p_bound)
    or exists (select 1 from rollup.chain_deltas offset p_bound)
$$;

comment on function rollup.backlog(integer) is 'Whether more than p_bound deltas of a kind wait to be folded.';

create function rollup.fold_if_due()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Looking is cheap but not free: one writer in twenty looks.
  if random() < 0.05 and rollup.backlog(2000) then
    perform rollup.fold();
  end if;
end
$$;

comment on function rollup.fold_if_due() is
  'Called by writers, so that the backlog stays bounded without any worker: folds, now and then, when 2,000 deltas wait.';

revoke execute on function rollup.fold_if_due() from public, anon, authenticated, service_role;
revoke execute on function rollup.fold(), rollup.backlog(integer) from public, anon, authenticated;
grant execute on function rollup.fold(), rollup.backlog(integer) to service_role;

-- schemas/rollups/rebuild.sql

-- Recounts everything of a domain from its facts, for changed definitions and changed timezones.

create function rollup.recounted_figures(p_site_domain text)
returns setof rollup.change
language sql
stable
set search_path = ''
as $$
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_events as f
  cross join lateral rollup.event_contributions(f.name) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_sessions as f
  cross join lateral rollup.session_contributions(f.country, f.device_type, f.referrer_host) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_session_pages as f
  cross join lateral rollup.session_page_contributions(f.page) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_conversations as f
  cross join lateral rollup.conversation_contributions(
    f.page, f.country, f.device_type, f.referrer_host, f.visitor_message_count, f.total_turns,
    f.email_captured, f.demo_proposed, f.cta_clicked, f.demo_booked
  ) as c
  where f.site_domain = p_site_domain
  union all
  select f.site_domain, c.metric, c.dimension, f.day, c.value, c.n
  from public.counted_conversions as f
  cross join lateral rollup.conversion_contributions(f.kind) as c
  where f.site_domain = p_site_domain
$$;

create function rollup.rebuild(p_site_domain text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_days rollup.signed_day[];
  v_last uuid := '00000000-0000-0000-0000-000000000000';
  v_until uuid;
begin
  if current_setting('transaction_isolation') not in ('repeatable read', 'serializable') then
    raise exception 'rollup.rebuild must run in a repeatable read transaction'
      using errcode = '25001', hint = 'Facts and deltas must be read from one snapshot.';
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rollup.fold'));

  delete from rollup.deltas where site_domain = p_site_domain;
  delete from rollup.daily where site_domain = p_site_domain;
  delete from rollup.chain_deltas where site_domain = p_site_domain;
  delete from rollup.chains where site_domain = p_site_domain;
  delete from rollup.visitor_days where site_domain = p_site_domain;

  insert into rollup.daily (site_domain, metric, dimension, day, value, n)
  select f.site_domain, f.metric, f.dimension, f.day, f.value, sum(f.n)
  from rollup.recounted_figures(p_site_domain) as f
  group by f.site_domain, f.metric, f.dimension, f.day, f.value;

  -- Visitors by the ten thousand, so that memory stays bounded.
  loop
    v_until := (
      select chunk.id
      from (
        select visitor.id
        from public.visitors as visitor
        where visitor.site_domain = p_site_domain and visitor.id > v_last
        order by visitor.id
        limit 10000
      ) as chunk
      order by chunk.id desc
      limit 1
    );
    exit when v_until is null;
    select array_agg(row(1, counted.visitor_id, counted.day, counted.steps)::rollup.signed_day)
    into v_days
    from rollup.counted_steps(
      p_site_domain,
      array(
        select visitor.id
        from public.visitors as visitor
        where visitor.site_domain = p_site_domain and visitor.id > v_last and visitor.id <= v_until
      )
    ) as counted;
    if v_days is not null then
      perform rollup.replace_visitor_days(p_site_domain, v_days);
    end if;
    v_last := v_until;
  end loop;
  perform rollup.fold();
end
$$;

comment on function rollup.recounted_figures(text) is 'Every contribution of a domain''s facts, one row each, counted from the raw rows.';
comment on function rollup.rebuild(text) is
  'Recounts the rollups of a domain from its facts, in one repeatable-read transaction with the folder locked out.';

revoke execute on function rollup.recounted_figures(text), rollup.rebuild(text)
from public, anon, authenticated;
grant execute on function rollup.rebuild(text) to service_role;

-- schemas/writers/statistics.sql

-- Statistics for tables that just began to fill.

create function private.analyze_young_tables()
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_table regclass;
begin
  -- Without statistics an index that shares only the tenant looks as good as the primary key, and a busy
  -- writer keeps that plan until autovacuum comes by.
  for v_table in
    select class.oid::regclass
    from pg_catalog.pg_class as class
    where class.relkind = 'r'
      and class.reltuples < 0
      and (
        class.oid = any (
          array[
            'public.event_ids', 'public.visitors', 'public.visitor_ids', 'public.visitor_sessions',
            'public.session_pages', 'public.conversations', 'public.messages', 'public.conversions',
            'rollup.visitor_days', 'rollup.daily', 'rollup.chains'
          ]::regclass[]
        )
        or class.oid in (
          select part.inhrelid
          from pg_catalog.pg_inherits as part
          where part.inhparent = 'public.events'::regclass
        )
      )
      and pg_catalog.pg_relation_size(class.oid) > 65536
  loop
    -- One writer is enough.
    exit when not pg_catalog.pg_try_advisory_xact_lock(
      pg_catalog.hashtext('private.analyze_young_tables')
    );
    execute format('analyze %s', v_table);
  end loop;
end
$$;

comment on function private.analyze_young_tables() is
  'Called by writers: analyzes each table of facts once, as soon as it holds more than a few pages.';

revoke execute on function private.analyze_young_tables() from public, anon, authenticated, service_role;

-- schemas/writers/keys.sql

-- Domains and the keys senders show.

create function private.find_domain_key(p_kind text, p_key text)
returns table (site_domain text)
language sql
stable
security definer
set search_path = ''
as $$
  select key.site_domain
  from public.domain_keys as key
  join public.domains as domain on domain.site_domain = key.site_domain
  where key.revoked_at is null
    and domain.archived_at is null
    and (
      (p_kind = 'public' and key.kind = 'public' and key.public_key = p_key)
      or (
        p_kind = 'secret'
        and key.kind = 'secret'
        and key.secret_hash = pg_catalog.sha256(pg_catalog.convert_to(p_key, 'UTF8'))
      )
    )
$$;

comment on function private.find_domain_key(text, text) is
  'The domain of a public or secret key; no row for an unknown or revoked key, or an archived domain.';

create function private.create_domain(
  p_site_domain text,
  p_name text,
  p_timezone text,
  p_organization text
)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_organization_id uuid;
begin
  if exists (select 1 from public.domains as domain where domain.site_domain = p_site_domain) then
    return false;
  end if;
  insert into public.organizations (name) values (p_organization) on conflict (name) do nothing;
  v_organization_id := (
    select organization.id from public.organizations as organization where organization.name = p_organization
  );
  insert into public.domains (site_domain, organization_id, name, timezone)
  values (p_site_domain, v_organization_id, p_name, p_timezone)
  on conflict (site_domain) do nothing;
  if not found then
    return false;
  end if;
  insert into public.domain_hosts (site_domain, host)
  values (p_site_domain, p_site_domain), (p_site_domain, 'www.' || p_site_domain);
  return true;
end
$$;

comment on function private.create_domain(text, text, text, text) is
  'Makes a domain, its organization if it is missing, and its hosts; false when the domain exists.';

create function private.mint_key(p_site_domain text, p_kind text, p_label text default '')
returns table (id uuid, key text)
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- Two random (v4) UUIDs hold 244 random bits.
  v_random text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  if p_kind = 'public' then
    return query
      insert into public.domain_keys as minted (site_domain, kind, public_key, label)
      values (p_site_domain, 'public', 'rose_pk_' || left(v_random, 32), p_label)
      returning minted.id, minted.public_key;
  elsif p_kind = 'secret' then
    return query
      insert into public.domain_keys as minted (site_domain, kind, secret_hash, secret_hint, label)
      values (
        p_site_domain,
        'secret',
        pg_catalog.sha256(pg_catalog.convert_to('rose_sk_' || v_random, 'UTF8')),
        'rose_sk_…' || right(v_random, 4),
        p_label
      )
      returning minted.id, 'rose_sk_' || v_random;
  else
    raise exception 'A key is public or secret, not %', p_kind using errcode = '22023';
  end if;
end
$$;

comment on function private.mint_key(text, text, text) is
  'Makes a key. A secret key is given here once and kept only as a hash.';

create function private.revoke_key(p_site_domain text, p_id uuid)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.domain_keys
  set revoked_at = coalesce(revoked_at, pg_catalog.clock_timestamp())
  where site_domain = p_site_domain and id = p_id
$$;

comment on function private.revoke_key(text, uuid) is 'Ends a key at once.';

revoke execute on function
  private.find_domain_key(text, text),
  private.create_domain(text, text, text, text),
  private.mint_key(text, text, text),
  private.revoke_key(text, uuid)
from public, anon, authenticated;
grant execute on function
  private.find_domain_key(text, text),
  private.create_domain(text, text, text, text),
  private.mint_key(text, text, text),
  private.revoke_key(text, uuid)
to service_role;

-- schemas/writers/visitors.sql

-- Which visitor a sender means. Every writer locks its visitors first, in id order, in a statement of
-- its own, and only then reads or writes what belongs to them.

create function private.lock_visitors(p_site_domain text, p_distinct_ids text[], p_seen_at timestamptz[])
returns table (distinct_id text, visitor_id uuid)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
  v_locked uuid[];
begin
  with seen as (
    select s.distinct_id, min(s.seen_at) as first_seen_at, max(s.seen_at) as last_seen_at
    from unnest(p_distinct_ids, p_seen_at) as s (distinct_id, seen_at)
    group by s.distinct_id
  ),
  added as (
    insert into public.visitor_ids as known (site_domain, distinct_id, visitor_id)
    select p_site_domain, seen.distinct_id, gen_random_uuid()
    from seen
    where not exists (
      select 1
      from public.visitor_ids as known
      where known.site_domain = p_site_domain and known.distinct_id = seen.distinct_id
    )
    order by seen.distinct_id
    on conflict do nothing
    returning known.distinct_id, known.visitor_id
  )
  insert into public.visitors (site_domain, id, first_seen_at, last_seen_at)
  select p_site_domain, added.visitor_id, seen.first_seen_at, seen.last_seen_at
  from added
  join seen on seen.distinct_id = added.distinct_id;

  -- A merge may re-point an id between the look-up and the lock: look again until both agree.
  loop
    -- `offset 0` keeps the order from choosing the index: these are few of many ids.
    v_ids := array(
      select distinct pointed.visitor_id
      from (
        select known.visitor_id
        from public.visitor_ids as known
        where known.site_domain = p_site_domain and known.distinct_id = any (p_distinct_ids)
        offset 0
      ) as pointed
      order by pointed.visitor_id
    );
    exit when v_ids = v_locked;
    perform 1
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and visitor.id = any (v_ids)
    order by visitor.id
    for update;
    v_locked := v_ids;
  end loop;

  return query
    select known.distinct_id, known.visitor_id
    from public.visitor_ids as known
    where known.site_domain = p_site_domain and known.distinct_id = any (p_distinct_ids);
end
$$;

comment on function private.lock_visitors(text, text[], timestamptz[]) is
  'The visitors of some distinct ids, made where they are new, locked until the transaction ends.';

create function private.merge_visitors(p_site_domain text, p_from uuid, p_into uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_session record;
begin
  update public.visitor_ids
  set visitor_id = p_into
  where site_domain = p_site_domain and visitor_id = p_from;

  -- Both may have a session of the same sender's id: the earlier visitor's row gives way.
  for v_session in
    select gone.id as gone_id, kept.id as kept_id
    from public.visitor_sessions as gone
    join public.visitor_sessions as kept
      on kept.site_domain = gone.site_domain
      and kept.visitor_id = p_into
      and kept.session_id = gone.session_id
    where gone.site_domain = p_site_domain and gone.visitor_id = p_from
  loop
    perform private.merge_sessions(p_site_domain, v_session.gone_id, v_session.kept_id);
  end loop;

  update public.visitor_sessions set visitor_id = p_into
  where site_domain = p_site_domain and visitor_id = p_from;
  update public.events set visitor_id = p_into
  where site_domain = p_site_domain and visitor_id = p_from;
  update public.conversations set visitor_id = p_into
  where site_domain = p_site_domain and visitor_id = p_from;
  update public.conversions set visitor_id = p_into
  where site_domain = p_site_domain and visitor_id = p_from;

  update public.visitors as kept
  set
    email = coalesce(kept.email, gone.email),
    name = coalesce(kept.name, gone.name),
    account_id = coalesce(kept.account_id, gone.account_id),
    counts = kept.counts or gone.counts,
    is_bot = kept.is_bot or gone.is_bot,
    is_internal = kept.is_internal or gone.is_internal,
    country = coalesce(kept.country, gone.country),
    device_type = coalesce(kept.device_type, gone.device_type),
    browser = coalesce(kept.browser, gone.browser),
    os = coalesce(kept.os, gone.os),
    language = coalesce(kept.language, gone.language),
    first_seen_at = least(kept.first_seen_at, gone.first_seen_at),
    last_seen_at = greatest(kept.last_seen_at, gone.last_seen_at),
    enrichment_data = gone.enrichment_data || kept.enrichment_data
  from public.visitors as gone
  where kept.site_domain = p_site_domain and kept.id = p_into
    and gone.site_domain = p_site_domain and gone.id = p_from;

  perform rollup.recount_visitor_days(p_site_domain, array[p_from, p_into]);

  delete from public.visitors where site_domain = p_site_domain and id = p_from;
end
$$;

comment on function private.merge_visitors(text, uuid, uuid) is
  'Makes two visitors one: facts re-pointed, days and distinct counts united, the first removed. The caller holds both row locks.';

create function private.merge_sessions(p_site_domain text, p_from uuid, p_into uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.events as event set session_id = p_into
  from public.visitor_sessions as gone
  where gone.site_domain = p_site_domain and gone.id = p_from
    and event.site_domain = p_site_domain
    and event.visitor_id = gone.visitor_id
    and event.session_id = p_from;

  update public.conversations set session_id = p_into
  where site_domain = p_site_domain and session_id = p_from;

  -- A conversion that both sessions had counts once, at the earlier time.
  update public.conversions as kept
  set occurred_at = gone.occurred_at, day = gone.day
  from public.conversions as gone
  where kept.site_domain = p_site_domain and kept.session_id = p_into and kept.conversation_id is null
    and gone.site_domain = p_site_domain and gone.session_id = p_from and gone.conversation_id is null
    and gone.kind = kept.kind
    and gone.occurred_at < kept.occurred_at;
  delete from public.conversions as gone
  where gone.site_domain = p_site_domain and gone.session_id = p_from and gone.conversation_id is null
    and exists (
      select 1
      from public.conversions as kept
      where kept.site_domain = p_site_domain and kept.session_id = p_into and kept.kind = gone.kind
    );
  update public.conversions set session_id = p_into
  where site_domain = p_site_domain and session_id = p_from;

  with gone as (
    delete from public.session_pages
    where site_domain = p_site_domain and session_id = p_from
    returning page, day, counts
  )
  insert into public.session_pages as kept (site_domain, session_id, page, day, counts)
  select p_site_domain, p_into, gone.page, gone.day, gone.counts
  from gone
  on conflict (site_domain, session_id, page) do update
  set day = least(kept.day, excluded.day), counts = kept.counts or excluded.counts;

  update public.visitor_sessions as kept
  set
    first_event_at = least(kept.first_event_at, gone.first_event_at),
    last_activity_at = greatest(kept.last_activity_at, gone.last_activity_at),
    day = case when gone.first_event_at < kept.first_event_at then gone.day else kept.day end,
    counts = kept.counts or gone.counts,
    is_bot = kept.is_bot or gone.is_bot,
    is_internal = kept.is_internal or gone.is_internal,
    event_count = kept.event_count + gone.event_count,
    page_view_count = kept.page_view_count + gone.page_view_count,
    conversation_id = coalesce(kept.conversation_id, gone.conversation_id),
    entry_page = case
      when gone.first_event_at < kept.first_event_at then coalesce(gone.entry_page, kept.entry_page)
      else coalesce(kept.entry_page, gone.entry_page)
    end,
    country = coalesce(kept.country, gone.country),
    device_type = coalesce(kept.device_type, gone.device_type),
    referrer_host = coalesce(kept.referrer_host, gone.referrer_host)
  from public.visitor_sessions as gone
  where kept.site_domain = p_site_domain and kept.id = p_into
    and gone.site_domain = p_site_domain and gone.id = p_from;

  delete from public.visitor_sessions where site_domain = p_site_domain and id = p_from;
end
$$;

comment on function private.merge_sessions(text, uuid, uuid) is
  'Makes two sessions one, when a merge of visitors finds the same sender''s session id twice.';

create function private.identify(
  p_site_domain text,
  p_distinct_id text,
  p_anon_distinct_id text,
  p_at timestamptz
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_known jsonb;
  v_anonymous public.visitors;
  v_identified public.visitors;
  v_kept uuid;
begin
  select jsonb_object_agg(locked.distinct_id, locked.visitor_id)
  into v_known
  from private.lock_visitors(
    p_site_domain, array[p_distinct_id, p_anon_distinct_id], array[p_at, p_at]
  ) as locked;
  select * into v_identified
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = (v_known ->> p_distinct_id)::uuid;
  select * into v_anonymous
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = (v_known ->> p_anon_distinct_id)::uuid;

  v_kept := v_identified.id;
  if v_anonymous.id <> v_identified.id and v_anonymous.identified_at is null then
    -- Before anyone was identified, the visitor seen earlier keeps its id, and links to it hold.
    if v_identified.identified_at is not null or v_identified.first_seen_at < v_anonymous.first_seen_at then
      perform private.merge_visitors(p_site_domain, v_anonymous.id, v_identified.id);
    else
      perform private.merge_visitors(p_site_domain, v_identified.id, v_anonymous.id);
      v_kept := v_anonymous.id;
    end if;
  end if;
  update public.visitors
  set identified_at = p_at
  where site_domain = p_site_domain and id = v_kept and identified_at is null;
end
$$;

comment on function private.identify(text, text, text, timestamptz) is
  'A sender says that an anonymous id is an identified one. An already identified visitor is never merged away.';

revoke execute on function
  private.lock_visitors(text, text[], timestamptz[]),
  private.merge_visitors(text, uuid, uuid),
  private.merge_sessions(text, uuid, uuid),
  private.identify(text, text, text, timestamptz)
from public, anon, authenticated, service_role;

-- schemas/writers/sessions.sql

-- Which session something belongs to when its sender gives no session id.

create function private.join_session(
  p_site_domain text,
  p_visitor_id uuid,
  p_at timestamptz,
  p_timezone text
)
returns table (id uuid, session_id text)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_id uuid;
  v_session_id text;
begin
  select session.id, session.session_id
  into v_id, v_session_id
  from public.visitor_sessions as session
  where session.site_domain = p_site_domain
    and session.visitor_id = p_visitor_id
    and session.first_event_at <= p_at + interval '30 minutes'
    and session.last_activity_at >= p_at - interval '30 minutes'
  order by
    greatest(session.first_event_at - p_at, p_at - session.last_activity_at, interval '0'),
    session.first_event_at,
    session.id
  limit 1;

  if v_id is null then
    v_id := gen_random_uuid();
    v_session_id := v_id::text;
    insert into public.visitor_sessions (
      site_domain, id, session_id, visitor_id, first_event_at, last_activity_at, day, counts
    )
    values (
      p_site_domain, v_id, v_session_id, p_visitor_id, p_at, p_at, private.day_of(p_at, p_timezone), false
    );
  else
    update public.visitor_sessions as session
    set
      first_event_at = least(session.first_event_at, p_at),
      last_activity_at = greatest(session.last_activity_at, p_at),
      day = least(session.day, private.day_of(p_at, p_timezone))
    where session.site_domain = p_site_domain
      and session.id = v_id
      and (session.first_event_at > p_at or session.last_activity_at < p_at);
  end if;
  return query select v_id, v_session_id;
end
$$;

comment on function private.join_session(text, uuid, timestamptz, text) is
  'The visitor''s nearest session within 30 minutes, widened to the instant, or a new one. The visitor is locked.';

revoke execute on function private.join_session(text, uuid, timestamptz, text)
from public, anon, authenticated, service_role;

-- schemas/writers/conversions.sql

-- Conversions come from events and from the agent's flags; each counts once.

create function private.record_conversion(
  p_site_domain text,
  p_kind text,
  p_visitor_id uuid,
  p_session_id uuid,
  p_conversation_id uuid,
  p_occurred_at timestamptz,
  p_counts boolean,
  p_timezone text
)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_kept public.conversions;
  v_day date := private.day_of(p_occurred_at, p_timezone);
begin
  -- With a conversation: its own row, else the session's, which it takes over. Without one: any of the session.
  select *
  into v_kept
  from public.conversions as conversion
  where conversion.site_domain = p_site_domain
    and conversion.kind = p_kind
    and (
      conversion.conversation_id = p_conversation_id
      or (
        conversion.session_id = p_session_id
        and (p_conversation_id is null or conversion.conversation_id is null)
      )
    )
  order by conversion.conversation_id is null, conversion.occurred_at, conversion.id
  limit 1;

  if p_conversation_id is not null then
    update public.conversations as conversation
    set
      email_captured = conversation.email_captured or p_kind = 'email_captured',
      demo_proposed = conversation.demo_proposed or p_kind = 'demo_proposed',
      cta_clicked = conversation.cta_clicked or p_kind = 'cta_clicked',
      demo_booked = conversation.demo_booked or p_kind = 'demo_booked',
      updated_at = clock_timestamp()
    where conversation.site_domain = p_site_domain
      and conversation.id = p_conversation_id
      and not case p_kind
        when 'email_captured' then conversation.email_captured
        when 'demo_proposed' then conversation.demo_proposed
        when 'cta_clicked' then conversation.cta_clicked
        else conversation.demo_booked
      end;
  end if;

  if v_kept.id is null then
    insert into public.conversions (
      site_domain, kind, visitor_id, session_id, conversation_id, occurred_at, day, counts
    )
    values (
      p_site_domain, p_kind, p_visitor_id, p_session_id, p_conversation_id, p_occurred_at, v_day, p_counts
    );
    return 'added';
  end if;

  update public.conversions as conversion
  set
    conversation_id = coalesce(conversion.conversation_id, p_conversation_id),
    occurred_at = least(conversion.occurred_at, p_occurred_at),
    day = least(conversion.day, v_day),
    counts = case
      when conversion.conversation_id is null and p_conversation_id is not null then p_counts
      else conversion.counts
    end
  where conversion.site_domain = p_site_domain
    and conversion.id = v_kept.id
    and (
      p_occurred_at < conversion.occurred_at
      or (conversion.conversation_id is null and p_conversation_id is not null)
    );
  if v_day < v_kept.day or (v_kept.conversation_id is null and p_conversation_id is not null and v_kept.counts <> p_counts) then
    return 'moved';
  end if;
  return 'known';
end
$$;

comment on function private.record_conversion(text, text, uuid, uuid, uuid, timestamptz, boolean, text) is
  'Records a conversion once per conversation (or session) and kind, at its earliest time: added, moved (to another day) or known.';

revoke execute on function
  private.record_conversion(text, text, uuid, uuid, uuid, timestamptz, boolean, text)
from public, anon, authenticated, service_role;

-- schemas/writers/events.sql

-- Events in: one call, one transaction, a fixed number of statements however many events.

create type private.captured_event as (
  uuid uuid,
  name text,
  distinct_id text,
  anon_distinct_id text,
  session_id text,
  conversation_id uuid,
  occurred_at timestamptz,
  url text,
  page text,
  referrer_host text,
  utm_source text,
  utm_medium text,
  utm_campaign text,
  country text,
  device_type text,
  browser text,
  os text,
  language text,
  is_bot boolean,
  is_internal boolean,
  email text,
  person_name text,
  properties jsonb,
  environment text,
  counts boolean,
  day date,
  visitor_id uuid
);

comment on type private.captured_event is 'An event on its way in, with what capture found out about it.';

create function private.capture_events(p_site_domain text, p_events jsonb)
returns table (uuid uuid, status text)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text;
  v_events private.captured_event[];
  v_event private.captured_event;
  v_position integer;
begin
  select domain.timezone
  into v_timezone
  from public.domains as domain
  where domain.site_domain = p_site_domain and domain.archived_at is null;
  if v_timezone is null then
    raise exception 'There is no domain %', p_site_domain using errcode = 'PT404';
  end if;

  -- Only what was never accepted before goes on.
  with incoming as (
    select distinct on (e.uuid) e.*
    from jsonb_to_recordset(p_events) as e (
      uuid uuid, name text, distinct_id text, anon_distinct_id text, session_id text,
      conversation_id uuid, occurred_at timestamptz, url text, host text, page text, referrer_host text,
      utm_source text, utm_medium text, utm_campaign text, country text, device_type text,
      browser text, os text, language text, is_bot boolean, ip_hash text, email text,
      name_of_person text, properties jsonb
    )
    order by e.uuid, e.occurred_at
  ),
  fresh as (
    insert into public.event_ids as known (site_domain, uuid)
    select p_site_domain, incoming.uuid from incoming order by incoming.uuid
    on conflict do nothing
    returning known.uuid
  ),
  -- Materialized: what is looked up here is asked for twice below.
  judged as materialized (
    select
      i.*,
      private.environment_of(p_site_domain, i.host, host.environment) as environment,
      exists (
        select 1
        from public.internal_addresses as address
        where address.site_domain = p_site_domain and address.ip_hash = i.ip_hash
      ) as is_internal
    from incoming as i
    join fresh on fresh.uuid = i.uuid
    left join public.domain_hosts as host on host.site_domain = p_site_domain and host.host = i.host
  )
  select array_agg(
    row(
      j.uuid, j.name, j.distinct_id, j.anon_distinct_id, j.session_id, j.conversation_id, j.occurred_at,
      j.url, j.page, j.referrer_host, j.utm_source, j.utm_medium, j.utm_campaign, j.country,
      j.device_type, j.browser, j.os, j.language, coalesce(j.is_bot, false), j.is_internal, j.email,
      j.name_of_person, coalesce(j.properties, '{}'), j.environment,
      not coalesce(j.is_bot, false) and not j.is_internal and j.environment = 'production',
      private.day_of(j.occurred_at, v_timezone), null
    )::private.captured_event
    order by j.occurred_at, j.uuid
  )
  into v_events
  from judged as j;

  if v_events is not null then
    perform private.make_event_partition(months.month)
    from (
      select distinct date_trunc('month', e.occurred_at at time zone 'UTC')::date as month
      from unnest(v_events) as e
    ) as months;

    for v_event in
      select e.* from unnest(v_events) as e where e.anon_distinct_id is not null order by e.occurred_at, e.uuid
    loop
      perform private.identify(
        p_site_domain, v_event.distinct_id, v_event.anon_distinct_id, v_event.occurred_at
      );
    end loop;

    with locked as (
      select l.distinct_id, l.visitor_id
      from private.lock_visitors(
        p_site_domain,
        array(select e.distinct_id from unnest(v_events) as e),
        array(select e.occurred_at from unnest(v_events) as e)
      ) as l
    )
    select array_agg(
      row(
        e.uuid, e.name, e.distinct_id, e.anon_distinct_id, e.session_id, e.conversation_id, e.occurred_at,
        e.url, e.page, e.referrer_host, e.utm_source, e.utm_medium, e.utm_campaign, e.country,
        e.device_type, e.browser, e.os, e.language, e.is_bot, e.is_internal, e.email, e.person_name,
        e.properties, e.environment, e.counts, e.day, locked.visitor_id
      )::private.captured_event
      order by e.occurred_at, e.uuid
    )
    into v_events
    from unnest(v_events) as e
    join locked on locked.distinct_id = e.distinct_id;

    -- Without a session id of the sender's, each event in turn joins the nearest session.
    for v_position in
      select e.position
      from unnest(v_events) with ordinality as e (
        uuid, name, distinct_id, anon_distinct_id, session_id, conversation_id, occurred_at, url, page,
        referrer_host, utm_source, utm_medium, utm_campaign, country, device_type, browser, os, language,
        is_bot, is_internal, email, person_name, properties, environment, counts, day, visitor_id, position
      )
      where e.session_id is null
      order by e.position
    loop
      v_event := v_events[v_position];
      v_event.session_id := (
        select joined.session_id
        from private.join_session(p_site_domain, v_event.visitor_id, v_event.occurred_at, v_timezone) as joined
      );
      v_events[v_position] := v_event;
    end loop;

    perform private.store_events(p_site_domain, v_timezone, v_events);
  end if;

  return query
    select
      sent.uuid,
      case when stored.uuid is null then 'duplicate' else 'stored' end
    from (
      select (e.value ->> 'uuid')::uuid as uuid, e.position
      from jsonb_array_elements(p_events) with ordinality as e (value, position)
    ) as sent
    left join (
      select e.uuid, row_number() over () as position from unnest(v_events) as e
    ) as stored on stored.uuid = sent.uuid
    order by sent.position;
end
$$;

comment on function private.capture_events(text, jsonb) is
  'Takes validated events of a domain in; gives each one''s uuid and whether it was stored or known already.';

revoke execute on function private.capture_events(text, jsonb)
from public, anon, authenticated, service_role;
grant execute on function private.capture_events(text, jsonb) to service_role;

-- schemas/writers/store_events.sql

-- New events into sessions, events, pages, visitors, conversions and visitor-days.

create function private.store_events(
  p_site_domain text,
  p_timezone text,
  p_events private.captured_event[]
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_talking uuid[];
  v_conversion record;
  v_moved uuid[] := '{}';
  v_outcome text;
  v_visitors uuid[] := '{}';
  v_days date[] := '{}';
  v_steps integer[] := '{}';
begin
  with session as (
    insert into public.visitor_sessions as kept (
      site_domain, session_id, visitor_id, first_event_at, last_activity_at, day, counts, is_bot,
      is_internal, event_count, page_view_count, entry_page, country, device_type, browser, os, language,
      referrer_host, utm_source, utm_medium, utm_campaign
    )
    select
      p_site_domain,
      e.session_id,
      e.visitor_id,
      min(e.occurred_at),
      max(e.occurred_at),
      min(e.day),
      bool_or(e.counts),
      bool_or(e.is_bot),
      bool_or(e.is_internal),
      count(*),
      count(*) filter (where e.name = '$pageview'),
      (array_agg(e.page order by e.occurred_at, e.uuid) filter (where e.page is not null))[1],
      min(e.country),
      min(e.device_type),
      min(e.browser),
      min(e.os),
      min(e.language),
      (array_agg(e.referrer_host order by e.occurred_at, e.uuid) filter (where e.referrer_host is not null))[1],
      min(e.utm_source),
      min(e.utm_medium),
      min(e.utm_campaign)
    from unnest(p_events) as e
    group by e.session_id, e.visitor_id
    order by e.visitor_id, e.session_id
    on conflict (site_domain, visitor_id, session_id) do update
    set
      first_event_at = least(kept.first_event_at, excluded.first_event_at),
      last_activity_at = greatest(kept.last_activity_at, excluded.last_activity_at),
      day = least(kept.day, excluded.day),
      counts = kept.counts or excluded.counts,
      is_bot = kept.is_bot or excluded.is_bot,
      is_internal = kept.is_internal or excluded.is_internal,
      event_count = kept.event_count + excluded.event_count,
      page_view_count = kept.page_view_count + excluded.page_view_count,
      entry_page = case
        when excluded.first_event_at < kept.first_event_at then coalesce(excluded.entry_page, kept.entry_page)
        else coalesce(kept.entry_page, excluded.entry_page)
      end,
      country = coalesce(kept.country, excluded.country),
      device_type = coalesce(kept.device_type, excluded.device_type),
      browser = coalesce(kept.browser, excluded.browser),
      os = coalesce(kept.os, excluded.os),
      language = coalesce(kept.language, excluded.language),
      referrer_host = coalesce(kept.referrer_host, excluded.referrer_host),
      utm_source = coalesce(kept.utm_source, excluded.utm_source),
      utm_medium = coalesce(kept.utm_medium, excluded.utm_medium),
      utm_campaign = coalesce(kept.utm_campaign, excluded.utm_campaign)
    returning kept.id, kept.visitor_id, kept.session_id, kept.conversation_id
  ),
  stored as (
    insert into public.events as event (
      site_domain, occurred_at, uuid, day, name, visitor_id, session_id, conversation_id, environment, counts,
      page, url, properties
    )
    select
      p_site_domain, e.occurred_at, e.uuid, e.day, e.name, e.visitor_id, session.id, e.conversation_id,
      e.environment, e.counts, e.page, e.url, e.properties
    from unnest(p_events) as e
    join session on session.visitor_id = e.visitor_id and session.session_id = e.session_id
    returning event.session_id, event.page, event.day, event.counts
  ),
  page as (
    insert into public.session_pages as kept (site_domain, session_id, page, day, counts)
    select p_site_domain, s.session_id, s.page, min(s.day), bool_or(s.counts)
    from stored as s
    where s.page is not null
    group by s.session_id, s.page
    order by s.session_id, s.page
    on conflict (site_domain, session_id, page) do update
    set day = least(kept.day, excluded.day), counts = kept.counts or excluded.counts
    where excluded.day < kept.day or (excluded.counts and not kept.counts)
  )
  select array_agg(session.id)
  into v_talking
  from session
  where session.conversation_id is not null;

  update public.visitors as visitor
  set
    first_seen_at = least(visitor.first_seen_at, seen.first_seen_at),
    last_seen_at = greatest(visitor.last_seen_at, seen.last_seen_at),
    counts = visitor.counts or seen.counts,
    is_bot = visitor.is_bot or seen.is_bot,
    is_internal = visitor.is_internal or seen.is_internal,
    email = coalesce(seen.email, visitor.email),
    name = coalesce(seen.person_name, visitor.name),
    country = coalesce(seen.country, visitor.country),
    device_type = coalesce(seen.device_type, visitor.device_type),
    browser = coalesce(seen.browser, visitor.browser),
    os = coalesce(seen.os, visitor.os),
    language = coalesce(seen.language, visitor.language)
  from (
    select
      e.visitor_id,
      min(e.occurred_at) as first_seen_at,
      max(e.occurred_at) as last_seen_at,
      bool_or(e.counts) as counts,
      bool_or(e.is_bot) as is_bot,
      bool_or(e.is_internal) as is_internal,
      max(e.email) as email,
      max(e.person_name) as person_name,
      min(e.country) as country,
      min(e.device_type) as device_type,
      min(e.browser) as browser,
      min(e.os) as os,
      min(e.language) as language
    from unnest(p_events) as e
    group by e.visitor_id
  ) as seen
  where visitor.site_domain = p_site_domain and visitor.id = seen.visitor_id;

  if v_talking is not null then
    perform private.refresh_conversations(p_site_domain, v_talking);
  end if;

  for v_conversion in
    select
      e.name as kind,
      e.visitor_id,
      event.session_id,
      conversation.id as conversation_id,
      e.occurred_at,
      coalesce(conversation.counts, e.counts) as counts
    from unnest(p_events) as e
    join public.events as event
      on event.site_domain = p_site_domain and event.occurred_at = e.occurred_at and event.uuid = e.uuid
    left join public.conversations as conversation
      on conversation.site_domain = p_site_domain
      and conversation.id = e.conversation_id
      and conversation.visitor_id = e.visitor_id
    where e.name in ('email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked')
    order by e.occurred_at, e.uuid
  loop
    v_outcome := private.record_conversion(
      p_site_domain, v_conversion.kind, v_conversion.visitor_id, v_conversion.session_id,
      v_conversion.conversation_id, v_conversion.occurred_at, v_conversion.counts, p_timezone
    );
    if v_outcome = 'moved' then
      v_moved := v_moved || v_conversion.visitor_id;
    elsif v_outcome = 'added' and v_conversion.counts then
      v_visitors := v_visitors || v_conversion.visitor_id;
      v_days := v_days || private.day_of(v_conversion.occurred_at, p_timezone);
      v_steps := v_steps || rollup.steps_of_conversion(v_conversion.kind);
    end if;
  end loop;

  perform rollup.touch_visitor_days(
    p_site_domain,
    v_visitors || array(select e.visitor_id from unnest(p_events) as e where e.counts),
    v_days || array(select e.day from unnest(p_events) as e where e.counts),
    v_steps || array(select rollup.steps_of_event(e.name) from unnest(p_events) as e where e.counts)
  );
  if v_moved <> '{}' then
    perform rollup.recount_visitor_days(p_site_domain, v_moved);
  end if;
  perform rollup.fold_if_due();
  perform private.analyze_young_tables();
end
$$;

comment on function private.store_events(text, text, private.captured_event[]) is
  'Writes events that were never seen before: sessions, events, pages, visitors, conversions, visitor-days.';

revoke execute on function private.store_events(text, text, private.captured_event[])
from public, anon, authenticated, service_role;

-- schemas/writers/conversation_news.sql

-- What a conversation, its session and its visitor learn from each other.

create function private.timezone_of(p_site_domain text)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_timezone text;
begin
  select domain.timezone
  into v_timezone
  from public.domains as domain
  where domain.site_domain = p_site_domain and domain.archived_at is null;
  if v_timezone is null then
    raise exception 'There is no domain %', p_site_domain using errcode = 'PT404';
  end if;
  return v_timezone;
end
$$;

comment on function private.timezone_of(text) is 'The timezone of a domain that takes traffic; PT404 when there is none.';

create function private.lock_conversations(p_site_domain text, p_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_missing uuid;
  v_visitors uuid[];
  v_locked uuid[];
begin
  select wanted.id into v_missing
  from unnest(p_ids) as wanted (id)
  where not exists (
    select 1
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.id = wanted.id
  )
  limit 1;
  if v_missing is not null then
    raise exception 'There is no conversation %', v_missing using errcode = 'PT404';
  end if;

  loop
    v_visitors := array(
      select distinct conversation.visitor_id
      from public.conversations as conversation
      where conversation.site_domain = p_site_domain and conversation.id = any (p_ids)
      order by conversation.visitor_id
    );
    exit when v_visitors = v_locked;
    perform 1
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and visitor.id = any (v_visitors)
    order by visitor.id
    for update;
    v_locked := v_visitors;
  end loop;
end
$$;

comment on function private.lock_conversations(text, uuid[]) is
  'Locks the visitors of some conversations until the transaction ends. PT404: one does not exist.';

create function private.refresh_conversations(p_site_domain text, p_session_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_flipped uuid[];
begin
  with changed as (
    update public.conversations as conversation
    set
      country = coalesce(conversation.country, session.country),
      device_type = coalesce(conversation.device_type, session.device_type),
      referrer_host = coalesce(conversation.referrer_host, session.referrer_host),
      counts = conversation.environment = 'production' and not session.is_bot and not session.is_internal
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain
      and session.id = any (p_session_ids)
      and conversation.site_domain = p_site_domain
      and conversation.session_id = any (p_session_ids)
      and conversation.session_id = session.id
      and (
        (conversation.country is null and session.country is not null)
        or (conversation.device_type is null and session.device_type is not null)
        or (conversation.referrer_host is null and session.referrer_host is not null)
        or (conversation.counts and (session.is_bot or session.is_internal))
      )
    returning conversation.id, conversation.visitor_id, conversation.counts
  ),
  flipped as (
    update public.conversions as conversion
    set counts = false
    from changed
    where conversion.site_domain = p_site_domain
      and conversion.conversation_id = changed.id
      and not changed.counts
      and conversion.counts
    returning conversion.id
  )
  select array_agg(distinct changed.visitor_id)
  into v_flipped
  from changed
  where not changed.counts;

  if v_flipped is not null then
    perform rollup.recount_visitor_days(p_site_domain, v_flipped);
  end if;
end
$$;

comment on function private.refresh_conversations(text, uuid[]) is
  'Brings to conversations what their sessions have learnt since: country, device, referrer, bot or internal.';

create function private.follow_conversation(p_site_domain text, p_id uuid, p_email text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_conversation public.conversations;
begin
  select * into v_conversation
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain and conversation.id = p_id;

  update public.visitor_sessions as session
  set
    conversation_id = p_id,
    counts = session.counts or v_conversation.counts,
    first_event_at = least(session.first_event_at, v_conversation.started_at),
    last_activity_at = greatest(
      session.last_activity_at, v_conversation.started_at, v_conversation.last_message_at
    ),
    day = least(session.day, v_conversation.day)
  where session.site_domain = p_site_domain
    and session.id = v_conversation.session_id
    and (
      session.conversation_id is null
      or (
        session.conversation_id <> p_id
        and v_conversation.started_at >= (
          select other.started_at
          from public.conversations as other
          where other.site_domain = p_site_domain and other.id = session.conversation_id
        )
      )
      or (v_conversation.counts and not session.counts)
      or session.first_event_at > v_conversation.started_at
      or session.last_activity_at < coalesce(v_conversation.last_message_at, v_conversation.started_at)
    );

  update public.visitors as visitor
  set
    first_seen_at = least(visitor.first_seen_at, v_conversation.started_at),
    last_seen_at = greatest(
      visitor.last_seen_at, v_conversation.started_at, v_conversation.last_message_at
    ),
    counts = visitor.counts or v_conversation.counts,
    email = coalesce(p_email, visitor.email),
    language = coalesce(visitor.language, v_conversation.language),
    country = coalesce(visitor.country, v_conversation.country)
  where visitor.site_domain = p_site_domain
    and visitor.id = v_conversation.visitor_id
    and (
      visitor.first_seen_at > v_conversation.started_at
      or visitor.last_seen_at < coalesce(v_conversation.last_message_at, v_conversation.started_at)
      or (v_conversation.counts and not visitor.counts)
      or (p_email is not null and visitor.email is distinct from p_email)
      or (visitor.language is null and v_conversation.language is not null)
      or (visitor.country is null and v_conversation.country is not null)
    );
end
$$;

comment on function private.follow_conversation(text, uuid, text) is
  'Brings a conversation''s news to its session and visitor.';

revoke execute on function
  private.timezone_of(text),
  private.lock_conversations(text, uuid[]),
  private.refresh_conversations(text, uuid[]),
  private.follow_conversation(text, uuid, text)
from public, anon, authenticated, service_role;

-- schemas/writers/conversation_flags.sql

-- The conversions of a conversation: what the widget reported before it was known, and what its agent says.

create function private.adopt_conversions(p_site_domain text, p_id uuid, p_timezone text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_conversation public.conversations;
  v_event record;
  v_outcome text;
begin
  select * into v_conversation
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain and conversation.id = p_id;

  for v_event in
    select event.name as kind, event.occurred_at
    from public.events as event
    where event.site_domain = p_site_domain
      and event.visitor_id = v_conversation.visitor_id
      and event.occurred_at >= v_conversation.opened_at - interval '1 day'
      and event.conversation_id = p_id
      and event.name in ('email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked')
      and not exists (
        select 1
        from public.conversions as known
        where known.site_domain = p_site_domain and known.conversation_id = p_id and known.kind = event.name
      )
    order by event.occurred_at, event.uuid
  loop
    v_outcome := private.record_conversion(
      p_site_domain, v_event.kind, v_conversation.visitor_id, v_conversation.session_id, p_id,
      v_event.occurred_at, v_conversation.counts, p_timezone
    );
    if v_outcome <> 'known' then
      perform rollup.recount_visitor_days(p_site_domain, array[v_conversation.visitor_id]);
    end if;
  end loop;
end
$$;

comment on function private.adopt_conversions(text, uuid, text) is
  'Gives a new conversation the conversions that the widget reported of it before the agent told about it.';

create function private.set_flags(p_site_domain text, p_id uuid, p_changes jsonb, p_timezone text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_conversation public.conversations;
  v_kind text;
  v_at timestamptz;
  v_outcome text;
begin
  select * into v_conversation
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain and conversation.id = p_id;

  foreach v_kind in array array['email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked'] loop
    if (p_changes ->> v_kind)::boolean then
      v_at := coalesce(
        (p_changes ->> (v_kind || '_at'))::timestamptz,
        (
          select known.occurred_at
          from public.conversions as known
          where known.site_domain = p_site_domain and known.conversation_id = p_id and known.kind = v_kind
        ),
        v_conversation.last_message_at,
        v_conversation.started_at
      );
      v_outcome := private.record_conversion(
        p_site_domain, v_kind, v_conversation.visitor_id, v_conversation.session_id, p_id, v_at,
        v_conversation.counts, p_timezone
      );
      if v_outcome = 'moved' then
        perform rollup.recount_visitor_days(p_site_domain, array[v_conversation.visitor_id]);
      elsif v_outcome = 'added' and v_conversation.counts then
        perform rollup.touch_visitor_days(
          p_site_domain,
          array[v_conversation.visitor_id],
          array[private.day_of(v_at, p_timezone)],
          array[rollup.steps_of_conversion(v_kind)]
        );
      end if;
    elsif not (p_changes ->> v_kind)::boolean then
      delete from public.conversions as conversion
      where conversion.site_domain = p_site_domain
        and conversion.conversation_id = p_id
        and conversion.kind = v_kind;
      if found then
        update public.conversations as conversation
        set
          email_captured = conversation.email_captured and v_kind <> 'email_captured',
          demo_proposed = conversation.demo_proposed and v_kind <> 'demo_proposed',
          cta_clicked = conversation.cta_clicked and v_kind <> 'cta_clicked',
          demo_booked = conversation.demo_booked and v_kind <> 'demo_booked',
          updated_at = clock_timestamp()
        where conversation.site_domain = p_site_domain and conversation.id = p_id;
        perform rollup.recount_visitor_days(p_site_domain, array[v_conversation.visitor_id]);
      end if;
    end if;
  end loop;
end
$$;

comment on function private.set_flags(text, uuid, jsonb, text) is
  'Sets or takes back what an agent says of a conversation: email_captured, demo_proposed, cta_clicked, demo_booked.';

revoke execute on function
  private.adopt_conversions(text, uuid, text),
  private.set_flags(text, uuid, jsonb, text)
from public, anon, authenticated, service_role;

-- schemas/writers/conversations.sql

-- Conversations in, from the agent's backend.

create function private.put_conversation(p_site_domain text, p_id uuid, p_conversation jsonb)
returns table (id uuid, created boolean)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text;
  v_kept public.conversations;
  v_session public.visitor_sessions;
  v_visitor_id uuid;
  v_opened_at timestamptz := coalesce((p_conversation ->> 'started_at')::timestamptz, clock_timestamp());
  v_host text := lower(substring(p_conversation ->> 'url' from '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/:?#]+)'));
  v_environment text;
  v_created boolean;
begin
  v_timezone := private.timezone_of(p_site_domain);

  v_visitor_id := (
    select locked.visitor_id
    from private.lock_visitors(
      p_site_domain, array[p_conversation ->> 'distinct_id'], array[v_opened_at]
    ) as locked
  );
  select * into v_kept
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain and conversation.id = p_id;
  if v_kept.visitor_id <> v_visitor_id then
    raise exception 'Conversation % belongs to another visitor', p_id using errcode = 'PT409';
  end if;

  if p_conversation ->> 'session_id' is not null then
    insert into public.visitor_sessions as kept (
      site_domain, session_id, visitor_id, first_event_at, last_activity_at, day, counts
    )
    values (
      p_site_domain, p_conversation ->> 'session_id', v_visitor_id, v_opened_at, v_opened_at,
      private.day_of(v_opened_at, v_timezone), false
    )
    on conflict (site_domain, visitor_id, session_id) do nothing;
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain
      and session.visitor_id = v_visitor_id
      and session.session_id = p_conversation ->> 'session_id';
  elsif v_kept.id is not null then
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain and session.id = v_kept.session_id;
  else
    -- Two statements: the one that makes the session does not see it yet.
    v_session.id := (
      select joined.id
      from private.join_session(p_site_domain, v_visitor_id, v_opened_at, v_timezone) as joined
    );
    select * into v_session
    from public.visitor_sessions as session
    where session.site_domain = p_site_domain and session.id = v_session.id;
  end if;

  v_environment := coalesce(
    p_conversation ->> 'environment',
    v_kept.environment,
    private.environment_of(
      p_site_domain,
      v_host,
      (select h.environment from public.domain_hosts as h where h.site_domain = p_site_domain and h.host = v_host)
    )
  );

  insert into public.conversations as kept (
    site_domain, id, visitor_id, session_id, environment, counts, page, country, device_type,
    referrer_host, language, opened_at, day, metadata
  )
  values (
    p_site_domain,
    p_id,
    v_visitor_id,
    v_session.id,
    v_environment,
    v_environment = 'production' and not v_session.is_bot and not v_session.is_internal,
    p_conversation ->> 'page',
    coalesce(p_conversation ->> 'country', v_session.country),
    v_session.device_type,
    coalesce(p_conversation ->> 'referrer_host', v_session.referrer_host),
    p_conversation ->> 'language',
    v_opened_at,
    private.day_of(v_opened_at, v_timezone),
    coalesce(p_conversation -> 'metadata', '{}')
  )
  on conflict (site_domain, id) do update
  set
    session_id = excluded.session_id,
    environment = excluded.environment,
    counts = excluded.counts,
    page = coalesce(excluded.page, kept.page),
    country = coalesce(excluded.country, kept.country),
    device_type = coalesce(excluded.device_type, kept.device_type),
    referrer_host = coalesce(excluded.referrer_host, kept.referrer_host),
    language = coalesce(excluded.language, kept.language),
    opened_at = case when p_conversation ? 'started_at' then excluded.opened_at else kept.opened_at end,
    day = case
      when kept.first_message_at is null and p_conversation ? 'started_at' then excluded.day
      else kept.day
    end,
    metadata = kept.metadata || excluded.metadata,
    updated_at = excluded.updated_at
  where (
    kept.session_id, kept.environment, kept.counts, kept.page, kept.country, kept.referrer_host, kept.language
  ) is distinct from (
    excluded.session_id, excluded.environment, excluded.counts, coalesce(excluded.page, kept.page),
    coalesce(excluded.country, kept.country), coalesce(excluded.referrer_host, kept.referrer_host),
    coalesce(excluded.language, kept.language)
  )
  or (p_conversation ? 'started_at' and kept.opened_at <> excluded.opened_at)
  or not kept.metadata @> excluded.metadata;

  v_created := v_kept.id is null;

  perform private.follow_conversation(p_site_domain, p_id, p_conversation ->> 'email');

  if v_created then
    perform private.adopt_conversions(p_site_domain, p_id, v_timezone);
  else
    update public.conversions as conversion
    set session_id = conversation.session_id, counts = conversation.counts
    from public.conversations as conversation
    where conversion.site_domain = p_site_domain
      and conversion.conversation_id = p_id
      and conversation.site_domain = p_site_domain
      and conversation.id = p_id
      and (conversion.session_id, conversion.counts)
        is distinct from (conversation.session_id, conversation.counts);
    if v_kept.counts <> (
      select c.counts from public.conversations as c where c.site_domain = p_site_domain and c.id = p_id
    ) then
      perform rollup.recount_visitor_days(p_site_domain, array[v_visitor_id]);
    end if;
  end if;

  perform private.set_flags(p_site_domain, p_id, p_conversation, v_timezone);
  return query select p_id, v_created;
end
$$;

comment on function private.put_conversation(text, uuid, jsonb) is
  'Makes a conversation or changes what is told about it; the same again changes nothing. PT409: it is another visitor''s.';

create function private.patch_conversation(p_site_domain text, p_id uuid, p_changes jsonb)
returns table (id uuid)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text := private.timezone_of(p_site_domain);
begin
  perform private.lock_conversations(p_site_domain, array[p_id]);

  update public.conversations as conversation
  set
    language = coalesce(p_changes ->> 'language', conversation.language),
    page = coalesce(p_changes ->> 'page', conversation.page),
    metadata = conversation.metadata || coalesce(p_changes -> 'metadata', '{}'),
    updated_at = clock_timestamp()
  where conversation.site_domain = p_site_domain
    and conversation.id = p_id
    and p_changes ?| array['language', 'page', 'metadata'];

  perform private.follow_conversation(p_site_domain, p_id, p_changes ->> 'email');
  perform private.set_flags(p_site_domain, p_id, p_changes, v_timezone);
  return query select p_id;
end
$$;

comment on function private.patch_conversation(text, uuid, jsonb) is
  'Changes flags, language, page, e-mail or metadata of a conversation. PT404: there is none.';

revoke execute on function
  private.put_conversation(text, uuid, jsonb),
  private.patch_conversation(text, uuid, jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  private.put_conversation(text, uuid, jsonb),
  private.patch_conversation(text, uuid, jsonb)
to service_role;

-- schemas/writers/messages.sql

-- Messages in: one or many, of one conversation or several.

create type private.incoming_message as (
  conversation_id uuid,
  id uuid,
  seq integer,
  role text,
  text text,
  sent_at timestamptz,
  latency_ms integer,
  metadata jsonb
);

comment on type private.incoming_message is 'A message on its way in.';

create function private.put_messages(p_site_domain text, p_messages jsonb)
returns table (conversation_id uuid, id uuid, status text)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text := private.timezone_of(p_site_domain);
  v_messages private.incoming_message[];
  v_conversations uuid[];
  v_stored uuid[];
  v_edited uuid[];
  v_edited_conversations uuid[];
  v_conversation_id uuid;
begin
  select
    array_agg(
      row(
        m.conversation_id, m.id, coalesce(m.seq, 0), m.role, m.text, m.sent_at, m.latency_ms,
        coalesce(m.metadata, '{}')
      )::private.incoming_message
    ),
    array_agg(distinct m.conversation_id)
  into v_messages, v_conversations
  from (
    -- Sent twice in one call, the later one holds.
    select distinct on (sent.conversation_id, sent.id) sent.*
    from rows from (
      jsonb_to_recordset(p_messages) as (
        conversation_id uuid, id uuid, seq integer, role text, text text, sent_at timestamptz,
        latency_ms integer, metadata jsonb
      )
    ) with ordinality as sent (
      conversation_id, id, seq, role, text, sent_at, latency_ms, metadata, position
    )
    order by sent.conversation_id, sent.id, sent.position desc
  ) as m;
  if v_messages is null then
    return;
  end if;
  perform private.lock_conversations(p_site_domain, v_conversations);

  with added as (
    insert into public.messages as kept (
      site_domain, conversation_id, id, seq, role, text, sent_at, latency_ms, metadata
    )
    select p_site_domain, m.conversation_id, m.id, m.seq, m.role, m.text, m.sent_at, m.latency_ms, m.metadata
    from unnest(v_messages) as m
    on conflict (site_domain, conversation_id, id) do nothing
    returning kept.id
  )
  select coalesce(array_agg(added.id), '{}') into v_stored from added;

  -- The same id with other content is an edit; the earlier text is kept.
  insert into public.message_versions (site_domain, conversation_id, message_id, replaced_at, text)
  select p_site_domain, kept.conversation_id, kept.id, clock_timestamp(), kept.text
  from unnest(v_messages) as m
  join public.messages as kept
    on kept.site_domain = p_site_domain
    and kept.conversation_id = m.conversation_id
    and kept.id = m.id
  where kept.text <> m.text;

  with changed as (
    update public.messages as kept
    set
      seq = m.seq,
      role = m.role,
      text = m.text,
      sent_at = m.sent_at,
      latency_ms = m.latency_ms,
      metadata = m.metadata,
      edited_at = clock_timestamp()
    from unnest(v_messages) as m
    where kept.site_domain = p_site_domain
      and kept.conversation_id = m.conversation_id
      and kept.id = m.id
      and (kept.seq, kept.role, kept.text, kept.sent_at, kept.latency_ms, kept.metadata)
        is distinct from (m.seq, m.role, m.text, m.sent_at, m.latency_ms, m.metadata)
    returning kept.id, kept.conversation_id
  )
  select coalesce(array_agg(changed.id), '{}'), array_agg(distinct changed.conversation_id)
  into v_edited, v_edited_conversations
  from changed;

  if v_stored <> '{}' or v_edited <> '{}' then
    perform private.sum_up_conversations(p_site_domain, v_conversations, v_timezone);
    foreach v_conversation_id in array v_conversations loop
      perform private.follow_conversation(p_site_domain, v_conversation_id, null);
    end loop;
    perform private.index_messages(p_site_domain, v_messages, v_stored, v_edited_conversations);

    perform rollup.touch_visitor_days(
      p_site_domain,
      array_agg(conversation.visitor_id),
      array_agg(private.day_of(m.sent_at, v_timezone)),
      array_agg(rollup.steps_of_message(m.role))
    )
    from unnest(v_messages) as m
    join public.conversations as conversation
      on conversation.site_domain = p_site_domain and conversation.id = m.conversation_id
    where m.role = 'visitor' and conversation.counts;
    if v_edited <> '{}' then
      perform rollup.recount_visitor_days(p_site_domain, array_agg(distinct conversation.visitor_id))
      from public.conversations as conversation
      where conversation.site_domain = p_site_domain
        and conversation.id = any (v_edited_conversations);
    end if;
    perform rollup.fold_if_due();
    perform private.analyze_young_tables();
  end if;

  return query
    select
      m.conversation_id,
      m.id,
      case
        when m.id = any (v_stored) then 'stored'
        when m.id = any (v_edited) then 'edited'
        else 'duplicate'
      end
    from unnest(v_messages) as m;
end
$$;

comment on function private.put_messages(text, jsonb) is
  'Takes messages in; gives whether each was stored, edited or known already. PT404: a conversation does not exist.';

create function private.add_messages(p_site_domain text, p_conversation_id uuid, p_messages jsonb)
returns table (id uuid, status text)
language sql
security definer
set search_path = ''
as $$
  select taken.id, taken.status
  from private.put_messages(
    p_site_domain,
    (
      select jsonb_agg(message.value || jsonb_build_object('conversation_id', p_conversation_id))
      from jsonb_array_elements(p_messages) as message
    )
  ) as taken
$$;

comment on function private.add_messages(text, uuid, jsonb) is 'Takes messages of one conversation in.';

create function private.sum_up_conversations(p_site_domain text, p_ids uuid[], p_timezone text)
returns void
language sql
security definer
set search_path = ''
as $$
  with ordered as (
    select
      message.*,
      lag(message.role) over (
        partition by message.conversation_id order by message.sent_at, message.seq, message.id
      ) as previous_role
    from public.messages as message
    where message.site_domain = p_site_domain and message.conversation_id = any (p_ids)
  ),
  summed as (
    select
      o.conversation_id,
      count(*) as message_count,
      count(*) filter (where o.role = 'visitor') as visitor_message_count,
      count(*) filter (where o.role = 'agent' and o.previous_role = 'visitor') as total_turns,
      min(o.sent_at) as first_message_at,
      max(o.sent_at) as last_message_at,
      (array_agg(left(o.text, 200) order by o.sent_at, o.seq, o.id) filter (where o.role = 'visitor'))[1] as preview
    from ordered as o
    group by o.conversation_id
  )
  update public.conversations as conversation
  set
    message_count = summed.message_count,
    visitor_message_count = summed.visitor_message_count,
    total_turns = summed.total_turns,
    first_message_at = summed.first_message_at,
    last_message_at = summed.last_message_at,
    day = private.day_of(summed.first_message_at, p_timezone),
    preview = summed.preview,
    updated_at = clock_timestamp()
  from summed
  where conversation.site_domain = p_site_domain and conversation.id = summed.conversation_id
$$;

comment on function private.sum_up_conversations(text, uuid[], text) is
  'Counts a conversation''s messages and turns anew, and finds its first and last message.';

create function private.index_messages(
  p_site_domain text,
  p_messages private.incoming_message[],
  p_stored uuid[],
  p_edited_conversations uuid[]
)
returns void
language sql
security definer
set search_path = ''
as $$
  -- A tsvector holds at most 1 MB: of a very long conversation only the beginning is searchable.
  insert into private.conversation_documents as kept (site_domain, conversation_id, document)
  select
    p_site_domain,
    m.conversation_id,
    to_tsvector('simple', left(string_agg(m.text, ' ' order by m.sent_at, m.seq, m.id), 100000))
  from unnest(p_messages) as m
  where m.id = any (p_stored)
    and (p_edited_conversations is null or m.conversation_id <> all (p_edited_conversations))
  group by m.conversation_id
  on conflict (site_domain, conversation_id) do update
  set document = kept.document || excluded.document
  where octet_length(kept.document::text) < 400000;

  insert into private.conversation_documents as kept (site_domain, conversation_id, document)
  select
    p_site_domain,
    message.conversation_id,
    to_tsvector(
      'simple',
      left(string_agg(message.text, ' ' order by message.sent_at, message.seq, message.id), 100000)
    )
  from public.messages as message
  where message.site_domain = p_site_domain
    and message.conversation_id = any (p_edited_conversations)
  group by message.conversation_id
  on conflict (site_domain, conversation_id) do update
  set document = excluded.document
$$;

comment on function private.index_messages(text, private.incoming_message[], uuid[], uuid[]) is
  'Makes new and edited messages searchable.';

revoke execute on function
  private.put_messages(text, jsonb),
  private.add_messages(text, uuid, jsonb),
  private.sum_up_conversations(text, uuid[], text),
  private.index_messages(text, private.incoming_message[], uuid[], uuid[])
from public, anon, authenticated, service_role;
grant execute on function
  private.put_messages(text, jsonb),
  private.add_messages(text, uuid, jsonb)
to service_role;

-- schemas/rpc/windows.sql

-- What every figure's window has in common.

create function private.check_window(p_from date, p_to date)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_from is null or p_to is null then
    raise exception 'p_from and p_to are required' using errcode = 'PT400';
  elsif p_to < p_from then
    raise exception 'The range ends (%) before it begins (%)', p_to, p_from using errcode = 'PT400';
  elsif p_to - p_from > 365 then
    raise exception 'A range spans at most 366 days, not %', p_to - p_from + 1 using errcode = 'PT400';
  end if;
end
$$;

create function private.check_domains(p_site_domains text[])
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(mine.site_domain order by mine.site_domain), '{}')
  from private.my_domains() as mine (site_domain)
  where p_site_domains is null or mine.site_domain = any (p_site_domains)
$$;

create function private.distinct_visitors(
  p_site_domains text[],
  p_kind text,
  p_from date,
  p_to date
)
returns bigint
language sql
stable
set search_path = ''
as $$
  select coalesce(sum(link.n), 0)::bigint
  from rollup.links as link
  where link.site_domain = any (p_site_domains)
    and link.steps = rollup.steps_of_kind(p_kind)
    and link.day between p_from and p_to
    and link.previous < p_from
    and link.reached >= p_from
$$;

create function private.ratio(p_numerator numeric, p_denominator numeric)
returns numeric
language sql
immutable
parallel safe
as $$ select round(p_numerator / nullif(p_denominator, 0), 6) $$;

comment on function private.check_window(date, date) is 'Refuses (PT400) a window without ends, backwards, or longer than 366 days.';
comment on function private.check_domains(text[]) is 'Those of some domains that the caller may see; null asks for all of them.';
comment on function private.distinct_visitors(text[], text, date, date) is
  'Distinct visitors of a kind (rollup.steps_of_kind) in a range of days; over several domains, the sum of each one''s.';
comment on function private.ratio(numeric, numeric) is 'A ratio to six places; null when there is no denominator.';

revoke execute on function
  private.check_window(date, date),
  private.check_domains(text[]),
  private.distinct_visitors(text[], text, date, date),
  private.ratio(numeric, numeric)
from public, anon;
grant execute on function
  private.check_window(date, date),
  private.check_domains(text[]),
  private.distinct_visitors(text[], text, date, date),
  private.ratio(numeric, numeric)
to authenticated, service_role;

-- schemas/rpc/dashboard_summary.sql

-- The Dashboard's tiles. Days are each domain's own; a range includes both its ends.

create function public.get_dashboard_summary(p_site_domains text[], p_from date, p_to date)
returns table (
  metric text,
  value bigint,
  base bigint,
  rate numeric,
  previous_value bigint,
  previous_base bigint,
  previous_rate numeric,
  conversations bigint,
  previous_conversations bigint,
  previous_from date,
  previous_to date,
  recountable_from date
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_previous_to date := p_from - 1;
  v_previous_from date := p_from - (p_to - p_from + 1);
begin
  perform private.check_window(p_from, p_to);
  return query
  with counted as (
    select
      figure.metric as name,
      coalesce(sum(figure.n) filter (where figure.day >= p_from), 0)::bigint as now,
      coalesce(sum(figure.n) filter (where figure.day < p_from), 0)::bigint as before
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (
        array[
          'widget_displayed', 'conversations', 'messaged_conversations', 'turns',
          'email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked'
        ]
      )
      and figure.dimension = ''
      and figure.day between v_previous_from and p_to
    group by figure.metric
    union all
    select
      'conversations with ' || figure.value,
      coalesce(sum(figure.n) filter (where figure.day >= p_from), 0)::bigint,
      coalesce(sum(figure.n) filter (where figure.day < p_from), 0)::bigint
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = 'conversations'
      and figure.dimension = 'conversion'
      and figure.day between v_previous_from and p_to
    group by figure.value
    union all
    select
      kind.name,
      private.distinct_visitors(v_domains, kind.name, p_from, p_to),
      private.distinct_visitors(v_domains, kind.name, v_previous_from, v_previous_to)
    from unnest(array['active', 'displayed', 'engaged']) as kind (name)
  )
  select
    shown.metric,
    coalesce(figure.now, 0),
    case when shown.base is not null then coalesce(base.now, 0) end,
    private.ratio(case when shown.converts then coalesce(talk.now, 0) else coalesce(figure.now, 0) end, base.now),
    coalesce(figure.before, 0),
    case when shown.base is not null then coalesce(base.before, 0) end,
    private.ratio(
      case when shown.converts then coalesce(talk.before, 0) else coalesce(figure.before, 0) end, base.before
    ),
    case when shown.converts then coalesce(talk.now, 0) end,
    case when shown.converts then coalesce(talk.before, 0) end,
    v_previous_from,
    v_previous_to,
    (
      select max(domain.recountable_from)
      from public.domains as domain
      where domain.site_domain = any (v_domains)
    )
  from (
    values
      (1, 'widget_displays', 'widget_displayed', null, false),
      (2, 'visitors', 'active', null, false),
      (3, 'engaged_visitors', 'engaged', 'displayed', false),
      (4, 'conversations', 'conversations', null, false),
      (5, 'messaged_conversations', 'messaged_conversations', 'conversations', false),
      (6, 'turns', 'turns', 'messaged_conversations', false),
      (7, 'emails_captured', 'email_captured', 'messaged_conversations', true),
      (8, 'demos_proposed', 'demo_proposed', 'messaged_conversations', true),
      (9, 'cta_clicks', 'cta_clicked', 'messaged_conversations', true),
      (10, 'demos_booked', 'demo_booked', 'messaged_conversations', true)
  ) as shown (position, metric, figure, base, converts)
  left join counted as figure on figure.name = shown.figure
  left join counted as base on base.name = shown.base
  left join counted as talk on shown.converts and talk.name = 'conversations with ' || shown.figure
  order by shown.position;
end
$$;

comment on function public.get_dashboard_summary(text[], date, date) is
  'The Dashboard''s tiles: value, what it is measured against (base), rate = value / base (null without a base), and the same for as many days before. engaged_visitors: distinct visitors shown the widget and with a message ÷ distinct visitors shown it. turns: turns ÷ conversations with a visitor''s message. Conversions: value counts them on their own day; conversations are those begun in the range that had one, and the rate is these ÷ conversations with a visitor''s message.';

revoke execute on function public.get_dashboard_summary(text[], date, date) from public, anon;
grant execute on function public.get_dashboard_summary(text[], date, date) to authenticated, service_role;

-- schemas/rpc/engagement.sql

-- How often the widget was shown, and how many of those who saw it wrote.

create function public.get_engagement_rate(p_site_domains text[], p_from date, p_to date)
returns table (displayed_visitors bigint, engaged_visitors bigint, engagement_rate numeric)
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
  select counted.displayed, counted.engaged, private.ratio(counted.engaged, counted.displayed)
  from (
    select
      private.distinct_visitors(v_domains, 'displayed', p_from, p_to) as displayed,
      private.distinct_visitors(v_domains, 'engaged', p_from, p_to) as engaged
  ) as counted;
end
$$;

comment on function public.get_engagement_rate(text[], date, date) is
  'Distinct visitors who sent a message and were shown the widget in the range ÷ distinct visitors shown the widget; null when nobody was.';

create function public.get_widget_display_stats(p_site_domains text[], p_from date, p_to date)
returns table (day date, displays bigint, opens bigint, displayed_visitors bigint)
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
  select
    days.day::date,
    coalesce(counted.displays, 0)::bigint,
    coalesce(counted.opens, 0)::bigint,
    coalesce(visitors.n, 0)::bigint
  from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as days (day)
  left join (
    select
      figure.day,
      sum(figure.n) filter (where figure.metric = 'widget_displayed') as displays,
      sum(figure.n) filter (where figure.metric = 'widget_opened') as opens
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (array['widget_displayed', 'widget_opened'])
      and figure.dimension = ''
      and figure.day between p_from and p_to
    group by figure.day
  ) as counted on counted.day = days.day::date
  left join (
    -- On a single day every link of a one-step kind is one visitor.
    select link.day, sum(link.n) as n
    from rollup.links as link
    where link.site_domain = any (v_domains)
      and link.steps = rollup.steps_of_kind('displayed')
      and link.day between p_from and p_to
    group by link.day
  ) as visitors on visitors.day = days.day::date
  order by days.day;
end
$$;

comment on function public.get_widget_display_stats(text[], date, date) is
  'Per day: how often the widget was shown and opened, and to how many distinct visitors it was shown.';

revoke execute on function
  public.get_engagement_rate(text[], date, date),
  public.get_widget_display_stats(text[], date, date)
from public, anon;
grant execute on function
  public.get_engagement_rate(text[], date, date),
  public.get_widget_display_stats(text[], date, date)
to authenticated, service_role;

-- schemas/rpc/conversation_funnel.sql

-- The funnel, step by step.

create function public.get_conversation_funnel(p_site_domains text[], p_from date, p_to date)
returns table (
  step integer,
  name text,
  visitors bigint,
  share_of_first numeric,
  share_of_previous numeric,
  previous_visitors bigint
)
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
  with counted as (
    select
      steps.step,
      steps.name,
      private.distinct_visitors(v_domains, steps.kind, p_from, p_to) as visitors,
      private.distinct_visitors(
        v_domains, steps.kind, p_from - (p_to - p_from + 1), p_from - 1
      ) as previous_visitors
    from (
      values
        (1, 'displayed', 'displayed'),
        (2, 'opened', 'funnel_opened'),
        (3, 'messaged', 'funnel_messaged'),
        (4, 'demo_proposed', 'funnel_proposed'),
        (5, 'cta_clicked', 'funnel_clicked'),
        (6, 'demo_booked', 'funnel_booked')
    ) as steps (step, name, kind)
  )
  select
    c.step,
    c.name,
    c.visitors,
    private.ratio(c.visitors, first_value(c.visitors) over (order by c.step)),
    private.ratio(c.visitors, lag(c.visitors) over (order by c.step)),
    c.previous_visitors
  from counted as c
  order by c.step;
end
$$;

comment on function public.get_conversation_funnel(text[], date, date) is
  'Distinct visitors that reached each step and all steps before it in the range, with the share of the first and of the previous step (null without a denominator).';

revoke execute on function public.get_conversation_funnel(text[], date, date) from public, anon;
grant execute on function public.get_conversation_funnel(text[], date, date) to authenticated, service_role;

-- schemas/rpc/conversations_over_time.sql

-- Conversations by day, week or month.

create function public.get_conversations_over_time(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_bucket text default 'day'
)
returns table (
  bucket date,
  conversations bigint,
  messaged_conversations bigint,
  previous_bucket date,
  previous_conversations bigint,
  previous_messaged_conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_length integer := p_to - p_from + 1;
begin
  perform private.check_window(p_from, p_to);
  if p_bucket is null or p_bucket not in ('day', 'week', 'month') then
    raise exception 'p_bucket is day, week or month, not %', coalesce(p_bucket, 'null') using errcode = 'PT400';
  end if;
  return query
  with days as (
    -- Each day of the range beside the day as many days before it.
    select
      greatest(date_trunc(p_bucket, series.day)::date, p_from) as bucket,
      series.day::date as day,
      series.day::date - v_length as previous_day
    from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as series (day)
  ),
  counted as (
    select
      figure.day,
      coalesce(sum(figure.n) filter (where figure.metric = 'conversations'), 0) as conversations,
      coalesce(sum(figure.n) filter (where figure.metric = 'messaged_conversations'), 0) as messaged
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (array['conversations', 'messaged_conversations'])
      and figure.dimension = ''
      and figure.day between p_from - v_length and p_to
    group by figure.day
  )
  select
    days.bucket,
    coalesce(sum(now.conversations), 0)::bigint,
    coalesce(sum(now.messaged), 0)::bigint,
    min(days.previous_day),
    coalesce(sum(before.conversations), 0)::bigint,
    coalesce(sum(before.messaged), 0)::bigint
  from days
  left join counted as now on now.day = days.day
  left join counted as before on before.day = days.previous_day
  group by days.bucket
  order by days.bucket;
end
$$;

comment on function public.get_conversations_over_time(text[], date, date, text) is
  'Conversations, and those with a visitor''s message, by day, week (from Monday) or month, beside the same number of days before. Every bucket is there; the first and last may be cut by the range.';

revoke execute on function public.get_conversations_over_time(text[], date, date, text) from public, anon;
grant execute on function public.get_conversations_over_time(text[], date, date, text) to authenticated, service_role;

-- schemas/rpc/top_values.sql

-- The best pages, countries, devices and referrers.

create function public.get_top_values(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_dimension text,
  p_limit integer default 10
)
returns table (
  value text,
  sessions bigint,
  conversations bigint,
  conversation_rate numeric,
  previous_sessions bigint,
  previous_conversations bigint
)
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
  if p_dimension is null or p_dimension not in ('page', 'country', 'device', 'referrer') then
    raise exception 'p_dimension is page, country, device or referrer, not %', coalesce(p_dimension, 'null')
      using errcode = 'PT400';
  end if;
  return query
  with counted as (
    select
      figure.value,
      coalesce(sum(figure.n) filter (where figure.metric = 'sessions' and figure.day >= p_from), 0)::bigint
        as sessions,
      coalesce(sum(figure.n) filter (where figure.metric = 'conversations' and figure.day >= p_from), 0)::bigint
        as conversations,
      coalesce(sum(figure.n) filter (where figure.metric = 'sessions' and figure.day < p_from), 0)::bigint
        as previous_sessions,
      coalesce(sum(figure.n) filter (where figure.metric = 'conversations' and figure.day < p_from), 0)::bigint
        as previous_conversations
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = any (array['sessions', 'conversations'])
      and figure.dimension = p_dimension
      and figure.day between p_from - (p_to - p_from + 1) and p_to
    group by figure.value
  )
  select
    c.value,
    c.sessions,
    c.conversations,
    private.ratio(c.conversations, c.sessions),
    c.previous_sessions,
    c.previous_conversations
  from counted as c
  where c.sessions > 0 or c.conversations > 0
  order by c.conversations desc, c.sessions desc, c.value
  limit least(greatest(p_limit, 1), 100);
end
$$;

comment on function public.get_top_values(text[], date, date, text, integer) is
  'The pages, countries, devices or referrers with the most conversations: sessions (for a page: that saw it), conversations (for a page: begun on it), conversations ÷ sessions, and both for as many days before. An empty value: unknown.';

revoke execute on function public.get_top_values(text[], date, date, text, integer) from public, anon;
grant execute on function public.get_top_values(text[], date, date, text, integer) to authenticated, service_role;

-- schemas/rpc/conversations.sql

-- The list of conversations. The filter is one argument, so that list and count cannot disagree.

create function private.search_conversations(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  -- Text search is not leakproof, so under row-level security it would lose its index: this checks the domains itself.
  return query
    select document.site_domain, document.conversation_id
    from private.conversation_documents as document
    where document.site_domain = any (p_site_domains)
      and document.site_domain = any (array(select private.my_domains()))
      and document.document @@ websearch_to_tsquery('simple', p_search);
end
$$;

comment on function private.search_conversations(text[], text) is
  'Ids of the conversations in which the words occur (web search syntax), of domains the caller may see.';

create function private.check_conversation_filter(p_filter jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_key text;
  v_value jsonb;
  v_expected text;
begin
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception 'p_filter must be an object' using errcode = 'PT400';
  end if;
  for v_key, v_value in select f.key, f.value from jsonb_each(p_filter) as f loop
    v_expected := case v_key
      when 'from' then 'date'
      when 'to' then 'date'
      when 'search' then 'text'
      when 'conversions' then 'list of conversions'
      when 'messaged' then 'boolean'
      when 'page' then 'text'
      when 'country' then 'text'
      when 'language' then 'text'
      when 'visitor_id' then 'uuid'
      when 'min_turns' then 'integer'
    end;
    if v_expected is null then
      raise exception 'p_filter has no key "%"', v_key using errcode = 'PT400';
    end if;
    continue when jsonb_typeof(v_value) = 'null';
    if not (case v_expected
      when 'text' then jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') <= 1000
      when 'boolean' then jsonb_typeof(v_value) = 'boolean'
      when 'integer' then jsonb_typeof(v_value) = 'number' and v_value #>> '{}' ~ '^\d{1,6}$'
      when 'date' then jsonb_typeof(v_value) = 'string'
        and v_value #>> '{}' ~ '^\d{4}-\d{2}-\d{2}$' and private.casts_to(v_value #>> '{}', 'date')
      when 'uuid' then jsonb_typeof(v_value) = 'string' and private.casts_to(v_value #>> '{}', 'uuid')
      else jsonb_typeof(v_value) = 'array'
        and v_value <@ '["email_captured", "demo_proposed", "cta_clicked", "demo_booked"]'
    end) then
      raise exception 'p_filter.% is not a valid %', v_key, v_expected using errcode = 'PT400';
    end if;
  end loop;
end
$$;

comment on function private.check_conversation_filter(jsonb) is 'Refuses (PT400) a filter with an unknown key or a value of a wrong type.';

create function private.filtered_conversations(p_site_domains text[], p_filter jsonb)
returns setof public.counted_conversations
language sql
stable
as $$
  select conversation.*
  from public.counted_conversations as conversation
  where conversation.site_domain = any (p_site_domains)
    and (p_filter ->> 'from' is null or conversation.day >= (p_filter ->> 'from')::date)
    and (p_filter ->> 'to' is null or conversation.day <= (p_filter ->> 'to')::date)
    and (p_filter ->> 'messaged' is null
      or (conversation.visitor_message_count > 0) = (p_filter ->> 'messaged')::boolean)
    and (not coalesce(p_filter -> 'conversions' ? 'email_captured', false) or conversation.email_captured)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_proposed', false) or conversation.demo_proposed)
    and (not coalesce(p_filter -> 'conversions' ? 'cta_clicked', false) or conversation.cta_clicked)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_booked', false) or conversation.demo_booked)
    and (p_filter ->> 'page' is null or coalesce(conversation.page, '') = p_filter ->> 'page')
    and (p_filter ->> 'country' is null or coalesce(conversation.country, '') = p_filter ->> 'country')
    and (p_filter ->> 'language' is null or coalesce(conversation.language, '') = p_filter ->> 'language')
    and (p_filter ->> 'visitor_id' is null or conversation.visitor_id = (p_filter ->> 'visitor_id')::uuid)
    and (p_filter ->> 'min_turns' is null or conversation.total_turns >= (p_filter ->> 'min_turns')::integer)
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or conversation.id in (
        select found.id
        from private.search_conversations(p_site_domains, p_filter ->> 'search') as found
        where found.site_domain = conversation.site_domain
      )
    )
$$;

comment on function private.filtered_conversations(text[], jsonb) is 'The conversations that count, of some domains, that pass a filter.';

create function public.list_conversations(
  p_site_domains text[],
  p_filter jsonb default '{}',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  site_domain text,
  id uuid,
  visitor_id uuid,
  visitor_label text,
  visitor_email text,
  country text,
  account_name text,
  page text,
  language text,
  preview text,
  started_at timestamptz,
  last_message_at timestamptz,
  day date,
  message_count integer,
  visitor_message_count integer,
  total_turns integer,
  email_captured boolean,
  demo_proposed boolean,
  cta_clicked boolean,
  demo_booked boolean,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_after_at timestamptz;
  v_after_domain text;
  v_after_id uuid;
begin
  perform private.check_conversation_filter(p_filter);
  if p_after is not null then
    if not coalesce(
      private.casts_to(p_after ->> 'started_at', 'timestamptz') and private.casts_to(p_after ->> 'id', 'uuid'),
      false
    ) or p_after ->> 'site_domain' is null then
      raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
    end if;
    v_after_at := p_after ->> 'started_at';
    v_after_domain := p_after ->> 'site_domain';
    v_after_id := p_after ->> 'id';
  end if;
  return query
  select
    c.site_domain,
    c.id,
    c.visitor_id,
    coalesce(visitor.name, visitor.email, 'Visitor ' || left(c.visitor_id::text, 8)),
    visitor.email,
    c.country,
    account.name,
    c.page,
    c.language,
    c.preview,
    c.started_at,
    c.last_message_at,
    c.day,
    c.message_count,
    c.visitor_message_count,
    c.total_turns,
    c.email_captured,
    c.demo_proposed,
    c.cta_clicked,
    c.demo_booked,
    jsonb_build_object('started_at', c.started_at, 'site_domain', c.site_domain, 'id', c.id)
  from (
    select page.*
    from unnest(v_domains) as wanted (site_domain)
    cross join lateral (
      select conversation.*
      from private.filtered_conversations(array[wanted.site_domain], p_filter) as conversation
      where conversation.site_domain = wanted.site_domain
        and (v_after_at is null or conversation.started_at <= v_after_at)
        and (
          v_after_at is null
          or (conversation.started_at, conversation.site_domain, conversation.id)
            < (v_after_at, v_after_domain, v_after_id)
        )
      order by conversation.started_at desc, conversation.id desc
      limit v_limit
    ) as page
    order by page.started_at desc, page.site_domain desc, page.id desc
    limit v_limit
  ) as c
  join public.visitors as visitor on visitor.site_domain = c.site_domain and visitor.id = c.visitor_id
  left join public.accounts as account on account.site_domain = c.site_domain and account.id = visitor.account_id
  order by c.started_at desc, c.site_domain desc, c.id desc;
end
$$;

comment on function public.list_conversations(text[], jsonb, integer, jsonb) is
  'Conversations that pass the filter, newest first, at most 200 a page; the cursor of the last row asks for the next page. Filter keys: from, to (days), search (web search syntax), conversions (kinds that all hold), messaged, page, country, language, visitor_id, min_turns.';

create function public.count_conversations(p_site_domains text[], p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_conversation_filter(p_filter);
  return (
    select count(*)
    from private.filtered_conversations(v_domains, p_filter)
  );
end
$$;

comment on function public.count_conversations(text[], jsonb) is 'How many conversations pass the filter, exactly.';

revoke execute on function
  private.search_conversations(text[], text),
  private.check_conversation_filter(jsonb),
  private.filtered_conversations(text[], jsonb),
  public.list_conversations(text[], jsonb, integer, jsonb),
  public.count_conversations(text[], jsonb)
from public, anon;
grant execute on function
  private.search_conversations(text[], text),
  private.check_conversation_filter(jsonb),
  private.filtered_conversations(text[], jsonb),
  public.list_conversations(text[], jsonb, integer, jsonb),
  public.count_conversations(text[], jsonb)
to authenticated, service_role;

-- schemas/rpc/account.sql

-- What people see of their own account, beyond what the auth protocol tells.

create function private.my_sessions()
returns table (
  id uuid,
  started_at timestamptz,
  last_used_at timestamptz,
  user_agent text,
  is_current boolean
)
language sql
stable
security definer
set search_path = ''
as $$
  select
    session.id,
    session.created_at,
    coalesce(session.refreshed_at at time zone 'utc', session.created_at),
    coalesce(session.user_agent, ''),
    coalesce(session.id::text = auth.jwt() ->> 'session_id', false)
  from auth.sessions as session
  where session.user_id = auth.uid()
    and (session.not_after is null or session.not_after > now())
  order by 5 desc, 3 desc, 1
  limit 100
$$;

comment on function private.my_sessions() is
  'Where the caller is signed in. A definer, since `auth` is for nobody but the auth protocol.';

create function public.list_my_sessions()
returns table (
  id uuid,
  started_at timestamptz,
  last_used_at timestamptz,
  user_agent text,
  is_current boolean
)
language sql
stable
set search_path = ''
as $$
  select * from private.my_sessions()
$$;

comment on function public.list_my_sessions() is
  'Where the caller is signed in, this session first, then by last use; at most 100. `user_agent` is what the browser says of itself.';

revoke execute on function private.my_sessions(), public.list_my_sessions() from public, anon;
grant execute on function private.my_sessions(), public.list_my_sessions() to authenticated, service_role;

