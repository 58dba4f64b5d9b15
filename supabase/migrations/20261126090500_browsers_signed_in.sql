-- What a browser that is signed in to the backoffice sends is internal.

create or replace function private.capture_events(p_site_domain text, p_events jsonb)
returns table (uuid uuid, status text)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_timezone text;
  v_events private.captured_event[];
  v_ip_hashes text[];
  v_event private.captured_event;
  v_position integer;
begin
  v_timezone := private.timezone_of(p_site_domain);

  -- Only what was never accepted before goes on.
  with incoming as (
    select distinct on (e.uuid) e.*
    from jsonb_to_recordset(p_events) as e (
      uuid uuid, name text, distinct_id text, anon_distinct_id text, session_id text,
      conversation_id uuid, occurred_at timestamptz, url text, host text, page text, referrer_host text,
      utm_source text, utm_medium text, utm_campaign text, country text, device_type text,
      browser text, os text, language text, is_bot boolean, is_signed_in boolean, ip_hash text,
      email text, name_of_person text, properties jsonb
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
      coalesce(i.is_signed_in, false) or exists (
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
  ),
  array_agg(j.ip_hash order by j.occurred_at, j.uuid)
  into v_events, v_ip_hashes
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
    -- Both arrays are in the order of time.
    perform private.note_evidence(
      p_site_domain,
      array_agg(e.visitor_id),
      array_agg(e.ip_hash),
      array_agg(
        case when jsonb_typeof(e.properties -> '$reveal') = 'object' then e.properties -> '$reveal' end
      ),
      array_agg(e.occurred_at)
    )
    from (
      select event.visitor_id, event.ip_hash, event.properties, event.occurred_at, event.is_bot, event.is_internal
      from rows from (unnest(v_events), unnest(v_ip_hashes)) as event (
        uuid, name, distinct_id, anon_distinct_id, session_id, conversation_id, occurred_at, url, page,
        referrer_host, utm_source, utm_medium, utm_campaign, country, device_type, browser, os, language,
        is_bot, is_internal, email, person_name, properties, environment, counts, day, visitor_id, ip_hash
      )
    ) as e
    where not e.is_bot and not e.is_internal and (e.ip_hash is not null or e.properties ? '$reveal');
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
