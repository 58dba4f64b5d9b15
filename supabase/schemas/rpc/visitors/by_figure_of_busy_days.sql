-- A page of the list by a figure of a short range in which thousands were there.

create function private.leading_visitors_there(
  p_site_domains text[],
  p_filter jsonb,
  p_column text,
  p_after jsonb,
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
  -- Each is looked for in a table of those who were there; a case, so that it stays one. The index alone is read.
  execute format(
    $sql$
      with candidates as materialized (
        select wanted.site_domain, first.id, first.figure
        from unnest($1) as wanted (site_domain)
        left join lateral (
          select walked.id, walked.figure
          from (
            select visitor.site_domain, visitor.id, visitor.%1$I as figure
            from public.counted_visitors as visitor
            where visitor.site_domain = wanted.site_domain and %2$s
            order by visitor.%1$I desc, visitor.id desc
            limit $5
          ) as walked
          where case
            when (walked.site_domain, walked.id) in (
              select candidate.site_domain, candidate.visitor_id
              from rollup.visitor_days as candidate
              where candidate.site_domain = any ($1)
                and candidate.day between ($2 ->> 'from')::date and ($2 ->> 'to')::date
                and candidate.steps & private.wanted_steps($2) <> 0
                and (private.wanted_steps($2) < 16 or candidate.steps & 240 <> 0)
              -- No more of them than fit into memory.
              limit 20000
            ) then true
            else false
          end
          limit $4
        ) as first on true
      ),
      page as (
        select c.site_domain, c.id, c.figure
        from candidates as c
        where c.id is not null
        order by c.figure desc, c.id desc
        limit $4
      )
      select
        array_agg(p.site_domain order by p.figure desc, p.id desc) as places,
        array_agg(p.id order by p.figure desc, p.id desc) as ids,
        not exists (
          -- A website of which more might be found further on.
          select
          from (
            select c.site_domain from candidates as c group by c.site_domain having count(c.id) < $4
          ) as short
          where exists (
            select
            from public.counted_visitors as visitor
            where visitor.site_domain = short.site_domain and %2$s
            order by visitor.%1$I desc, visitor.id desc
            offset $5
          )
        ) as is_page
      from page as p
    $sql$,
    p_column,
    private.visitors_after(p_column, p_after)
  )
  into v_found
  using p_site_domains, p_filter, p_after, p_limit, p_walked;
  if v_found.is_page then
    return query select v_found.places, v_found.ids;
  end if;
end
$$;

comment on function private.leading_visitors_there(text[], jsonb, text, jsonb, integer, integer) is
  'A page of visitors by an indexed figure, of a filter of days and one step with at most 20000 visitor-days, where the first p_walked of each website suffice to tell; else nothing.';

revoke execute on function private.leading_visitors_there(text[], jsonb, text, jsonb, integer, integer)
from public, anon;
grant execute on function private.leading_visitors_there(text[], jsonb, text, jsonb, integer, integer)
to authenticated, service_role;
