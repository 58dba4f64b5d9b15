-- All there is to know of one visitor, for whoever wants to speak to them.

create function public.get_visitor_for_lead_intelligence(p_site_domain text, p_visitor_id uuid)
returns table (
  site_domain text,
  visitor_id uuid,
  status text,
  name text,
  email text,
  country text,
  language text,
  device_type text,
  first_seen_at timestamptz,
  last_seen_at timestamptz,
  session_count integer,
  page_view_count integer,
  conversation_count integer,
  account jsonb,
  enrichment jsonb,
  conversions jsonb,
  scores jsonb
)
language sql
stable
set search_path = ''
as $$
  select
    visitor.site_domain,
    visitor.id,
    visitor.status,
    visitor.name,
    visitor.email,
    visitor.country,
    visitor.language,
    visitor.device_type,
    visitor.first_seen_at,
    visitor.last_seen_at,
    visitor.session_count,
    visitor.page_view_count,
    visitor.conversation_count,
    case
      when account.id is not null then jsonb_build_object(
        'id', account.id,
        'domain', account.domain,
        'name', account.name,
        'industry', account.industry,
        'size', account.size,
        'country', account.country,
        'website', account.website,
        'description', account.description,
        'visitor_count', (
          select count(*)
          from public.visitors as colleague
          where colleague.site_domain = p_site_domain and colleague.account_id = account.id and colleague.counts
        )
      )
    end,
    coalesce(
      (
        select jsonb_object_agg(
          answer.key,
          answer.value || jsonb_build_object(
            'age_days', greatest(0, floor(extract(epoch from now() - (answer.value ->> 'at')::timestamptz) / 86400))
          )
        )
        from jsonb_each(visitor.enrichment_data) as answer
        where jsonb_typeof(answer.value) = 'object'
      ),
      '{}'
    ),
    coalesce(
      (
        select jsonb_object_agg(conversion.kind, conversion.occurred_at)
        from (
          select c.kind, min(c.occurred_at) as occurred_at
          from public.counted_conversions as c
          where c.site_domain = p_site_domain and c.visitor_id = visitor.id
          group by c.kind
        ) as conversion
      ),
      '{}'
    ),
    jsonb_build_object(
      'interest_score', visitor.interest_score,
      'quality_score', talk.quality_score,
      'signals', talk.signals
    )
  from public.visitors as visitor
  left join public.accounts as account
    on account.site_domain = p_site_domain and account.id = visitor.account_id
  cross join lateral (
    select
      round(avg(conversation.quality_score), 1) as quality_score,
      coalesce(
        (
          select jsonb_agg(distinct signal.name)
          from public.counted_conversations as c
          cross join lateral unnest(c.signals) as signal (name)
          where c.site_domain = p_site_domain and c.visitor_id = visitor.id
        ),
        '[]'
      ) as signals
    from public.counted_conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.visitor_id = visitor.id
  ) as talk
  where visitor.site_domain = p_site_domain and visitor.id = p_visitor_id
$$;

comment on function public.get_visitor_for_lead_intelligence(text, uuid) is
  'One visitor in full: identity, what counts of their visits, the account with its visitors that count, each answer of enrichment with value, source, confidence (0 to 1), time and age in whole days, the first conversion of each kind, and scores: interest_score (1 Cold to 5 Hot, the best of their conversations), quality_score (1 to 5, the mean of them), signals (buying signals in their words). No row: there is no such visitor in a domain the caller may see.';

revoke execute on function public.get_visitor_for_lead_intelligence(text, uuid) from public, anon;
grant execute on function public.get_visitor_for_lead_intelligence(text, uuid) to authenticated, service_role;
