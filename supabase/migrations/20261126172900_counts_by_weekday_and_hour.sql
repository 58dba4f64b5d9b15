-- Conversations of an hour of the week are counted by the figures of the heat map.

create or replace function private.count_by_figures(p_site_domains text[], p_filter jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  v_from date := coalesce(p_filter ->> 'from', '-infinity');
  v_to date := coalesce(p_filter ->> 'to', 'infinity');
  v_by jsonb := jsonb_strip_nulls(p_filter) - array['from', 'to', case p_filter ->> 'search' when '' then 'search' end];
  v_key text := (select jsonb_object_keys(v_by) limit 1);
  v_metric text := 'conversations';
  v_dimension text;
  v_values text[];
begin
  if v_from = '-infinity' or v_to = 'infinity' then
    return null;
  elsif v_by <> '{}' and v_by - array['weekday', 'hour'] = '{}' then
    v_key := 'weekday_hour';
  elsif (select count(*) from jsonb_object_keys(v_by)) > 1 then
    return null;
  end if;
  case
    when v_key is null then
      v_dimension := '';
      v_values := array[''];
    when v_key = 'weekday_hour' then
      v_dimension := v_key;
      v_values := array(
        select weekday.n || ' ' || hour.n
        from generate_series(1, 7) as weekday (n)
        cross join generate_series(0, 23) as hour (n)
        where weekday.n = coalesce((v_by ->> 'weekday')::integer, weekday.n)
          and hour.n = coalesce((v_by ->> 'hour')::integer, hour.n)
      );
    when v_key in ('page', 'country', 'device', 'referrer', 'language') then
      v_dimension := v_key;
      v_values := array[v_by ->> v_key];
    when v_key = 'account_id' then
      return (
        select coalesce(sum(figure.conversations), 0)
        from rollup.account_sums(p_site_domains, v_from, v_to) as figure
        where figure.account_id = (v_by ->> v_key)::uuid
      );
    when v_key = 'scores' and jsonb_array_length(v_by -> v_key) > 0 then
      v_dimension := 'score';
      v_values := array(select distinct jsonb_array_elements_text(v_by -> v_key));
    when v_key = 'conversions' and jsonb_array_length(v_by -> v_key) = 1 then
      v_dimension := 'conversion';
      v_values := array[v_by -> v_key ->> 0];
    when v_key = 'messaged' and v_by -> v_key = 'true' then
      v_metric := 'messaged_conversations';
      v_dimension := '';
      v_values := array[''];
    else
      return null;
  end case;
  return (
    select coalesce(sum(figure.n), 0)
    from rollup.sums(p_site_domains, array[v_metric], v_dimension, v_from, v_to) as figure
    where figure.value = any (v_values)
  );
end
$$;

comment on function private.count_by_figures(text[], jsonb) is
  'What count_conversations gives for a range of days and at most one other condition (weekday and hour are one), where figures are kept by it; else null.';
