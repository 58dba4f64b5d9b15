-- Staff looked at a transcript; and what verifying the audit log found.

create function private.note_transcript_view(p_site_domain text, p_conversation_id uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  -- Not is_admin, by which nobody is staff and nothing is written while they view the product as a client: who reads
  -- is noted then as well, and as whom.
  perform private.seen_as(false);
  -- Clients look at what visitors of their own websites wrote: that is no entry.
  if auth.uid() is null or not coalesce(private.my_role() = 'admin', false) then
    return false;
  end if;
  if not exists (
    select 1
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.id = p_conversation_id
  ) then
    raise exception 'There is no conversation %', p_conversation_id using errcode = 'PT404';
  end if;
  insert into private.transcript_views as kept (site_domain, conversation_id, viewer_id, viewed_at)
  values (p_site_domain, p_conversation_id, auth.uid(), v_now)
  on conflict (site_domain, conversation_id, viewer_id) do update
  set viewed_at = excluded.viewed_at
  where kept.viewed_at <= excluded.viewed_at - interval '1 hour';
  if not found then
    return false;
  end if;
  perform private.audit(p_site_domain, 'view', 'conversation', p_conversation_id::text);
  return true;
end
$$;

comment on function private.note_transcript_view(text, uuid) is
  'Puts down that a member of staff looked at a transcript, once an hour for each and conversation, and as whom they view the product; gives whether it did. Nothing for anyone else. PT404: there is no such conversation.';

create function private.store_audit_checks(p_checks jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into public.audit_checks as kept (site_domain, checked_at, position, hash, broken_at, reason)
  select c.site_domain, c.checked_at, c.position, c.hash, c.broken_at, c.reason
  from jsonb_to_recordset(p_checks) as c (
    site_domain text, checked_at timestamptz, position bigint, hash text, broken_at bigint, reason text
  )
  on conflict (site_domain) do update
  set
    checked_at = excluded.checked_at,
    -- A broken chain is measured against the last end that was whole.
    position = case when excluded.reason is null then excluded.position else kept.position end,
    hash = case when excluded.reason is null then excluded.hash else kept.hash end,
    broken_at = excluded.broken_at,
    reason = excluded.reason
  where excluded.checked_at >= kept.checked_at
$$;

comment on function private.store_audit_checks(jsonb) is 'Keeps what verifying found of each chain.';

revoke execute on function
  private.note_transcript_view(text, uuid),
  private.store_audit_checks(jsonb)
from public, anon, authenticated, service_role;
grant execute on function private.note_transcript_view(text, uuid) to authenticated, service_role;
grant execute on function private.store_audit_checks(jsonb) to service_role;
