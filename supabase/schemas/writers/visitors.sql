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
  v_known integer;
  v_wanted integer := (select count(distinct wanted.id) from unnest(p_distinct_ids) as wanted (id));
begin
  loop
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
      select coalesce(array_agg(distinct pointed.visitor_id order by pointed.visitor_id), '{}'), count(*)
      into v_ids, v_known
      from (
        select known.visitor_id
        from public.visitor_ids as known
        where known.site_domain = p_site_domain and known.distinct_id = any (p_distinct_ids)
        offset 0
      ) as pointed;
      exit when v_ids = v_locked;
      perform 1
      from public.visitors as visitor
      where visitor.site_domain = p_site_domain and visitor.id = any (v_ids)
      order by visitor.id
      for update;
      v_locked := v_ids;
    end loop;
    -- An erasure takes ids away: whoever comes by them again is somebody new.
    exit when v_known = v_wanted;
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
  perform private.merge_enrichments(p_site_domain, p_from, p_into);

  update public.visitors as kept
  set
    email = coalesce(kept.email, gone.email),
    name = coalesce(kept.name, gone.name),
    counts = kept.counts or gone.counts,
    is_bot = kept.is_bot or gone.is_bot,
    is_internal = kept.is_internal or gone.is_internal,
    country = coalesce(kept.country, gone.country),
    device_type = coalesce(kept.device_type, gone.device_type),
    browser = coalesce(kept.browser, gone.browser),
    os = coalesce(kept.os, gone.os),
    language = coalesce(kept.language, gone.language),
    first_seen_at = least(kept.first_seen_at, gone.first_seen_at),
    last_seen_at = greatest(kept.last_seen_at, gone.last_seen_at)
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
