-- The conversions of a conversation: what the widget reported before it was known, and what its agent says.

create function private.adopt_conversions(p_site_domain text, p_id uuid, p_timezone text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_conversation public.conversations;
  v_event record;
  v_outcome text;
begin
  select * into v_conversation
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain and conversation.id = p_id;

  for v_event in
    select event.name as kind, event.occurred_at
    from public.events as event
    where event.site_domain = p_site_domain
      and event.visitor_id = v_conversation.visitor_id
      and event.occurred_at >= v_conversation.opened_at - interval '1 day'
      and event.conversation_id = p_id
      and event.name in ('email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked')
      and not exists (
        select 1
        from public.conversions as known
        where known.site_domain = p_site_domain and known.conversation_id = p_id and known.kind = event.name
      )
    order by event.occurred_at, event.uuid
  loop
    v_outcome := private.record_conversion(
      p_site_domain, v_event.kind, v_conversation.visitor_id, v_conversation.session_id, p_id,
      v_event.occurred_at, v_conversation.counts, p_timezone
    );
    if v_outcome <> 'known' then
      perform rollup.recount_visitor_days(p_site_domain, array[v_conversation.visitor_id]);
    end if;
  end loop;
end
$$;

comment on function private.adopt_conversions(text, uuid, text) is
  'Gives a new conversation the conversions that the widget reported of it before the agent told about it.';

create function private.set_flags(p_site_domain text, p_id uuid, p_changes jsonb, p_timezone text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_conversation public.conversations;
  v_kind text;
  v_at timestamptz;
  v_outcome text;
begin
  select * into v_conversation
  from public.conversations as conversation
  where conversation.site_domain = p_site_domain and conversation.id = p_id;

  foreach v_kind in array array['email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked'] loop
    if (p_changes ->> v_kind)::boolean then
      v_at := coalesce(
        (p_changes ->> (v_kind || '_at'))::timestamptz,
        (
          select known.occurred_at
          from public.conversions as known
          where known.site_domain = p_site_domain and known.conversation_id = p_id and known.kind = v_kind
        ),
        v_conversation.last_message_at,
        v_conversation.started_at
      );
      v_outcome := private.record_conversion(
        p_site_domain, v_kind, v_conversation.visitor_id, v_conversation.session_id, p_id, v_at,
        v_conversation.counts, p_timezone
      );
      if v_outcome = 'moved' then
        perform rollup.recount_visitor_days(p_site_domain, array[v_conversation.visitor_id]);
      elsif v_outcome = 'added' and v_conversation.counts then
        perform rollup.touch_visitor_days(
          p_site_domain,
          array[v_conversation.visitor_id],
          array[private.day_of(v_at, p_timezone)],
          array[rollup.steps_of_conversion(v_kind)]
        );
      end if;
    elsif not (p_changes ->> v_kind)::boolean then
      delete from public.conversions as conversion
      where conversion.site_domain = p_site_domain
        and conversion.conversation_id = p_id
        and conversion.kind = v_kind;
      if found then
        update public.conversations as conversation
        set
          email_captured = conversation.email_captured and v_kind <> 'email_captured',
          demo_proposed = conversation.demo_proposed and v_kind <> 'demo_proposed',
          cta_clicked = conversation.cta_clicked and v_kind <> 'cta_clicked',
          demo_booked = conversation.demo_booked and v_kind <> 'demo_booked',
          updated_at = clock_timestamp()
        where conversation.site_domain = p_site_domain and conversation.id = p_id;
        perform rollup.recount_visitor_days(p_site_domain, array[v_conversation.visitor_id]);
      end if;
    end if;
  end loop;
end
$$;

comment on function private.set_flags(text, uuid, jsonb, text) is
  'Sets or takes back what an agent says of a conversation: email_captured, demo_proposed, cta_clicked, demo_booked.';

revoke execute on function
  private.adopt_conversions(text, uuid, text),
  private.set_flags(text, uuid, jsonb, text)
from public, anon, authenticated, service_role;
