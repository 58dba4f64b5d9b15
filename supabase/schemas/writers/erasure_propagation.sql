-- Receipts of erasures, and who else has to erase.

create function private.erasure_is_propagated(p_site_domain text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if to_regclass('public.crm_connections') is null then
    return false;
  end if;
  return exists (
    select 1
    from public.crm_connections as connection
    where connection.site_domain = p_site_domain and connection.state <> 'disconnected'
  );
end
$$;

comment on function private.erasure_is_propagated(text) is
  'Whether an outside service is connected that holds visitors of a website and must erase them too.';

create function private.erase_elsewhere(p_site_domain text, p_visitor_ids uuid[], p_conversation_ids uuid[], p_texts text[])
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_counts jsonb := '{}';
  v_n bigint;
begin
  if to_regprocedure('private.erase_tickets(text, uuid[], text[])') is not null then
    v_counts := v_counts || jsonb_build_object(
      'tickets', private.erase_tickets(p_site_domain, p_conversation_ids, p_texts)
    );
    -- What blanking them has put down for the end of this transaction would say what was blanked.
    update private.audit_pending as pending
    set before = null, after = null
    where pending.site_domain = p_site_domain and pending.subject_type = 'ticket';
  end if;
  if to_regclass('public.crm_links') is not null then
    -- First: a run that has read the visitor keeps nothing more of what it read. The next one begins anew, and by the
    -- lock not before the visitor is gone.
    perform pg_advisory_xact_lock(hashtextextended('crm/' || p_site_domain, 0));
    update public.crm_runs as run
    set examples = '[]'
    where run.site_domain = p_site_domain and run.state in ('waiting', 'running');
    perform private.stop_crm_runs(p_site_domain, 'A visitor was erased.');
    perform 1 from public.crm_connections as connection where connection.site_domain = p_site_domain for update;
    -- One that was claimed before the lock.
    perform private.stop_crm_runs(p_site_domain, 'A visitor was erased.');
    delete from public.crm_links as link
    where link.site_domain = p_site_domain
      and (
        (link.object in ('contact', 'association') and link.local_id = any (p_visitor_ids))
        or (link.object = 'note' and link.local_id = any (p_conversation_ids))
      );
    get diagnostics v_n = row_count;
    delete from public.crm_values as answer
    where answer.site_domain = p_site_domain and answer.object = 'contact' and answer.local_id = any (p_visitor_ids);
    delete from public.crm_failures as failure
    where failure.site_domain = p_site_domain
      and (
        failure.local_id = any (p_visitor_ids)
        or failure.local_id = any (p_conversation_ids)
        or private.mentions(concat(failure.label, ' ', failure.reason, ' ', failure.payload::text), p_texts)
      );
    update public.crm_runs as run
    set examples = '[]', records = case when private.mentions(run.records::text, p_texts) then '[]' else run.records end
    where run.site_domain = p_site_domain
      and private.mentions(concat(run.examples::text, ' ', run.records::text), p_texts);
    v_counts := v_counts || jsonb_build_object('crm_records', v_n);
  end if;
  return v_counts;
end
$$;

comment on function private.erase_elsewhere(text, uuid[], uuid[], text[]) is
  'Erases what tickets and the CRM keep of visitors and their conversations, where a database has those. Gives {what: rows}.';

create function private.write_receipt(p_site_domain text, p_visitors integer, p_counts jsonb, p_sealed_emails text[])
returns public.erasures
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_erasure public.erasures;
begin
  v_erasure.site_domain := p_site_domain;
  v_erasure.id := gen_random_uuid();
  v_erasure.erased_at := clock_timestamp();
  select actor.id, actor.role into v_erasure.actor_id, v_erasure.actor_role from private.audit_actor() as actor;
  v_erasure.visitors := p_visitors;
  v_erasure.counts := p_counts;
  v_erasure.hash := encode(
    private.audit_digest(
      '',
      v_erasure.site_domain,
      v_erasure.id::text,
      (extract(epoch from v_erasure.erased_at) * 1000000)::bigint::text,
      v_erasure.actor_id::text,
      v_erasure.actor_role,
      v_erasure.visitors::text,
      v_erasure.counts::text
    ),
    'hex'
  );
  v_erasure.propagations := coalesce(cardinality(p_sealed_emails), 0);
  insert into public.erasures select v_erasure.*;
  insert into private.erasure_propagations (site_domain, erasure_id, place, sealed_email)
  select p_site_domain, v_erasure.id, sealed.place, sealed.email
  from unnest(p_sealed_emails) with ordinality as sealed (email, place);
  perform private.audit(
    p_site_domain,
    'erase',
    'visitor',
    v_erasure.id::text,
    null,
    jsonb_build_object('visitors', v_erasure.visitors, 'counts', v_erasure.counts, 'hash', v_erasure.hash)
  );
  return v_erasure;
end
$$;

comment on function private.write_receipt(text, integer, jsonb, text[]) is
  'Keeps that visitors were erased, and whom outside services must erase too.';

create function private.erasures_pending(p_site_domain text)
returns table (erasure_id uuid, place integer, sealed_email text, attempts integer, created_at timestamptz)
language sql
stable
security definer
set search_path = ''
as $$
  select waiting.erasure_id, waiting.place, waiting.sealed_email, waiting.attempts, waiting.created_at
  from private.erasure_propagations as waiting
  where waiting.site_domain = p_site_domain
  order by waiting.created_at, waiting.erasure_id, waiting.place
$$;

comment on function private.erasures_pending(text) is
  'Whom an outside service must still erase: the e-mail address as the server''s vault sealed it.';

create function private.settle_erasure(p_site_domain text, p_erasure_id uuid, p_place integer, p_error text default null)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform 1
  from public.erasures as erasure
  where erasure.site_domain = p_site_domain and erasure.id = p_erasure_id
  for update;
  if p_error is null then
    delete from private.erasure_propagations
    where site_domain = p_site_domain and erasure_id = p_erasure_id and place = p_place;
  else
    update private.erasure_propagations
    set attempts = attempts + 1, last_error = p_error
    where site_domain = p_site_domain and erasure_id = p_erasure_id and place = p_place;
  end if;
  update public.erasures as erasure
  set
    -- Another address may wait for a reason of its own.
    propagation_error = coalesce(
      p_error,
      (
        select waiting.last_error
        from private.erasure_propagations as waiting
        where waiting.site_domain = p_site_domain
          and waiting.erasure_id = p_erasure_id
          and waiting.last_error is not null
        order by waiting.place
        limit 1
      )
    ),
    propagated_at = case
      when not exists (
        select 1
        from private.erasure_propagations as waiting
        where waiting.site_domain = p_site_domain and waiting.erasure_id = p_erasure_id
      ) then coalesce(erasure.propagated_at, clock_timestamp())
    end
  where erasure.site_domain = p_site_domain and erasure.id = p_erasure_id and erasure.propagations > 0;
end
$$;

comment on function private.settle_erasure(text, uuid, integer, text) is
  'An outside service erased somebody, whose address is forgotten with this; or why it could not, and the address waits.';

revoke execute on function
  private.erasure_is_propagated(text),
  private.erase_elsewhere(text, uuid[], uuid[], text[]),
  private.write_receipt(text, integer, jsonb, text[]),
  private.erasures_pending(text),
  private.settle_erasure(text, uuid, integer, text)
from public, anon, authenticated, service_role;
grant execute on function
  private.erasures_pending(text),
  private.settle_erasure(text, uuid, integer, text)
to service_role;
