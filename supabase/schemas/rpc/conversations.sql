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

create function private.count_by_figures(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  v_from date := coalesce(p_filter ->> 'from', '-infinity');
  v_to date := coalesce(p_filter ->> 'to', 'infinity');
  v_by jsonb := jsonb_strip_nulls(p_filter) - array['from', 'to', case p_filter ->> 'search' when '' then 'search' end];
  v_key text := (select jsonb_object_keys(v_by) limit 1);
  v_metric text := 'conversations';
  v_dimension text;
  v_values text[];
begin
  if v_from = '-infinity' or v_to = 'infinity' then
    return null;
  elsif v_by <> '{}' and v_by - array['weekday', 'hour'] = '{}' then
    v_key := 'weekday_hour';
  elsif (select count(*) from jsonb_object_keys(v_by)) > 1 then
    return null;
  end if;
  case
    when v_key is null then
      v_dimension := '';
      v_values := array[''];
    when v_key = 'weekday_hour' then
      v_dimension := v_key;
      v_values := array(
        select weekday.n || ' ' || hour.n
        from generate_series(1, 7) as weekday (n)
        cross join generate_series(0, 23) as hour (n)
        where weekday.n = coalesce((v_by ->> 'weekday')::integer, weekday.n)
          and hour.n = coalesce((v_by ->> 'hour')::integer, hour.n)
      );
    when v_key in ('page', 'country', 'device', 'referrer', 'language') then
      v_dimension := v_key;
      v_values := array[v_by ->> v_key];
    when v_key = 'account_id' then
      return (
        select coalesce(sum(figure.conversations), 0)
        from rollup.account_sums(p_site_domains, v_from, v_to) as figure
        where figure.account_id = (v_by ->> v_key)::uuid
      );
    when v_key = 'scores' and jsonb_array_length(v_by -> v_key) > 0 then
      v_dimension := 'score';
      v_values := array(select distinct jsonb_array_elements_text(v_by -> v_key));
    when v_key = 'conversions' and jsonb_array_length(v_by -> v_key) = 1 then
      v_dimension := 'conversion';
      v_values := array[v_by -> v_key ->> 0];
    when v_key = 'messaged' and v_by -> v_key = 'true' then
      v_metric := 'messaged_conversations';
      v_dimension := '';
      v_values := array[''];
    else
      return null;
  end case;
  return (
    select coalesce(sum(figure.n), 0)
    from rollup.sums(p_site_domains, array[v_metric], v_dimension, v_from, v_to) as figure
    where figure.value = any (v_values)
  );
end
$$;

comment on function private.count_by_figures(text[], jsonb) is
  'What count_conversations gives for a range of days and at most one other condition (weekday and hour are one), where figures are kept by it; else null.';

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
  return coalesce(
    private.count_by_figures(v_domains, p_filter),
    private.count_filtered_conversations(v_domains, p_filter)
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
      from private.search_conversations(p_site_domains, p_filter) as found
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
  private.count_by_figures(text[], jsonb),
  private.export_conversations(text[], jsonb, text)
from public, anon;
grant execute on function
  public.list_conversations(text[], jsonb, integer, jsonb, text),
  public.count_conversations(text[], jsonb),
  private.count_by_figures(text[], jsonb),
  private.export_conversations(text[], jsonb, text)
to authenticated, service_role;
