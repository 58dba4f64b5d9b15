-- Topics of a range that lacks little of a month: from the month, less its other days.

create or replace function private.topic_stats(p_site_domains text[], p_from date, p_to date)
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
  v_wide daterange := rollup.widened(p_from, p_to, p_from - 366, current_date);
begin
  perform private.check_window(p_from, p_to);
  return query
  with counted as (
    select f.site_domain, f.value, f.metric, sum(f.n) as now, 0::numeric as before
    from rollup.sums_of_wider(
      v_domains,
      array[
        'messaged_conversations', 'turns', 'converted_conversations', 'unanswered_conversations',
        'scored_conversations', 'quality_tenths'
      ],
      'topic',
      p_from,
      p_to,
      lower(v_wide),
      upper(v_wide) - 1
    ) as f
    group by f.site_domain, f.value, f.metric
    union all
    select f.site_domain, f.value, f.metric, 0::numeric, sum(f.n)
    from rollup.sums(
      v_domains,
      array['messaged_conversations', 'scored_conversations', 'quality_tenths'],
      'topic',
      p_from - (p_to - p_from + 1),
      p_from - 1
    ) as f
    group by f.site_domain, f.value, f.metric
  ),
  by_topic as (
    select
      c.site_domain,
      nullif(c.value, '')::uuid as topic_id,
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
    group by c.site_domain, c.value
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
