-- What was said in a conversation, for the search of words.

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
  insert into private.conversation_documents as kept (
    site_domain, conversation_id, document, day, counts, country, device_type, referrer_host, email_captured,
    demo_proposed, cta_clicked, demo_booked, interest_score, quality_score, topic_id, intent, unanswered
  )
  select
    p_site_domain,
    conversation.id,
    to_tsvector('simple', left(string_agg(m.text, ' ' order by m.sent_at, m.seq, m.id), 100000)),
    conversation.day,
    conversation.counts,
    conversation.country,
    conversation.device_type,
    conversation.referrer_host,
    conversation.email_captured,
    conversation.demo_proposed,
    conversation.cta_clicked,
    conversation.demo_booked,
    conversation.interest_score,
    conversation.quality_score,
    conversation.topic_id,
    conversation.intent,
    conversation.unanswered_count > 0
  from unnest(p_messages) as m
  join public.conversations as conversation
    on conversation.site_domain = p_site_domain and conversation.id = m.conversation_id
  where m.id = any (p_stored)
    and (p_edited_conversations is null or m.conversation_id <> all (p_edited_conversations))
  group by conversation.site_domain, conversation.id
  on conflict (site_domain, conversation_id) do update
  set document = kept.document || excluded.document
  where octet_length(kept.document::text) < 400000;

  insert into private.conversation_documents as kept (
    site_domain, conversation_id, document, day, counts, country, device_type, referrer_host, email_captured,
    demo_proposed, cta_clicked, demo_booked, interest_score, quality_score, topic_id, intent, unanswered
  )
  select
    p_site_domain,
    conversation.id,
    to_tsvector(
      'simple',
      left(string_agg(message.text, ' ' order by message.sent_at, message.seq, message.id), 100000)
    ),
    conversation.day,
    conversation.counts,
    conversation.country,
    conversation.device_type,
    conversation.referrer_host,
    conversation.email_captured,
    conversation.demo_proposed,
    conversation.cta_clicked,
    conversation.demo_booked,
    conversation.interest_score,
    conversation.quality_score,
    conversation.topic_id,
    conversation.intent,
    conversation.unanswered_count > 0
  from public.messages as message
  join public.conversations as conversation
    on conversation.site_domain = p_site_domain and conversation.id = message.conversation_id
  where message.site_domain = p_site_domain
    and message.conversation_id = any (p_edited_conversations)
  group by conversation.site_domain, conversation.id
  on conflict (site_domain, conversation_id) do update
  set document = excluded.document
$$;

comment on function private.index_messages(text, private.incoming_message[], uuid[], uuid[]) is
  'Makes new and edited messages searchable.';

revoke execute on function private.index_messages(text, private.incoming_message[], uuid[], uuid[])
from public, anon, authenticated, service_role;
