-- Whom to look into, and what there is to go by.

create function private.due_enrichments(p_limit integer)
returns table (
  site_domain text,
  visitor_id uuid,
  ticket uuid,
  email text,
  email_at timestamptz,
  reveal jsonb,
  revealed_at timestamptz,
  device_type text,
  last_seen_at timestamptz,
  known jsonb,
  ip_hashes text[],
  answers jsonb
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    with due as (
      select e.*
      from private.enrichment_evidence as e
      where e.ticket is not null
      order by e.queued_at
      limit p_limit
    )
    select
      due.site_domain,
      due.visitor_id,
      due.ticket,
      visitor.email,
      coalesce(due.email_at, visitor.identified_at, visitor.last_seen_at),
      due.reveal,
      due.revealed_at,
      visitor.device_type,
      visitor.last_seen_at,
      visitor.enrichment_data,
      coalesce(place.ip_hashes, '{}'),
      coalesce(asked.answers, '[]')
    from due
    -- Bots and the client's own people are nobody's leads; a merged visitor is looked into as the other one.
    left join public.visitors as visitor
      on visitor.site_domain = due.site_domain
      and visitor.id = due.visitor_id
      and not visitor.is_bot
      and not visitor.is_internal
    left join lateral (
      select array_agg(mine.ip_hash order by mine.seen_at desc, mine.ip_hash) as ip_hashes
      from (
        select here.ip_hash, here.seen_at
        from private.visitor_addresses as here
        where here.site_domain = due.site_domain and here.visitor_id = due.visitor_id
        order by here.seen_at desc, here.ip_hash
        limit 10
      ) as mine
    ) as place on true
    left join lateral (
      select
        jsonb_agg(
          jsonb_build_object(
            'provider', answer.provider, 'answer', answer.answer, 'raw', answer.raw, 'asked_at', answer.asked_at
          )
          order by answer.asked_at desc, answer.provider, answer.ip_hash
        ) as answers
      from private.visitor_addresses as mine
      join private.address_answers as answer
        on answer.site_domain = due.site_domain and answer.ip_hash = mine.ip_hash
      where mine.site_domain = due.site_domain
        and mine.visitor_id = due.visitor_id
        and answer.answer is not null
    ) as asked on true
    order by due.queued_at, due.site_domain, due.visitor_id;
end
$$;

comment on function private.due_enrichments(integer) is
  'The next visitors with something new, and all that is known to go by (ip_hashes: the latest ten addresses); `known` is null for one there is nothing to find out about.';

create function private.people_at(p_site_domain text, p_ip_hashes text[])
returns table (ip_hash text, visitors bigint, known jsonb)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select
      place.ip_hash,
      count(*),
      coalesce(
        jsonb_agg(
          jsonb_build_object(
            'visitor_id', person.visitor_id,
            'domain', account.domain,
            'company', account.name,
            'industry', account.industry,
            'size', account.size,
            'country', account.country
          )
          order by person.visitor_id
        ) filter (where account.domain is not null),
        '[]'
      )
    from (select distinct given.ip_hash from unnest(p_ip_hashes) as given (ip_hash)) as place
    cross join lateral (
      select here.visitor_id
      from private.visitor_addresses as here
      where here.site_domain = p_site_domain and here.ip_hash = place.ip_hash
      limit 52
    ) as person
    join public.visitors as visitor on visitor.site_domain = p_site_domain and visitor.id = person.visitor_id
    left join public.accounts as account
      on account.site_domain = p_site_domain
      and account.id = visitor.account_id
      -- Who is known by an address alone says nothing new about it.
      and visitor.enrichment_data -> 'domain' ->> 'source' <> 'address'
    group by place.ip_hash;
end
$$;

comment on function private.people_at(text, text[]) is
  'For each address: how many visitors it has (52 is many), and the company of each who is known by more than the address.';

revoke execute on function
  private.due_enrichments(integer),
  private.people_at(text, text[])
from public, anon, authenticated, service_role;
grant execute on function
  private.due_enrichments(integer),
  private.people_at(text, text[])
to service_role;
