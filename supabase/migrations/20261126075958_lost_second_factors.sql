-- Whoever lost a second factor is let in by their password alone, when staff say so.

create function private.remove_second_factor(p_id uuid)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles := private.user_to_change(p_id);
  v_removed bigint;
begin
  perform private.require_admin();
  if p_id = auth.uid() then
    raise sqlstate 'PT409' using message = 'Your own second factor is turned off under Your account.';
  end if;
  delete from auth.mfa_factors as factor where factor.user_id = p_id;
  get diagnostics v_removed = row_count;
  if v_removed = 0 then
    raise sqlstate 'PT409' using message = 'This person has no second factor.';
  end if;
  perform private.audit(
    '', 'remove_second_factor', 'profile', p_id::text, null, jsonb_build_object('email', v_profile.email)
  );
  delete from auth.sessions as session where session.user_id = p_id;
  return v_removed;
end
$$;

comment on function private.remove_second_factor(uuid) is
  'Takes a person''s second factors away, who has lost them, and signs them out everywhere: the password alone lets them in. Gives how many there were. PT409 for oneself and for who has none.';

revoke execute on function private.remove_second_factor(uuid) from public, anon, service_role;
grant execute on function private.remove_second_factor(uuid) to authenticated;

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
    when 'config' then 'Configuration of every website'
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
  if p_subject_type = 'profile' then
    if p_action = 'update' and p_changed = array['disabled_at'] then
      p_action := case when p_after ->> 'disabled_at' is null then 'enable' else 'disable' end;
    elsif p_action = 'update' and p_changed = array['role'] then
      return case p_after ->> 'role' when 'admin' then 'Person made Rose staff' else 'Person made a client user' end
        || coalesce(': ' || left(v_name, 100), '');
    end if;
    case p_action
      when 'view_as' then
        return 'Product viewed as ' || coalesce(left(v_name, 100), 'somebody');
      when 'view_as_end' then
        return 'No longer viewed as ' || coalesce(left(v_name, 100), 'somebody');
      when 'invite' then
        return 'Invited: ' || coalesce(left(v_name, 100), 'somebody');
      when 'sign_out' then
        return 'Signed out everywhere: ' || coalesce(left(v_name, 100), 'somebody');
      when 'reset_password' then
        return 'Link to choose a new password sent: ' || coalesce(left(v_name, 100), 'somebody');
      when 'remove_second_factor' then
        return 'Second factor taken away: ' || coalesce(left(v_name, 100), 'somebody');
      when 'disable', 'enable' then
        return 'Person ' || p_action || 'd: ' || coalesce(left(v_name, 100), 'somebody');
      else
        null;
    end case;
  elsif p_subject_type = 'access_settings' then
    return 'Second factor '
      || case when (v_row ->> 'admins_need_second_factor')::boolean then 'required' else 'no longer required' end
      || ' of every admin';
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
  elsif p_subject_type = 'agent' and p_action <> 'delete' then
    return v_kind
      || case
        when p_action = 'update' and not 'enabled' = any (p_changed) then ' switched for another reason'
        when (p_after ->> 'enabled')::boolean then ' turned on'
        else ' turned off'
      end
      || coalesce(': ' || left(v_name, 100), '')
      || coalesce(' (' || nullif(left(p_after ->> 'reason', 200), '') || ')', '');
  elsif p_action = 'update' and p_changed = array['enabled'] then
    return v_kind
      || case (p_after ->> 'enabled')::boolean
        when true then ' turned on'
        when false then ' turned off'
        else ' no longer turned on or off here'
      end
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
