-- What charts mark: entries of the audit log that could have changed figures, each as a sentence.

create function private.audit_sentence(
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

comment on function private.audit_sentence(text, text, text, text[], jsonb, jsonb) is
  'An entry of the audit log as a sentence, such as "Timezone changed from UTC to Europe/Paris" or "Host added: staging.example.com".';

create function private.annotation_kind(p_subject_type text, p_action text, p_changed text[])
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
  select case
    when p_action not in ('create', 'update', 'delete') then null
    when p_subject_type in ('config', 'client_config') then 'configuration'
    -- A draft changes nothing for visitors until it is published.
    when p_subject_type = 'ai_section'
      and not (p_action = 'update' and p_changed && array['published_version', 'enabled', 'archived_at']) then null
    when p_subject_type in ('ai_section', 'topic') then 'content'
    when p_subject_type = 'agent' then 'agents'
    when p_subject_type in ('domain_host', 'domain_key', 'internal_address') then 'domain'
    when p_subject_type = 'domain' and p_action <> 'update' then 'domain'
    when p_subject_type = 'domain' and p_changed && array['timezone', 'archived_at', 'recountable_from'] then 'domain'
  end
$$;

comment on function private.annotation_kind(text, text, text[]) is
  'What an entry of the audit log could have changed figures by: configuration, content, agents or domain; null when it could not.';

-- Few of an audit log's entries, most of which say that somebody read something.
create index audit_log_annotation_idx on public.audit_log (site_domain, at desc, position desc)
  where private.annotation_kind(subject_type, action, changed) is not null;

create function public.get_annotations(p_site_domains text[], p_from date, p_to date)
returns table (
  day date,
  site_domain text,
  "position" bigint,
  at timestamptz,
  kind text,
  label text,
  actor_label text
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_window(p_from, p_to);
  return query
  select
    private.day_of(e.at, e.timezone),
    e.site_domain,
    e.position,
    e.at,
    private.annotation_kind(e.subject_type, e.action, e.changed),
    private.audit_sentence(e.subject_type, e.action, e.subject_id, e.changed, e.before, e.after),
    e.actor_label
  from (
    select entry.*, details.actor_label, details.before, details.after, domain.timezone
    from (
      select mine.site_domain, mine.timezone
      from public.domains as mine
      where mine.site_domain = any (v_domains)
      union all
      -- What holds for every website; only staff may read of it.
      select '', min(mine.timezone)
      from public.domains as mine
      where mine.site_domain = any (v_domains)
    ) as domain
    join public.audit_log as entry
      on entry.site_domain = domain.site_domain
      and entry.at >= p_from::timestamp at time zone domain.timezone
      and entry.at < (p_to + 1)::timestamp at time zone domain.timezone
    join public.audit_details as details
      on details.site_domain = entry.site_domain and details.position = entry.position
    where private.annotation_kind(entry.subject_type, entry.action, entry.changed) is not null
      -- What a seed or a migration wrote is how things began, not a change that somebody made.
      and not (entry.actor_role = 'system' and entry.request_id = '' and details.actor_label = 'System')
    order by entry.at desc, entry.site_domain desc, entry.position desc
    limit 200
  ) as e
  order by e.at, e.site_domain, e.position;
end
$$;

comment on function public.get_annotations(text[], date, date) is
  'Changes that could have changed figures, on the website''s own days, the latest 200 in order of time, without what a seed or migration wrote. `kind`: configuration, content, agents or domain; `actor_label` is null once erased. `site_domain` is '''' for what concerns every website, which only staff are told; its days are those of one of the websites.';

revoke execute on function
  private.audit_sentence(text, text, text, text[], jsonb, jsonb),
  private.annotation_kind(text, text, text[]),
  public.get_annotations(text[], date, date)
from public, anon;
grant execute on function
  private.audit_sentence(text, text, text, text[], jsonb, jsonb),
  private.annotation_kind(text, text, text[]),
  public.get_annotations(text[], date, date)
to authenticated, service_role;
