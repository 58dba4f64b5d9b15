-- Conversions come from events and from the agent's flags; each counts once.

create function private.record_conversion(
  p_site_domain text,
  p_kind text,
  p_visitor_id uuid,
  p_session_id uuid,
  p_conversation_id uuid,
  p_occurred_at timestamptz,
  p_counts boolean,
  p_timezone text
)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_kept public.conversions;
  v_day date := private.day_of(p_occurred_at, p_timezone);
begin
  -- With a conversation: its own row, else the session's, which it takes over. Without one: any of the session.
  select *
  into v_kept
  from public.conversions as conversion
  where conversion.site_domain = p_site_domain
    and conversion.kind = p_kind
    and (
      conversion.conversation_id = p_conversation_id
      or (
        conversion.session_id = p_session_id
        and (p_conversation_id is null or conversion.conversation_id is null)
      )
    )
  order by conversion.conversation_id is null, conversion.occurred_at, conversion.id
  limit 1;

  if p_conversation_id is not null then
    update public.conversations as conversation
    set
      email_captured = conversation.email_captured or p_kind = 'email_captured',
      demo_proposed = conversation.demo_proposed or p_kind = 'demo_proposed',
      cta_clicked = conversation.cta_clicked or p_kind = 'cta_clicked',
      demo_booked = conversation.demo_booked or p_kind = 'demo_booked',
      updated_at = clock_timestamp()
    where conversation.site_domain = p_site_domain
      and conversation.id = p_conversation_id
      and not case p_kind
        when 'email_captured' then conversation.email_captured
        when 'demo_proposed' then conversation.demo_proposed
        when 'cta_clicked' then conversation.cta_clicked
        else conversation.demo_booked
      end;
  end if;

  if v_kept.id is null then
    insert into public.conversions (
      site_domain, kind, visitor_id, session_id, conversation_id, occurred_at, day, counts
    )
    values (
      p_site_domain, p_kind, p_visitor_id, p_session_id, p_conversation_id, p_occurred_at, v_day, p_counts
    );
    return 'added';
  end if;

  update public.conversions as conversion
  set
    conversation_id = coalesce(conversion.conversation_id, p_conversation_id),
    occurred_at = least(conversion.occurred_at, p_occurred_at),
    day = least(conversion.day, v_day),
    counts = case
      when conversion.conversation_id is null and p_conversation_id is not null then p_counts
      else conversion.counts
    end
  where conversion.site_domain = p_site_domain
    and conversion.id = v_kept.id
    and (
      p_occurred_at < conversion.occurred_at
      or (conversion.conversation_id is null and p_conversation_id is not null)
    );
  if v_day < v_kept.day or (v_kept.conversation_id is null and p_conversation_id is not null and v_kept.counts <> p_counts) then
    return 'moved';
  end if;
  return 'known';
end
$$;

comment on function private.record_conversion(text, text, uuid, uuid, uuid, timestamptz, boolean, text) is
  'Records a conversion once per conversation (or session) and kind, at its earliest time: added, moved (to another day) or known.';

revoke execute on function
  private.record_conversion(text, text, uuid, uuid, uuid, timestamptz, boolean, text)
from public, anon, authenticated, service_role;
