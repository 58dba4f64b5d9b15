-- What a page's filter finds of visitors and accounts, for files.

create function private.export_visitors(p_site_domains text[], p_filter jsonb, p_sort text)
returns table (
  site_domain text,
  visitor_id uuid,
  name text,
  email text,
  status text,
  account_id uuid,
  account_name text,
  account_domain text,
  country text,
  device text,
  first_seen_at timestamptz,
  last_seen_at timestamptz,
  last_day_in_range date,
  sessions integer,
  page_views integer,
  conversations integer,
  interest_score smallint
)
language sql
stable
as $$
  select
    visitor.site_domain,
    visitor.id,
    visitor.name,
    visitor.email,
    visitor.status,
    account.id,
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
    visitor.interest_score
  from private.passing_visitors(private.check_domains(p_site_domains), p_filter) as visitor
  cross join lateral (
    select
      rollup.last_step_day(
        visitor.step_days,
        (select private.last_step(private.wanted_steps(p_filter))),
        private.filter_day(p_filter, 'from'),
        private.filter_day(p_filter, 'to')
      ) as last_day
  ) as done
  left join public.accounts as account
    on account.site_domain = visitor.site_domain and account.id = visitor.account_id
  where visitor.step_days && all ((select private.wanted_days(p_filter))::int4range[])
  order by
    case p_sort
      when 'score' then visitor.interest_score
      when 'sessions' then visitor.session_count
      when 'page_views' then visitor.page_view_count
      when 'conversations' then visitor.conversation_count
    end desc,
    case p_sort when 'recent' then done.last_day end desc,
    case p_sort
      when 'recent' then (
        select visit.ended_at from private.last_visit(visitor.site_domain, visitor.id, done.last_day) as visit
      )
    end desc,
    visitor.id desc
$$;

comment on function private.export_visitors(text[], jsonb, text) is
  'Every visitor that passes the filter of get_visitor_stats_with_intent, in its sorts. last_day_in_range is of the range, the numbers of all time.';

create function private.export_accounts(p_site_domains text[], p_filter jsonb, p_sort text)
returns table (
  site_domain text,
  account_id uuid,
  name text,
  domain text,
  industry text,
  size text,
  country text,
  sessions bigint,
  conversations bigint,
  interest_score smallint,
  last_day_in_range date
)
language sql
stable
as $$
  select
    account.site_domain,
    account.id,
    account.name,
    account.domain,
    account.industry,
    account.size,
    account.country,
    found.sessions,
    found.conversations,
    found.interest_score,
    done.last_day
  from private.filtered_accounts(private.check_domains(p_site_domains), p_filter) as found
  join public.accounts as account on account.site_domain = found.site_domain and account.id = found.id
  cross join lateral private.account_in_range(found.site_domain, found.id, p_filter) as done
  order by
    case p_sort
      when 'score' then found.interest_score
      when 'sessions' then found.sessions
      when 'conversations' then found.conversations
    end desc,
    case p_sort when 'recent' then done.last_day end desc,
    found.id desc
$$;

comment on function private.export_accounts(text[], jsonb, text) is
  'Every account that passes the filter of get_account_stats_with_intent, in its sorts, with its figures of the range.';

revoke execute on function
  private.export_visitors(text[], jsonb, text),
  private.export_accounts(text[], jsonb, text)
from public, anon;
grant execute on function
  private.export_visitors(text[], jsonb, text),
  private.export_accounts(text[], jsonb, text)
to authenticated, service_role;
