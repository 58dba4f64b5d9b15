-- Companies whose people were there in a range of days, from the rollups by account.

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
  v_from date;
  v_to date;
begin
  perform private.check_account_filter(p_filter);
  v_from := p_filter ->> 'from';
  v_to := p_filter ->> 'to';
  if p_sort is null or p_sort not in ('recent', 'score', 'sessions', 'conversations') then
    raise exception 'p_sort is recent, score, sessions or conversations, not %', coalesce(p_sort, 'null')
      using errcode = 'PT400';
  end if;
  if p_after is not null and not coalesce(
    private.casts_to(p_after ->> 'id', 'uuid')
    and case
      when p_sort = 'recent' then private.casts_to(p_after ->> 'last_day', 'date')
      else private.casts_to(p_after ->> 'figure', 'bigint')
    end,
    false
  ) then
    raise exception 'p_after must be the cursor of a row in the same sort' using errcode = 'PT400';
  end if;
  return query
  select
    account.site_domain,
    account.id,
    account.name,
    account.domain,
    account.industry,
    account.size,
    account.country,
    people.n,
    done.sessions,
    done.conversations,
    done.interest_score,
    done.last_day,
    (
      select coalesce(jsonb_object_agg(counted.intent, counted.n), '{}')
      from (
        select conversation.intent, count(*) as n
        from public.counted_conversations as conversation
        where conversation.site_domain = page.site_domain
          and conversation.account_id = page.id
          and conversation.day between v_from and v_to
          -- No timezone is further from UTC than this; it lets the index by time find the days.
          and conversation.started_at >= v_from::timestamp at time zone 'UTC' - interval '1 day'
          and conversation.started_at < v_to::timestamp at time zone 'UTC' + interval '2 days'
          and conversation.intent is not null
        group by conversation.intent
      ) as counted
    ),
    case p_sort
      when 'recent'
        then jsonb_build_object('last_day', done.last_day, 'site_domain', page.site_domain, 'id', page.id)
      else jsonb_build_object(
        'figure',
        case p_sort
          when 'score' then done.interest_score
          when 'sessions' then done.sessions
          else done.conversations
        end,
        'site_domain', page.site_domain,
        'id', page.id
      )
    end
  from private.page_of_accounts(v_domains, p_filter, p_sort, p_after, v_limit)
    with ordinality as page (site_domain, id, position)
  join public.accounts as account on account.site_domain = page.site_domain and account.id = page.id
  cross join lateral private.account_in_range(page.site_domain, page.id, p_filter) as done
  cross join lateral (
    select count(distinct kept.visitor_id) as n
    from rollup.visitor_days as kept
    where kept.site_domain = page.site_domain
      and kept.account_id = page.id
      and kept.day between v_from and v_to
  ) as people
  order by page.position;
end
$$;

comment on function public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb) is
  'Accounts with a session or conversation in the range, at most 200 a page; the cursor of the last row asks for the next page. Visitors (distinct, there in the range), sessions, conversations, best interest score, last day and intents are of the range. Filter keys: from, to (days, required), search (beginnings of words of name or domain), country, industry, scores (best interest score in the range), talked (with a conversation). Sorts: recent (last day in the range), score, sessions, conversations.';

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
  public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_accounts(text[], jsonb)
from public, anon;
grant execute on function
  public.get_account_stats_with_intent(text[], jsonb, text, integer, jsonb),
  public.count_accounts(text[], jsonb)
to authenticated, service_role;
