-- The list of visitors who were there in a range of days.

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
        and private.casts_to(p_after ->> 'last_visit_at', 'timestamptz')
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
        'last_day', page.last_day, 'last_visit_at', page.last_visit_at, 'site_domain', visitor.site_domain,
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
    with ordinality as page (site_domain, id, last_day, last_visit_at, position)
  join public.visitors as visitor on visitor.site_domain = page.site_domain and visitor.id = page.id
  left join public.accounts as account
    on account.site_domain = visitor.site_domain and account.id = visitor.account_id
  cross join lateral private.days_in_range(page.site_domain, page.id, p_filter) as done
  order by page.position;
end
$$;

comment on function public.get_visitor_stats_with_intent(text[], jsonb, text, integer, jsonb) is
  'Visitors who were there on a day of the range, at most 200 a page; the cursor of the last row asks for the next page. Filter keys: from, to (days, required), did (a step or funnel kind done in the range: displayed, engaged, funnel_booked …), conversions (kinds that all happened in the range), statuses, scores, country, account_id, search (beginnings of words of name, e-mail or company; or an id). Sorts: recent, score, sessions, page_views, conversations. Sessions, page views, conversations, interest score and intents are of all time; last_day (the last day of the step asked for, or of any activity) and conversions of the range.';

revoke execute on function public.get_visitor_stats_with_intent(text[], jsonb, text, integer, jsonb) from public, anon;
grant execute on function public.get_visitor_stats_with_intent(text[], jsonb, text, integer, jsonb)
to authenticated, service_role;
