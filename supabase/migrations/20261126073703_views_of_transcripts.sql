-- What staff read while they view the product as a client is noted.

create or replace function private.note_transcript_view(p_site_domain text, p_conversation_id uuid)
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
