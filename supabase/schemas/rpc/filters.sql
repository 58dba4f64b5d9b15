-- What the filters of all lists have in common: which values a key may have.

create function private.is_filter_value(p_value jsonb, p_kind text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_text text := p_value #>> '{}';
  v_type text := jsonb_typeof(p_value);
begin
  return case p_kind
    when 'text' then v_type = 'string' and length(v_text) <= 1000
    when 'boolean' then v_type = 'boolean'
    when 'integer' then v_type = 'number' and v_text ~ '^\d{1,6}$'
    when 'hour' then v_type = 'number' and v_text ~ '^(1?\d|2[0-3])$'
    when 'weekday' then v_type = 'number' and v_text ~ '^[1-7]$'
    when 'quality' then v_type = 'number' and v_text ~ '^([1-4](\.\d{1,4})?|5(\.0{1,4})?)$'
    when 'date' then v_type = 'string' and v_text ~ '^\d{4}-\d{2}-\d{2}$' and private.casts_to(v_text, 'date')
    when 'uuid' then v_type = 'string' and private.casts_to(v_text, 'uuid')
    when 'step' then v_type = 'string' and rollup.steps_of_kind(v_text) is not null
    when 'statuses' then v_type = 'array' and p_value <@ '["anonymous", "semi-known", "known"]'
    when 'review' then v_type = 'string' and v_text in ('unreviewed', 'reviewed', 'good', 'bad')
    when 'conversions' then
      v_type = 'array' and p_value <@ '["email_captured", "demo_proposed", "cta_clicked", "demo_booked"]'
    when 'scores' then v_type = 'array' and p_value <@ '[1, 2, 3, 4, 5]'
    when 'intents' then
      v_type = 'array' and p_value <@ '["LEARN", "CONTEXT", "SUPPORT", "OFFTOPIC", "OTHER", "none", null]'
    when 'texts' then
      v_type = 'array' and jsonb_array_length(p_value) <= 50
      and not exists (
        select 1
        from jsonb_array_elements(p_value) as e
        where jsonb_typeof(e.value) <> 'string' or length(e.value #>> '{}') > 100
      )
    when 'topics' then
      v_type = 'array' and jsonb_array_length(p_value) <= 200
      and not exists (
        select 1
        from jsonb_array_elements(p_value) as e
        where not case jsonb_typeof(e.value)
          when 'null' then true
          when 'string' then e.value #>> '{}' = 'none' or private.casts_to(e.value #>> '{}', 'uuid')
          else false
        end
      )
  end;
end
$$;

comment on function private.is_filter_value(jsonb, text) is 'Whether a value of a filter is of the kind its key wants.';

create function private.check_filter(p_filter jsonb, p_kinds jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_key text;
  v_value jsonb;
begin
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception 'p_filter must be an object' using errcode = 'PT400';
  end if;
  for v_key, v_value in select f.key, f.value from jsonb_each(p_filter) as f loop
    if not p_kinds ? v_key then
      raise exception 'p_filter has no key "%"', v_key using errcode = 'PT400';
    elsif jsonb_typeof(v_value) <> 'null' and not private.is_filter_value(v_value, p_kinds ->> v_key) then
      raise exception 'p_filter.% is not valid: %', v_key, left(v_value::text, 100) using errcode = 'PT400';
    end if;
  end loop;
end
$$;

comment on function private.check_filter(jsonb, jsonb) is
  'Refuses (PT400) a filter with an unknown key or a value that is not of the key''s kind (see is_filter_value).';

create function private.check_filter_of_range(p_filter jsonb, p_kinds jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  perform private.check_filter(p_filter, p_kinds || '{"from": "date", "to": "date"}');
  if p_filter ->> 'from' is null or p_filter ->> 'to' is null then
    raise exception 'p_filter.from and p_filter.to are required' using errcode = 'PT400';
  end if;
  perform private.check_window((p_filter ->> 'from')::date, (p_filter ->> 'to')::date);
end
$$;

comment on function private.check_filter_of_range(jsonb, jsonb) is
  'As check_filter, of a filter that needs a range of days.';

revoke execute on function
  private.is_filter_value(jsonb, text),
  private.check_filter(jsonb, jsonb),
  private.check_filter_of_range(jsonb, jsonb)
from public, anon;
grant execute on function
  private.is_filter_value(jsonb, text),
  private.check_filter(jsonb, jsonb),
  private.check_filter_of_range(jsonb, jsonb)
to authenticated, service_role;
