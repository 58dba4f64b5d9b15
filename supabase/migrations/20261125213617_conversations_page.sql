-- Reviews, saved views, and a list of conversations that filters by everything known of them, in six orders.

alter table public.conversations
  add column review text,
  add constraint conversations_review_check check (review in ('good', 'bad'));

comment on column public.conversations.review is 'The thumb of its latest review; null without any.';

drop index public.conversations_started_at_idx;
create index conversations_review_idx on public.conversations (site_domain, started_at desc, id desc)
  where review is not null;
create index conversations_page_idx on public.conversations (site_domain, page, started_at desc, id desc);
-- What lists filter by, so that an index alone tells which rows pass. Pages are too long for it.
create index conversations_started_at_idx on public.conversations (site_domain, started_at desc, id desc)
  include (
    counts, day, hour, country, device_type, referrer_host, language, detected_language, message_count,
    visitor_message_count, total_turns, email_captured, demo_proposed, cta_clicked, demo_booked, interest_score,
    quality_score, topic_id, intent, signals, unanswered_count, review
  );
-- The other orders of the list.
create index conversations_total_turns_idx
  on public.conversations (site_domain, total_turns desc, started_at desc, id desc);
create index conversations_interest_score_idx
  on public.conversations (site_domain, interest_score desc, started_at desc, id desc);
create index conversations_quality_best_idx
  on public.conversations (site_domain, (coalesce(quality_score, 0)) desc, started_at desc, id desc);
create index conversations_quality_worst_idx
  on public.conversations (site_domain, (coalesce(6 - quality_score, 0)) desc, started_at desc, id desc);

create or replace view public.counted_conversations with (security_invoker = true) as
select * from public.conversations where counts;

drop function public.list_conversations(text[], jsonb, integer, jsonb);
drop function public.count_conversations(text[], jsonb);
drop function private.filtered_conversations(text[], jsonb);
drop function private.check_conversation_filter(jsonb);
drop function private.search_conversations(text[], text);

-- What people think of a conversation.

create table public.reviews (
  site_domain text not null,
  conversation_id uuid not null,
  reviewer_id uuid not null,
  thumb text not null,
  note text not null default '',
  labels text[] not null default '{}',
  message_id uuid,
  corrected_answer text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint reviews_pkey primary key (site_domain, conversation_id, reviewer_id),
  constraint reviews_conversation_id_fkey foreign key (site_domain, conversation_id)
    references public.conversations (site_domain, id),
  constraint reviews_message_id_fkey foreign key (site_domain, conversation_id, message_id)
    references public.messages (site_domain, conversation_id, id),
  constraint reviews_thumb_check check (thumb in ('good', 'bad')),
  constraint reviews_note_check check (length(note) <= 5000),
  constraint reviews_labels_check check (cardinality(labels) <= 20 and length(array_to_string(labels, '')) <= 1000),
  constraint reviews_corrected_answer_check check (length(corrected_answer) between 1 and 10000)
);

comment on table public.reviews is
  'A person''s verdict on a conversation, one each. It outlives its reviewer, hence no foreign key to profiles.';
comment on column public.reviews.message_id is 'The answer that the corrected one is for.';
comment on column public.reviews.corrected_answer is 'What the agent should have said.';

alter table public.reviews enable row level security;
revoke all on public.reviews from public, anon, authenticated;
grant select on public.reviews to authenticated;
grant all on public.reviews to service_role;

create policy reviews_select on public.reviews
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

-- Filters of a page that somebody gave a name.

create table public.saved_views (
  id uuid not null default gen_random_uuid(),
  owner_id uuid not null,
  site_domain text,
  page text not null,
  name text not null,
  search jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint saved_views_pkey primary key (id),
  constraint saved_views_owner_id_fkey foreign key (owner_id) references public.profiles (id) on delete cascade,
  constraint saved_views_site_domain_fkey foreign key (site_domain) references public.domains (site_domain),
  constraint saved_views_page_check check (page ~ '^[a-z][a-z-]{0,39}$'),
  constraint saved_views_name_check check (length(name) between 1 and 80 and name = btrim(name)),
  constraint saved_views_search_check check (jsonb_typeof(search) = 'object' and length(search::text) <= 8000)
);

create index saved_views_owner_id_idx on public.saved_views (owner_id, page);
create index saved_views_site_domain_idx on public.saved_views (site_domain, page) where site_domain is not null;

comment on table public.saved_views is 'Named filters of a page: the owner''s alone, or shared with everybody who sees a domain.';
comment on column public.saved_views.site_domain is 'The domain it is shared with; null: it is the owner''s alone.';
comment on column public.saved_views.search is 'The page''s search parameters. A page ignores what it does not know.';

alter table public.saved_views enable row level security;
revoke all on public.saved_views from public, anon, authenticated;
grant select on public.saved_views to authenticated;
grant all on public.saved_views to service_role;

create policy saved_views_select on public.saved_views
  for select to authenticated
  using (
    owner_id = (select auth.uid())
    or site_domain = any (array(select private.my_domains()))
  );

-- Reviews, and what a conversation shows of them.

create function private.follow_reviews(p_site_domain text, p_conversation_id uuid)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.conversations as conversation
  set review = latest.thumb
  from (
    select (
      select review.thumb
      from public.reviews as review
      where review.site_domain = p_site_domain and review.conversation_id = p_conversation_id
      order by review.updated_at desc, review.reviewer_id
      limit 1
    ) as thumb
  ) as latest
  where conversation.site_domain = p_site_domain
    and conversation.id = p_conversation_id
    and conversation.review is distinct from latest.thumb
$$;

comment on function private.follow_reviews(text, uuid) is 'Gives a conversation the thumb of its latest review.';

create function private.write_review(p_site_domain text, p_conversation_id uuid, p_review jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_message_id uuid := p_review ->> 'message_id';
begin
  if auth.uid() is null or not p_site_domain = any (array(select private.my_domains())) then
    raise exception 'There is no conversation %', p_conversation_id using errcode = 'PT404';
  end if;
  -- Reviews of one conversation follow each other, so that the last one to be written is the one it shows.
  perform private.lock_conversations(p_site_domain, array[p_conversation_id]);

  if p_review is null then
    delete from public.reviews as review
    where review.site_domain = p_site_domain
      and review.conversation_id = p_conversation_id
      and review.reviewer_id = auth.uid();
  else
    if v_message_id is not null and not exists (
      select 1
      from public.messages as message
      where message.site_domain = p_site_domain
        and message.conversation_id = p_conversation_id
        and message.id = v_message_id
        and message.role = 'agent'
    ) then
      raise exception 'The conversation has no answer %', v_message_id using errcode = 'PT400';
    end if;
    insert into public.reviews as kept (
      site_domain, conversation_id, reviewer_id, thumb, note, labels, message_id, corrected_answer,
      created_at, updated_at
    )
    values (
      p_site_domain,
      p_conversation_id,
      auth.uid(),
      p_review ->> 'thumb',
      coalesce(p_review ->> 'note', ''),
      array(select distinct label.value from jsonb_array_elements_text(p_review -> 'labels') as label (value) order by 1),
      v_message_id,
      p_review ->> 'corrected_answer',
      clock_timestamp(),
      clock_timestamp()
    )
    on conflict (site_domain, conversation_id, reviewer_id) do update
    set
      thumb = excluded.thumb,
      note = excluded.note,
      labels = excluded.labels,
      message_id = excluded.message_id,
      corrected_answer = excluded.corrected_answer,
      updated_at = excluded.updated_at;
  end if;

  perform private.follow_reviews(p_site_domain, p_conversation_id);
end
$$;

comment on function private.write_review(text, uuid, jsonb) is
  'Keeps the caller''s review {thumb, note, labels, message_id, corrected_answer} of a conversation, or, null, takes it back. PT404: there is no such conversation for the caller.';

create function private.reviewer_names(p_site_domain text, p_conversation_id uuid)
returns table (reviewer_id uuid, name text)
language sql
stable
security definer
set search_path = ''
as $$
  select
    review.reviewer_id,
    coalesce(nullif(profile.full_name, ''), split_part(profile.email, '@', 1), 'Former member')
  from public.reviews as review
  left join public.profiles as profile on profile.id = review.reviewer_id
  where review.site_domain = p_site_domain
    and review.conversation_id = p_conversation_id
    and p_site_domain = any (array(select private.my_domains()))
$$;

comment on function private.reviewer_names(text, uuid) is
  'The names of those who reviewed a conversation. A definer, since profiles are for their owners and staff.';

revoke execute on function private.follow_reviews(text, uuid) from public, anon, authenticated, service_role;
revoke execute on function
  private.write_review(text, uuid, jsonb),
  private.reviewer_names(text, uuid)
from public, anon;
grant execute on function
  private.write_review(text, uuid, jsonb),
  private.reviewer_names(text, uuid)
to authenticated, service_role;

-- Naming the filters of a page.

create function private.write_view(p_id uuid, p_view jsonb)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_shared text := p_view ->> 'site_domain';
  v_id uuid;
begin
  -- Somebody disabled, or without the second factor asked of them, has no domains.
  if auth.uid() is null or not exists (select 1 from private.my_domains()) then
    raise exception 'You may not save views' using errcode = 'PT403';
  elsif v_shared is not null and not v_shared = any (array(select private.my_domains())) then
    raise exception 'There is no domain %', v_shared using errcode = 'PT404';
  end if;

  if p_id is null then
    if (select count(*) from public.saved_views as view where view.owner_id = auth.uid()) >= 200 then
      raise exception 'You have 200 views; delete one first' using errcode = 'PT409';
    end if;
    insert into public.saved_views (owner_id, site_domain, page, name, search)
    values (auth.uid(), v_shared, p_view ->> 'page', p_view ->> 'name', p_view -> 'search')
    returning id into v_id;
    return v_id;
  end if;

  update public.saved_views as view
  set
    name = coalesce(p_view ->> 'name', view.name),
    search = coalesce(p_view -> 'search', view.search),
    site_domain = case when p_view ? 'site_domain' then v_shared else view.site_domain end,
    updated_at = clock_timestamp()
  where view.id = p_id and view.owner_id = auth.uid() and p_view is not null
  returning view.id into v_id;
  if p_view is null then
    -- Staff tidies up what is shared.
    delete from public.saved_views as view
    where view.id = p_id
      and (view.owner_id = auth.uid() or (view.site_domain is not null and private.is_admin()))
    returning view.id into v_id;
  end if;
  if v_id is null then
    raise exception 'You have no view %', p_id using errcode = 'PT404';
  end if;
  return v_id;
end
$$;

comment on function private.write_view(uuid, jsonb) is
  'Makes the caller''s view {page, name, search, site_domain}, changes what is given of one of them, or, null, deletes it (staff also a shared one). PT404: the caller has none with that id.';

revoke execute on function private.write_view(uuid, jsonb) from public, anon;
grant execute on function private.write_view(uuid, jsonb) to authenticated, service_role;

-- What conversations are filtered by. The filter is one argument of every function that lists, counts or exports
-- them, so that they cannot disagree.

create function private.filter_list(p_filter jsonb, p_key text)
returns text[]
language sql
immutable
parallel safe
as $$
  select case
    when jsonb_typeof(p_filter -> p_key) = 'array' and p_filter -> p_key <> '[]'
      then array(select nullif(e.value, 'none') from jsonb_array_elements_text(p_filter -> p_key) as e)
  end
$$;

comment on function private.filter_list(jsonb, text) is
  'A list in a filter, with null for `none`; null when it restricts nothing.';

create function private.is_filter_value(p_value jsonb, p_kind text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_text text := p_value #>> '{}';
  v_type text := jsonb_typeof(p_value);
begin
  return case p_kind
    when 'text' then v_type = 'string' and length(v_text) <= 1000
    when 'boolean' then v_type = 'boolean'
    when 'integer' then v_type = 'number' and v_text ~ '^\d{1,6}$'
    when 'hour' then v_type = 'number' and v_text ~ '^(1?\d|2[0-3])$'
    when 'weekday' then v_type = 'number' and v_text ~ '^[1-7]$'
    when 'quality' then v_type = 'number' and v_text ~ '^([1-4](\.\d{1,4})?|5(\.0{1,4})?)$'
    when 'date' then v_type = 'string' and v_text ~ '^\d{4}-\d{2}-\d{2}$' and private.casts_to(v_text, 'date')
    when 'uuid' then v_type = 'string' and private.casts_to(v_text, 'uuid')
    when 'review' then v_type = 'string' and v_text in ('unreviewed', 'reviewed', 'good', 'bad')
    when 'conversions' then
      v_type = 'array' and p_value <@ '["email_captured", "demo_proposed", "cta_clicked", "demo_booked"]'
    when 'scores' then v_type = 'array' and p_value <@ '[1, 2, 3, 4, 5]'
    when 'intents' then
      v_type = 'array' and p_value <@ '["LEARN", "CONTEXT", "SUPPORT", "OFFTOPIC", "OTHER", "none", null]'
    when 'texts' then
      v_type = 'array' and jsonb_array_length(p_value) <= 50
      and not exists (
        select 1
        from jsonb_array_elements(p_value) as e
        where jsonb_typeof(e.value) <> 'string' or length(e.value #>> '{}') > 100
      )
    when 'topics' then
      v_type = 'array' and jsonb_array_length(p_value) <= 200
      and not exists (
        select 1
        from jsonb_array_elements(p_value) as e
        where not case jsonb_typeof(e.value)
          when 'null' then true
          when 'string' then e.value #>> '{}' = 'none' or private.casts_to(e.value #>> '{}', 'uuid')
          else false
        end
      )
  end;
end
$$;

comment on function private.is_filter_value(jsonb, text) is 'Whether a value of a filter is of the kind its key wants.';

create function private.check_conversation_filter(p_filter jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_kinds constant jsonb := '{
    "from": "date", "to": "date", "search": "text", "conversions": "conversions", "messaged": "boolean",
    "page": "text", "country": "text", "language": "text", "device": "text", "referrer": "text",
    "visitor_id": "uuid", "account_id": "uuid", "min_turns": "integer", "max_turns": "integer",
    "min_messages": "integer", "max_messages": "integer", "scores": "scores", "min_quality": "quality",
    "max_quality": "quality", "topics": "topics", "intents": "intents", "signals": "texts", "review": "review",
    "unanswered": "boolean", "hour": "hour", "weekday": "weekday"
  }';
  v_key text;
  v_value jsonb;
begin
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception 'p_filter must be an object' using errcode = 'PT400';
  end if;
  for v_key, v_value in select f.key, f.value from jsonb_each(p_filter) as f loop
    if not v_kinds ? v_key then
      raise exception 'p_filter has no key "%"', v_key using errcode = 'PT400';
    elsif jsonb_typeof(v_value) <> 'null' and not private.is_filter_value(v_value, v_kinds ->> v_key) then
      raise exception 'p_filter.% is not valid: %', v_key, left(v_value::text, 100) using errcode = 'PT400';
    end if;
  end loop;
end
$$;

comment on function private.check_conversation_filter(jsonb) is 'Refuses (PT400) a filter with an unknown key or an invalid value.';

create function private.filtered_conversations(p_site_domains text[], p_filter jsonb)
returns setof public.counted_conversations
language sql
stable
as $$
  select conversation.*
  from public.counted_conversations as conversation
  where conversation.site_domain = any (p_site_domains)
    and (p_filter ->> 'from' is null or conversation.day >= (p_filter ->> 'from')::date)
    and (p_filter ->> 'to' is null or conversation.day <= (p_filter ->> 'to')::date)
    -- No timezone is further from UTC than this; it lets the index by time find the days.
    and (
      p_filter ->> 'from' is null
      or conversation.started_at >= (p_filter ->> 'from')::date::timestamp at time zone 'UTC' - interval '1 day'
    )
    and (
      p_filter ->> 'to' is null
      or conversation.started_at < (p_filter ->> 'to')::date::timestamp at time zone 'UTC' + interval '2 days'
    )
    and (p_filter ->> 'messaged' is null
      or (conversation.visitor_message_count > 0) = (p_filter ->> 'messaged')::boolean)
    and (not coalesce(p_filter -> 'conversions' ? 'email_captured', false) or conversation.email_captured)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_proposed', false) or conversation.demo_proposed)
    and (not coalesce(p_filter -> 'conversions' ? 'cta_clicked', false) or conversation.cta_clicked)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_booked', false) or conversation.demo_booked)
    -- Not one expression for both: this keeps the index by page.
    and (
      p_filter ->> 'page' is null
      or case p_filter ->> 'page'
        when '' then coalesce(conversation.page, '') = ''
        else conversation.page = p_filter ->> 'page'
      end
    )
    and (p_filter ->> 'country' is null or coalesce(conversation.country, '') = p_filter ->> 'country')
    and (p_filter ->> 'device' is null or coalesce(conversation.device_type, '') = p_filter ->> 'device')
    and (p_filter ->> 'referrer' is null or coalesce(conversation.referrer_host, '') = p_filter ->> 'referrer')
    and (
      p_filter ->> 'language' is null
      or coalesce(conversation.language, conversation.detected_language, '') = p_filter ->> 'language'
    )
    and (p_filter ->> 'visitor_id' is null or conversation.visitor_id = (p_filter ->> 'visitor_id')::uuid)
    and (p_filter ->> 'account_id' is null or conversation.account_id = (p_filter ->> 'account_id')::uuid)
    and (p_filter ->> 'min_turns' is null or conversation.total_turns >= (p_filter ->> 'min_turns')::integer)
    and (p_filter ->> 'max_turns' is null or conversation.total_turns <= (p_filter ->> 'max_turns')::integer)
    and (p_filter ->> 'min_messages' is null or conversation.message_count >= (p_filter ->> 'min_messages')::integer)
    and (p_filter ->> 'max_messages' is null or conversation.message_count <= (p_filter ->> 'max_messages')::integer)
    and (
      private.filter_list(p_filter, 'scores') is null
      or conversation.interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
    )
    and (p_filter ->> 'min_quality' is null or conversation.quality_score >= (p_filter ->> 'min_quality')::numeric)
    and (p_filter ->> 'max_quality' is null or conversation.quality_score <= (p_filter ->> 'max_quality')::numeric)
    and (
      private.filter_list(p_filter, 'topics') is null
      or conversation.topic_id = any (private.filter_list(p_filter, 'topics')::uuid[])
      or (array_position(private.filter_list(p_filter, 'topics'), null) is not null and conversation.topic_id is null)
    )
    and (
      private.filter_list(p_filter, 'intents') is null
      or conversation.intent = any (private.filter_list(p_filter, 'intents'))
      or (array_position(private.filter_list(p_filter, 'intents'), null) is not null and conversation.intent is null)
    )
    and (
      private.filter_list(p_filter, 'signals') is null
      or conversation.signals && private.filter_list(p_filter, 'signals')
    )
    and (
      p_filter ->> 'unanswered' is null
      or (conversation.unanswered_count > 0) = (p_filter ->> 'unanswered')::boolean
    )
    and (
      p_filter ->> 'review' is null
      or case p_filter ->> 'review'
        when 'unreviewed' then conversation.review is null
        when 'reviewed' then conversation.review is not null
        else conversation.review = p_filter ->> 'review'
      end
    )
    and (p_filter ->> 'hour' is null or conversation.hour = (p_filter ->> 'hour')::smallint)
    and (p_filter ->> 'weekday' is null or extract(isodow from conversation.day) = (p_filter ->> 'weekday')::numeric)
$$;

comment on function private.filtered_conversations(text[], jsonb) is
  'The conversations that count, of some domains, that pass a filter; all of its keys but `search`.';

revoke execute on function
  private.filter_list(jsonb, text),
  private.is_filter_value(jsonb, text),
  private.check_conversation_filter(jsonb),
  private.filtered_conversations(text[], jsonb)
from public, anon;
grant execute on function
  private.filter_list(jsonb, text),
  private.is_filter_value(jsonb, text),
  private.check_conversation_filter(jsonb),
  private.filtered_conversations(text[], jsonb)
to authenticated, service_role;

-- Full-text search. It is not leakproof, so under row-level security it would lose its index: these functions are
-- definers, check the domains themselves, and give ids and numbers only.

create function private.search_conversations(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select document.site_domain, document.conversation_id
    from private.conversation_documents as document
    where document.site_domain = any (p_site_domains)
      and document.site_domain = any (array(select private.my_domains()))
      and document.document @@ websearch_to_tsquery('simple', p_search);
end
$$;

comment on function private.search_conversations(text[], text) is
  'Ids of the conversations in which the words occur (web search syntax), of domains the caller may see.';

create function private.count_found_conversations(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := array(select mine.site_domain from private.my_domains() as mine (site_domain));
begin
  return (
    select count(*)
    from private.filtered_conversations(p_site_domains, p_filter) as conversation
    join private.conversation_documents as document
      on document.site_domain = conversation.site_domain and document.conversation_id = conversation.id
    where conversation.site_domain = any (v_domains)
      and document.site_domain = any (p_site_domains)
      and document.document @@ websearch_to_tsquery('simple', p_filter ->> 'search')
  );
end
$$;

comment on function private.count_found_conversations(text[], jsonb) is
  'How many conversations of domains the caller may see pass a filter with a search.';

revoke execute on function
  private.search_conversations(text[], text),
  private.count_found_conversations(text[], jsonb)
from public, anon;
grant execute on function
  private.search_conversations(text[], text),
  private.count_found_conversations(text[], jsonb)
to authenticated, service_role;

-- Which conversations a page of the list holds, in each of its orders, read from an index.

create function private.conversation_sort(p_sort text)
returns table (key text, key_type text, descending boolean)
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- A key that descends as the time does lets a page begin anywhere in an index. Unscored conversations come last.
  return query
    select s.key, s.key_type, s.descending
    from (
      values
        ('newest', null, null, true),
        ('oldest', null, null, false),
        ('longest', 'c.total_turns', 'integer', true),
        ('interest', 'c.interest_score', 'smallint', true),
        ('quality_best', 'coalesce(c.quality_score, 0)', 'numeric', true),
        ('quality_worst', 'coalesce(6 - c.quality_score, 0)', 'numeric', true)
    ) as s (sort, key, key_type, descending)
    where s.sort = p_sort;
  if not found then
    raise exception 'p_sort must be newest, oldest, longest, interest, quality_best or quality_worst'
      using errcode = 'PT400';
  end if;
end
$$;

comment on function private.conversation_sort(text) is 'What an order of the list compares before the time, and whether it descends.';

create function private.conversation_page_query(p_sort text, p_source text, p_after jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_sort record;
  v_after text := '';
begin
  select * into v_sort from private.conversation_sort(p_sort);
  if p_after is not null then
    if not coalesce(
      private.casts_to(p_after ->> 'started_at', 'timestamptz')
      and private.casts_to(p_after ->> 'id', 'uuid')
      and p_after ->> 'site_domain' is not null
      and coalesce(p_after ->> 'sort', 'newest') = p_sort
      and (v_sort.key is null or private.casts_to(p_after ->> 'key', v_sort.key_type::regtype)),
      false
    ) then
      raise exception 'p_after must be the cursor of a row in the same order' using errcode = 'PT400';
    end if;
    -- The first comparison finds the place in each domain's part of the index, the second is exact.
    v_after := format(
      $query$
        and (%1$sc.started_at, c.id) %3$s= (
          %2$s($4 ->> 'started_at')::timestamptz,
          case
            when wanted.site_domain = $4 ->> 'site_domain' then ($4 ->> 'id')::uuid
            when wanted.site_domain < $4 ->> 'site_domain' then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
            else '00000000-0000-0000-0000-000000000000'
          end
        )
        and (%1$sc.started_at, c.site_domain, c.id) %3$s (
          %2$s($4 ->> 'started_at')::timestamptz, $4 ->> 'site_domain', ($4 ->> 'id')::uuid
        )
      $query$,
      v_sort.key || ', ',
      '($4 ->> ''key'')::' || v_sort.key_type || ', ',
      case when v_sort.descending then '<' else '>' end
    );
  end if;
  return format(
    $query$
      select page.site_domain, page.id, page.key::numeric as key
      from unnest($1) as wanted (site_domain)
      cross join lateral (
        select c.site_domain, c.id, %1$s as key, c.started_at
        from %2$s
        where c.site_domain = wanted.site_domain %3$s
        order by %4$s c.started_at %5$s, c.id %5$s
        limit $3
      ) as page
      order by %6$s page.started_at %5$s, page.site_domain %5$s, page.id %5$s
      limit $3
    $query$,
    coalesce(v_sort.key, 'null::integer'),
    p_source,
    v_after,
    v_sort.key || ' desc,',
    case when v_sort.descending then 'desc' else 'asc' end,
    case when v_sort.key is not null then 'page.key desc,' end
  );
end
$$;

comment on function private.conversation_page_query(text, text, jsonb) is
  'The statement that reads a page of conversations `c` from a source: $1 domains, $2 filter, $3 limit, $4 cursor. PT400: an order or a cursor that is none.';

create function private.walk_conversations(p_query text, p_domains text[], p_filter jsonb, p_walked integer, p_after jsonb)
returns table (walked bigint, places text[], ids uuid[], keys numeric[])
language plpgsql
stable
set search_path = ''
as $$
begin
  return query execute
    format(
      $query$
        select
          count(*),
          array_agg(w.site_domain order by w.place) filter (where w.holds),
          array_agg(w.id order by w.place) filter (where w.holds),
          array_agg(w.key order by w.place) filter (where w.holds)
        from (
          select p.*, row_number() over () as place, (
            select document.document @@ websearch_to_tsquery('simple', $2 ->> 'search')
            from private.conversation_documents as document
            where document.site_domain = p.site_domain and document.conversation_id = p.id
          ) as holds
          from (%s) as p
        ) as w
      $query$,
      p_query
    )
    using p_domains, p_filter, p_walked, p_after;
end
$$;

comment on function private.walk_conversations(text, text[], jsonb, integer, jsonb) is
  'Looks for the words of a filter into the first conversations that a statement gives, one after the other.';

create function private.conversation_page(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_limit integer,
  p_after jsonb
)
returns table (place bigint, site_domain text, id uuid, key numeric)
language plpgsql
stable
security definer
set search_path = ''
rows 10
as $$
declare
  v_domains text[] := array(
    select mine.site_domain
    from private.my_domains() as mine (site_domain)
    where mine.site_domain = any (p_site_domains)
  );
  v_filtered constant text := 'private.filtered_conversations(array[wanted.site_domain], $2) as c';
  v_found constant text :=
    'private.search_conversations(array[wanted.site_domain], $2 ->> ''search'') as found join '
    || v_filtered || ' on c.site_domain = found.site_domain and c.id = found.id';
  v_numbered constant text := 'select row_number() over (), p.site_domain, p.id, p.key from (%s) as p';
  v_query text := private.conversation_page_query(p_sort, v_filtered, p_after);
  v_walked integer;
  v_walk record;
begin
  if coalesce(p_filter ->> 'search', '') = '' then
    return query execute format(v_numbered, v_query) using v_domains, p_filter, p_limit, p_after;
    return;
  end if;

  -- Words that many conversations hold are found soonest by looking into one after the other: their index would
  -- give all of them first. Words that few hold are found by the index.
  foreach v_walked in array array[4 * p_limit, 40 * p_limit] loop
    select * into v_walk from private.walk_conversations(v_query, v_domains, p_filter, v_walked, p_after);
    if cardinality(v_walk.ids) >= p_limit or v_walk.walked < v_walked then
      return query
        select w.place, w.site_domain, w.id, w.key
        from unnest(v_walk.places, v_walk.ids, v_walk.keys) with ordinality as w (site_domain, id, key, place)
        limit p_limit;
      return;
    end if;
  end loop;
  v_query := private.conversation_page_query(p_sort, v_found, p_after);
  return query execute format(v_numbered, v_query) using v_domains, p_filter, p_limit, p_after;
end
$$;

comment on function private.conversation_page(text[], jsonb, text, integer, jsonb) is
  'The ids of a page of conversations, in order, of domains the caller may see, and what the order compares. A definer, so that every filter and order keeps its index.';

revoke execute on function
  private.walk_conversations(text, text[], jsonb, integer, jsonb)
from public, anon, authenticated, service_role;
revoke execute on function
  private.conversation_sort(text),
  private.conversation_page_query(text, text, jsonb),
  private.conversation_page(text[], jsonb, text, integer, jsonb)
from public, anon, authenticated;
grant execute on function
  private.conversation_page(text[], jsonb, text, integer, jsonb)
to authenticated, service_role;

-- The list of conversations and its number.

create function public.list_conversations(
  p_site_domains text[],
  p_filter jsonb default '{}',
  p_limit integer default 50,
  p_after jsonb default null,
  p_sort text default 'newest'
)
returns table (
  site_domain text,
  id uuid,
  visitor_id uuid,
  visitor_label text,
  visitor_email text,
  country text,
  account_id uuid,
  account_name text,
  page text,
  language text,
  preview text,
  started_at timestamptz,
  last_message_at timestamptz,
  day date,
  message_count integer,
  visitor_message_count integer,
  total_turns integer,
  email_captured boolean,
  demo_proposed boolean,
  cta_clicked boolean,
  demo_booked boolean,
  interest_score smallint,
  quality_score numeric,
  topic_id uuid,
  topic_label text,
  intent text,
  signals text[],
  unanswered_count integer,
  review text,
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
  perform private.check_conversation_filter(p_filter);
  return query
  select
    c.site_domain,
    c.id,
    c.visitor_id,
    coalesce(visitor.name, visitor.email, 'Visitor ' || left(c.visitor_id::text, 8)),
    visitor.email,
    c.country,
    account.id,
    account.name,
    c.page,
    coalesce(c.language, c.detected_language),
    c.preview,
    c.started_at,
    c.last_message_at,
    c.day,
    c.message_count,
    c.visitor_message_count,
    c.total_turns,
    c.email_captured,
    c.demo_proposed,
    c.cta_clicked,
    c.demo_booked,
    c.interest_score,
    c.quality_score,
    c.topic_id,
    topic.label,
    c.intent,
    c.signals,
    c.unanswered_count,
    c.review,
    jsonb_build_object(
      'sort', p_sort, 'key', p.key, 'started_at', c.started_at, 'site_domain', c.site_domain, 'id', c.id
    )
  from private.conversation_page(v_domains, p_filter, p_sort, v_limit, p_after) as p
  join public.conversations as c on c.site_domain = p.site_domain and c.id = p.id
  join public.visitors as visitor on visitor.site_domain = c.site_domain and visitor.id = c.visitor_id
  left join public.accounts as account on account.site_domain = c.site_domain and account.id = visitor.account_id
  left join public.topics as topic on topic.site_domain = c.site_domain and topic.id = c.topic_id
  order by p.place;
end
$$;

comment on function public.list_conversations(text[], jsonb, integer, jsonb, text) is
  'Conversations that pass the filter, at most 200 a page; the cursor of the last row asks for the next page. Sorts: newest, oldest, longest (turns), interest, quality_best, quality_worst (unscored last); then by time, newest first. Filter keys: from, to (days), search (web search syntax), conversions (kinds that all hold), messaged, page, country, language (given or detected), device, referrer ("" of any of these: none), visitor_id, account_id, min_turns, max_turns, min_messages, max_messages, scores (1 to 5), min_quality, max_quality, topics and intents ("none": without), signals (any of them), review (unreviewed, reviewed, good, bad), unanswered, hour (0 to 23) and weekday (1 Monday to 7) of the domain''s own day.';

create function public.count_conversations(p_site_domains text[], p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_conversation_filter(p_filter);
  if coalesce(p_filter ->> 'search', '') <> '' then
    return private.count_found_conversations(v_domains, p_filter);
  end if;
  return (
    select count(*)
    from private.filtered_conversations(v_domains, p_filter)
  );
end
$$;

comment on function public.count_conversations(text[], jsonb) is
  'How many conversations pass the filter of list_conversations, exactly.';

create function private.export_conversations(p_site_domains text[], p_filter jsonb, p_sort text)
returns table (
  site_domain text,
  conversation_id uuid,
  started_at timestamptz,
  day date,
  last_message_at timestamptz,
  visitor_id uuid,
  visitor_name text,
  visitor_email text,
  account_id uuid,
  account_name text,
  country text,
  language text,
  device text,
  referrer text,
  page text,
  messages integer,
  turns integer,
  interest_score smallint,
  quality_score numeric,
  topic text,
  intent text,
  signals text,
  unanswered_questions integer,
  email_captured boolean,
  demo_proposed boolean,
  cta_clicked boolean,
  demo_booked boolean,
  review text,
  first_message text
)
language sql
stable
as $$
  select
    c.site_domain,
    c.id,
    c.started_at,
    c.day,
    c.last_message_at,
    c.visitor_id,
    visitor.name,
    visitor.email,
    account.id,
    account.name,
    c.country,
    coalesce(c.language, c.detected_language),
    c.device_type,
    c.referrer_host,
    c.page,
    c.message_count,
    c.total_turns,
    c.interest_score,
    c.quality_score,
    topic.label,
    c.intent,
    array_to_string(c.signals, ', '),
    c.unanswered_count,
    c.email_captured,
    c.demo_proposed,
    c.cta_clicked,
    c.demo_booked,
    c.review,
    c.preview
  from private.filtered_conversations(p_site_domains, p_filter) as c
  join public.visitors as visitor on visitor.site_domain = c.site_domain and visitor.id = c.visitor_id
  left join public.accounts as account on account.site_domain = c.site_domain and account.id = visitor.account_id
  left join public.topics as topic on topic.site_domain = c.site_domain and topic.id = c.topic_id
  where coalesce(p_filter ->> 'search', '') = ''
    or (c.site_domain, c.id) in (
      select found.site_domain, found.id
      from private.search_conversations(p_site_domains, p_filter ->> 'search') as found
    )
  order by
    case p_sort
      when 'longest' then c.total_turns
      when 'interest' then c.interest_score
      when 'quality_best' then coalesce(c.quality_score, 0)
      when 'quality_worst' then coalesce(6 - c.quality_score, 0)
    end desc,
    case when p_sort = 'oldest' then c.started_at end,
    case when p_sort = 'oldest' then c.site_domain end,
    case when p_sort = 'oldest' then c.id end,
    c.started_at desc,
    c.site_domain desc,
    c.id desc
$$;

comment on function private.export_conversations(text[], jsonb, text) is
  'Every conversation that passes the filter of list_conversations, in its order, as an export shows it.';

revoke execute on function
  public.list_conversations(text[], jsonb, integer, jsonb, text),
  public.count_conversations(text[], jsonb),
  private.export_conversations(text[], jsonb, text)
from public, anon;
grant execute on function
  public.list_conversations(text[], jsonb, integer, jsonb, text),
  public.count_conversations(text[], jsonb),
  private.export_conversations(text[], jsonb, text)
to authenticated, service_role;

-- Reviewing conversations, and how far the quality score and the reviewers agree.

create function public.save_review(
  p_site_domain text,
  p_conversation_id uuid,
  p_thumb text,
  p_note text default '',
  p_labels text[] default '{}',
  p_message_id uuid default null,
  p_corrected_answer text default null
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_labels text[] := array(
    select btrim(label) from unnest(p_labels) as label where btrim(label) <> ''
  );
begin
  if p_thumb is null or p_thumb not in ('good', 'bad') then
    raise exception 'p_thumb must be good or bad' using errcode = 'PT400';
  elsif length(p_note) > 5000 then
    raise exception 'A note has at most 5,000 characters' using errcode = 'PT400';
  elsif length(p_corrected_answer) > 10000 then
    raise exception 'A corrected answer has at most 10,000 characters' using errcode = 'PT400';
  elsif cardinality(v_labels) > 20 or exists (select 1 from unnest(v_labels) as label where length(label) > 50) then
    raise exception 'A review has at most 20 labels of at most 50 characters' using errcode = 'PT400';
  end if;
  perform private.write_review(
    p_site_domain,
    p_conversation_id,
    jsonb_build_object(
      'thumb', p_thumb,
      'note', coalesce(btrim(p_note), ''),
      'labels', v_labels,
      'message_id', p_message_id,
      'corrected_answer', nullif(btrim(p_corrected_answer), '')
    )
  );
end
$$;

comment on function public.save_review(text, uuid, text, text, text[], uuid, text) is
  'Keeps the caller''s review of a conversation: thumb (good, bad), note, labels, and what an answer should have been. It replaces the caller''s earlier one.';

create function public.delete_review(p_site_domain text, p_conversation_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.write_review(p_site_domain, p_conversation_id, null);
end
$$;

comment on function public.delete_review(text, uuid) is 'Takes back the caller''s review of a conversation, if there is one.';

create function public.list_reviews(p_site_domain text, p_conversation_id uuid)
returns table (
  reviewer_id uuid,
  reviewer_name text,
  is_mine boolean,
  thumb text,
  note text,
  labels text[],
  message_id uuid,
  corrected_answer text,
  created_at timestamptz,
  updated_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    review.reviewer_id,
    reviewer.name,
    review.reviewer_id = auth.uid(),
    review.thumb,
    review.note,
    review.labels,
    review.message_id,
    review.corrected_answer,
    review.created_at,
    review.updated_at
  from public.reviews as review
  join private.reviewer_names(p_site_domain, p_conversation_id) as reviewer
    on reviewer.reviewer_id = review.reviewer_id
  where review.site_domain = p_site_domain and review.conversation_id = p_conversation_id
  order by review.updated_at desc, review.reviewer_id
$$;

comment on function public.list_reviews(text, uuid) is 'The reviews of a conversation with their reviewers'' names, the latest first.';

create function public.get_review_agreement(p_site_domains text[], p_from date, p_to date)
returns table (
  reviewed bigint,
  unscored bigint,
  agreed bigint,
  disagreed bigint,
  matrix jsonb
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
    with cell as (
      select round(conversation.quality_score)::integer as score, conversation.review as thumb, count(*) as n
      from public.counted_conversations as conversation
      where conversation.site_domain = any (v_domains)
        and conversation.review is not null
        and conversation.day between p_from and p_to
      group by 1, 2
    )
    select
      coalesce(sum(cell.n), 0)::bigint,
      coalesce(sum(cell.n) filter (where cell.score is null), 0)::bigint,
      coalesce(sum(cell.n) filter (where (cell.score >= 3) = (cell.thumb = 'good')), 0)::bigint,
      coalesce(sum(cell.n) filter (where (cell.score >= 3) <> (cell.thumb = 'good')), 0)::bigint,
      coalesce(
        jsonb_agg(
          jsonb_build_object('score', cell.score, 'thumb', cell.thumb, 'count', cell.n)
          order by cell.score nulls last, cell.thumb
        ),
        '[]'
      )
    from cell;
end
$$;

comment on function public.get_review_agreement(text[], date, date) is
  'How far the quality score and people agree, over reviewed conversations of the range by their latest review: a rounded score of 3 to 5 agrees with a good review, 1 or 2 with a bad one; unscored ones do neither. Matrix: [{score, thumb, count}].';

revoke execute on function
  public.save_review(text, uuid, text, text, text[], uuid, text),
  public.delete_review(text, uuid),
  public.list_reviews(text, uuid),
  public.get_review_agreement(text[], date, date)
from public, anon;
grant execute on function
  public.save_review(text, uuid, text, text, text[], uuid, text),
  public.delete_review(text, uuid),
  public.list_reviews(text, uuid),
  public.get_review_agreement(text[], date, date)
to authenticated, service_role;

-- Views of a page: its filters under a name.

create function public.list_saved_views(p_page text)
returns table (
  id uuid,
  name text,
  search jsonb,
  site_domain text,
  owner_id uuid,
  is_mine boolean,
  updated_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    view.id,
    view.name,
    view.search,
    view.site_domain,
    view.owner_id,
    view.owner_id = auth.uid(),
    view.updated_at
  from public.saved_views as view
  where view.page = p_page
  order by lower(view.name), view.id
  limit 500
$$;

comment on function public.list_saved_views(text) is
  'The caller''s views of a page and those shared with a domain the caller sees, by name; `site_domain` is the one it is shared with.';

create function public.save_view(p_page text, p_name text, p_search jsonb, p_site_domain text default null)
returns uuid
language plpgsql
set search_path = ''
as $$
begin
  if p_page is null or p_page !~ '^[a-z][a-z-]{0,39}$' then
    raise exception 'p_page must be the name of a page' using errcode = 'PT400';
  end if;
  perform private.check_view(p_name, p_search);
  return private.write_view(
    null,
    jsonb_build_object('page', p_page, 'name', btrim(p_name), 'search', p_search, 'site_domain', p_site_domain)
  );
end
$$;

comment on function public.save_view(text, text, jsonb, text) is
  'Keeps search parameters of a page under a name, for the caller or, with a domain, for all who see it; gives its id.';

create function public.update_view(p_id uuid, p_search jsonb, p_site_domain text default null)
returns uuid
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_view('unchanged', p_search);
  return private.write_view(p_id, jsonb_build_object('search', p_search, 'site_domain', p_site_domain));
end
$$;

comment on function public.update_view(uuid, jsonb, text) is
  'Gives one of the caller''s views other search parameters, and shares it with a domain or, null, no longer.';

create function public.rename_view(p_id uuid, p_name text)
returns uuid
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_view(p_name, '{}');
  return private.write_view(p_id, jsonb_build_object('name', btrim(p_name)));
end
$$;

comment on function public.rename_view(uuid, text) is 'Gives one of the caller''s views another name.';

create function public.delete_view(p_id uuid)
returns uuid
language plpgsql
set search_path = ''
as $$
begin
  if p_id is null then
    raise exception 'p_id is required' using errcode = 'PT400';
  end if;
  return private.write_view(p_id, null);
end
$$;

comment on function public.delete_view(uuid) is 'Deletes one of the caller''s views; staff may delete any shared one.';

create function private.check_view(p_name text, p_search jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_name is null or length(btrim(p_name)) not between 1 and 80 then
    raise exception 'A view has a name of at most 80 characters' using errcode = 'PT400';
  elsif jsonb_typeof(p_search) is distinct from 'object' or length(p_search::text) > 8000 then
    raise exception 'p_search must be an object of at most 8,000 characters' using errcode = 'PT400';
  end if;
end
$$;

comment on function private.check_view(text, jsonb) is 'Refuses (PT400) a view without a name or with search parameters that are none.';

revoke execute on function
  private.check_view(text, jsonb),
  public.list_saved_views(text),
  public.save_view(text, text, jsonb, text),
  public.update_view(uuid, jsonb, text),
  public.rename_view(uuid, text),
  public.delete_view(uuid)
from public, anon;
grant execute on function
  private.check_view(text, jsonb),
  public.list_saved_views(text),
  public.save_view(text, text, jsonb, text),
  public.update_view(uuid, jsonb, text),
  public.rename_view(uuid, text),
  public.delete_view(uuid)
to authenticated, service_role;
