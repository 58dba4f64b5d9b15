-- What is kept of a visitor that no table shows, and noting that a transcript was looked at.

create function private.visitor_evidence(p_site_domain text, p_visitor_id uuid)
returns table (evidence jsonb)
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'kind', 'reveal', 'payload', told.reveal, 'revealed_at', told.revealed_at, 'email_at', told.email_at
  )
  from private.enrichment_evidence as told
  where told.site_domain = p_site_domain
    and told.visitor_id = p_visitor_id
    and p_site_domain = any (array(select private.my_domains()))
  union all
  select jsonb_build_object('kind', 'address', 'hash', address.ip_hash, 'seen_at', address.seen_at)
  from private.visitor_addresses as address
  where address.site_domain = p_site_domain
    and address.visitor_id = p_visitor_id
    and p_site_domain = any (array(select private.my_domains()))
$$;

comment on function private.visitor_evidence(text, uuid) is
  'What enrichment goes by: reveal payload and keyed hashes of addresses. A definer, since those tables are nobody''s to read.';

create function public.note_transcript_view(p_site_domain text, p_conversation_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  return private.note_transcript_view(p_site_domain, p_conversation_id);
end
$$;

comment on function public.note_transcript_view(text, uuid) is
  'Puts down in the audit log that the caller looked at a transcript, if the caller is Rose staff; once an hour for each conversation.';

revoke execute on function
  private.visitor_evidence(text, uuid),
  public.note_transcript_view(text, uuid)
from public, anon, authenticated, service_role;
grant execute on function
  private.visitor_evidence(text, uuid),
  public.note_transcript_view(text, uuid)
to authenticated, service_role;
