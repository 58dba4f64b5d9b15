"""How what is sent is read. Parameters: `site`, the page (`after`, `limit`), `since`, `ids`."""

from __future__ import annotations

from typing import Final

CONTACTS: Final = """
with page as (
  select visitor.email
  from public.visitors as visitor
  where visitor.site_domain = %(site)s
    and visitor.email is not null
    and visitor.counts
    and visitor.email > %(after)s
    and (%(ids)s::uuid[] is null or visitor.email in (
      select wanted.email from public.visitors as wanted
      where wanted.site_domain = %(site)s and wanted.id = any (%(ids)s)
    ))
  group by visitor.email
  having %(since)s::timestamptz is null or max(visitor.last_seen_at) >= %(since)s
  order by visitor.email
  limit %(limit)s
)
select
  page.email,
  array_agg(visitor.id order by visitor.first_seen_at, visitor.id) as ids,
  (array_agg(visitor.name order by visitor.last_seen_at desc)
    filter (where visitor.name is not null))[1] as name,
  (array_agg(visitor.country order by visitor.last_seen_at desc)
    filter (where visitor.country is not null))[1] as country,
  (array_agg(visitor.language order by visitor.last_seen_at desc)
    filter (where visitor.language is not null))[1] as language,
  (array_agg(visitor.account_id order by visitor.last_seen_at desc)
    filter (where visitor.account_id is not null))[1] as account_id,
  min(visitor.first_seen_at) as first_seen_at,
  max(visitor.last_seen_at) as last_seen_at,
  sum(visitor.session_count)::bigint as sessions,
  sum(visitor.page_view_count)::bigint as page_views,
  sum(visitor.conversation_count)::bigint as conversations,
  max(visitor.interest_score) as interest_score
from page
join public.visitors as visitor
  on visitor.site_domain = %(site)s and visitor.email = page.email and visitor.counts
group by page.email
order by page.email
"""

LATEST: Final = """
select
  asked.email,
  latest.intent as last_intent,
  latest.topic as last_topic,
  account.name as company_name,
  coalesce(done.demo_proposed, false) as demo_proposed,
  coalesce(done.cta_clicked, false) as cta_clicked,
  coalesce(done.demo_booked, false) as demo_booked
from jsonb_to_recordset(%(asked)s::jsonb) as asked (email text, ids uuid[], account_id uuid)
left join public.accounts as account
  on account.site_domain = %(site)s and account.id = asked.account_id
left join lateral (
  select conversation.intent, topic.label as topic
  from public.conversations as conversation
  left join public.topics as topic
    on topic.site_domain = conversation.site_domain and topic.id = conversation.topic_id
  where conversation.site_domain = %(site)s
    and conversation.visitor_id = any (asked.ids)
    and conversation.counts
    and conversation.message_count > 0
  order by conversation.started_at desc, conversation.id desc
  limit 1
) as latest on true
left join lateral (
  select
    bool_or(conversation.demo_proposed) as demo_proposed,
    bool_or(conversation.cta_clicked) as cta_clicked,
    bool_or(conversation.demo_booked) as demo_booked
  from public.conversations as conversation
  where conversation.site_domain = %(site)s
    and conversation.visitor_id = any (asked.ids)
    and conversation.counts
) as done on true
"""

COMPANIES: Final = """
select
  account.id, account.domain, account.name, account.industry, account.size, account.country,
  account.description,
  figures.*
from public.accounts as account
cross join lateral (
  select
    count(*) as visitors,
    count(*) filter (where visitor.email is not null) as known_visitors,
    coalesce(sum(visitor.conversation_count), 0)::bigint as conversations,
    coalesce(max(visitor.interest_score), 1) as interest_score,
    min(visitor.first_seen_at) as first_seen_at,
    max(visitor.last_seen_at) as last_seen_at
  from public.visitors as visitor
  where visitor.site_domain = %(site)s and visitor.account_id = account.id and visitor.counts
) as figures
where account.site_domain = %(site)s
  and account.domain is not null
  and account.id > %(after)s::uuid
  and (%(ids)s::uuid[] is null or account.id = any (%(ids)s))
  and exists (
    select 1
    from public.visitors as visitor
    where visitor.site_domain = %(site)s
      and visitor.account_id = account.id
      and visitor.counts
      and (%(since)s::timestamptz is null or visitor.last_seen_at >= %(since)s)
  )
order by account.id
limit %(limit)s
"""

CONVERSATIONS: Final = """
select
  conversation.id, conversation.visitor_id, conversation.account_id, conversation.started_at,
  conversation.last_message_at, conversation.total_turns, conversation.interest_score,
  conversation.quality_score, conversation.intent, conversation.email_captured,
  conversation.demo_proposed, conversation.cta_clicked, conversation.demo_booked,
  conversation.unanswered_count, conversation.page, topic.label as topic,
  (
    select jsonb_agg(asked.text order by asked.sent_at, asked.seq, asked.id)
    from (
      select message.text, message.sent_at, message.seq, message.id
      from public.messages as message
      where message.site_domain = conversation.site_domain
        and message.conversation_id = conversation.id
        and message.role = 'visitor'
      order by message.sent_at, message.seq, message.id
      limit 3
    ) as asked
  ) as asked
from public.conversations as conversation
left join public.topics as topic
  on topic.site_domain = conversation.site_domain and topic.id = conversation.topic_id
where conversation.site_domain = %(site)s
  and conversation.visitor_id = any (%(visitors)s)
  and (%(ids)s::uuid[] is null or conversation.id = any (%(ids)s))
  and conversation.counts
  and conversation.message_count > 0
  and not conversation.insights_due
order by conversation.started_at, conversation.id
"""
