-- A page of accounts by a figure of the range, added up: for what cannot be told from the figures of all time.

create function private.holds_most(p_filter jsonb, p_first date, p_last date)
returns boolean
language sql
immutable
parallel safe
as $$
  select least(private.filter_day(p_filter, 'to'), p_last)
    - greatest(private.filter_day(p_filter, 'from'), p_first) > (p_last - p_first) / 2
$$;

comment on function private.holds_most(jsonb, date, date) is
  'Whether a filter''s range holds most of the days from p_first to p_last; null: there are no such days.';

create function private.accounts_by_figure(
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

comment on function private.accounts_by_figure(text[], jsonb, text, jsonb, integer, date, date) is
  'A page of accounts by a figure of a filter''s range, all of which are added up; of days before p_first and after p_last nothing is folded.';

revoke execute on function
  private.holds_most(jsonb, date, date),
  private.accounts_by_figure(text[], jsonb, text, jsonb, integer, date, date)
from public, anon;
grant execute on function
  private.holds_most(jsonb, date, date),
  private.accounts_by_figure(text[], jsonb, text, jsonb, integer, date, date)
to authenticated, service_role;
