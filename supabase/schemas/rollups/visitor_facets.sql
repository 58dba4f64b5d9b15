-- What filters of visitors ask, apart from the rest of them: counts read all of it.

create table rollup.visitor_facets (
  id uuid not null,
  interest_score smallint not null,
  site_domain text not null,
  status text not null,
  country text,
  account_id uuid,
  step_days int4multirange,
  name text,
  email text,
  constraint visitor_facets_pkey primary key (site_domain, id)
)
with (fillfactor = 90);

create index visitor_facets_country_idx on rollup.visitor_facets (site_domain, country, interest_score);
create index visitor_facets_status_idx on rollup.visitor_facets (site_domain, status) where status <> 'anonymous';
create index visitor_facets_interest_score_idx on rollup.visitor_facets (site_domain, interest_score)
  where interest_score > 1;
create index visitor_facets_account_id_idx on rollup.visitor_facets (site_domain, account_id) where account_id is not null;
create index visitor_facets_name_idx on rollup.visitor_facets using gin (private.name_document(name, email))
  where name is not null or email is not null;

comment on table rollup.visitor_facets is
  'Of each visitor that counts what a filter may ask, as in public.visitors and kept equal to it by triggers: rows of half the size.';

alter table rollup.visitor_facets enable row level security;
revoke all on rollup.visitor_facets from public, anon, authenticated;
grant select on rollup.visitor_facets to authenticated, service_role;

create policy visitor_facets_select on rollup.visitor_facets
  for select to authenticated
  using (site_domain = any (array(select private.my_domains())));

create function rollup.keep_visitor_facets()
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

comment on function rollup.keep_visitor_facets() is 'Keeps rollup.visitor_facets equal to the visitors that count.';

create function rollup.rebuild_visitor_facets(p_site_domain text)
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

comment on function rollup.rebuild_visitor_facets(text) is
  'Makes rollup.visitor_facets of a domain equal to its visitors, whatever it was.';

create trigger keep_facets_of_insert after insert on public.visitors
  for each row when (new.counts)
  execute function rollup.keep_visitor_facets();

-- By the row: most updates change none of these, and then nothing runs.
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

create trigger keep_facets_of_delete after delete on public.visitors
  for each row when (old.counts)
  execute function rollup.keep_visitor_facets();

revoke execute on function
  rollup.keep_visitor_facets(),
  rollup.rebuild_visitor_facets(text)
from public, anon, authenticated, service_role;
