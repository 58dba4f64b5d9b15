"""What an export of a visitor consists of: each part one query that gives rows of JSON."""

from __future__ import annotations

from typing import Final, LiteralString

VISITOR: Final[LiteralString] = """
select to_jsonb(visitor) || jsonb_build_object(
  'account', case when account.id is not null then to_jsonb(account) - 'site_domain' end
)
from public.visitors as visitor
left join public.accounts as account
  on account.site_domain = visitor.site_domain and account.id = visitor.account_id
where visitor.site_domain = %(domain)s and visitor.id = %(visitor)s
"""

_CONVERSATIONS: LiteralString = """
select to_jsonb(conversation) - 'site_domain' - 'visitor_id' || jsonb_build_object(
  'topic', (
    select topic.label from public.topics as topic
    where topic.site_domain = conversation.site_domain and topic.id = conversation.topic_id
  ),
  'messages', (
    select coalesce(
      jsonb_agg(
        to_jsonb(message) - 'site_domain' - 'conversation_id' || jsonb_build_object(
          'earlier_texts', (
            select coalesce(
              jsonb_agg(
                jsonb_build_object('text', earlier.text, 'replaced_at', earlier.replaced_at)
                order by earlier.replaced_at
              ),
              '[]'
            )
            from public.message_versions as earlier
            where earlier.site_domain = message.site_domain
              and earlier.conversation_id = message.conversation_id
              and earlier.message_id = message.id
          )
        )
        order by message.sent_at, message.seq, message.id
      ),
      '[]'
    )
    from public.messages as message
    where message.site_domain = conversation.site_domain
      and message.conversation_id = conversation.id
  ),
  'understood', (
    select to_jsonb(insight) - 'site_domain' - 'conversation_id'
    from public.conversation_insights as insight
    where insight.site_domain = conversation.site_domain
      and insight.conversation_id = conversation.id
  ),
  'unanswered_questions', (
    select coalesce(
      jsonb_agg(
        jsonb_build_object('question', q.question, 'asked_at', q.asked_at) order by q.asked_at
      ),
      '[]'
    )
    from public.unanswered_questions as q
    where q.site_domain = conversation.site_domain and q.conversation_id = conversation.id
  ),
  'reviews', (
    select coalesce(
      jsonb_agg(to_jsonb(given) - 'site_domain' - 'conversation_id' order by given.created_at),
      '[]'
    )
    from public.reviews as given
    where given.site_domain = conversation.site_domain and given.conversation_id = conversation.id
  )
)
from public.conversations as conversation
where conversation.site_domain = %(domain)s and conversation.visitor_id = %(visitor)s
order by conversation.started_at, conversation.id
"""

PARTS: Final[dict[str, LiteralString]] = {
    "ids": "select to_jsonb(known) - 'site_domain' - 'visitor_id' from public.visitor_ids as known"
    " where known.site_domain = %(domain)s and known.visitor_id = %(visitor)s"
    " order by known.created_at, known.distinct_id",
    "sessions": "select to_jsonb(session) - 'site_domain' - 'visitor_id' || jsonb_build_object("
    "'pages', (select coalesce(jsonb_agg(seen.page order by seen.day, seen.page), '[]')"
    " from public.session_pages as seen where seen.site_domain = session.site_domain"
    " and seen.session_id = session.id)) from public.visitor_sessions as session"
    " where session.site_domain = %(domain)s and session.visitor_id = %(visitor)s"
    " order by session.first_event_at, session.id",
    "events": "select to_jsonb(event) - 'site_domain' - 'visitor_id' from public.events as event"
    " where event.site_domain = %(domain)s and event.visitor_id = %(visitor)s"
    " order by event.occurred_at, event.uuid",
    "conversations": _CONVERSATIONS,
    "conversions": "select to_jsonb(conversion) - 'site_domain' - 'visitor_id'"
    " from public.conversions as conversion"
    " where conversion.site_domain = %(domain)s and conversion.visitor_id = %(visitor)s"
    " order by conversion.occurred_at, conversion.id",
    "enrichment": "select to_jsonb(answer) - 'site_domain' - 'visitor_id' - 'account_id'"
    " from public.enrichments as answer"
    " where answer.site_domain = %(domain)s and answer.visitor_id = %(visitor)s"
    " order by answer.recorded_at, answer.field",
    "evidence": "select told.evidence"
    " from private.visitor_evidence(%(domain)s, %(visitor)s) as told",
}
# Tables that not every database has.
OPTIONAL: Final[dict[str, tuple[str, LiteralString]]] = {
    "tickets": (
        "public.tickets",
        "select to_jsonb(ticket) - 'site_domain' from public.tickets as ticket"
        " join public.conversations as conversation"
        " on conversation.site_domain = ticket.site_domain"
        " and conversation.id = ticket.conversation_id"
        " where conversation.site_domain = %(domain)s and conversation.visitor_id = %(visitor)s"
        " order by ticket.created_at, ticket.id",
    ),
    "crm": (
        "public.crm_values",
        "select to_jsonb(known) - 'site_domain' from public.crm_values as known"
        " where known.site_domain = %(domain)s and known.local_id = %(visitor)s"
        " and known.object = 'contact'",
    ),
}
