-- What the log says of AI Sections and of exports, in one.

create or replace function private.audit_sentence(
  p_subject_type text,
  p_action text,
  p_subject_id text,
  p_changed text[],
  p_before jsonb,
  p_after jsonb
)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_row jsonb := coalesce(p_after, p_before, '{}');
  v_kind text := case p_subject_type
    when 'ai_section' then 'AI Section'
    when 'client_config' then 'Configuration'
    when 'config' then 'Configuration'
    when 'domain' then 'Website'
    when 'domain_host' then 'Host'
    when 'domain_key' then initcap(coalesce(v_row ->> 'kind', '')) || ' key'
    when 'profile' then 'Person'
    when 'user_domain' then 'Access'
    else upper(left(p_subject_type, 1)) || replace(substr(p_subject_type, 2), '_', ' ')
  end;
  -- Ids made of random digits say nothing to a person.
  v_name text := coalesce(
    v_row ->> 'title',
    nullif(v_row ->> 'name', ''),
    nullif(v_row ->> 'label', ''),
    nullif(v_row ->> 'config_slug', ''),
    v_row ->> 'slug',
    v_row ->> 'host',
    v_row ->> 'email',
    case when p_subject_type = 'domain' then p_subject_id end
  );
begin
  if p_subject_type = 'export' then
    return upper(left(p_subject_id, 1)) || replace(substr(p_subject_id, 2), '_', ' ') || ' exported'
      || coalesce(': ' || (v_row ->> 'rows') || case v_row ->> 'rows' when '1' then ' row' else ' rows' end, '')
      || coalesce(' as ' || upper(v_row ->> 'format'), '');
  end if;
  -- What changed in a website or a key says more than that it changed.
  if p_action = 'update' and p_subject_type = 'domain' and cardinality(p_changed) = 1 then
    case p_changed[1]
      when 'timezone' then
        return format('Timezone changed from %s to %s', p_before ->> 'timezone', p_after ->> 'timezone');
      when 'archived_at' then
        return 'Website ' || case when p_after ->> 'archived_at' is null then 'restored' else 'archived' end;
      when 'recountable_from' then
        return 'Raw data before ' || coalesce(p_after ->> 'recountable_from', 'an unknown day') || ' deleted';
      else
        null;
    end case;
  elsif p_action = 'update' and p_subject_type = 'domain_key' and p_changed = array['revoked_at'] then
    return v_kind || ' revoked' || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'topic' and 'status' = any (p_changed) then
    return v_kind
      || case p_after ->> 'status' when 'hidden' then ' hidden' when 'merged' then ' merged' else ' shown again' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'ai_section' and 'archived_at' = any (p_changed) then
    return v_kind
      || case when p_after ->> 'archived_at' is null then ' restored' else ' archived' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_subject_type = 'ai_section' and 'published_version' = any (p_changed) then
    return v_kind
      || case when p_after ->> 'published_version' is null then ' unpublished' else ' published' end
      || coalesce(': ' || left(v_name, 100), '');
  elsif p_action = 'update' and p_changed = array['enabled'] then
    return v_kind || case when (p_after ->> 'enabled')::boolean then ' turned on' else ' turned off' end
      || coalesce(': ' || left(v_name, 100), '');
  end if;
  return v_kind
    || ' '
    || case p_action
      when 'create' then 'added'
      when 'update' then 'changed'
      when 'delete' then 'removed'
      when 'erase' then 'erased'
      when 'view' then 'viewed'
      when 'export' then 'exported'
      else replace(p_action, '_', ' ')
    end
    || coalesce(': ' || left(v_name, 100), '');
end
$$;
