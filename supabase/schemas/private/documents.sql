-- JSON documents: merging them, and taking parts out of them.

create function private.merge_json(p_base jsonb, p_override jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  if p_override is null then
    return p_base;
  elsif jsonb_typeof(p_base) is distinct from 'object' or jsonb_typeof(p_override) <> 'object' then
    return p_override;
  end if;
  return p_base || coalesce(
    (
      select jsonb_object_agg(part.key, private.merge_json(p_base -> part.key, part.value))
      from jsonb_each(p_override) as part
    ),
    '{}'
  );
end
$$;

comment on function private.merge_json(jsonb, jsonb) is
  'Objects are merged key by key, at every depth; anything else, lists too, is replaced. SQL null overrides nothing.';

create function private.without_path(p_value jsonb, p_path text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  if p_path[1] = '*' and jsonb_typeof(p_value) = 'array' then
    return coalesce(
      (
        select jsonb_agg(private.without_path(item.value, p_path[2:]) order by item.place)
        from jsonb_array_elements(p_value) with ordinality as item (value, place)
      ),
      '[]'
    );
  elsif p_path[1] = '*' and jsonb_typeof(p_value) = 'object' then
    return coalesce(
      (
        select jsonb_object_agg(part.key, private.without_path(part.value, p_path[2:]))
        from jsonb_each(p_value) as part
      ),
      '{}'
    );
  elsif jsonb_typeof(p_value) = 'object' and p_value ? p_path[1] then
    if cardinality(p_path) = 1 then
      return p_value - p_path[1];
    end if;
    return p_value || jsonb_build_object(p_path[1], private.without_path(p_value -> p_path[1], p_path[2:]));
  end if;
  return p_value;
end
$$;

comment on function private.without_path(jsonb, text[]) is
  'A document without what a path leads to; a * stands for every key or place.';

create function private.without_pointers(p_value jsonb, p_pointers text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  v_pointer text;
begin
  foreach v_pointer in array p_pointers loop
    p_value := private.without_path(p_value, string_to_array(substr(v_pointer, 2), '/'));
  end loop;
  return p_value;
end
$$;

comment on function private.without_pointers(jsonb, text[]) is
  'A document without what JSON pointers lead to; a * stands for every key or place.';

create function private.only_pointers(p_value jsonb, p_pointers text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  v_pointer text;
  v_path text[];
  v_part jsonb;
  v_found jsonb := '{}';
begin
  foreach v_pointer in array p_pointers loop
    v_path := string_to_array(substr(v_pointer, 2), '/');
    v_part := p_value #> v_path;
    if v_part is not null then
      for place in reverse cardinality(v_path)..1 loop
        v_part := jsonb_build_object(v_path[place], v_part);
      end loop;
      v_found := private.merge_json(v_found, v_part);
    end if;
  end loop;
  return v_found;
end
$$;

comment on function private.only_pointers(jsonb, text[]) is
  'What JSON pointers (without *) lead to in a document, in its place, and nothing else of it.';

revoke execute on function
  private.merge_json(jsonb, jsonb),
  private.without_path(jsonb, text[]),
  private.without_pointers(jsonb, text[]),
  private.only_pointers(jsonb, text[])
from public, anon, authenticated, service_role;
grant execute on function private.merge_json(jsonb, jsonb) to service_role;
