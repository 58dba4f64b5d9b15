-- Exports of topics and of the audit log, and what the log says of an export; marks without what a seed wrote.

create function private.topic_stats(p_site_domains text[], p_from date, p_to date)
returns table (
  site_domain text,
  topic_id uuid,
  label text,
  keywords text[],
  status text,
  label_is_custom boolean,
  conversations bigint,
  previous_conversations bigint,
  share numeric,
  turns_per_conversation numeric,
  quality numeric,
  previous_quality numeric,
  conversion_rate numeric,
  unanswered_share numeric,
  total_conversations bigint
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
  with figures as (
    select f.site_domain, f.topic_id, f.metric, f.n as now, 0 as before
    from private.topic_sums(v_domains, p_from, p_to) as f
    union all
    select f.site_domain, f.topic_id, f.metric, 0, f.n
    from private.topic_sums(v_domains, p_from - (p_to - p_from + 1), p_from - 1) as f
  ),
  counted as (
    select f.site_domain, f.topic_id, f.metric, sum(f.now) as now, sum(f.before) as before
    from figures as f
    group by f.site_domain, f.topic_id, f.metric
  ),
  by_topic as (
    select
      c.site_domain,
      c.topic_id,
      coalesce(sum(c.now) filter (where c.metric = 'messaged_conversations'), 0)::bigint as conversations,
      coalesce(sum(c.before) filter (where c.metric = 'messaged_conversations'), 0)::bigint as previous_conversations,
      sum(c.now) filter (where c.metric = 'turns') as turns,
      coalesce(sum(c.now) filter (where c.metric = 'converted_conversations'), 0) as converted,
      coalesce(sum(c.now) filter (where c.metric = 'unanswered_conversations'), 0) as unanswered,
      nullif(sum(c.now) filter (where c.metric = 'scored_conversations'), 0) as scored,
      sum(c.now) filter (where c.metric = 'quality_tenths') as tenths,
      nullif(sum(c.before) filter (where c.metric = 'scored_conversations'), 0) as previous_scored,
      sum(c.before) filter (where c.metric = 'quality_tenths') as previous_tenths
    from counted as c
    group by c.site_domain, c.topic_id
  )
  select
    b.site_domain,
    b.topic_id,
    topic.label,
    topic.keywords,
    topic.status,
    topic.label_is_custom,
    b.conversations,
    b.previous_conversations,
    private.ratio(b.conversations, total.n),
    private.ratio(coalesce(b.turns, 0), b.conversations),
    private.ratio(b.tenths, 10 * b.scored),
    private.ratio(b.previous_tenths, 10 * b.previous_scored),
    private.ratio(b.converted, b.conversations),
    private.ratio(b.unanswered, b.conversations),
    total.n::bigint
  from by_topic as b
  cross join (select coalesce(sum(all_topics.conversations), 0) as n from by_topic as all_topics) as total
  left join public.topics as topic on topic.site_domain = b.site_domain and topic.id = b.topic_id
  where b.conversations > 0 or b.previous_conversations > 0;
end
$$;

comment on function private.topic_stats(text[], date, date) is
  'Every topic that came up in a range or the one before, with its figures (see get_topic_stats); a row of a null topic: conversations that belong to none.';

revoke execute on function private.topic_stats(text[], date, date) from public, anon;
grant execute on function private.topic_stats(text[], date, date) to authenticated, service_role;

create or replace function public.get_topic_stats(p_site_domains text[], p_from date, p_to date)
returns table (
  site_domain text,
  topic_id uuid,
  label text,
  keywords text[],
  status text,
  label_is_custom boolean,
  conversations bigint,
  previous_conversations bigint,
  share numeric,
  turns_per_conversation numeric,
  quality numeric,
  previous_quality numeric,
  conversion_rate numeric,
  unanswered_share numeric,
  total_conversations bigint
)
language sql
stable
set search_path = ''
as $$
  select stats.*
  from private.topic_stats(p_site_domains, p_from, p_to) as stats
  order by stats.conversations desc, stats.label, stats.topic_id
  limit 1000
$$;

create function private.export_topics(p_site_domains text[], p_filter jsonb, p_sort text)
returns table (
  site_domain text,
  topic_id uuid,
  topic text,
  keywords text,
  status text,
  conversations bigint,
  previous_conversations bigint,
  share numeric,
  turns_per_conversation numeric,
  quality_score numeric,
  previous_quality_score numeric,
  conversion_rate numeric,
  unanswered_share numeric
)
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_sort text := replace(p_sort, '_ascending', '');
  v_sign integer := case when p_sort like '%_ascending' then 1 else -1 end;
begin
  perform private.check_filter_of_range(p_filter, '{"hidden": "boolean"}');
  return query
  select
    t.site_domain,
    t.topic_id,
    t.label,
    array_to_string(t.keywords, ', '),
    t.status,
    t.conversations,
    t.previous_conversations,
    t.share,
    t.turns_per_conversation,
    t.quality,
    t.previous_quality,
    t.conversion_rate,
    t.unanswered_share
  from private.topic_stats(p_site_domains, (p_filter ->> 'from')::date, (p_filter ->> 'to')::date) as t
  where t.topic_id is null
    or t.status = 'active'
    or (t.status = 'hidden' and coalesce((p_filter ->> 'hidden')::boolean, false))
  order by
    t.topic_id is null,
    v_sign * case v_sort
      when 'conversations' then t.conversations
      when 'change' then t.conversations - t.previous_conversations
      when 'quality' then t.quality
      when 'conversion' then t.conversion_rate
      when 'unanswered' then t.unanswered_share
    end,
    case p_sort when 'label_ascending' then lower(t.label) end,
    case p_sort when 'label' then lower(t.label) end desc nulls last,
    t.conversations desc,
    t.label,
    t.site_domain,
    t.topic_id;
end
$$;

comment on function private.export_topics(text[], jsonb, text) is
  'The table of topics as its page shows it: get_topic_stats without merged topics, and without hidden ones unless the filter says `hidden`. Sorts: conversations, label, change, quality, conversion, unanswered, from the largest, or from the smallest with `_ascending`; no value and no topic last. Refuses (PT400) another filter than from, to and hidden.';

revoke execute on function private.export_topics(text[], jsonb, text) from public, anon;
grant execute on function private.export_topics(text[], jsonb, text) to authenticated, service_role;

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

create or replace function public.get_annotations(p_site_domains text[], p_from date, p_to date)
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
    from public.domains as domain
    join public.audit_log as entry
      on entry.site_domain = domain.site_domain
      and entry.at >= p_from::timestamp at time zone domain.timezone
      and entry.at < (p_to + 1)::timestamp at time zone domain.timezone
    join public.audit_details as details
      on details.site_domain = entry.site_domain and details.position = entry.position
    where domain.site_domain = any (v_domains)
      and private.annotation_kind(entry.subject_type, entry.action, entry.changed) is not null
      -- What a seed or a migration wrote is how things began, not a change that somebody made.
      and not (entry.actor_role = 'system' and entry.request_id = '' and details.actor_label = 'System')
    order by entry.at desc, entry.site_domain desc, entry.position desc
    limit 200
  ) as e
  order by e.at, e.site_domain, e.position;
end
$$;

comment on function public.get_annotations(text[], date, date) is
  'Changes that could have changed figures, on the website''s own days, the latest 200 in order of time, without what a seed or migration wrote. `kind`: configuration, content, agents or domain; `actor_label` is null once erased.';

create function private.export_audit_log(p_site_domains text[], p_filter jsonb)
returns table (
  site_domain text,
  "position" bigint,
  at timestamptz,
  actor_id uuid,
  actor_role text,
  actor text,
  action text,
  subject_type text,
  subject_id text,
  entry text,
  changed text,
  before jsonb,
  after jsonb,
  erased boolean,
  request_id text,
  address_hash text,
  hash text
)
language sql
stable
as $$
  select
    e.site_domain,
    e.position,
    e.at,
    e.actor_id,
    e.actor_role,
    details.actor_label,
    e.action,
    e.subject_type,
    e.subject_id,
    private.audit_sentence(e.subject_type, e.action, e.subject_id, e.changed, details.before, details.after),
    array_to_string(e.changed, ', '),
    details.before,
    details.after,
    details.salt is null,
    e.request_id,
    e.address_hash,
    encode(e.hash, 'hex')
  from private.audit_spans(p_site_domains, p_filter) as span
  cross join lateral private.filtered_audit(span.site_domain, span.starts_at, span.ends_at, p_filter) as e
  join public.audit_details as details
    on details.site_domain = e.site_domain and details.position = e.position
  order by e.at desc, e.site_domain desc, e.position desc
$$;

comment on function private.export_audit_log(text[], jsonb) is
  'Every entry of the audit log that passes the filter of list_audit_log, newest first, as an export shows it.';

revoke execute on function private.export_audit_log(text[], jsonb) from public, anon;
grant execute on function private.export_audit_log(text[], jsonb) to authenticated, service_role;
