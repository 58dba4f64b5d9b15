-- What outside services say of addresses, known here by their hashes alone, and for how long that is kept.

create function private.record_address_answer(
  p_site_domain text,
  p_ip_hash text,
  p_provider text,
  p_answer jsonb,
  p_raw jsonb,
  p_asked_at timestamptz
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.address_answers as kept (site_domain, ip_hash, provider, answer, raw, asked_at)
  values (p_site_domain, p_ip_hash, p_provider, p_answer, p_raw, p_asked_at)
  on conflict (site_domain, ip_hash, provider) do update
  set answer = excluded.answer, raw = excluded.raw, asked_at = excluded.asked_at;

  insert into private.enrichment_evidence as kept (site_domain, visitor_id)
  select p_site_domain, known.visitor_id
  from private.visitor_addresses as known
  where known.site_domain = p_site_domain and known.ip_hash = p_ip_hash and p_answer is not null
  order by known.visitor_id
  on conflict (site_domain, visitor_id) do update
  set ticket = excluded.ticket, queued_at = excluded.queued_at;
end
$$;

comment on function private.record_address_answer(text, text, text, jsonb, jsonb, timestamptz) is
  'Keeps what a service said of an address (null: it knows none), and queues the visitors who came from there.';

create function private.needs_address_lookup(p_site_domain text, p_ip_hash text, p_provider text, p_since timestamptz)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select
    not exists (
      select 1
      from public.internal_addresses as internal
      where internal.site_domain = p_site_domain and internal.ip_hash = p_ip_hash
    )
    and not exists (
      select 1
      from private.address_answers as answer
      where answer.site_domain = p_site_domain
        and answer.ip_hash = p_ip_hash
        and ((answer.provider = p_provider and answer.asked_at >= p_since) or answer.answer is not null)
    )
    and not exists (
      select 1
      from private.visitor_addresses as known
      join public.visitors as visitor
        on visitor.site_domain = p_site_domain and visitor.id = known.visitor_id
      where known.site_domain = p_site_domain
        and known.ip_hash = p_ip_hash
        and visitor.account_id is not null
    )
$$;

comment on function private.needs_address_lookup(text, text, text, timestamptz) is
  'Whether a service should be asked about an address: nobody there is known, and no service has said who it is, nor this one since p_since that it does not know.';

create function private.forget_addresses(p_before timestamptz)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_forgotten bigint;
begin
  delete from private.visitor_addresses where seen_at < p_before;
  get diagnostics v_forgotten = row_count;
  delete from private.address_answers where asked_at < p_before;
  return v_forgotten;
end
$$;

comment on function private.forget_addresses(timestamptz) is
  'Deletes address hashes last seen before an instant, and what services said of such; gives how many hashes of visitors.';

revoke execute on function
  private.record_address_answer(text, text, text, jsonb, jsonb, timestamptz),
  private.needs_address_lookup(text, text, text, timestamptz),
  private.forget_addresses(timestamptz)
from public, anon, authenticated, service_role;
grant execute on function
  private.record_address_answer(text, text, text, jsonb, jsonb, timestamptz),
  private.needs_address_lookup(text, text, text, timestamptz),
  private.forget_addresses(timestamptz)
to service_role;
