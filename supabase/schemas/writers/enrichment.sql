-- Answers in, and the history of those they replace. The cascade that finds them is in Python.

create function private.record_visitor_answers(p_site_domain text, p_results jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_told public.enrichments[];
  v_retired public.enrichments[];
  -- One time for all: what is found at once is one thing in a timeline.
  v_now timestamptz := clock_timestamp();
  v_visitors uuid[] := array(
    select (result.value ->> 'visitor_id')::uuid from jsonb_array_elements(p_results) as result
  );
begin
  select array_agg(
    row(
      p_site_domain, gen_random_uuid(), (result.value ->> 'visitor_id')::uuid, null,
      (result.value ->> 'visitor_id')::uuid, answer.key, answer.value ->> 'value', answer.value ->> 'source',
      (answer.value ->> 'confidence')::real, (answer.value ->> 'at')::timestamptz, v_now, null, null,
      result.value -> 'raw' -> (answer.value ->> 'source'), true
    )::public.enrichments
  )
  into v_told
  from jsonb_array_elements(p_results) as result
  cross join lateral jsonb_each(result.value -> 'answers') as answer;

  -- The answers are all there is to say of these visitors: what is not among them holds no more.
  with retired as (
    update public.enrichments as kept
    set is_current = false
    where kept.site_domain = p_site_domain
      and kept.visitor_id = any (v_visitors)
      and kept.is_current
      and not exists (
        select 1
        from unnest(v_told) as told
        where told.visitor_id = kept.visitor_id
          and told.field = kept.field
          and told.value = kept.value
          and told.source = kept.source
      )
    returning kept
  )
  select array_agg(retired.kept) into v_retired from retired;

  insert into public.enrichments (
    site_domain, visitor_id, field, value, source, confidence, observed_at, recorded_at, previous_value,
    previous_source, raw
  )
  select
    p_site_domain, told.visitor_id, told.field, told.value, told.source, told.confidence, told.observed_at,
    told.recorded_at, retired.value, retired.source, told.raw
  from unnest(v_told) as told
  left join unnest(v_retired) as retired on retired.visitor_id = told.visitor_id and retired.field = told.field
  where not exists (
    select 1
    from public.enrichments as current
    where current.site_domain = p_site_domain
      and current.subject_id = told.visitor_id
      and current.field = told.field
      and current.is_current
  );

  update public.visitors as visitor
  set enrichment_data = result.value -> 'answers'
  from jsonb_array_elements(p_results) as result
  where visitor.site_domain = p_site_domain
    and visitor.id = (result.value ->> 'visitor_id')::uuid
    and visitor.enrichment_data is distinct from result.value -> 'answers';
end
$$;

comment on function private.record_visitor_answers(text, jsonb) is
  'Makes the given answers the current ones of their visitors; those they replace stay as history. The caller holds the visitors'' locks.';

create function private.apply_enrichments(p_site_domain text, p_results jsonb, p_facts jsonb)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
  v_tickets uuid[];
  v_live jsonb;
  v_hearsay uuid[];
  v_changed jsonb;
  v_colleagues uuid[];
begin
  perform 1
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain
    and visitor.id in (
      select (result.value ->> 'visitor_id')::uuid from jsonb_array_elements(p_results) as result
    )
  order by visitor.id
  for update;

  -- Whoever told something new meanwhile is looked into again, and whoever was merged is somebody else now.
  select
    array_agg(evidence.visitor_id),
    array_agg(evidence.ticket),
    jsonb_agg(result.value) filter (where visitor.id is not null and result.value ? 'answers')
  into v_ids, v_tickets, v_live
  from jsonb_array_elements(p_results) as result
  join private.enrichment_evidence as evidence
    on evidence.site_domain = p_site_domain
    and evidence.visitor_id = (result.value ->> 'visitor_id')::uuid
    and evidence.ticket = (result.value ->> 'ticket')::uuid
  left join public.visitors as visitor
    on visitor.site_domain = p_site_domain and visitor.id = evidence.visitor_id;

  if jsonb_array_length(p_facts) > 0 then
    perform private.record_account_facts(p_site_domain, p_facts);
  end if;
  if v_live is not null then
    v_hearsay := array(
      select visitor.id
      from public.visitors as visitor
      where visitor.site_domain = p_site_domain
        and visitor.id = any (v_ids)
        and visitor.enrichment_data -> 'domain' ->> 'source' = 'address'
    );
    perform private.record_visitor_answers(p_site_domain, v_live);

    with judged as (
      select
        visitor.id,
        visitor.account_id as old_id,
        account.id as new_id,
        coalesce(result.value -> 'answers' -> 'domain' ->> 'source', '') <> 'address' as is_news
      from jsonb_array_elements(v_live) as result
      join public.visitors as visitor
        on visitor.site_domain = p_site_domain and visitor.id = (result.value ->> 'visitor_id')::uuid
      left join public.accounts as account
        on account.site_domain = p_site_domain
        and account.domain = result.value -> 'answers' -> 'domain' ->> 'value'
    )
    select jsonb_agg(
      jsonb_build_object(
        'visitor_id', judged.id, 'account_id', judged.new_id, 'is_news', judged.is_news,
        'is_other', judged.old_id is distinct from judged.new_id
      )
    )
    into v_changed
    from judged
    where judged.old_id is distinct from judged.new_id
      -- Known by more than the address now, somebody vouches for it.
      or (judged.is_news and judged.id = any (v_hearsay));

    if v_changed is not null then
      perform private.assign_accounts(
        p_site_domain, array_agg(change.visitor_id), array_agg(change.account_id)
      )
      from jsonb_to_recordset(v_changed) as change (visitor_id uuid, account_id uuid);

      -- Colleagues at the same address may now be known too, or not be known any more; but not by
      -- someone who is known by the address alone.
      v_colleagues := array(
        select distinct colleague.id
        from jsonb_to_recordset(v_changed) as change (visitor_id uuid, is_news boolean)
        join private.visitor_addresses as mine
          on mine.site_domain = p_site_domain and mine.visitor_id = change.visitor_id
        join lateral (
          select other.visitor_id
          from private.visitor_addresses as other
          where other.site_domain = p_site_domain and other.ip_hash = mine.ip_hash
          limit 52
        ) as other on other.visitor_id <> mine.visitor_id
        join public.visitors as colleague
          on colleague.site_domain = p_site_domain
          and colleague.id = other.visitor_id
          and coalesce(colleague.enrichment_data -> 'domain' ->> 'source', 'address') = 'address'
        where change.is_news
        order by colleague.id
      );
      insert into private.enrichment_evidence as kept (site_domain, visitor_id)
      select p_site_domain, colleague.id
      from unnest(v_colleagues) as colleague (id)
      order by colleague.id
      on conflict (site_domain, visitor_id) do update
      set ticket = excluded.ticket, queued_at = excluded.queued_at;
    end if;
  end if;

  update private.enrichment_evidence as evidence
  set ticket = null
  from unnest(v_ids, v_tickets) as done (visitor_id, ticket)
  where evidence.site_domain = p_site_domain
    and evidence.visitor_id = done.visitor_id
    and evidence.ticket = done.ticket;

  return (
    select count(*)
    from jsonb_to_recordset(coalesce(v_changed, '[]')) as change (is_other boolean)
    where change.is_other
  );
end
$$;

comment on function private.apply_enrichments(text, jsonb, jsonb) is
  'Stores what was found for visitors, [{"visitor_id", "ticket", "answers", "raw"}], without answers when nothing changes, and for their accounts (see record_account_facts); gives how many changed their account.';

revoke execute on function
  private.record_visitor_answers(text, jsonb),
  private.apply_enrichments(text, jsonb, jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  private.apply_enrichments(text, jsonb, jsonb)
to service_role;
