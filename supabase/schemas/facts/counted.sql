-- What counts, defined once: rollups and RPCs read only these views.

create view public.counted_events with (security_invoker = true) as
select * from public.events where counts;

create view public.counted_sessions with (security_invoker = true) as
select * from public.visitor_sessions where counts;

create view public.counted_session_pages with (security_invoker = true) as
select * from public.session_pages where counts;

create view public.counted_visitors with (security_invoker = true) as
select * from public.visitors where counts;

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

comment on view public.counted_visitors is 'Visitors of whom anything counts.';
comment on view public.counted_events is 'Events that count: not a bot''s, not internal, in production.';
comment on view public.counted_sessions is 'Sessions in which anything counts.';
comment on view public.counted_session_pages is 'Pages of sessions, seen by events that count.';
comment on view public.counted_conversations is 'Conversations that count.';
comment on view public.counted_messages is 'Messages of conversations that count, with their visitor and the domain''s day.';
comment on view public.counted_conversions is 'Conversions that count.';

revoke all on
  public.counted_events,
  public.counted_visitors,
  public.counted_sessions,
  public.counted_session_pages,
  public.counted_conversations,
  public.counted_messages,
  public.counted_conversions
from public, anon, authenticated;
grant select on
  public.counted_events,
  public.counted_visitors,
  public.counted_sessions,
  public.counted_session_pages,
  public.counted_conversations,
  public.counted_messages,
  public.counted_conversions
to authenticated, service_role;
