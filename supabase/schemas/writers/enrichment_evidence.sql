-- What visitors tell of themselves, as it comes in; and what of it is new and has to be looked into.

create function private.note_evidence(
  p_site_domain text,
  p_visitor_ids uuid[],
  p_ip_hashes text[],
  p_reveals jsonb[],
  p_seen_at timestamptz[]
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_visitors uuid[];
  v_hashes text[];
begin
  with seen as (
    select s.visitor_id, s.ip_hash, max(s.seen_at) as seen_at
    from unnest(p_visitor_ids, p_ip_hashes, p_seen_at) as s (visitor_id, ip_hash, seen_at)
    where s.ip_hash is not null
    group by s.visitor_id, s.ip_hash
  ),
  added as (
    insert into private.visitor_addresses as kept (site_domain, ip_hash, visitor_id, seen_at)
    select p_site_domain, seen.ip_hash, seen.visitor_id, seen.seen_at
    from seen
    where not exists (
      select 1
      from private.visitor_addresses as kept
      where kept.site_domain = p_site_domain
        and kept.ip_hash = seen.ip_hash
        and kept.visitor_id = seen.visitor_id
        -- To the day is near enough for forgetting, and spares a write with every event.
        and kept.seen_at > seen.seen_at - interval '1 day'
    )
    order by seen.ip_hash, seen.visitor_id
    on conflict (site_domain, ip_hash, visitor_id) do update
    set seen_at = excluded.seen_at
    returning kept.visitor_id, kept.ip_hash
  )
  select array_agg(added.visitor_id), array_agg(added.ip_hash)
  into v_visitors, v_hashes
  from added;

  -- An address is worth a look when somebody there is known, or a service was asked about it.
  insert into private.enrichment_evidence as kept (site_domain, visitor_id, reveal, revealed_at)
  select distinct on (news.visitor_id) p_site_domain, news.visitor_id, news.reveal, news.seen_at
  from (
    select s.visitor_id, s.reveal, s.seen_at
    from unnest(p_visitor_ids, p_reveals, p_seen_at) as s (visitor_id, reveal, seen_at)
    where s.reveal is not null
    union all
    select a.visitor_id, null, null
    from unnest(v_visitors, v_hashes) as a (visitor_id, ip_hash)
    where exists (
      select 1
      from private.address_answers as answer
      where answer.site_domain = p_site_domain and answer.ip_hash = a.ip_hash
    )
    or exists (
      select 1
      from private.visitor_addresses as other
      join public.visitors as colleague
        on colleague.site_domain = p_site_domain and colleague.id = other.visitor_id
      where other.site_domain = p_site_domain
        and other.ip_hash = a.ip_hash
        and other.visitor_id <> a.visitor_id
        and colleague.account_id is not null
    )
  ) as news
  order by news.visitor_id, news.seen_at desc nulls last, news.reveal
  on conflict (site_domain, visitor_id) do update
  set
    reveal = case
      when excluded.revealed_at >= coalesce(kept.revealed_at, excluded.revealed_at) then excluded.reveal
      else kept.reveal
    end,
    revealed_at = greatest(kept.revealed_at, excluded.revealed_at),
    ticket = excluded.ticket,
    queued_at = excluded.queued_at
  -- A page sends the same payload with every view.
  where excluded.reveal is null or excluded.reveal is distinct from kept.reveal;
end
$$;

comment on function private.note_evidence(text, uuid[], text[], jsonb[], timestamptz[]) is
  'Remembers addresses (hashes) and reveal payloads of events, and queues visitors to whom that is new. The caller holds the visitors'' locks.';

create function private.queue_enrichment()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.enrichment_evidence as kept (site_domain, visitor_id, email_at)
  values (new.site_domain, new.id, new.last_seen_at)
  on conflict (site_domain, visitor_id) do update
  set email_at = excluded.email_at, ticket = excluded.ticket, queued_at = excluded.queued_at;
  return null;
end
$$;

comment on function private.queue_enrichment() is 'A visitor''s e-mail address became known or changed: whose is it?';

create trigger queue_enrichment after update of email on public.visitors
  for each row when (new.email is distinct from old.email and new.email is not null)
  execute function private.queue_enrichment();

create function private.requeue_enrichments(p_site_domain text, p_after uuid, p_limit integer)
returns table (visitor_id uuid)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    with chosen as (
      select visitor.id
      from public.visitors as visitor
      where visitor.site_domain = p_site_domain and (p_after is null or visitor.id > p_after)
      order by visitor.id
      limit p_limit
    ),
    told as (
      select chosen.id, latest.reveal, latest.occurred_at
      from chosen
      left join lateral (
        select event.properties -> '$reveal' as reveal, event.occurred_at
        from public.events as event
        where event.site_domain = p_site_domain
          and event.visitor_id = chosen.id
          and jsonb_typeof(event.properties -> '$reveal') = 'object'
        order by event.occurred_at desc, event.uuid
        limit 1
      ) as latest on true
    ),
    queued as (
      insert into private.enrichment_evidence as kept (site_domain, visitor_id, reveal, revealed_at)
      select p_site_domain, told.id, told.reveal, told.occurred_at
      from told
      order by told.id
      on conflict (site_domain, visitor_id) do update
      set
        reveal = coalesce(excluded.reveal, kept.reveal),
        revealed_at = coalesce(excluded.revealed_at, kept.revealed_at),
        ticket = excluded.ticket,
        queued_at = excluded.queued_at
      returning kept.visitor_id
    )
    select queued.visitor_id from queued order by queued.visitor_id;
end
$$;

comment on function private.requeue_enrichments(text, uuid, integer) is
  'Queues the next visitors of a domain after p_after, with the latest reveal payload among their events: for a back-fill.';

revoke execute on function
  private.note_evidence(text, uuid[], text[], jsonb[], timestamptz[]),
  private.queue_enrichment(),
  private.requeue_enrichments(text, uuid, integer)
from public, anon, authenticated, service_role;
grant execute on function
  private.requeue_enrichments(text, uuid, integer)
to service_role;
