-- A colleague who becomes known by more than the address vouches for it.

create or replace function private.apply_enrichments(p_site_domain text, p_results jsonb, p_facts jsonb)
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
