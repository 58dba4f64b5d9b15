-- Visitors, accounts and topics as the pages show them.

create function private.name_document(p_name text, p_address text)
returns tsvector
language sql
immutable
parallel safe
as $$
  select to_tsvector(
    'simple'::regconfig,
    translate(left(coalesce(p_name, ''), 500) || ' ' || left(coalesce(p_address, ''), 500), '@._-+/:''', '        ')
  )
$$;

comment on function private.name_document(text, text) is
  'The words of a name and of an e-mail address or web domain, for search.';

create function private.prefix_query(p_search text)
returns tsquery
language sql
immutable
parallel safe
as $$
  select string_agg(word || ':*', ' & ')::tsquery
  from regexp_split_to_table(lower(left(p_search, 200)), '[^[:alnum:]]+') as word
  where word <> ''
$$;

comment on function private.prefix_query(text) is
  'A search for all of some words or beginnings of words; null when there is no word.';

revoke execute on function private.name_document(text, text), private.prefix_query(text)
from public, anon, authenticated;

create view public.counted_visitors with (security_invoker = true) as
select * from public.visitors where counts;

comment on view public.counted_visitors is 'Visitors of whom anything counts.';

revoke all on public.counted_visitors from public, anon, authenticated;
grant select on public.counted_visitors to authenticated, service_role;

create index accounts_name_idx on public.accounts using gin (private.name_document(name, domain));
create index visitors_name_idx on public.visitors using gin (private.name_document(name, email))
  where name is not null or email is not null;
create index visitors_interest_score_idx on public.visitors (site_domain, interest_score desc, id desc) where counts;
create index visitors_country_idx on public.visitors (site_domain, country) where counts;
create index visitors_status_idx on public.visitors (site_domain, status) where counts and status <> 'anonymous';

create index visitor_days_day_idx on rollup.visitor_days (site_domain, day desc, visitor_id);

-- What people change of topics: names, merges, hiding; and of questions that were open.

create function private.check_domain(p_site_domain text)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not exists (select 1 from private.my_domains() as mine (site_domain) where mine.site_domain = p_site_domain) then
    raise exception 'There is no domain % for you', coalesce(p_site_domain, 'null') using errcode = 'PT404';
  end if;
end
$$;

comment on function private.check_domain(text) is 'Refuses (PT404) a domain the caller may not see.';

create function private.lock_topic(p_site_domain text, p_topic_id uuid)
returns public.topics
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_topic public.topics;
begin
  perform private.check_domain(p_site_domain);
  select * into v_topic
  from public.topics as topic
  where topic.site_domain = p_site_domain and topic.id = p_topic_id
  for update;
  if v_topic.id is null then
    raise exception 'There is no topic %', coalesce(p_topic_id::text, 'null') using errcode = 'PT404';
  end if;
  return v_topic;
end
$$;

comment on function private.lock_topic(text, uuid) is 'A topic the caller may change, locked; PT404 when there is none.';

create function private.rename_topic(p_site_domain text, p_topic_id uuid, p_label text)
returns public.topics
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_topic public.topics := private.lock_topic(p_site_domain, p_topic_id);
  v_label text := btrim(regexp_replace(p_label, '\s+', ' ', 'g'));
begin
  if coalesce(length(v_label), 0) not between 1 and 120 then
    raise exception 'A topic''s name has 1 to 120 characters' using errcode = 'PT400';
  end if;
  update public.topics as topic
  set label = v_label, label_is_custom = true, updated_at = clock_timestamp()
  where topic.site_domain = p_site_domain and topic.id = v_topic.id
  returning topic.* into v_topic;
  return v_topic;
end
$$;

comment on function private.rename_topic(text, uuid, text) is 'Names a topic; the name stays when topics are found anew.';

create function private.hide_topic(p_site_domain text, p_topic_id uuid, p_hidden boolean)
returns public.topics
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_topic public.topics := private.lock_topic(p_site_domain, p_topic_id);
begin
  if v_topic.status = 'merged' then
    raise exception 'The topic was merged into another' using errcode = 'PT409';
  end if;
  update public.topics as topic
  set status = case when p_hidden then 'hidden' else 'active' end, updated_at = clock_timestamp()
  where topic.site_domain = p_site_domain and topic.id = v_topic.id
  returning topic.* into v_topic;
  return v_topic;
end
$$;

comment on function private.hide_topic(text, uuid, boolean) is 'Takes a topic out of charts and lists, or brings it back.';

create function private.merge_topics(p_site_domain text, p_from uuid, p_into uuid)
returns public.topics
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_from public.topics;
  v_into public.topics;
  v_conversations uuid[];
begin
  if p_from = p_into then
    raise exception 'A topic cannot be merged into itself' using errcode = 'PT400';
  end if;
  -- Both locked in the order of their ids, so that two merges at once cannot wait for each other.
  perform private.lock_topic(p_site_domain, least(p_from, p_into));
  perform private.lock_topic(p_site_domain, greatest(p_from, p_into));
  v_from := private.lock_topic(p_site_domain, p_from);
  v_into := private.lock_topic(p_site_domain, p_into);
  if v_from.status = 'merged' or v_into.status = 'merged' then
    raise exception 'A merged topic cannot be merged again' using errcode = 'PT409';
  end if;
  v_conversations := array(
    select conversation.id
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.topic_id = p_from
  );
  update public.conversations as conversation
  set topic_id = p_into
  where conversation.site_domain = p_site_domain and conversation.id = any (v_conversations);
  update public.topics as topic
  set merged_into = p_into, updated_at = clock_timestamp()
  where topic.site_domain = p_site_domain and topic.merged_into = p_from;
  update public.topics as topic
  set status = 'merged', merged_into = p_into, updated_at = clock_timestamp()
  where topic.site_domain = p_site_domain and topic.id = p_from;
  return v_into;
end
$$;

comment on function private.merge_topics(text, uuid, uuid) is
  'Gives a topic''s conversations, and those it will still find, to another topic. PT409: one of them is merged already.';

create function private.resolve_questions(p_site_domain text, p_group_id uuid, p_resolved boolean)
returns public.question_groups
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_group public.question_groups;
begin
  perform private.check_domain(p_site_domain);
  update public.question_groups as kept
  set
    status = case when p_resolved then 'resolved' else 'open' end,
    resolved_at = case when p_resolved then clock_timestamp() end,
    resolved_by = case when p_resolved then auth.uid() end
  where kept.site_domain = p_site_domain and kept.id = p_group_id
  returning kept.* into v_group;
  if v_group.id is null then
    raise exception 'There is no such group of questions' using errcode = 'PT404';
  end if;
  return v_group;
end
$$;

comment on function private.resolve_questions(text, uuid, boolean) is 'Marks a group of unanswered questions as dealt with, or as open again.';

create function public.rename_topic(p_site_domain text, p_topic_id uuid, p_label text)
returns public.topics
language sql
set search_path = ''
as $$ select private.rename_topic(p_site_domain, p_topic_id, p_label) $$;

create function public.hide_topic(p_site_domain text, p_topic_id uuid, p_hidden boolean)
returns public.topics
language sql
set search_path = ''
as $$ select private.hide_topic(p_site_domain, p_topic_id, p_hidden) $$;

create function public.merge_topics(p_site_domain text, p_from uuid, p_into uuid)
returns public.topics
language sql
set search_path = ''
as $$ select private.merge_topics(p_site_domain, p_from, p_into) $$;

create function public.resolve_questions(p_site_domain text, p_group_id uuid, p_resolved boolean)
returns public.question_groups
language sql
set search_path = ''
as $$ select private.resolve_questions(p_site_domain, p_group_id, p_resolved) $$;

comment on function public.rename_topic(text, uuid, text) is 'Names a topic (1 to 120 characters); the name stays when topics are found anew.';
comment on function public.hide_topic(text, uuid, boolean) is 'Takes a topic out of charts and lists, or brings it back. Its conversations still count.';
comment on function public.merge_topics(text, uuid, uuid) is 'Gives a topic''s conversations, and those it will still find, to another topic; the other one is returned.';
comment on function public.resolve_questions(text, uuid, boolean) is 'Marks a group of unanswered questions as dealt with, or as open again.';

revoke execute on function
  private.lock_topic(text, uuid),
  private.check_domain(text)
from public, anon, authenticated, service_role;
revoke execute on function
  private.rename_topic(text, uuid, text),
  private.hide_topic(text, uuid, boolean),
  private.merge_topics(text, uuid, uuid),
  private.resolve_questions(text, uuid, boolean),
  public.rename_topic(text, uuid, text),
  public.hide_topic(text, uuid, boolean),
  public.merge_topics(text, uuid, uuid),
  public.resolve_questions(text, uuid, boolean)
from public, anon;
grant execute on function
  private.rename_topic(text, uuid, text),
  private.hide_topic(text, uuid, boolean),
  private.merge_topics(text, uuid, uuid),
  private.resolve_questions(text, uuid, boolean),
  public.rename_topic(text, uuid, text),
  public.hide_topic(text, uuid, boolean),
  public.merge_topics(text, uuid, uuid),
  public.resolve_questions(text, uuid, boolean)
to authenticated, service_role;

-- Which visitors pass a filter: one argument, so that list, count and export cannot disagree.

create function private.search_visitors(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_domains text[] := array(
    select mine.site_domain
    from private.my_domains() as mine (site_domain)
    where mine.site_domain = any (p_site_domains)
  );
  v_query tsquery := private.prefix_query(p_search);
begin
  -- Text search is not leakproof, so under row-level security it would lose its index: this checks the domains itself.
  return query
    select visitor.site_domain, visitor.id
    from public.visitors as visitor
    where visitor.site_domain = any (v_domains)
      and private.name_document(visitor.name, visitor.email) @@ v_query
      and (visitor.name is not null or visitor.email is not null)
    union
    select visitor.site_domain, visitor.id
    from public.accounts as account
    join public.visitors as visitor
      on visitor.site_domain = account.site_domain and visitor.account_id = account.id
    where account.site_domain = any (v_domains)
      and private.name_document(account.name, account.domain) @@ v_query
    union
    select known.site_domain, known.visitor_id
    from public.visitor_ids as known
    where known.site_domain = any (v_domains) and known.distinct_id = p_search
    union
    select visitor.site_domain, visitor.id
    from public.visitors as visitor
    where visitor.site_domain = any (v_domains)
      and private.casts_to(p_search, 'uuid')
      and visitor.id = case when private.casts_to(p_search, 'uuid') then p_search::uuid end;
end
$$;

comment on function private.search_visitors(text[], text) is
  'Ids of the visitors whose name, e-mail or company has words that begin so, or whose id is this, of domains the caller may see.';

create function private.check_visitor_filter(p_filter jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_key text;
  v_value jsonb;
  v_expected text;
begin
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception 'p_filter must be an object' using errcode = 'PT400';
  end if;
  if p_filter ->> 'from' is null or p_filter ->> 'to' is null then
    raise exception 'p_filter.from and p_filter.to are required' using errcode = 'PT400';
  end if;
  for v_key, v_value in select f.key, f.value from jsonb_each(p_filter) as f loop
    v_expected := case v_key
      when 'from' then 'date'
      when 'to' then 'date'
      when 'did' then 'step'
      when 'search' then 'text'
      when 'country' then 'text'
      when 'account_id' then 'uuid'
      when 'statuses' then 'list of statuses'
      when 'scores' then 'list of scores'
      when 'conversions' then 'list of conversions'
    end;
    if v_expected is null then
      raise exception 'p_filter has no key "%"', v_key using errcode = 'PT400';
    end if;
    continue when jsonb_typeof(v_value) = 'null';
    if not (case v_expected
      when 'text' then jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') <= 1000
      when 'step' then jsonb_typeof(v_value) = 'string' and rollup.steps_of_kind(v_value #>> '{}') is not null
      when 'date' then jsonb_typeof(v_value) = 'string'
        and v_value #>> '{}' ~ '^\d{4}-\d{2}-\d{2}$' and private.casts_to(v_value #>> '{}', 'date')
      when 'uuid' then jsonb_typeof(v_value) = 'string' and private.casts_to(v_value #>> '{}', 'uuid')
      when 'list of statuses' then jsonb_typeof(v_value) = 'array'
        and v_value <@ '["anonymous", "semi-known", "known"]'
      when 'list of scores' then jsonb_typeof(v_value) = 'array' and v_value <@ '[1, 2, 3, 4, 5]'
      else jsonb_typeof(v_value) = 'array'
        and v_value <@ '["email_captured", "demo_proposed", "cta_clicked", "demo_booked"]'
    end) then
      raise exception 'p_filter.% is not a valid %', v_key, v_expected using errcode = 'PT400';
    end if;
  end loop;
  perform private.check_window((p_filter ->> 'from')::date, (p_filter ->> 'to')::date);
end
$$;

comment on function private.check_visitor_filter(jsonb) is
  'Refuses (PT400) a filter without a range of days, with an unknown key or a value of a wrong type.';

create function private.wanted_steps(p_filter jsonb)
returns smallint
language sql
immutable
set search_path = ''
as $$
  select (
    rollup.steps_of_kind(coalesce(p_filter ->> 'did', 'active'))
    | case when coalesce(p_filter -> 'conversions' ? 'demo_proposed', false) then 16 else 0 end
    | case when coalesce(p_filter -> 'conversions' ? 'cta_clicked', false) then 32 else 0 end
    | case when coalesce(p_filter -> 'conversions' ? 'demo_booked', false) then 64 else 0 end
    | case when coalesce(p_filter -> 'conversions' ? 'email_captured', false) then 128 else 0 end
  )::smallint
$$;

comment on function private.wanted_steps(jsonb) is
  'The steps (bits of rollup.visitor_days) that a filter wants done in its range; without any, to have been active.';

create function private.matching_visitors(p_site_domains text[], p_filter jsonb)
returns setof public.counted_visitors
language sql
stable
as $$
  select visitor.*
  from public.counted_visitors as visitor
  where visitor.site_domain = any (p_site_domains)
    and (p_filter ->> 'statuses' is null or p_filter -> 'statuses' ? visitor.status)
    and (
      p_filter ->> 'scores' is null
      or visitor.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
    )
    and (p_filter ->> 'country' is null or coalesce(visitor.country, '') = p_filter ->> 'country')
    and (p_filter ->> 'account_id' is null or visitor.account_id = (p_filter ->> 'account_id')::uuid)
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or (visitor.site_domain, visitor.id) in (
        select found.site_domain, found.id
        from private.search_visitors(p_site_domains, p_filter ->> 'search') as found
      )
    )
$$;

comment on function private.matching_visitors(text[], jsonb) is
  'The visitors that count, of some domains, that pass what a filter says of the visitor; its days and steps are asked apart.';

create function private.days_in_range(p_site_domain text, p_visitor_id uuid, p_filter jsonb)
returns table (last_day date, steps smallint)
language sql
stable
as $$
  -- Without settings of its own, so that it becomes part of the query that asks: row-level security then
  -- looks the caller up once, not once per visitor.
  select max(done.day), coalesce(bit_or(done.steps), 0::smallint)
  from rollup.visitor_days as done
  where done.site_domain = p_site_domain
    and done.visitor_id = p_visitor_id
    and done.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
$$;

comment on function private.days_in_range(text, uuid, jsonb) is
  'The last day on which a visitor was there in a filter''s range, and the steps done in the range; no day: was not there.';

revoke execute on function
  private.search_visitors(text[], text),
  private.check_visitor_filter(jsonb),
  private.wanted_steps(jsonb),
  private.matching_visitors(text[], jsonb),
  private.days_in_range(text, uuid, jsonb)
from public, anon;
grant execute on function
  private.search_visitors(text[], text),
  private.check_visitor_filter(jsonb),
  private.wanted_steps(jsonb),
  private.matching_visitors(text[], jsonb),
  private.days_in_range(text, uuid, jsonb)
to authenticated, service_role;

-- The list of visitors who were there in a range of days.

create function private.visitors_by_day(
  p_site_domains text[],
  p_filter jsonb,
  p_from date,
  p_to date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language sql
stable
as $$
  -- Days first: those whose last day in the filter's range lies in [p_from, p_to].
  select visitor.site_domain, visitor.id, shown.day
  from rollup.visitor_days as shown
  join private.matching_visitors(p_site_domains, p_filter) as visitor
    on visitor.site_domain = shown.site_domain and visitor.id = shown.visitor_id
  where shown.site_domain = any (p_site_domains)
    and shown.day between p_from and p_to
    and not exists (
      select 1
      from rollup.visitor_days as later
      where later.site_domain = shown.site_domain
        and later.visitor_id = shown.visitor_id
        and later.day > shown.day
        and later.day <= (p_filter ->> 'to')::date
    )
    and (
      shown.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
      or exists (
        select 1
        from private.days_in_range(shown.site_domain, shown.visitor_id, p_filter) as done
        where done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
      )
    )
    and (
      p_after is null
      or (shown.day, visitor.last_seen_at, visitor.id)
        < ((p_after ->> 'last_day')::date, (p_after ->> 'last_seen_at')::timestamptz, (p_after ->> 'id')::uuid)
    )
  order by shown.day desc, visitor.last_seen_at desc, visitor.id desc
  limit p_limit
$$;

comment on function private.visitors_by_day(text[], jsonb, date, date, jsonb, integer) is
  'A page of visitors by their last day in a filter''s range, of those days alone: quick where many pass the filter.';

create function private.visitors_by_filter(
  p_site_domains text[],
  p_filter jsonb,
  p_before date,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language sql
stable
as $$
  -- Visitors first, each with its last day in the filter's range.
  select visitor.site_domain, visitor.id, done.last_day
  from private.matching_visitors(p_site_domains, p_filter) as visitor
  cross join lateral private.days_in_range(visitor.site_domain, visitor.id, p_filter) as done
  where done.last_day < p_before
    and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
    and (
      p_after is null
      or (done.last_day, visitor.last_seen_at, visitor.id)
        < ((p_after ->> 'last_day')::date, (p_after ->> 'last_seen_at')::timestamptz, (p_after ->> 'id')::uuid)
    )
  order by done.last_day desc, visitor.last_seen_at desc, visitor.id desc
  limit p_limit
$$;

comment on function private.visitors_by_filter(text[], jsonb, date, jsonb, integer) is
  'A page of visitors by their last day in a filter''s range, before a day: quick where few pass the filter.';

create function private.visitors_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
begin
  -- A column's name cannot be a parameter; it comes from a list of the caller's.
  return query execute format(
    $sql$
      select page.site_domain, page.id, null::date
      from unnest($1) as wanted (site_domain)
      cross join lateral (
        select visitor.site_domain, visitor.id, visitor.%1$I as figure
        from private.matching_visitors(array[wanted.site_domain], $2) as visitor
        cross join lateral private.days_in_range(visitor.site_domain, visitor.id, $2) as done
        where visitor.site_domain = wanted.site_domain
          and ($3 is null or (visitor.%1$I, visitor.id) < (($3 ->> 'figure')::integer, ($3 ->> 'id')::uuid))
          and done.last_day is not null
          and done.steps & private.wanted_steps($2) = private.wanted_steps($2)
        order by visitor.%1$I desc, visitor.id desc
        limit $4
      ) as page
      order by page.figure desc, page.id desc
      limit $4
    $sql$,
    p_column
  )
  using p_site_domains, p_filter, p_after, p_limit;
end
$$;

comment on function private.visitors_by_figure(text[], jsonb, text, jsonb, integer) is
  'A page of visitors by one of their figures, the greatest first.';

create function private.page_of_visitors(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_after jsonb,
  p_limit integer
)
returns table (site_domain text, id uuid, last_day date)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_from date := p_filter ->> 'from';
  v_to date := least((p_filter ->> 'to')::date, (p_after ->> 'last_day')::date);
  v_start date;
  v_length integer := 1;
  v_left integer := p_limit;
  v_found integer;
begin
  if p_sort <> 'recent' then
    return query select * from private.visitors_by_figure(p_site_domains, p_filter, p_sort, p_after, p_limit);
    return;
  end if;
  -- The newest days first, a few more each time; what is still missing then is rare and found by the filter.
  while v_left > 0 and v_to >= v_from and v_length <= 16 loop
    v_start := greatest(v_from, v_to - v_length + 1);
    return query
      select * from private.visitors_by_day(p_site_domains, p_filter, v_start, v_to, p_after, v_left);
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_to := v_start - 1;
    v_length := v_length * 4;
  end loop;
  if v_left > 0 and v_to >= v_from then
    return query
      select * from private.visitors_by_filter(p_site_domains, p_filter, v_to + 1, p_after, v_left);
  end if;
end
$$;

comment on function private.page_of_visitors(text[], jsonb, text, jsonb, integer) is
  'Ids of a page of visitors in a sort: recent, or a figure''s column.';

create function public.get_visitor_stats_with_intent(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text default 'recent',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  site_domain text,
  id uuid,
  label text,
  name text,
  email text,
  status text,
  account_id uuid,
  account_name text,
  account_domain text,
  country text,
  device_type text,
  first_seen_at timestamptz,
  last_seen_at timestamptz,
  last_day date,
  session_count integer,
  page_view_count integer,
  conversation_count integer,
  interest_score smallint,
  intents jsonb,
  conversions text[],
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_column text := case p_sort
    when 'recent' then 'recent'
    when 'score' then 'interest_score'
    when 'sessions' then 'session_count'
    when 'page_views' then 'page_view_count'
    when 'conversations' then 'conversation_count'
  end;
begin
  perform private.check_visitor_filter(p_filter);
  if v_column is null then
    raise exception 'p_sort is recent, score, sessions, page_views or conversations, not %', coalesce(p_sort, 'null')
      using errcode = 'PT400';
  end if;
  if p_after is not null and not coalesce(
    private.casts_to(p_after ->> 'id', 'uuid')
    and p_after ->> 'site_domain' is not null
    and case
      when v_column = 'recent' then private.casts_to(p_after ->> 'last_day', 'date')
        and private.casts_to(p_after ->> 'last_seen_at', 'timestamptz')
      else private.casts_to(p_after ->> 'figure', 'integer')
    end,
    false
  ) then
    raise exception 'p_after must be the cursor of a row in the same sort' using errcode = 'PT400';
  end if;
  return query
  select
    visitor.site_domain,
    visitor.id,
    coalesce(visitor.name, visitor.email, 'Visitor ' || left(visitor.id::text, 8)),
    visitor.name,
    visitor.email,
    visitor.status,
    visitor.account_id,
    account.name,
    account.domain,
    visitor.country,
    visitor.device_type,
    visitor.first_seen_at,
    visitor.last_seen_at,
    done.last_day,
    visitor.session_count,
    visitor.page_view_count,
    visitor.conversation_count,
    visitor.interest_score,
    (
      select coalesce(jsonb_object_agg(counted.intent, counted.n), '{}')
      from (
        select conversation.intent, count(*) as n
        from public.counted_conversations as conversation
        where conversation.site_domain = visitor.site_domain
          and conversation.visitor_id = visitor.id
          and conversation.intent is not null
        group by conversation.intent
      ) as counted
    ),
    array_remove(
      array[
        case when done.steps & 128 <> 0 then 'email_captured' end,
        case when done.steps & 16 <> 0 then 'demo_proposed' end,
        case when done.steps & 32 <> 0 then 'cta_clicked' end,
        case when done.steps & 64 <> 0 then 'demo_booked' end
      ],
      null
    ),
    case
      when v_column = 'recent' then jsonb_build_object(
        'last_day', done.last_day, 'last_seen_at', visitor.last_seen_at, 'site_domain', visitor.site_domain,
        'id', visitor.id
      )
      else jsonb_build_object(
        'figure',
        case v_column
          when 'interest_score' then visitor.interest_score
          when 'session_count' then visitor.session_count
          when 'page_view_count' then visitor.page_view_count
          else visitor.conversation_count
        end,
        'site_domain', visitor.site_domain,
        'id', visitor.id
      )
    end
  from private.page_of_visitors(v_domains, p_filter, v_column, p_after, v_limit)
    with ordinality as page (site_domain, id, last_day, position)
  join public.visitors as visitor on visitor.site_domain = page.site_domain and visitor.id = page.id
  left join public.accounts as account
    on account.site_domain = visitor.site_domain and account.id = visitor.account_id
  cross join lateral private.days_in_range(page.site_domain, page.id, p_filter) as done
  order by page.position;
end
$$;

comment on function public.get_visitor_stats_with_intent(text[], jsonb, text, integer, jsonb) is
  'Visitors who were there on a day of the range, at most 200 a page; the cursor of the last row asks for the next page. Filter keys: from, to (days, required), did (a step or funnel kind done in the range: displayed, engaged, funnel_booked …), conversions (kinds that all happened in the range), statuses, scores, country, account_id, search (beginnings of words of name, e-mail or company; or an id). Sorts: recent, score, sessions, page_views, conversations. Sessions, page views, conversations, interest score and intents are of all time; last_day and conversions of the range.';

create function public.count_visitors(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_from date := p_filter ->> 'from';
  v_to date := p_filter ->> 'to';
begin
  perform private.check_visitor_filter(p_filter);
  if not exists (
    select 1 from jsonb_each(p_filter) as f
    where f.key not in ('from', 'to', 'did') and jsonb_typeof(f.value) <> 'null'
  ) then
    return private.distinct_visitors(v_domains, coalesce(p_filter ->> 'did', 'active'), v_from, v_to);
  end if;
  return (
    select count(*)
    from private.matching_visitors(v_domains, p_filter) as visitor
    cross join lateral private.days_in_range(visitor.site_domain, visitor.id, p_filter) as done
    where done.last_day is not null
      and done.steps & private.wanted_steps(p_filter) = private.wanted_steps(p_filter)
  );
end
$$;

comment on function public.count_visitors(text[], jsonb) is
  'How many visitors pass the filter of get_visitor_stats_with_intent, exactly.';

revoke execute on function
  private.visitors_by_day(text[], jsonb, date, date, jsonb, integer),
  private.visitors_by_filter(text[], jsonb, date, jsonb, integer),
  private.visitors_by_figure(text[], jsonb, text, jsonb, integer),
  private.page_of_visitors(text[], jsonb, text, jsonb, integer),
  public.get_visitor_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_visitors(text[], jsonb)
from public, anon;
grant execute on function
  private.visitors_by_day(text[], jsonb, date, date, jsonb, integer),
  private.visitors_by_filter(text[], jsonb, date, jsonb, integer),
  private.visitors_by_figure(text[], jsonb, text, jsonb, integer),
  private.page_of_visitors(text[], jsonb, text, jsonb, integer),
  public.get_visitor_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_visitors(text[], jsonb)
to authenticated, service_role;

-- Everything that happened, of one visitor or of everybody at a company, the newest first.

create function private.timeline_cursor(p_after jsonb)
returns timestamptz
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_after is null then
    return null;
  end if;
  if not coalesce(
    private.casts_to(p_after ->> 'at', 'timestamptz') and p_after ->> 'key' is not null, false
  ) then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return p_after ->> 'at';
end
$$;

comment on function private.timeline_cursor(jsonb) is 'The instant of a timeline''s cursor; PT400 for anything else.';

create function public.get_visitor_timeline(
  p_site_domain text,
  p_visitor_id uuid,
  p_kinds text[] default null,
  p_limit integer default 100,
  p_after jsonb default null
)
returns table (
  at timestamptz,
  kind text,
  name text,
  session_id uuid,
  conversation_id uuid,
  page text,
  text text,
  details jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 100), 1), 500);
  v_at timestamptz := private.timeline_cursor(p_after);
  v_key text := p_after ->> 'key';
begin
  if not coalesce(p_kinds <@ array['page', 'widget', 'message', 'conversion', 'enrichment'], true) then
    raise exception 'p_kinds are page, widget, message, conversion and enrichment' using errcode = 'PT400';
  end if;
  return query
  select
    item.at, item.kind, item.name, item.session_id, item.conversation_id, item.page, item.text, item.details,
    jsonb_build_object('at', item.at, 'key', item.key)
  from (
    (
      select
        event.occurred_at as at,
        case when event.name in ('$pageview', '$pageleave') then 'page' else 'widget' end as kind,
        event.name,
        event.session_id,
        event.conversation_id,
        event.page,
        null::text as text,
        '{}'::jsonb as details,
        'event ' || event.uuid as key
      from public.events as event
      where event.site_domain = p_site_domain
        and event.visitor_id = p_visitor_id
        and (
          p_kinds is null
          or ('page' = any (p_kinds) and event.name in ('$pageview', '$pageleave'))
          or ('widget' = any (p_kinds) and event.name not in ('$pageview', '$pageleave'))
        )
        -- Conversions and messages have rows of their own below.
        and event.name not in (
          '$pageleave', 'message_sent', 'email_captured', 'demo_proposed', 'cta_clicked', 'demo_booked'
        )
        and (v_at is null or event.occurred_at <= v_at)
        and (v_at is null or (event.occurred_at, 'event ' || event.uuid) < (v_at, v_key))
      order by event.occurred_at desc, event.uuid desc
      limit v_limit
    )
    union all
    (
      select
        message.sent_at,
        'message',
        message.role,
        conversation.session_id,
        message.conversation_id,
        conversation.page,
        left(message.text, 500),
        jsonb_build_object('latency_ms', message.latency_ms),
        'message ' || message.id
      from public.conversations as conversation
      join public.messages as message
        on message.site_domain = conversation.site_domain and message.conversation_id = conversation.id
      where conversation.site_domain = p_site_domain
        and conversation.visitor_id = p_visitor_id
        and (p_kinds is null or 'message' = any (p_kinds))
        and (v_at is null or conversation.started_at <= v_at)
        and (v_at is null or (message.sent_at, 'message ' || message.id) < (v_at, v_key))
      order by message.sent_at desc, message.id desc
      limit v_limit
    )
    union all
    (
      select
        conversion.occurred_at,
        'conversion',
        conversion.kind,
        conversion.session_id,
        conversion.conversation_id,
        null,
        null,
        '{}',
        'conversion ' || conversion.id
      from public.conversions as conversion
      where conversion.site_domain = p_site_domain
        and conversion.visitor_id = p_visitor_id
        and (p_kinds is null or 'conversion' = any (p_kinds))
        and (v_at is null or (conversion.occurred_at, 'conversion ' || conversion.id) < (v_at, v_key))
      order by conversion.occurred_at desc, conversion.id desc
      limit v_limit
    )
  ) as item
  order by item.at desc, item.key desc
  limit v_limit;
end
$$;

comment on function public.get_visitor_timeline(text, uuid, text[], integer, jsonb) is
  'What a visitor did, newest first: page views, widget events, messages, conversions and enrichment changes; p_kinds keeps some. The cursor of the last row asks for what came before.';

create function public.get_visitor_sessions(
  p_site_domain text,
  p_visitor_id uuid,
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  id uuid,
  session_id text,
  first_event_at timestamptz,
  last_activity_at timestamptz,
  page_view_count integer,
  event_count integer,
  entry_page text,
  referrer_host text,
  utm_source text,
  utm_campaign text,
  country text,
  device_type text,
  browser text,
  os text,
  conversation_id uuid,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.timeline_cursor(p_after);
begin
  return query
  select
    session.id, session.session_id, session.first_event_at, session.last_activity_at, session.page_view_count,
    session.event_count, session.entry_page, session.referrer_host, session.utm_source, session.utm_campaign,
    session.country, session.device_type, session.browser, session.os, session.conversation_id,
    jsonb_build_object('at', session.first_event_at, 'key', session.id)
  from public.counted_sessions as session
  where session.site_domain = p_site_domain
    and session.visitor_id = p_visitor_id
    and (v_at is null or (session.first_event_at, session.id::text) < (v_at, p_after ->> 'key'))
  order by session.first_event_at desc, session.id::text desc
  limit least(greatest(coalesce(p_limit, 50), 1), 200);
end
$$;

comment on function public.get_visitor_sessions(text, uuid, integer, jsonb) is
  'The sessions of a visitor that count, newest first; the cursor of the last row asks for earlier ones.';

revoke execute on function
  private.timeline_cursor(jsonb),
  public.get_visitor_timeline(text, uuid, text[], integer, jsonb),
  public.get_visitor_sessions(text, uuid, integer, jsonb)
from public, anon;
grant execute on function
  private.timeline_cursor(jsonb),
  public.get_visitor_timeline(text, uuid, text[], integer, jsonb),
  public.get_visitor_sessions(text, uuid, integer, jsonb)
to authenticated, service_role;

-- Companies whose people were there in a range of days, from the rollups by account.

create function private.check_account_filter(p_filter jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_key text;
  v_value jsonb;
  v_expected text;
begin
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception 'p_filter must be an object' using errcode = 'PT400';
  end if;
  if p_filter ->> 'from' is null or p_filter ->> 'to' is null then
    raise exception 'p_filter.from and p_filter.to are required' using errcode = 'PT400';
  end if;
  for v_key, v_value in select f.key, f.value from jsonb_each(p_filter) as f loop
    v_expected := case v_key
      when 'from' then 'date'
      when 'to' then 'date'
      when 'search' then 'text'
      when 'country' then 'text'
      when 'industry' then 'text'
      when 'scores' then 'list of scores'
      when 'talked' then 'boolean'
    end;
    if v_expected is null then
      raise exception 'p_filter has no key "%"', v_key using errcode = 'PT400';
    end if;
    continue when jsonb_typeof(v_value) = 'null';
    if not (case v_expected
      when 'text' then jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') <= 1000
      when 'boolean' then jsonb_typeof(v_value) = 'boolean'
      when 'date' then jsonb_typeof(v_value) = 'string'
        and v_value #>> '{}' ~ '^\d{4}-\d{2}-\d{2}$' and private.casts_to(v_value #>> '{}', 'date')
      else jsonb_typeof(v_value) = 'array' and v_value <@ '[1, 2, 3, 4, 5]'
    end) then
      raise exception 'p_filter.% is not a valid %', v_key, v_expected using errcode = 'PT400';
    end if;
  end loop;
  perform private.check_window((p_filter ->> 'from')::date, (p_filter ->> 'to')::date);
end
$$;

comment on function private.check_account_filter(jsonb) is
  'Refuses (PT400) a filter without a range of days, with an unknown key or a value of a wrong type.';

create function private.search_accounts(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  -- Text search is not leakproof, so under row-level security it would lose its index: this checks the domains itself.
  return query
    select account.site_domain, account.id
    from public.accounts as account
    where account.site_domain = any (p_site_domains)
      and account.site_domain = any (array(select private.my_domains()))
      and private.name_document(account.name, account.domain) @@ private.prefix_query(p_search);
end
$$;

comment on function private.search_accounts(text[], text) is
  'Ids of the accounts whose name or domain has words that begin so, of domains the caller may see.';

create function private.filtered_accounts(p_site_domains text[], p_filter jsonb)
returns table (
  site_domain text,
  id uuid,
  sessions bigint,
  conversations bigint,
  interest_score smallint,
  last_day date
)
language sql
stable
as $$
  with by_day as (
    -- The value of account_score is the account's id, a colon and the score.
    select
      figure.site_domain,
      left(figure.value, 36)::uuid as account_id,
      figure.metric,
      figure.day,
      nullif(substr(figure.value, 38), '')::smallint as score,
      sum(figure.n) as n
    from rollup.figures as figure
    where figure.site_domain = any (p_site_domains)
      and figure.metric = any (array['sessions', 'conversations'])
      and figure.dimension = any (array['account', 'account_score'])
      and figure.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
    group by 1, 2, 3, 4, 5
    having sum(figure.n) > 0
  ),
  counted as (
    select
      by_day.site_domain,
      by_day.account_id,
      coalesce(sum(by_day.n) filter (where by_day.metric = 'sessions'), 0)::bigint as sessions,
      coalesce(sum(by_day.n) filter (where by_day.metric = 'conversations' and by_day.score is null), 0)::bigint
        as conversations,
      coalesce(max(by_day.score), 1)::smallint as interest_score,
      max(by_day.day) as last_day
    from by_day
    group by by_day.site_domain, by_day.account_id
  )
  select c.site_domain, c.account_id, c.sessions, c.conversations, c.interest_score, c.last_day
  from counted as c
  join public.accounts as account on account.site_domain = c.site_domain and account.id = c.account_id
  where (p_filter ->> 'country' is null or coalesce(account.country, '') = p_filter ->> 'country')
    and (p_filter ->> 'industry' is null or coalesce(account.industry, '') = p_filter ->> 'industry')
    and (
      p_filter ->> 'scores' is null
      or c.interest_score = any (array(select jsonb_array_elements_text(p_filter -> 'scores')::smallint))
    )
    and (p_filter ->> 'talked' is null or (c.conversations > 0) = (p_filter ->> 'talked')::boolean)
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or (c.site_domain, c.account_id) in (
        select found.site_domain, found.id
        from private.search_accounts(p_site_domains, p_filter ->> 'search') as found
      )
    )
$$;

comment on function private.filtered_accounts(text[], jsonb) is
  'Accounts with a session or conversation in a filter''s range that pass it, with their figures of the range.';

create function public.get_account_stats_with_intent(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text default 'recent',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  site_domain text,
  id uuid,
  name text,
  domain text,
  industry text,
  size text,
  country text,
  visitors bigint,
  sessions bigint,
  conversations bigint,
  interest_score smallint,
  last_day date,
  last_seen_at timestamptz,
  intents jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
begin
  perform private.check_account_filter(p_filter);
  if p_sort is null or p_sort not in ('recent', 'score', 'sessions', 'conversations') then
    raise exception 'p_sort is recent, score, sessions or conversations, not %', coalesce(p_sort, 'null')
      using errcode = 'PT400';
  end if;
  if p_after is not null and not coalesce(
    private.casts_to(p_after ->> 'figure', 'bigint')
    and private.casts_to(p_after ->> 'last_day', 'date')
    and private.casts_to(p_after ->> 'id', 'uuid'),
    false
  ) then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return query
  with sorted as (
    select
      found.*,
      case p_sort
        when 'score' then found.interest_score
        when 'sessions' then found.sessions
        when 'conversations' then found.conversations
        else 0
      end::bigint as figure
    from private.filtered_accounts(v_domains, p_filter) as found
  ),
  page as (
    select sorted.*
    from sorted
    where p_after is null
      or (sorted.figure, sorted.last_day, sorted.id)
        < ((p_after ->> 'figure')::bigint, (p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
    order by sorted.figure desc, sorted.last_day desc, sorted.id desc
    limit v_limit
  )
  select
    page.site_domain,
    page.id,
    account.name,
    account.domain,
    account.industry,
    account.size,
    account.country,
    people.n,
    page.sessions,
    page.conversations,
    page.interest_score,
    page.last_day,
    people.last_seen_at,
    (
      select coalesce(jsonb_object_agg(counted.intent, counted.n), '{}')
      from (
        select conversation.intent, count(*) as n
        from public.counted_conversations as conversation
        where conversation.site_domain = page.site_domain
          and conversation.account_id = page.id
          and conversation.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
          and conversation.intent is not null
        group by conversation.intent
      ) as counted
    ),
    jsonb_build_object(
      'figure', page.figure, 'last_day', page.last_day, 'site_domain', page.site_domain, 'id', page.id
    )
  from page
  join public.accounts as account on account.site_domain = page.site_domain and account.id = page.id
  cross join lateral (
    select
      count(*) filter (
        where exists (
          select 1
          from rollup.visitor_days as done
          where done.site_domain = visitor.site_domain
            and done.visitor_id = visitor.id
            and done.day between (p_filter ->> 'from')::date and (p_filter ->> 'to')::date
        )
      ) as n,
      max(visitor.last_seen_at) as last_seen_at
    from public.counted_visitors as visitor
    where visitor.site_domain = page.site_domain and visitor.account_id = page.id
  ) as people
  order by page.figure desc, page.last_day desc, page.id desc;
end
$$;

comment on function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb) is
  'Accounts with a session or conversation in the range, at most 200 a page; the cursor of the last row asks for the next page. Visitors (distinct, there in the range), sessions, conversations, best interest score and intents are of the range; last_seen_at of all time. Filter keys: from, to (days, required), search (beginnings of words of name or domain), country, industry, scores (best interest score in the range), talked (with a conversation). Sorts: recent, score, sessions, conversations.';

create function public.count_accounts(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_account_filter(p_filter);
  return (select count(*) from private.filtered_accounts(v_domains, p_filter));
end
$$;

comment on function public.count_accounts(text[], jsonb) is
  'How many accounts pass the filter of get_account_stats_with_intent, exactly.';

revoke execute on function
  private.check_account_filter(jsonb),
  private.search_accounts(text[], text),
  private.filtered_accounts(text[], jsonb),
  public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_accounts(text[], jsonb)
from public, anon;
grant execute on function
  private.check_account_filter(jsonb),
  private.search_accounts(text[], text),
  private.filtered_accounts(text[], jsonb),
  public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_accounts(text[], jsonb)
to authenticated, service_role;

-- What everybody at a company did, and what they asked about.

create function public.get_account_timeline(
  p_site_domain text,
  p_account_id uuid,
  p_kinds text[] default null,
  p_limit integer default 100,
  p_after jsonb default null
)
returns table (
  at timestamptz,
  kind text,
  name text,
  visitor_id uuid,
  visitor_label text,
  session_id uuid,
  conversation_id uuid,
  page text,
  text text,
  details jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 100), 1), 500);
  v_at timestamptz := private.timeline_cursor(p_after);
  v_key text := p_after ->> 'key';
begin
  if not coalesce(p_kinds <@ array['session', 'conversation', 'conversion', 'enrichment'], true) then
    raise exception 'p_kinds are session, conversation, conversion and enrichment' using errcode = 'PT400';
  end if;
  return query
  select
    item.at, item.kind, item.name, item.visitor_id,
    coalesce(visitor.name, visitor.email, 'Visitor ' || left(visitor.id::text, 8)),
    item.session_id, item.conversation_id, item.page, item.text, item.details,
    jsonb_build_object('at', item.at, 'key', item.key)
  from (
    (
      select
        session.first_event_at as at,
        'session' as kind,
        'session' as name,
        session.visitor_id,
        session.id as session_id,
        session.conversation_id,
        session.entry_page as page,
        null::text as text,
        jsonb_build_object(
          'page_views', session.page_view_count, 'referrer_host', session.referrer_host,
          'last_activity_at', session.last_activity_at
        ) as details,
        'session ' || session.id as key
      from public.counted_sessions as session
      where session.site_domain = p_site_domain
        and session.account_id = p_account_id
        and (p_kinds is null or 'session' = any (p_kinds))
        and (v_at is null or session.first_event_at <= v_at)
        and (v_at is null or (session.first_event_at, 'session ' || session.id) < (v_at, v_key))
      order by session.first_event_at desc, session.id desc
      limit v_limit
    )
    union all
    (
      select
        conversation.started_at,
        'conversation',
        'conversation',
        conversation.visitor_id,
        conversation.session_id,
        conversation.id,
        conversation.page,
        conversation.preview,
        jsonb_build_object(
          'turns', conversation.total_turns, 'interest_score', conversation.interest_score,
          'quality_score', conversation.quality_score, 'topic', topic.label
        ),
        'conversation ' || conversation.id
      from public.counted_conversations as conversation
      left join public.topics as topic
        on topic.site_domain = conversation.site_domain and topic.id = conversation.topic_id
      where conversation.site_domain = p_site_domain
        and conversation.account_id = p_account_id
        and (p_kinds is null or 'conversation' = any (p_kinds))
        and (v_at is null or conversation.started_at <= v_at)
        and (v_at is null or (conversation.started_at, 'conversation ' || conversation.id) < (v_at, v_key))
      order by conversation.started_at desc, conversation.id desc
      limit v_limit
    )
    union all
    (
      select
        conversion.occurred_at,
        'conversion',
        conversion.kind,
        conversion.visitor_id,
        conversion.session_id,
        conversion.conversation_id,
        null,
        null,
        '{}',
        'conversion ' || conversion.id
      from public.visitors as person
      join public.counted_conversions as conversion
        on conversion.site_domain = person.site_domain and conversion.visitor_id = person.id
      where person.site_domain = p_site_domain
        and person.account_id = p_account_id
        and (p_kinds is null or 'conversion' = any (p_kinds))
        and (v_at is null or (conversion.occurred_at, 'conversion ' || conversion.id) < (v_at, v_key))
      order by conversion.occurred_at desc, conversion.id desc
      limit v_limit
    )
  ) as item
  join public.visitors as visitor on visitor.site_domain = p_site_domain and visitor.id = item.visitor_id
  order by item.at desc, item.key desc
  limit v_limit;
end
$$;

comment on function public.get_account_timeline(text, uuid, text[], integer, jsonb) is
  'What everybody at a company did, newest first: sessions, conversations, conversions and enrichment changes; p_kinds keeps some. The cursor of the last row asks for what came before.';

create function public.get_account_topics(p_site_domain text, p_account_id uuid)
returns table (
  topic_id uuid,
  label text,
  conversations bigint,
  last_asked_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select conversation.topic_id, topic.label, count(*), max(conversation.started_at)
  from public.counted_conversations as conversation
  join public.topics as topic on topic.site_domain = conversation.site_domain and topic.id = conversation.topic_id
  where conversation.site_domain = p_site_domain and conversation.account_id = p_account_id
  group by conversation.topic_id, topic.label
  order by count(*) desc, topic.label
  limit 50
$$;

comment on function public.get_account_topics(text, uuid) is
  'The topics people of an account asked about, of all time, at most 50: conversations of each, and when the last one was.';

revoke execute on function
  public.get_account_timeline(text, uuid, text[], integer, jsonb),
  public.get_account_topics(text, uuid)
from public, anon;
grant execute on function
  public.get_account_timeline(text, uuid, text[], integer, jsonb),
  public.get_account_topics(text, uuid)
to authenticated, service_role;

-- What people ask about: how often, how well it is answered, how it changes.

create function private.topic_figures(p_site_domains text[], p_from date, p_to date)
returns table (
  site_domain text,
  topic_id uuid,
  day date,
  metric text,
  n bigint
)
language sql
stable
as $$
  select figure.site_domain, nullif(figure.value, '')::uuid, figure.day, figure.metric, sum(figure.n)::bigint
  from rollup.figures as figure
  where figure.site_domain = any (p_site_domains)
    and figure.metric = any (
      array[
        'messaged_conversations', 'turns', 'converted_conversations', 'unanswered_conversations',
        'scored_conversations', 'quality_tenths'
      ]
    )
    and figure.dimension = 'topic'
    and figure.day between p_from and p_to
  group by figure.site_domain, figure.value, figure.day, figure.metric
$$;

comment on function private.topic_figures(text[], date, date) is
  'The figures of each topic on each day; a null topic: conversations that belong to none.';

create function public.get_topic_stats(p_site_domains text[], p_from date, p_to date)
returns table (
  site_domain text,
  topic_id uuid,
  label text,
  keywords text[],
  status text,
  label_is_custom boolean,
  conversations bigint,
  previous_conversations bigint,
  share numeric,
  turns_per_conversation numeric,
  quality numeric,
  previous_quality numeric,
  conversion_rate numeric,
  unanswered_share numeric,
  total_conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  return query
  with counted as (
    select
      f.site_domain,
      f.topic_id,
      f.metric,
      coalesce(sum(f.n) filter (where f.day >= p_from), 0) as now,
      coalesce(sum(f.n) filter (where f.day < p_from), 0) as before
    from private.topic_figures(v_domains, p_from - (p_to - p_from + 1), p_to) as f
    group by f.site_domain, f.topic_id, f.metric
  ),
  by_topic as (
    select
      c.site_domain,
      c.topic_id,
      coalesce(sum(c.now) filter (where c.metric = 'messaged_conversations'), 0)::bigint as conversations,
      coalesce(sum(c.before) filter (where c.metric = 'messaged_conversations'), 0)::bigint as previous_conversations,
      sum(c.now) filter (where c.metric = 'turns') as turns,
      coalesce(sum(c.now) filter (where c.metric = 'converted_conversations'), 0) as converted,
      coalesce(sum(c.now) filter (where c.metric = 'unanswered_conversations'), 0) as unanswered,
      sum(c.now) filter (where c.metric = 'scored_conversations') as scored,
      sum(c.now) filter (where c.metric = 'quality_tenths') as tenths,
      sum(c.before) filter (where c.metric = 'scored_conversations') as previous_scored,
      sum(c.before) filter (where c.metric = 'quality_tenths') as previous_tenths
    from counted as c
    group by c.site_domain, c.topic_id
  )
  select
    b.site_domain,
    b.topic_id,
    topic.label,
    topic.keywords,
    topic.status,
    topic.label_is_custom,
    b.conversations,
    b.previous_conversations,
    private.ratio(b.conversations, total.n),
    private.ratio(coalesce(b.turns, 0), b.conversations),
    private.ratio(b.tenths, 10 * b.scored),
    private.ratio(b.previous_tenths, 10 * b.previous_scored),
    private.ratio(b.converted, b.conversations),
    private.ratio(b.unanswered, b.conversations),
    total.n::bigint
  from by_topic as b
  cross join (select coalesce(sum(all_topics.conversations), 0) as n from by_topic as all_topics) as total
  left join public.topics as topic on topic.site_domain = b.site_domain and topic.id = b.topic_id
  where b.conversations > 0 or b.previous_conversations > 0
  order by b.conversations desc, topic.label, b.topic_id
  limit 1000;
end
$$;

comment on function public.get_topic_stats(text[], date, date) is
  'Each topic that came up in the range or as many days before, most asked first. conversations: those with a visitor''s message; share: of all of these in the range; quality: mean score (1 to 5); conversion_rate: with an e-mail, CTA click or demo ÷ conversations; unanswered_share: with a question the agent could not answer ÷ conversations. A null topic: conversations that belong to none.';

create function public.get_topics_over_time(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_bucket text default 'day',
  p_limit integer default 6
)
returns table (
  bucket date,
  site_domain text,
  topic_id uuid,
  label text,
  conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  if p_bucket is null or p_bucket not in ('day', 'week', 'month') then
    raise exception 'p_bucket is day, week or month, not %', coalesce(p_bucket, 'null') using errcode = 'PT400';
  end if;
  return query
  with counted as (
    select f.site_domain, f.topic_id, greatest(date_trunc(p_bucket, f.day)::date, p_from) as bucket, sum(f.n) as n
    from private.topic_figures(v_domains, p_from, p_to) as f
    where f.metric = 'messaged_conversations' and f.topic_id is not null
    group by f.site_domain, f.topic_id, greatest(date_trunc(p_bucket, f.day)::date, p_from)
  ),
  best as (
    select c.site_domain, c.topic_id, topic.label, sum(c.n) as n
    from counted as c
    join public.topics as topic
      on topic.site_domain = c.site_domain and topic.id = c.topic_id and topic.status = 'active'
    group by c.site_domain, c.topic_id, topic.label
    order by sum(c.n) desc, topic.label, c.topic_id
    limit least(greatest(p_limit, 1), 20)
  ),
  buckets as (
    select distinct greatest(date_trunc(p_bucket, series.day)::date, p_from) as bucket
    from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') as series (day)
  )
  select buckets.bucket, best.site_domain, best.topic_id, best.label, coalesce(c.n, 0)::bigint
  from buckets
  cross join best
  left join counted as c
    on c.site_domain = best.site_domain and c.topic_id = best.topic_id and c.bucket = buckets.bucket
  order by best.n desc, best.label, best.topic_id, buckets.bucket;
end
$$;

comment on function public.get_topics_over_time(text[], date, date, text, integer) is
  'The most asked topics that are not hidden, each with its conversations by day, week (from Monday) or month; every bucket is there.';

create function public.get_heat_map(p_site_domains text[], p_from date, p_to date)
returns table (weekday integer, hour integer, conversations bigint)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  return query
  select
    weekdays.weekday,
    hours.hour,
    coalesce(counted.n, 0)::bigint
  from generate_series(1, 7) as weekdays (weekday)
  cross join generate_series(0, 23) as hours (hour)
  left join (
    select extract(isodow from figure.day)::integer as weekday, figure.value::integer as hour, sum(figure.n) as n
    from rollup.figures as figure
    where figure.site_domain = any (v_domains)
      and figure.metric = 'conversations'
      and figure.dimension = 'hour'
      and figure.day between p_from and p_to
    group by 1, 2
  ) as counted on counted.weekday = weekdays.weekday and counted.hour = hours.hour
  order by weekdays.weekday, hours.hour;
end
$$;

comment on function public.get_heat_map(text[], date, date) is
  'Conversations begun by weekday (1 Monday to 7 Sunday) and hour (0 to 23), each in its domain''s own time; every cell is there.';

revoke execute on function
  private.topic_figures(text[], date, date),
  public.get_topic_stats(text[], date, date),
  public.get_topics_over_time(text[], date, date, text, integer),
  public.get_heat_map(text[], date, date)
from public, anon;
grant execute on function
  private.topic_figures(text[], date, date),
  public.get_topic_stats(text[], date, date),
  public.get_topics_over_time(text[], date, date, text, integer),
  public.get_heat_map(text[], date, date)
to authenticated, service_role;

-- Questions the agent could not answer, the same ones together.

create function public.get_unanswered_questions(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_status text default 'open',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  site_domain text,
  group_id uuid,
  label text,
  status text,
  asked bigint,
  conversations bigint,
  last_asked_at timestamptz,
  examples jsonb,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  if p_status is not null and p_status not in ('open', 'resolved') then
    raise exception 'p_status is open, resolved or null, not %', p_status using errcode = 'PT400';
  end if;
  if p_after is not null and not coalesce(
    private.casts_to(p_after ->> 'asked', 'bigint') and private.casts_to(p_after ->> 'group_id', 'uuid'), false
  ) then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return query
  with asked as (
    select
      question.site_domain, question.group_id, question.conversation_id, question.question, question.asked_at
    from public.unanswered_questions as question
    join public.domains as domain on domain.site_domain = question.site_domain
    join public.counted_conversations as conversation
      on conversation.site_domain = question.site_domain and conversation.id = question.conversation_id
    where question.site_domain = any (v_domains)
      and question.group_id is not null
      and question.asked_at >= p_from::timestamp at time zone domain.timezone
      and question.asked_at < (p_to + 1)::timestamp at time zone domain.timezone
  ),
  counted as (
    select
      a.site_domain,
      a.group_id,
      count(*) as asked,
      count(distinct a.conversation_id) as conversations,
      max(a.asked_at) as last_asked_at
    from asked as a
    group by a.site_domain, a.group_id
  )
  select
    c.site_domain,
    c.group_id,
    kept.label,
    kept.status,
    c.asked,
    c.conversations,
    c.last_asked_at,
    (
      select jsonb_agg(
        jsonb_build_object(
          'question', left(example.question, 500), 'conversation_id', example.conversation_id,
          'asked_at', example.asked_at
        )
        order by example.asked_at desc
      )
      from (
        select a.question, a.conversation_id, a.asked_at
        from asked as a
        where a.site_domain = c.site_domain and a.group_id = c.group_id
        order by a.asked_at desc
        limit 5
      ) as example
    ),
    jsonb_build_object('asked', c.asked, 'site_domain', c.site_domain, 'group_id', c.group_id)
  from counted as c
  join public.question_groups as kept on kept.site_domain = c.site_domain and kept.id = c.group_id
  where (p_status is null or kept.status = p_status)
    and (
      p_after is null
      or (c.asked, c.group_id) < ((p_after ->> 'asked')::bigint, (p_after ->> 'group_id')::uuid)
    )
  order by c.asked desc, c.group_id desc
  limit least(greatest(coalesce(p_limit, 50), 1), 200);
end
$$;

comment on function public.get_unanswered_questions(text[], date, date, text, integer, jsonb) is
  'Groups of questions the agent could not answer in the range, most asked first: how often, in how many conversations, when last, and the five newest. The cursor of the last row asks for more.';

revoke execute on function public.get_unanswered_questions(text[], date, date, text, integer, jsonb) from public, anon;
grant execute on function public.get_unanswered_questions(text[], date, date, text, integer, jsonb)
to authenticated, service_role;
