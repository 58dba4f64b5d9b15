-- What every figure's window has in common.

create function private.check_window(p_from date, p_to date)
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

create function private.check_domains(p_site_domains text[])
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(mine.site_domain order by mine.site_domain), '{}')
  from private.my_domains() as mine (site_domain)
  where p_site_domains is null or mine.site_domain = any (p_site_domains)
$$;

create function private.distinct_visitors(
  p_site_domains text[],
  p_kinds text[],
  p_from date,
  p_to date
)
returns table (kind text, n bigint)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_steps smallint[] := array(select rollup.steps_of_kind(k.kind) from unnest(p_kinds) as k (kind));
begin
  return query
    with counted as (
      select link.steps, sum(link.n)::bigint as n
      from rollup.links(v_domains, v_steps, p_from, p_to) as link
      group by link.steps
    )
    select k.kind, coalesce(counted.n, 0)
    from unnest(p_kinds) as k (kind)
    left join counted on counted.steps = rollup.steps_of_kind(k.kind);
end
$$;

create function private.ratio(p_numerator numeric, p_denominator numeric)
returns numeric
language sql
immutable
parallel safe
as $$ select round(p_numerator / nullif(p_denominator, 0), 6) $$;

comment on function private.check_window(date, date) is 'Refuses (PT400) a window without ends, backwards, or longer than 366 days.';
comment on function private.check_domains(text[]) is 'Those of some domains that the caller may see; null asks for all of them.';
comment on function private.distinct_visitors(text[], text[], date, date) is
  'Distinct visitors of some kinds (rollup.steps_of_kind) in a range of days; over several domains, the sum of each one''s. A definer that asks once for the caller''s domains.';
comment on function private.ratio(numeric, numeric) is 'A ratio to six places; null when there is no denominator.';

revoke execute on function
  private.check_window(date, date),
  private.check_domains(text[]),
  private.distinct_visitors(text[], text[], date, date),
  private.ratio(numeric, numeric)
from public, anon;
grant execute on function
  private.check_window(date, date),
  private.check_domains(text[]),
  private.distinct_visitors(text[], text[], date, date),
  private.ratio(numeric, numeric)
to authenticated, service_role;
