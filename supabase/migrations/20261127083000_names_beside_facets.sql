-- What a search of visitors asks, names and addresses, stands with what else filters ask: narrow rows to look up.

-- Nothing changes between what is copied and the triggers that keep the copy.
lock table public.visitors in share row exclusive mode;

alter table rollup.visitor_facets add column name text, add column email text;

update rollup.visitor_facets as kept
set name = visitor.name, email = visitor.email
from public.visitors as visitor
where visitor.site_domain = kept.site_domain
  and visitor.id = kept.id
  and (visitor.name is not null or visitor.email is not null);

create index visitor_facets_name_idx on rollup.visitor_facets using gin (private.name_document(name, email))
  where name is not null or email is not null;

create or replace function rollup.keep_visitor_facets()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' or not new.counts then
    delete from rollup.visitor_facets as kept where kept.site_domain = old.site_domain and kept.id = old.id;
    return null;
  end if;
  insert into rollup.visitor_facets (
    id, interest_score, site_domain, status, country, account_id, step_days, name, email
  )
  values (
    new.id, new.interest_score, new.site_domain, new.status, new.country, new.account_id, new.step_days, new.name,
    new.email
  )
  on conflict (site_domain, id) do update
  set
    interest_score = excluded.interest_score,
    status = excluded.status,
    country = excluded.country,
    account_id = excluded.account_id,
    step_days = excluded.step_days,
    name = excluded.name,
    email = excluded.email;
  return null;
end
$$;

create or replace function rollup.rebuild_visitor_facets(p_site_domain text)
returns void
language sql
security definer
set search_path = ''
as $$
  delete from rollup.visitor_facets as kept
  where kept.site_domain = p_site_domain
    and not exists (
      select
      from public.visitors as visitor
      where visitor.site_domain = p_site_domain and visitor.id = kept.id and visitor.counts
    );

  insert into rollup.visitor_facets as kept (
    id, interest_score, site_domain, status, country, account_id, step_days, name, email
  )
  select
    visitor.id, visitor.interest_score, visitor.site_domain, visitor.status, visitor.country, visitor.account_id,
    visitor.step_days, visitor.name, visitor.email
  from public.visitors as visitor
  where visitor.site_domain = p_site_domain and visitor.counts
  on conflict (site_domain, id) do update
  set
    interest_score = excluded.interest_score,
    status = excluded.status,
    country = excluded.country,
    account_id = excluded.account_id,
    step_days = excluded.step_days,
    name = excluded.name,
    email = excluded.email
  where (kept.interest_score, kept.status, kept.country, kept.account_id, kept.step_days, kept.name, kept.email)
    is distinct from (
      excluded.interest_score, excluded.status, excluded.country, excluded.account_id, excluded.step_days, excluded.name,
      excluded.email
    );
$$;

drop trigger keep_facets_of_update on public.visitors;

create trigger keep_facets_of_update
  after update of counts, name, email, account_id, country, interest_score, step_days on public.visitors
  for each row when (
    (old.counts or new.counts)
    and (
      old.counts, old.status, old.account_id, old.country, old.interest_score, old.step_days, old.name, old.email
    ) is distinct from (
      new.counts, new.status, new.account_id, new.country, new.interest_score, new.step_days, new.name, new.email
    )
  )
  execute function rollup.keep_visitor_facets();

create or replace function private.search_people(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_rarest tsquery := private.rarest_query(v_domains, p_search);
  v_query tsquery := private.prefix_query(p_search);
begin
  -- Text search is not leakproof, so under row-level security it would lose its index: this checks the domains itself.
  return query select found.site_domain, found.id from private.search_ids(v_domains, p_search) as found;
  return query
    select visitor.site_domain, visitor.id
    from rollup.visitor_facets as visitor
    where visitor.site_domain = any (v_domains)
      and private.is_named(visitor.name, visitor.email, v_rarest, v_query);
end
$$;

create or replace function private.passing_query(p_searches boolean, p_figure text default null)
returns text
language sql
immutable
set search_path = ''
as $$
  -- Apart, so that each is found by an index of its own and no list of those found is made in between.
  select format(
    case when p_searches then $sql$
      select %1$s from %2$s where visitor.step_days && all ($3) and private.is_of_companies(visitor.account_id, $4)
      union all
      select %1$s
      from %3$s
      where %4$s.step_days && all ($3)
        and not private.is_of_companies(%4$s.account_id, $4)
        and (%4$s.id = any (($4).ids) or private.is_named(%4$s.name, %4$s.email, ($4).rarest, ($4).query))
    $sql$
    else 'select %1$s from %2$s where visitor.step_days && all ($3)'
    end,
    'visitor.site_domain, visitor.id, visitor.step_days' || coalesce(', visitor.' || quote_ident(p_figure), '')
      || case when p_figure = 'page_view_count' then ', visitor.page_view_level' else '' end,
    case when read.facets then 'private.matching_facets($1, $2) as visitor'
    else 'private.matching_visitors($1, $2) as visitor' end,
    -- Names are found where what filters ask stands.
    case when read.facets then 'private.matching_facets($1, $2) as visitor'
    else 'private.matching_facets($1, $2) as named join public.visitors as visitor using (site_domain, id)' end,
    case when read.facets then 'visitor' else 'named' end
  )
  from (select coalesce(p_figure, 'interest_score') = 'interest_score' as facets) as read
$$;

drop index public.visitors_name_idx;
