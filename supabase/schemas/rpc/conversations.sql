-- The list of conversations. The filter is one argument, so that list and count cannot disagree.

create function private.search_conversations(p_site_domains text[], p_search text)
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
    select document.site_domain, document.conversation_id
    from private.conversation_documents as document
    where document.site_domain = any (p_site_domains)
      and document.site_domain = any (array(select private.my_domains()))
      and document.document @@ websearch_to_tsquery('simple', p_search);
end
$$;

comment on function private.search_conversations(text[], text) is
  'Ids of the conversations in which the words occur (web search syntax), of domains the caller may see.';

create function private.check_conversation_filter(p_filter jsonb)
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
  for v_key, v_value in select f.key, f.value from jsonb_each(p_filter) as f loop
    v_expected := case v_key
      when 'from' then 'date'
      when 'to' then 'date'
      when 'search' then 'text'
      when 'conversions' then 'list of conversions'
      when 'messaged' then 'boolean'
      when 'page' then 'text'
      when 'country' then 'text'
      when 'language' then 'text'
      when 'visitor_id' then 'uuid'
      when 'min_turns' then 'integer'
    end;
    if v_expected is null then
      raise exception 'p_filter has no key "%"', v_key using errcode = 'PT400';
    end if;
    continue when jsonb_typeof(v_value) = 'null';
    if not (case v_expected
      when 'text' then jsonb_typeof(v_value) = 'string' and length(v_value #>> '{}') <= 1000
      when 'boolean' then jsonb_typeof(v_value) = 'boolean'
      when 'integer' then jsonb_typeof(v_value) = 'number' and v_value #>> '{}' ~ '^\d{1,6}$'
      when 'date' then jsonb_typeof(v_value) = 'string'
        and v_value #>> '{}' ~ '^\d{4}-\d{2}-\d{2}$' and private.casts_to(v_value #>> '{}', 'date')
      when 'uuid' then jsonb_typeof(v_value) = 'string' and private.casts_to(v_value #>> '{}', 'uuid')
      else jsonb_typeof(v_value) = 'array'
        and v_value <@ '["email_captured", "demo_proposed", "cta_clicked", "demo_booked"]'
    end) then
      raise exception 'p_filter.% is not a valid %', v_key, v_expected using errcode = 'PT400';
    end if;
  end loop;
end
$$;

comment on function private.check_conversation_filter(jsonb) is 'Refuses (PT400) a filter with an unknown key or a value of a wrong type.';

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
    and (p_filter ->> 'messaged' is null
      or (conversation.visitor_message_count > 0) = (p_filter ->> 'messaged')::boolean)
    and (not coalesce(p_filter -> 'conversions' ? 'email_captured', false) or conversation.email_captured)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_proposed', false) or conversation.demo_proposed)
    and (not coalesce(p_filter -> 'conversions' ? 'cta_clicked', false) or conversation.cta_clicked)
    and (not coalesce(p_filter -> 'conversions' ? 'demo_booked', false) or conversation.demo_booked)
    and (p_filter ->> 'page' is null or coalesce(conversation.page, '') = p_filter ->> 'page')
    and (p_filter ->> 'country' is null or coalesce(conversation.country, '') = p_filter ->> 'country')
    and (p_filter ->> 'language' is null or coalesce(conversation.language, '') = p_filter ->> 'language')
    and (p_filter ->> 'visitor_id' is null or conversation.visitor_id = (p_filter ->> 'visitor_id')::uuid)
    and (p_filter ->> 'min_turns' is null or conversation.total_turns >= (p_filter ->> 'min_turns')::integer)
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or conversation.id in (
        select found.id
        from private.search_conversations(p_site_domains, p_filter ->> 'search') as found
        where found.site_domain = conversation.site_domain
      )
    )
$$;

comment on function private.filtered_conversations(text[], jsonb) is 'The conversations that count, of some domains, that pass a filter.';

create function public.list_conversations(
  p_site_domains text[],
  p_filter jsonb default '{}',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  site_domain text,
  id uuid,
  visitor_id uuid,
  visitor_label text,
  visitor_email text,
  country text,
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
  v_after_at timestamptz;
  v_after_domain text;
  v_after_id uuid;
begin
  perform private.check_conversation_filter(p_filter);
  if p_after is not null then
    if not coalesce(
      private.casts_to(p_after ->> 'started_at', 'timestamptz') and private.casts_to(p_after ->> 'id', 'uuid'),
      false
    ) or p_after ->> 'site_domain' is null then
      raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
    end if;
    v_after_at := p_after ->> 'started_at';
    v_after_domain := p_after ->> 'site_domain';
    v_after_id := p_after ->> 'id';
  end if;
  return query
  select
    c.site_domain,
    c.id,
    c.visitor_id,
    coalesce(visitor.name, visitor.email, 'Visitor ' || left(c.visitor_id::text, 8)),
    visitor.email,
    c.country,
    account.name,
    c.page,
    c.language,
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
    jsonb_build_object('started_at', c.started_at, 'site_domain', c.site_domain, 'id', c.id)
  from (
    select page.*
    from unnest(v_domains) as wanted (site_domain)
    cross join lateral (
      select conversation.*
      from private.filtered_conversations(array[wanted.site_domain], p_filter) as conversation
      where conversation.site_domain = wanted.site_domain
        and (v_after_at is null or conversation.started_at <= v_after_at)
        and (
          v_after_at is null
          or (conversation.started_at, conversation.site_domain, conversation.id)
            < (v_after_at, v_after_domain, v_after_id)
        )
      order by conversation.started_at desc, conversation.id desc
      limit v_limit
    ) as page
    order by page.started_at desc, page.site_domain desc, page.id desc
    limit v_limit
  ) as c
  join public.visitors as visitor on visitor.site_domain = c.site_domain and visitor.id = c.visitor_id
  left join public.accounts as account on account.site_domain = c.site_domain and account.id = visitor.account_id
  order by c.started_at desc, c.site_domain desc, c.id desc;
end
$$;

comment on function public.list_conversations(text[], jsonb, integer, jsonb) is
  'Conversations that pass the filter, newest first, at most 200 a page; the cursor of the last row asks for the next page. Filter keys: from, to (days), search (web search syntax), conversions (kinds that all hold), messaged, page, country, language, visitor_id, min_turns.';

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
  return (
    select count(*)
    from private.filtered_conversations(v_domains, p_filter)
  );
end
$$;

comment on function public.count_conversations(text[], jsonb) is 'How many conversations pass the filter, exactly.';

revoke execute on function
  private.search_conversations(text[], text),
  private.check_conversation_filter(jsonb),
  private.filtered_conversations(text[], jsonb),
  public.list_conversations(text[], jsonb, integer, jsonb),
  public.count_conversations(text[], jsonb)
from public, anon;
grant execute on function
  private.search_conversations(text[], text),
  private.check_conversation_filter(jsonb),
  private.filtered_conversations(text[], jsonb),
  public.list_conversations(text[], jsonb, integer, jsonb),
  public.count_conversations(text[], jsonb)
to authenticated, service_role;
