-- What the filters of the account list offer.

create function public.get_account_values(p_site_domains text[], p_field text)
returns table (value text, accounts bigint)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  if p_field is null or p_field not in ('industry', 'country') then
    raise exception 'p_field is industry or country, not %', coalesce(p_field, 'null') using errcode = 'PT400';
  end if;
  return query
  select found.value, count(*)
  from (
    select case p_field when 'industry' then account.industry else account.country end as value
    from public.accounts as account
    where account.site_domain = any (v_domains)
  ) as found
  where found.value <> ''
  group by found.value
  order by count(*) desc, found.value
  limit 200;
end
$$;

comment on function public.get_account_values(text[], text) is
  'The industries or countries (p_field) of the accounts of some domains with the number of accounts, most frequent first, at most 200: what a filter offers.';

revoke execute on function public.get_account_values(text[], text) from public, anon;
grant execute on function public.get_account_values(text[], text) to authenticated, service_role;
