-- Erasing visitors: their rows go on under a fresh id that nobody knows, without a word of theirs.

create function private.lock_for_erasure(p_site_domain text, p_visitor_ids uuid[])
returns text[]
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Clients ask Rose; the server's own key is whoever runs the command line.
  if auth.uid() is not null and not private.is_admin() then
    raise exception 'Only Rose staff erase visitors' using errcode = 'PT403';
  end if;
  perform 1
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids)
  order by visitor.id
  for update;
  if coalesce(cardinality(p_visitor_ids), 0) = 0 or exists (
    select 1
    from unnest(p_visitor_ids) as wanted (id)
    where not exists (
      select 1 from public.visitors as visitor where visitor.site_domain = p_site_domain and visitor.id = wanted.id
    )
  ) then
    raise exception 'There is no such visitor (any more)' using errcode = 'PT404';
  elsif exists (
    select 1
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids) and visitor.erased_at is not null
  ) then
    raise exception 'The visitor has been erased already' using errcode = 'PT409';
  end if;
  return array(
    select distinct lower(visitor.email)
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain
      and visitor.id = any (p_visitor_ids)
      and visitor.email is not null
      and private.erasure_is_propagated(p_site_domain)
    order by 1
  );
end
$$;

comment on function private.lock_for_erasure(text, uuid[]) is
  'Holds visitors for the erasure that follows in the same transaction; gives the e-mail addresses that outside services know them by, none when no service is connected. PT403: the caller is no staff; PT404: there is no such visitor; PT409: erased already.';

create function private.move_erased(p_site_domain text, p_visitor_id uuid, p_texts text[])
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_new uuid := gen_random_uuid();
begin
  insert into public.visitors (
    site_domain, id, account_id, counts, is_bot, is_internal, country, device_type, first_seen_at, last_seen_at,
    erased_at
  )
  select
    visitor.site_domain, v_new, visitor.account_id, visitor.counts, visitor.is_bot, visitor.is_internal,
    visitor.country, visitor.device_type, visitor.first_seen_at, visitor.last_seen_at, clock_timestamp()
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.id = p_visitor_id;

  perform private.forget_enrichment(p_site_domain, p_visitor_id);
  delete from public.visitor_ids where site_domain = p_site_domain and visitor_id = p_visitor_id;

  update public.visitor_sessions as session
  set
    visitor_id = v_new,
    session_id = gen_random_uuid()::text,
    entry_page = private.without_mentions(session.entry_page, p_texts),
    browser = null,
    os = null,
    language = null,
    utm_source = null,
    utm_medium = null,
    utm_campaign = null
  where session.site_domain = p_site_domain and session.visitor_id = p_visitor_id;

  update public.events as event
  set
    visitor_id = v_new,
    page = private.without_mentions(event.page, p_texts),
    url = private.without_mentions(private.without_query(event.url), p_texts),
    properties = private.kept_properties(event.properties)
  where event.site_domain = p_site_domain and event.visitor_id = p_visitor_id;

  update public.conversations as conversation
  set visitor_id = v_new, page = private.without_mentions(conversation.page, p_texts)
  where conversation.site_domain = p_site_domain and conversation.visitor_id = p_visitor_id;

  update public.conversions
  set visitor_id = v_new
  where site_domain = p_site_domain and visitor_id = p_visitor_id;

  perform rollup.recount_visitor_days(p_site_domain, array[p_visitor_id, v_new]);
  return v_new;
end
$$;

comment on function private.move_erased(text, uuid, text[]) is
  'Gives what a visitor did to a fresh id, without what identifies; gives the id. The caller holds the visitor''s lock.';

create function private.rename_erased_pages(p_site_domain text, p_visitor_ids uuid[], p_texts text[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- An address with somebody's name in it is a figure's value as well.
  with gone as (
    delete from public.session_pages as seen
    using public.visitor_sessions as session
    where session.site_domain = p_site_domain
      and session.visitor_id = any (p_visitor_ids)
      and seen.site_domain = p_site_domain
      and seen.session_id = session.id
      and private.mentions(seen.page, p_texts)
    returning seen.session_id, seen.page, seen.day, seen.counts
  )
  insert into public.session_pages as kept (site_domain, session_id, page, day, counts)
  select p_site_domain, gone.session_id, private.without_mentions(gone.page, p_texts), min(gone.day), bool_or(gone.counts)
  from gone
  group by gone.session_id, private.without_mentions(gone.page, p_texts)
  on conflict (site_domain, session_id, page) do update
  set day = least(kept.day, excluded.day), counts = kept.counts or excluded.counts;

  if not exists (
    select 1
    from rollup.figures as figure
    where figure.site_domain = p_site_domain and figure.dimension = 'page' and private.mentions(figure.value, p_texts)
  ) then
    return;
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rollup.fold'));
  perform rollup.fold();
  delete from rollup.daily as figure
  where figure.site_domain = p_site_domain
    and figure.dimension = 'page'
    and figure.n = 0
    and private.mentions(figure.value, p_texts);
  delete from rollup.weekly as figure
  where figure.site_domain = p_site_domain
    and figure.dimension = 'page'
    and figure.n = 0
    and private.mentions(figure.value, p_texts);
  delete from rollup.monthly as figure
  where figure.site_domain = p_site_domain
    and figure.dimension = 'page'
    and figure.n = 0
    and private.mentions(figure.value, p_texts);
end
$$;

comment on function private.rename_erased_pages(text, uuid[], text[]) is
  'Takes texts that point to somebody out of the pages of sessions, and out of the figures by page.';

create function private.erase_visitors(p_site_domain text, p_visitor_ids uuid[], p_sealed_emails text[])
returns public.erasures
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[] := array(select distinct wanted.id from unnest(p_visitor_ids) as wanted (id) order by 1);
  v_texts text[];
  v_certain text[];
  v_counts jsonb;
  v_conversations uuid[];
  v_visitor_id uuid;
  v_new uuid;
  v_moved uuid[] := '{}';
  v_n bigint;
  v_erasure public.erasures;
begin
  perform private.lock_for_erasure(p_site_domain, v_ids);
  v_texts := private.identifying_texts(p_site_domain, v_ids);
  -- Whoever sends an address says that it is theirs: what is kept of people with an account is not a visitor's to erase.
  v_certain := array(
    select certain.text
    from unnest(private.certain_texts(p_site_domain, v_ids)) as certain (text)
    where not exists (
      select 1 from auth.users as account where lower(account.email) = replace(certain.text, '%40', '@')
    )
  );
  v_counts := private.erasure_counts(p_site_domain, v_ids);
  v_conversations := array(
    select conversation.id
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.visitor_id = any (v_ids)
  );

  v_counts := v_counts || private.erase_elsewhere(p_site_domain, v_ids, v_conversations, v_texts);
  perform private.forget_words(p_site_domain, v_conversations);
  perform private.delete_texts(p_site_domain, v_conversations, 'erasure');
  update public.reviews
  set note = '', corrected_answer = null, message_id = null
  where site_domain = p_site_domain and conversation_id = any (v_conversations);

  foreach v_visitor_id in array v_ids loop
    v_new := private.move_erased(p_site_domain, v_visitor_id, v_texts);
    v_moved := v_moved || v_new;
    delete from public.visitors where site_domain = p_site_domain and id = v_visitor_id;
  end loop;
  perform private.rename_erased_pages(p_site_domain, v_moved, v_texts);

  delete from public.saved_views as view
  where (view.site_domain = p_site_domain and private.mentions(concat(view.name, ' ', view.search::text), v_texts))
    -- What belongs to no website is everybody's: a name that somebody chose says nothing there.
    or (view.site_domain is null and private.mentions(concat(view.name, ' ', view.search::text), v_certain));
  get diagnostics v_n = row_count;
  v_counts := v_counts || jsonb_build_object('saved_views', v_n);
  -- The queue's own triggers name its tables without their schema.
  perform set_config('search_path', 'jobs', true);
  delete from jobs.procrastinate_jobs as job
  where job.status <> 'doing'
    and (
      (job.args ->> 'site_domain' = p_site_domain and private.mentions(job.args::text, v_texts))
      or job.args ->> 'site_domain' is null
      and exists (
        select 1
        from jsonb_path_query(job.args, '$.** ? (@.type() == "string")') as given (value)
        where lower(given.value #>> '{}') = any (v_certain)
      )
    );
  get diagnostics v_n = row_count;
  perform set_config('search_path', '', true);
  v_counts := v_counts || jsonb_build_object(
    'jobs', v_n,
    'audit_entries',
    private.erase_audit_mentions(p_site_domain, v_texts) + private.erase_audit_mentions('', v_certain)
  );

  v_erasure := private.write_receipt(p_site_domain, cardinality(v_ids), v_counts, p_sealed_emails);
  perform rollup.fold_if_due();
  return v_erasure;
end
$$;

comment on function private.erase_visitors(text, uuid[], text[]) is
  'Erases visitors for good: texts and identity go, rows stay under fresh ids, so that every figure holds. Gives the receipt. p_sealed_emails: their addresses, encrypted, for outside services. Raises as lock_for_erasure does.';

create function private.preview_erasure(p_site_domain text, p_visitor_ids uuid[])
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if auth.uid() is not null and not private.is_admin() then
    raise exception 'Only Rose staff erase visitors' using errcode = 'PT403';
  elsif not exists (
    select 1
    from public.visitors as visitor
    where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids)
  ) then
    raise exception 'There is no such visitor (any more)' using errcode = 'PT404';
  end if;
  return jsonb_build_object(
    'counts', private.erasure_counts(p_site_domain, p_visitor_ids),
    'propagated', private.erasure_is_propagated(p_site_domain),
    'erased_at', (
      select max(visitor.erased_at)
      from public.visitors as visitor
      where visitor.site_domain = p_site_domain and visitor.id = any (p_visitor_ids)
    ),
    'same_email', (
      select coalesce(jsonb_agg(distinct other.id), '[]')
      from public.visitors as visitor
      join public.visitors as other
        on other.site_domain = p_site_domain and other.email = visitor.email and other.id <> visitor.id
      where visitor.site_domain = p_site_domain
        and visitor.id = any (p_visitor_ids)
        and other.id <> all (p_visitor_ids)
    )
  );
end
$$;

comment on function private.preview_erasure(text, uuid[]) is
  'What erasing visitors would delete or blank, and which other visitors have the same e-mail address; changes nothing. PT403, PT404 as lock_for_erasure.';

revoke execute on function
  private.lock_for_erasure(text, uuid[]),
  private.move_erased(text, uuid, text[]),
  private.rename_erased_pages(text, uuid[], text[]),
  private.erase_visitors(text, uuid[], text[]),
  private.preview_erasure(text, uuid[])
from public, anon, authenticated, service_role;
grant execute on function
  private.lock_for_erasure(text, uuid[]),
  private.erase_visitors(text, uuid[], text[]),
  private.preview_erasure(text, uuid[])
to authenticated, service_role;
