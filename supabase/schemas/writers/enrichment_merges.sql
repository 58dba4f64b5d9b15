-- Two visitors become one: what is known of either stays, and the surer answers hold.

create function private.merge_enrichments(p_site_domain text, p_from uuid, p_into uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_from public.visitors;
  v_into public.visitors;
  v_weaker uuid := p_from;
begin
  select * into v_from
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = p_from;
  select * into v_into
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = p_into;

  if v_into.account_id is null and v_from.account_id is not null
    or (v_from.account_id is null) = (v_into.account_id is null)
    and coalesce((v_from.enrichment_data -> 'domain' ->> 'confidence')::real, 0)
      > coalesce((v_into.enrichment_data -> 'domain' ->> 'confidence')::real, 0)
  then
    v_weaker := p_into;
    update public.visitors as kept
    set account_id = v_from.account_id, enrichment_data = v_from.enrichment_data
    where kept.site_domain = p_site_domain and kept.id = p_into;
  end if;
  update public.enrichments as answer
  set is_current = false
  where answer.site_domain = p_site_domain and answer.visitor_id = v_weaker and answer.is_current;
  update public.enrichments as answer
  set visitor_id = p_into
  where answer.site_domain = p_site_domain and answer.visitor_id = p_from;

  insert into private.visitor_addresses as kept (site_domain, ip_hash, visitor_id, seen_at)
  select gone.site_domain, gone.ip_hash, p_into, gone.seen_at
  from private.visitor_addresses as gone
  where gone.site_domain = p_site_domain and gone.visitor_id = p_from
  order by gone.ip_hash
  on conflict (site_domain, ip_hash, visitor_id) do update
  set seen_at = greatest(kept.seen_at, excluded.seen_at);
  delete from private.visitor_addresses
  where site_domain = p_site_domain and visitor_id = p_from;

  with gone as (
    delete from private.enrichment_evidence as gone
    where gone.site_domain = p_site_domain and gone.visitor_id = p_from
    returning gone.reveal, gone.revealed_at, gone.email_at
  )
  insert into private.enrichment_evidence as kept (site_domain, visitor_id, reveal, revealed_at, email_at)
  select p_site_domain, p_into, gone.reveal, gone.revealed_at, gone.email_at
  from gone
  on conflict (site_domain, visitor_id) do update
  set
    reveal = case
      when excluded.revealed_at > coalesce(kept.revealed_at, '-infinity') then excluded.reveal
      else kept.reveal
    end,
    revealed_at = greatest(kept.revealed_at, excluded.revealed_at),
    email_at = coalesce(kept.email_at, excluded.email_at),
    ticket = excluded.ticket,
    queued_at = excluded.queued_at;
end
$$;

comment on function private.merge_enrichments(text, uuid, uuid) is
  'Gives what enrichment knows of a visitor to another, who goes on with the surer answers. The caller holds both row locks.';

create function private.forget_enrichment(p_site_domain text, p_visitor_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform 1
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = p_visitor_id
  for update;
  delete from private.address_answers as answer
  using private.visitor_addresses as mine
  where mine.site_domain = p_site_domain
    and mine.visitor_id = p_visitor_id
    and answer.site_domain = p_site_domain
    and answer.ip_hash = mine.ip_hash;
  delete from private.visitor_addresses where site_domain = p_site_domain and visitor_id = p_visitor_id;
  delete from private.enrichment_evidence where site_domain = p_site_domain and visitor_id = p_visitor_id;
  delete from public.enrichments where site_domain = p_site_domain and visitor_id = p_visitor_id;
  update public.visitors as visitor
  set enrichment_data = '{}'
  where visitor.site_domain = p_site_domain and visitor.id = p_visitor_id;
end
$$;

comment on function private.forget_enrichment(text, uuid) is
  'Deletes all that enrichment keeps of a visitor, for an erasure; the account and what is known of the company stay.';

revoke execute on function
  private.merge_enrichments(text, uuid, uuid),
  private.forget_enrichment(text, uuid)
from public, anon, authenticated, service_role;
grant execute on function private.forget_enrichment(text, uuid) to service_role;
