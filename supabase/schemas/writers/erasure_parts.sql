-- What an erasure looks for: the texts that point to somebody, and how much there is of them.

create function private.certain_texts(p_site_domain text, p_visitor_ids uuid[])
returns text[]
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(array_agg(distinct lower(found.text)), '{}')
  from public.visitors as visitor
  cross join lateral (
    values (visitor.id::text), (visitor.email), (replace(visitor.email, '@', '%40'))
  ) as found (text)
  where visitor.site_domain = p_site_domain
    and visitor.id = any (p_visitor_ids)
    -- An address was checked when it came in; this holds for one that came in some other way.
    and found.text ~ '^[^[:space:]"\\]{5,}$'
$$;

comment on function private.certain_texts(text, uuid[]) is
  'The texts, in lower case, that mean some visitors wherever they stand: ids and e-mail addresses, as they may stand in an address too.';

create function private.identifying_texts(p_site_domain text, p_visitor_ids uuid[])
returns text[]
language sql
stable
security definer
set search_path = ''
as $$
  -- Names and senders' ids are whatever a visitor chose to send: what could be a part of anything is none.
  select coalesce(array_agg(distinct lower(found.text)), '{}')
  from (
    select certain.text
    from unnest(private.certain_texts(p_site_domain, p_visitor_ids)) as certain (text)
    union all
    -- A first name alone would be found in many a text.
    select spelt.text
    from public.visitors as visitor
    cross join lateral (
      values (visitor.name), (replace(visitor.name, ' ', '%20')), (replace(visitor.name, ' ', '+'))
    ) as spelt (text)
    where visitor.site_domain = p_site_domain
      and visitor.id = any (p_visitor_ids)
      and length(visitor.name) >= 5
      and normalize(visitor.name) ~ '^[[:alpha:]][[:alpha:].''’ -]*$'
      and visitor.name ~ '[[:alpha:]].* .*[[:alpha:]]'
    union all
    select known.distinct_id
    from public.visitor_ids as known
    where known.site_domain = p_site_domain
      and known.visitor_id = any (p_visitor_ids)
      and length(known.distinct_id) >= 8
      and known.distinct_id ~ '^[[:alnum:]][[:alnum:]._:@|+=~/-]*[[:alnum:]]$'
      and known.distinct_id ~ '[0-9@]'
      -- A date or the website's own address is in everything that is kept of it.
      and known.distinct_id !~ '^[0-9]{4}-[0-9]{2}($|[^[:alnum:]])'
      and position(lower(known.distinct_id) in p_site_domain) = 0
  ) as found
$$;

comment on function private.identifying_texts(text, uuid[]) is
  'The texts, in lower case, by which some visitors are known on their website: ids, e-mail addresses, full names and senders'' ids, as they may stand in an address too.';

create function private.mention_pattern(p_text text)
returns text
language sql
immutable
set search_path = ''
as $$
  -- What an address or JSON writes with letters (%3D, \n, \u001f) ends a word too.
  select
    '(?:(?<![[:alnum:]])|(?<=%[0-9a-f]{2})|(?<=\\[bfnrt])|(?<=\\u[0-9a-f]{4}))'
    || regexp_replace(p_text, '([^[:alnum:][:space:]])', '\\\1', 'g')
    || '(?![[:alnum:]])'
$$;

comment on function private.mention_pattern(text) is
  'A regular expression for a text where it stands by itself: no letter or digit before or after it.';

create function private.mentions(p_text text, p_texts text[])
returns boolean
language sql
immutable
set search_path = ''
as $$
  select exists (
    select 1
    from unnest(p_texts) as wanted (text)
    where position(wanted.text in lower(p_text)) > 0 and p_text ~* private.mention_pattern(wanted.text)
  )
$$;

comment on function private.mentions(text, text[]) is
  'Whether one of some texts in lower case stands by itself in a text.';

create function private.without_mentions(p_text text, p_texts text[])
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_wanted text;
begin
  foreach v_wanted in array p_texts loop
    p_text := regexp_replace(p_text, private.mention_pattern(v_wanted), '[erased]', 'gi');
  end loop;
  return p_text;
end
$$;

comment on function private.without_mentions(text, text[]) is
  'A text with "[erased]" for each of some texts that stands by itself in it.';

create function private.erasure_counts(p_site_domain text, p_visitor_ids uuid[])
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_conversations uuid[] := array(
    select conversation.id
    from public.conversations as conversation
    where conversation.site_domain = p_site_domain and conversation.visitor_id = any (p_visitor_ids)
  );
begin
  return jsonb_build_object(
    'ids', (
      select count(*) from public.visitor_ids as known
      where known.site_domain = p_site_domain and known.visitor_id = any (p_visitor_ids)
    ),
    'sessions', (
      select count(*) from public.visitor_sessions as session
      where session.site_domain = p_site_domain and session.visitor_id = any (p_visitor_ids)
    ),
    'events', (
      select count(*) from public.events as event
      where event.site_domain = p_site_domain and event.visitor_id = any (p_visitor_ids)
    ),
    'conversations', cardinality(v_conversations),
    'messages', (
      select count(*) from public.messages as message
      where message.site_domain = p_site_domain and message.conversation_id = any (v_conversations)
    ),
    'earlier_texts', (
      select count(*) from public.message_versions as earlier
      where earlier.site_domain = p_site_domain and earlier.conversation_id = any (v_conversations)
    ),
    'conversions', (
      select count(*) from public.conversions as conversion
      where conversion.site_domain = p_site_domain and conversion.visitor_id = any (p_visitor_ids)
    ),
    'insights', (
      select count(*) from public.conversation_insights as insight
      where insight.site_domain = p_site_domain and insight.conversation_id = any (v_conversations)
    ),
    'unanswered_questions', (
      select count(*) from public.unanswered_questions as question
      where question.site_domain = p_site_domain and question.conversation_id = any (v_conversations)
    ),
    'reviews', (
      select count(*) from public.reviews as review
      where review.site_domain = p_site_domain and review.conversation_id = any (v_conversations)
    ),
    'enrichments', (
      select count(*) from public.enrichments as answer
      where answer.site_domain = p_site_domain and answer.visitor_id = any (p_visitor_ids)
    ),
    'evidence', (
      select count(*) from private.enrichment_evidence as evidence
      where evidence.site_domain = p_site_domain and evidence.visitor_id = any (p_visitor_ids)
    ) + (
      select count(*) from private.visitor_addresses as address
      where address.site_domain = p_site_domain and address.visitor_id = any (p_visitor_ids)
    )
  );
end
$$;

comment on function private.erasure_counts(text, uuid[]) is
  'How many rows of what belong to some visitors: what an erasure deletes or blanks.';

revoke execute on function
  private.certain_texts(text, uuid[]),
  private.identifying_texts(text, uuid[]),
  private.mention_pattern(text),
  private.mentions(text, text[]),
  private.without_mentions(text, text[]),
  private.erasure_counts(text, uuid[])
from public, anon, authenticated, service_role;
