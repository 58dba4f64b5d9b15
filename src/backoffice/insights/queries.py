"""What the insights ask the database."""

from __future__ import annotations

from typing import LiteralString

# A message's thumb, as the agent's backend may report it in the message's metadata.
# The text is cut where the algorithms stop reading.
MESSAGES: LiteralString = """
(
  select jsonb_agg(
    jsonb_build_object(
      'id', said.id, 'role', said.role, 'text', said.text, 'sent_at', said.sent_at,
      'latency_ms', said.latency_ms, 'feedback', said.feedback
    )
    order by said.sent_at, said.seq, said.id
  )
  from (
    select
      message.id, message.role, left(message.text, 4000) as text, message.sent_at, message.seq,
      message.latency_ms, message.metadata -> 'feedback' as feedback
    from public.messages as message
    where message.site_domain = conversation.site_domain
      and message.conversation_id = conversation.id
    order by message.sent_at, message.seq, message.id
    limit 500
  ) as said
)
"""

# When a message was last sent again with another text.
EDITED: LiteralString = """
cross join lateral (
  select max(message.edited_at) as at
  from public.messages as message
  where message.site_domain = conversation.site_domain
    and message.conversation_id = conversation.id
) as edited
"""

ROW: LiteralString = f"""
  conversation.site_domain, conversation.id, conversation.message_count, edited.at,
  conversation.topic_id,
  coalesce(
    (
      select
        known.message_count = conversation.message_count
        and (edited.at is null or edited.at < known.analyzed_at)
      from public.conversation_insights as known
      where known.site_domain = conversation.site_domain
        and known.conversation_id = conversation.id
    ),
    false
  ),
  {MESSAGES}
"""

# A lock of the transaction on each conversation, not on its row: capture goes on, and another
# worker takes others. More candidates than wanted, because some may be in somebody's hands.
CLAIM: LiteralString = f"""
with candidate as materialized (
  select due.site_domain, due.id
  from public.conversations as due
  where due.insights_due
    and due.last_message_at <= %(quiet_before)s
    and (%(site)s::text is null or due.site_domain = %(site)s)
  order by due.last_message_at desc
  limit %(size)s * 4
),
claimed as materialized (
  select candidate.site_domain, candidate.id
  from candidate
  where pg_try_advisory_xact_lock(
    hashtextextended('insights/' || candidate.site_domain || '/' || candidate.id, 0)
  )
  limit %(size)s
)
select {ROW}
from claimed
join public.conversations as conversation
  on conversation.site_domain = claimed.site_domain and conversation.id = claimed.id
{EDITED}
where conversation.insights_due
"""

OUTDATED: LiteralString = f"""
with candidate as materialized (
  select known.site_domain, known.conversation_id as id
  from public.conversation_insights as known
  join public.conversations as told
    on told.site_domain = known.site_domain and told.id = known.conversation_id
  where known.version < %(version)s
    and told.text_deleted_at is null
    and (%(site)s::text is null or known.site_domain = %(site)s)
  limit %(size)s * 4
),
claimed as materialized (
  select candidate.site_domain, candidate.id
  from candidate
  where pg_try_advisory_xact_lock(
    hashtextextended('insights/' || candidate.site_domain || '/' || candidate.id, 0)
  )
  limit %(size)s
)
select {ROW}
from claimed
join public.conversations as conversation
  on conversation.site_domain = claimed.site_domain and conversation.id = claimed.id
{EDITED}
"""

EVERY: LiteralString = f"""
select {ROW}
from public.conversations as conversation
{EDITED}
where conversation.site_domain = %(site)s
  and conversation.visitor_message_count > 0
  and conversation.text_deleted_at is null
  and conversation.id > %(after)s
order by conversation.id
limit %(size)s
"""

STORE: LiteralString = "select private.store_insights(%s, %s::jsonb)"
OPEN_GROUPS: LiteralString = "select private.open_question_groups(%s, %s::jsonb)"
GROUPS: LiteralString = """
select kept.id, kept.label
from public.question_groups as kept
where kept.site_domain = %s
order by kept.created_at desc, kept.id
limit 5000
"""
TOPIC_TARGETS: LiteralString = """
select topic.id, topic.merged_into from public.topics as topic where topic.site_domain = %s
"""
MODEL_STAMP: LiteralString = """
select model.version, model.fitted_at
from private.topic_models as model
where model.site_domain = %s
"""
MODEL: LiteralString = """
select model.model, model.arrays from private.topic_models as model where model.site_domain = %s
"""
SITES: LiteralString = """
select domain.site_domain
from public.domains as domain
where domain.archived_at is null and (%(site)s::text is null or domain.site_domain = %(site)s)
order by domain.site_domain
"""

# Conversations whose visitor said something, the newest first: what topics are found in.
DOCUMENTS: LiteralString = """
select
  conversation.id, conversation.topic_id, coalesce(conversation.detected_language, 'und'),
  array(
    select left(message.text, 4000)
    from public.messages as message
    where message.site_domain = conversation.site_domain
      and message.conversation_id = conversation.id
      and message.role = 'visitor'
    order by message.sent_at, message.seq, message.id
    limit 100
  )
from public.conversations as conversation
where conversation.site_domain = %(site)s
  and conversation.visitor_message_count > 0
  and conversation.intent is not null
  and conversation.counts
  and conversation.text_deleted_at is null
order by conversation.started_at desc, conversation.id desc
limit %(size)s
"""
WITHOUT_TOPIC: LiteralString = """
select
  conversation.id, conversation.topic_id, coalesce(conversation.detected_language, 'und'),
  array(
    select left(message.text, 4000)
    from public.messages as message
    where message.site_domain = conversation.site_domain
      and message.conversation_id = conversation.id
      and message.role = 'visitor'
    order by message.sent_at, message.seq, message.id
    limit 100
  )
from public.conversations as conversation
where conversation.site_domain = %(site)s
  and conversation.visitor_message_count > 0
  and conversation.intent is not null
  and conversation.topic_id is null
  and conversation.text_deleted_at is null
  and conversation.id > %(after)s
order by conversation.id
limit %(size)s
"""
STORE_TOPICS: LiteralString = (
    "select private.store_topics(%s, %s, %s, %s, %s::jsonb, %s::jsonb, %s)"
)
ASSIGN_TOPICS: LiteralString = "select private.assign_topics(%s, %s::jsonb)"
FORGET_TOPICS: LiteralString = "select private.forget_empty_topics(%s, %s::uuid[])"

# A website needs topics when it has none and enough was said, when a week went by, or when twice
# as much was said as they were found in. Counting stops at what decides.
NEED_TOPICS: LiteralString = """
select domain.site_domain
from public.domains as domain
left join private.topic_models as model on model.site_domain = domain.site_domain
cross join lateral (
  select count(*) as n
  from (
    select 1
    from public.conversations as conversation
    where conversation.site_domain = domain.site_domain
      and conversation.intent is not null
      and conversation.counts
      and conversation.text_deleted_at is null
    limit least(%(most)s, greatest(%(fewest)s, 2 * coalesce(model.conversation_count, 0)))
  ) as counted
) as said
where domain.archived_at is null
  and (%(among)s::text[] is null or domain.site_domain = any (%(among)s))
  and said.n >= %(fewest)s
  and (
    model.site_domain is null
    or model.version <> %(version)s
    or model.fitted_at <= %(older_than)s
    or (
      model.conversation_count < %(most)s
      and said.n >= least(%(most)s, 2 * model.conversation_count)
    )
  )
order by domain.site_domain
"""
