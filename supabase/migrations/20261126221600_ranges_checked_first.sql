-- Ranges are checked before anything is made of them; an empty list of scores restricts accounts as little as it does
-- conversations and visitors.

create or replace function public.get_top_values(
  p_site_domains text[],
  p_from date,
  p_to date,
  p_dimension text,
  p_limit integer default 10
)
returns table (
  value text,
  sessions bigint,
  conversations bigint,
  conversation_rate numeric,
  previous_sessions bigint,
  previous_conversations bigint
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 10), 1), 100);
  v_best text[];
  v_wide daterange;
begin
  perform private.check_window(p_from, p_to);
  v_wide := rollup.widened(p_from, p_to, p_from - 366, current_date);
  if p_dimension is null or p_dimension not in ('page', 'country', 'device', 'referrer') then
    raise exception 'p_dimension is page, country, device or referrer, not %', coalesce(p_dimension, 'null')
      using errcode = 'PT400';
  end if;
  -- The best are those with the most conversations, ties and all: where there are enough of them, sessions and the
  -- time before are read of these alone.
  v_best := array(
    select ranked.value
    from (
      select f.value, rank() over (order by sum(f.n) desc) as place, count(*) over () as values
      from rollup.sums_of_wider(
        v_domains, array['conversations'], p_dimension, p_from, p_to, lower(v_wide), upper(v_wide) - 1
      ) as f
      group by f.value
      having sum(f.n) > 0
    ) as ranked
    where ranked.place <= v_limit and ranked.values >= v_limit
  );
  return query
  with counted as (
    select
      f.value,
      coalesce(sum(f.n) filter (where f.is_now and f.metric = 'sessions'), 0)::bigint as sessions,
      coalesce(sum(f.n) filter (where f.is_now and f.metric = 'conversations'), 0)::bigint as conversations,
      coalesce(sum(f.n) filter (where not f.is_now and f.metric = 'sessions'), 0)::bigint as previous_sessions,
      coalesce(sum(f.n) filter (where not f.is_now and f.metric = 'conversations'), 0)::bigint
        as previous_conversations
    from (
      select figure.value, figure.metric, figure.n, true as is_now
      from rollup.sums(v_domains, array['sessions', 'conversations'], p_dimension, p_from, p_to) as figure
      union all
      select figure.value, figure.metric, figure.n, false
      from rollup.sums(
        v_domains, array['sessions', 'conversations'], p_dimension, p_from - (p_to - p_from + 1), p_from - 1
      ) as figure
    ) as f
    where v_best = '{}' or f.value = any (v_best)
    group by f.value
  )
  select
    c.value,
    c.sessions,
    c.conversations,
    private.ratio(c.conversations, c.sessions),
    c.previous_sessions,
    c.previous_conversations
  from counted as c
  where c.sessions > 0 or c.conversations > 0
  order by c.conversations desc, c.sessions desc, c.value
  limit v_limit;
end
$$;

create or replace function private.topic_stats(p_site_domains text[], p_from date, p_to date)
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
  v_wide daterange;
begin
  perform private.check_window(p_from, p_to);
  v_wide := rollup.widened(p_from, p_to, p_from - 366, current_date);
  return query
  with counted as (
    select f.site_domain, f.value, f.metric, sum(f.n) as now, 0::numeric as before
    from rollup.sums_of_wider(
      v_domains,
      array[
        'messaged_conversations', 'turns', 'converted_conversations', 'unanswered_conversations',
        'scored_conversations', 'quality_tenths'
      ],
      'topic',
      p_from,
      p_to,
      lower(v_wide),
      upper(v_wide) - 1
    ) as f
    group by f.site_domain, f.value, f.metric
    union all
    select f.site_domain, f.value, f.metric, 0::numeric, sum(f.n)
    from rollup.sums(
      v_domains,
      array['messaged_conversations', 'scored_conversations', 'quality_tenths'],
      'topic',
      p_from - (p_to - p_from + 1),
      p_from - 1
    ) as f
    group by f.site_domain, f.value, f.metric
  ),
  by_topic as (
    select
      c.site_domain,
      nullif(c.value, '')::uuid as topic_id,
      coalesce(sum(c.now) filter (where c.metric = 'messaged_conversations'), 0)::bigint as conversations,
      coalesce(sum(c.before) filter (where c.metric = 'messaged_conversations'), 0)::bigint as previous_conversations,
      sum(c.now) filter (where c.metric = 'turns') as turns,
      coalesce(sum(c.now) filter (where c.metric = 'converted_conversations'), 0) as converted,
      coalesce(sum(c.now) filter (where c.metric = 'unanswered_conversations'), 0) as unanswered,
      nullif(sum(c.now) filter (where c.metric = 'scored_conversations'), 0) as scored,
      sum(c.now) filter (where c.metric = 'quality_tenths') as tenths,
      nullif(sum(c.before) filter (where c.metric = 'scored_conversations'), 0) as previous_scored,
      sum(c.before) filter (where c.metric = 'quality_tenths') as previous_tenths
    from counted as c
    group by c.site_domain, c.value
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
  where b.conversations > 0 or b.previous_conversations > 0;
end
$$;

create or replace function private.count_filtered_visitors(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set max_parallel_workers_per_gather = 2
set random_page_cost = 2
set work_mem = '16MB'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_wanted smallint := private.wanted_steps(p_filter);
  v_count bigint;
begin
  -- Executed, as several processes count only then. A step alone is found on the first day that has it; several are
  -- gathered from all days of the range. Who viewed pages and was first and last seen within a long range, a timezone's
  -- day from its ends, was there in it: only the others' days are looked up.
  execute format(
    case
      when v_wanted = 1 and private.filter_day(p_filter, 'to') - private.filter_day(p_filter, 'from') > 60 then $sql$
        select count(*)
        from private.%I($1, $2) as visitor
        where visitor.last_seen_at >= ($3 - 1)::timestamp at time zone 'UTC'
          and visitor.first_seen_at < ($4 + 2)::timestamp at time zone 'UTC'
          and (
            (
              visitor.page_view_count > 0
              and visitor.first_seen_at >= ($3 + 1)::timestamp at time zone 'UTC'
              and visitor.last_seen_at < $4::timestamp at time zone 'UTC'
            )
            or exists (
              select 1
              from rollup.visitor_days as done
              where done.site_domain = visitor.site_domain
                and done.visitor_id = visitor.id
                and done.day between $3 and $4
                and done.steps & $5 <> 0
            )
          )
      $sql$
      when v_wanted = private.last_step(v_wanted) then $sql$
        select count(*)
        from private.%I($1, $2) as visitor
        where exists (
          select 1
          from rollup.visitor_days as done
          where done.site_domain = visitor.site_domain
            and done.visitor_id = visitor.id
            and done.day between $3 and $4
            and done.steps & $5 <> 0
        )
      $sql$
      else $sql$
        select count(*)
        from (
          select done.site_domain, done.visitor_id
          from rollup.visitor_days as done
          join private.%I($1, $2) as visitor
            on visitor.site_domain = done.site_domain and visitor.id = done.visitor_id
          where done.site_domain = any ($1) and done.day between $3 and $4
          group by done.site_domain, done.visitor_id
          having bit_or(done.steps) & $5 = $5
        ) as counted
      $sql$
    end,
    -- A search is made once, by one process.
    case when coalesce(p_filter ->> 'search', '') = '' then 'matching_visitors' else 'passing_visitors' end
  )
  into v_count
  using v_domains, p_filter, private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to'), v_wanted;
  return v_count;
end
$$;

create or replace function private.filtered_accounts(p_site_domains text[], p_filter jsonb)
returns table (
  site_domain text,
  id uuid,
  sessions bigint,
  conversations bigint,
  interest_score smallint
)
language sql
stable
as $$
  with counted as (
    select
      f.site_domain,
      f.account_id,
      sum(f.sessions) as sessions,
      sum(f.conversations) as conversations,
      rollup.best_score(sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot)) as interest_score
    from rollup.account_sums(
      p_site_domains, private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to')
    ) as f
    group by f.site_domain, f.account_id
    having sum(f.sessions) > 0 or sum(f.conversations) > 0
  )
  select c.site_domain, c.account_id, c.sessions, c.conversations, c.interest_score
  from counted as c
  where (
      private.filter_list(p_filter, 'scores') is null
      or c.interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
    )
    and (p_filter ->> 'talked' is null or (c.conversations > 0) = (p_filter ->> 'talked')::boolean)
    and (
      not private.filters_companies(p_filter)
      or (c.site_domain, c.account_id) in (
        select account.site_domain, account.id from private.matching_accounts(p_site_domains, p_filter) as account
      )
    )
$$;

create or replace function private.leading_accounts(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_limit integer,
  p_walked integer
)
returns table (places text[], ids uuid[])
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_found record;
begin
  -- No account has more in a range than ever: once a page is full of accounts with at least what the next one has ever
  -- had, it is the page. A column's name cannot be a parameter; it comes from a list of the caller's.
  execute format(
    $sql$
      with candidates as (
        select bound.site_domain, bound.account_id, max(bound.figure) as figure
        from (
          select first.site_domain, first.account_id, first.figure
          from unnest($1) as wanted (site_domain)
          cross join lateral (
            select kept.site_domain, kept.account_id, kept.%1$I::bigint as figure
            from rollup.account_totals as kept
            where kept.site_domain = wanted.site_domain
            order by kept.%1$I desc, kept.account_id desc
            limit $4
          ) as first
          union all
          select
            pending.site_domain,
            pending.account_id,
            case '%1$s'
              when 'interest_score' then greatest(
                kept.interest_score,
                rollup.best_score(pending.curious, pending.interested, pending.engaged, pending.hot)
              )
              else coalesce(kept.%1$I, 0) + pending.figure
            end
          from (
            select
              f.site_domain,
              f.account_id,
              sum(greatest(f.%2$I, 0)) as figure,
              sum(greatest(f.curious, 0)) as curious,
              sum(greatest(f.interested, 0)) as interested,
              sum(greatest(f.engaged, 0)) as engaged,
              sum(greatest(f.hot, 0)) as hot
            from rollup.account_deltas as f
            where f.site_domain = any ($1)
            group by f.site_domain, f.account_id
          ) as pending
          left join rollup.account_totals as kept
            on kept.site_domain = pending.site_domain and kept.account_id = pending.account_id
        ) as bound
        group by bound.site_domain, bound.account_id
        order by figure desc, bound.account_id desc
        limit $4
      ),
      page as (
        select c.site_domain, c.account_id, done.%1$I::bigint as figure
        from candidates as c
        cross join lateral private.account_in_range(c.site_domain, c.account_id, $2) as done
        where (done.sessions > 0 or done.conversations > 0)
          and (
            private.filter_list($2, 'scores') is null
            or done.interest_score = any (private.filter_list($2, 'scores')::smallint[])
          )
          and ($2 ->> 'talked' is null or (done.conversations > 0) = ($2 ->> 'talked')::boolean)
          and (
            not private.filters_companies($2)
            or exists (
              select 1
              from public.accounts as company
              where company.site_domain = c.site_domain
                and company.id = c.account_id
                and private.passes_as_company(company.name, company.domain, company.country, company.industry, $2)
            )
          )
        order by done.%1$I desc, c.account_id desc
        limit $3
      )
      select
        array_agg(p.site_domain order by p.figure desc, p.account_id desc) as places,
        array_agg(p.account_id order by p.figure desc, p.account_id desc) as ids,
        (select count(*) from candidates) < $4
        or (
          count(*) = $3
          and (
            (select (l.figure, l.account_id) from page as l order by l.figure, l.account_id limit 1)
            >= (select (l.figure, l.account_id) from candidates as l order by l.figure, l.account_id limit 1)
          )
        ) as is_page
      from page as p
    $sql$,
    p_column,
    case p_column when 'interest_score' then 'conversations' else p_column end
  )
  into v_found
  using p_site_domains, p_filter, p_limit, p_walked;
  if v_found.is_page then
    return query select v_found.places, v_found.ids;
  end if;
end
$$;

create or replace function private.accounts_by_figure(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
  p_limit integer,
  p_first date,
  p_last date
)
returns table (site_domain text, id uuid)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_figure text := case p_column
    when 'interest_score'
      then 'rollup.best_score(sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot))'
    else format('sum(f.%I)', p_column)
  end;
  v_wide daterange := rollup.widened(
    private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to'), p_first, p_last
  );
  v_sums text := case
    when private.holds_most(p_filter, p_first, p_last)
      then 'rollup.folded_account_sums_of_all(array[wanted.site_domain], $6, $7, $8, $9)'
    else 'rollup.folded_account_sums_of_wider(array[wanted.site_domain], $6, $7, $10, $11)'
  end;
  -- Rows with any of the figure are fewer than all; accounts without any come last. Scores above the lowest stand
  -- beside conversations.
  v_some boolean := coalesce(p_filter ->> 'scores', p_filter ->> 'talked') is null;
  v_rows bigint;
  v_found bigint := 0;
begin
  loop
    return query execute format(
      $sql$
        select c.site_domain, c.account_id
        from unnest($1) as wanted (site_domain)
        cross join lateral (
          select wanted.site_domain, f.account_id, %1$s as figure
          from (
            select
              kept.account_id, kept.sessions, kept.conversations, kept.curious, kept.interested, kept.engaged, kept.hot
            from %2$s as kept
            where %3$s
            union all
            select d.account_id, d.sessions, d.conversations, d.curious, d.interested, d.engaged, d.hot
            from rollup.account_deltas as d
            where d.site_domain = wanted.site_domain and d.day between $6 and $7
          ) as f
          group by f.account_id
          having %4$s
            and ($3 is null or (%1$s, f.account_id) < (($3 ->> 'figure')::bigint, ($3 ->> 'id')::uuid))
            and (
              private.filter_list($2, 'scores') is null
              or rollup.best_score(sum(f.curious), sum(f.interested), sum(f.engaged), sum(f.hot))
                = any (private.filter_list($2, 'scores')::smallint[])
            )
            and ($2 ->> 'talked' is null or (sum(f.conversations) > 0) = ($2 ->> 'talked')::boolean)
            and (
              not private.filters_companies($2)
              or f.account_id in (
                select company.id from private.matching_accounts(array[wanted.site_domain], $2) as company
              )
            )
          order by figure desc, f.account_id desc
          limit $4
        ) as c
        order by c.figure desc, c.account_id desc
        offset $5
        limit $4 - $5
      $sql$,
      v_figure,
      v_sums,
      case when not v_some then 'true' when p_column = 'sessions' then 'sessions <> 0' else 'conversations <> 0' end,
      case
        when not v_some then '(sum(f.sessions) > 0 or sum(f.conversations) > 0)'
        when p_column = 'interest_score' then v_figure || ' > 1'
        else v_figure || ' > 0'
      end
    )
    using
      p_site_domains, p_filter, p_after, p_limit, v_found,
      private.filter_day(p_filter, 'from'), private.filter_day(p_filter, 'to'), p_first, p_last, lower(v_wide), upper(v_wide) - 1;
    get diagnostics v_rows = row_count;
    v_found := v_found + v_rows;
    exit when not v_some or v_found = p_limit;
    v_some := false;
  end loop;
end
$$;

create or replace function private.recent_accounts(
  p_site_domains text[],
  p_filter jsonb,
  p_after jsonb,
  p_limit integer,
  p_walked integer
)
returns table (walked bigint, places text[], ids uuid[])
language sql
stable
as $$
  -- The newest account-days of the range, one after the other; each account stands on its last one alone.
  with walk as (
    select d.site_domain, d.account_id, d.day
    from unnest(p_site_domains) as wanted (site_domain)
    cross join lateral (
      select f.site_domain, f.account_id, f.day
      from rollup.account_days as f
      where f.site_domain = wanted.site_domain
        and f.day between private.filter_day(p_filter, 'from') and private.filter_day(p_filter, 'to')
        and (
          p_after is null
          or (f.day, f.account_id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
        )
      order by f.day desc, f.account_id desc
      limit p_walked
    ) as d
    union
    select f.site_domain, f.account_id, f.day
    from rollup.account_deltas as f
    where f.site_domain = any (p_site_domains)
      and f.day between private.filter_day(p_filter, 'from') and private.filter_day(p_filter, 'to')
      and (
        p_after is null
        or (f.day, f.account_id) < ((p_after ->> 'last_day')::date, (p_after ->> 'id')::uuid)
      )
  ),
  first_of_it as (
    select w.site_domain, w.account_id, w.day
    from walk as w
    order by w.day desc, w.account_id desc
    limit p_walked
  ),
  shown as (
    select w.site_domain, w.account_id, w.day
    from (select * from first_of_it as f order by f.day desc, f.account_id desc offset 0) as w
    cross join lateral private.last_account_day(w.site_domain, w.account_id, p_filter) as last
    where last.day = w.day
      and (
        coalesce(p_filter ->> 'scores', p_filter ->> 'talked') is null
        or exists (
          select 1
          from private.account_in_range(w.site_domain, w.account_id, p_filter) as done
          where (
              private.filter_list(p_filter, 'scores') is null
              or done.interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
            )
            and (p_filter ->> 'talked' is null or (done.conversations > 0) = (p_filter ->> 'talked')::boolean)
        )
      )
      and (
        not private.filters_companies(p_filter)
        or exists (
          select 1
          from public.accounts as company
          where company.site_domain = w.site_domain
            and company.id = w.account_id
            and private.passes_as_company(company.name, company.domain, company.country, company.industry, p_filter)
        )
      )
    order by w.day desc, w.account_id desc
    limit p_limit
  )
  select
    (select count(*) from first_of_it),
    array_agg(s.site_domain order by s.day desc, s.account_id desc),
    array_agg(s.account_id order by s.day desc, s.account_id desc)
  from shown as s
$$;

create or replace function private.accounts_of_search(
  p_site_domains text[],
  p_filter jsonb,
  p_sort text,
  p_after jsonb,
  p_limit integer,
  p_sites text[],
  p_ids uuid[]
)
returns table (site_domain text, id uuid)
language sql
stable
as $$
  select company.site_domain, company.id
  from unnest(p_sites, p_ids) as found (site_domain, id)
  join public.accounts as company on company.site_domain = found.site_domain and company.id = found.id
  cross join lateral private.account_in_range(company.site_domain, company.id, p_filter) as done
  cross join lateral (
    select case p_sort
      when 'recent' then done.last_day - date '2000-01-01'
      when 'score' then done.interest_score
      when 'sessions' then done.sessions
      else done.conversations
    end::bigint as figure
  ) as place
  where company.site_domain = any (p_site_domains)
    and private.passes_as_company(company.name, company.domain, company.country, company.industry, p_filter)
    and (done.sessions > 0 or done.conversations > 0)
    and (
      private.filter_list(p_filter, 'scores') is null
      or done.interest_score = any (private.filter_list(p_filter, 'scores')::smallint[])
    )
    and (p_filter ->> 'talked' is null or (done.conversations > 0) = (p_filter ->> 'talked')::boolean)
    and (
      p_after is null
      or (place.figure, company.id) < (
        case p_sort
          when 'recent' then (p_after ->> 'last_day')::date - date '2000-01-01'
          else (p_after ->> 'figure')::bigint
        end,
        (p_after ->> 'id')::uuid
      )
    )
  order by place.figure desc, company.id desc
  limit p_limit
$$;

create or replace function private.check_window(p_from date, p_to date)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_from is null or p_to is null then
    raise exception 'p_from and p_to are required' using errcode = 'PT400';
  elsif not isfinite(p_from) or not isfinite(p_to) then
    raise exception 'p_from and p_to are days, not % and %', p_from, p_to using errcode = 'PT400';
  elsif p_to < p_from then
    raise exception 'The range ends (%) before it begins (%)', p_to, p_from using errcode = 'PT400';
  elsif p_to - p_from > 365 then
    raise exception 'A range spans at most 366 days, not %', p_to - p_from + 1 using errcode = 'PT400';
  end if;
end
$$;
