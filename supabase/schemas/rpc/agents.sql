-- The agents of a website: whether they are on, and what really arrived of them.

create function private.agents_of(p_site_domain text)
returns table (
  slug text,
  entry jsonb,
  enabled_by_default boolean,
  enabled boolean,
  reason text,
  version integer,
  switched_at timestamptz,
  switched_by uuid
)
language sql
stable
security definer
set search_path = ''
as $$
  select
    registered.key,
    registered.value,
    coalesce((registered.value ->> 'enabled')::boolean, false),
    coalesce(switch.enabled, (registered.value ->> 'enabled')::boolean, false),
    switch.reason,
    coalesce(switch.version, 0),
    switch.updated_at,
    switch.updated_by
  from private.resolved_configs(p_site_domain) as resolved
  cross join lateral jsonb_each(resolved.config) as registered
  left join public.agent_switches as switch
    on switch.site_domain = p_site_domain and switch.slug = registered.key
  where resolved.config_slug = 'agents'
$$;

comment on function private.agents_of(text) is
  'The agents a website has or could have, by the configuration `agents`, and whether somebody switched them.';

create function private.my_agents(p_site_domain text)
returns table (
  slug text,
  name text,
  description text,
  channel text,
  "position" integer,
  enabled_by_default boolean,
  enabled boolean,
  reason text,
  version integer,
  switched_at timestamptz,
  switched_by text,
  current_version text,
  fetched_version text,
  fetched_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_is_staff boolean := private.is_admin();
begin
  perform private.check_domain(p_site_domain);
  return query
    select
      agent.slug,
      coalesce(agent.entry ->> 'name', agent.slug),
      coalesce(agent.entry ->> 'description', ''),
      coalesce(agent.entry ->> 'channel', 'background'),
      coalesce((agent.entry ->> 'position')::integer, 1000),
      agent.enabled_by_default,
      agent.enabled,
      agent.reason,
      agent.version,
      agent.switched_at,
      case when v_is_staff or author.role = 'user' then coalesce(nullif(author.full_name, ''), author.email)
        when author.role = 'admin' then 'Rose'
      end,
      private.content_version(p_site_domain),
      download.version,
      download.fetched_at
    from private.agents_of(p_site_domain) as agent
    left join public.profiles as author on author.id = agent.switched_by
    left join public.config_fetches as download
      on download.site_domain = p_site_domain
      and download.consumer = case agent.entry ->> 'channel' when 'widget' then 'widget' else agent.slug end;
end
$$;

comment on function private.my_agents(text) is 'The agents of a website the caller may see; PT404 for another.';

create function private.agent_activity(p_site_domain text)
returns table (
  slug text,
  last_activity_at timestamptz,
  conversations_today bigint,
  usual_conversations numeric,
  median_answer_ms numeric,
  unanswered bigint
)
language sql
stable
set search_path = ''
as $$
  with recent as materialized (
    select
      conversation.id,
      conversation.started_at,
      conversation.last_message_at,
      conversation.day,
      -- A conversation is the website agent's unless its sender said whose it is.
      coalesce(nullif(conversation.metadata ->> 'agent', ''), 'website_agent') as slug,
      conversation.started_at at time zone domain.timezone as local_start,
      statement_timestamp() at time zone domain.timezone as local_now
    from public.domains as domain
    join public.counted_conversations as conversation
      on conversation.site_domain = domain.site_domain
      and conversation.started_at > statement_timestamp() - interval '30 days'
    where domain.site_domain = p_site_domain
  ),
  answers as (
    select recent.slug, percentile_cont(0.5) within group (order by message.latency_ms) as median
    from recent
    join public.messages as message
      on message.site_domain = p_site_domain and message.conversation_id = recent.id
    where message.role = 'agent'
      and message.latency_ms is not null
      and message.sent_at > statement_timestamp() - interval '24 hours'
      and recent.last_message_at > statement_timestamp() - interval '24 hours'
    group by recent.slug
  ),
  waiting as (
    select recent.slug, count(*) as n
    from recent
    cross join lateral (
      select message.role, message.sent_at
      from public.messages as message
      where message.site_domain = p_site_domain and message.conversation_id = recent.id
      order by message.sent_at desc, message.seq desc, message.id desc
      limit 1
    ) as latest
    where latest.role = 'visitor'
      and recent.last_message_at > statement_timestamp() - interval '24 hours'
      and latest.sent_at < statement_timestamp() - interval '2 minutes'
    group by recent.slug
  ),
  counted as (
    select
      recent.slug,
      max(coalesce(recent.last_message_at, recent.started_at)) as last_activity_at,
      count(*) filter (where recent.local_start::date = recent.local_now::date) as today,
      count(*) filter (
        where recent.local_now::date - recent.local_start::date between 1 and 28
          and recent.local_start::time <= recent.local_now::time
      ) / 28.0 as usual
    from recent
    group by recent.slug
  )
  select
    counted.slug,
    counted.last_activity_at,
    counted.today,
    round(counted.usual, 1),
    round(answers.median::numeric),
    coalesce(waiting.n, 0)
  from counted
  left join answers on answers.slug = counted.slug
  left join waiting on waiting.slug = counted.slug
$$;

comment on function private.agent_activity(text) is
  'What arrived of each agent: conversations of today and, on average, of the 28 days before until this time of day; the median of the answer times, and conversations whose last message waits for an answer for over two minutes, both of the last 24 hours.';

create function public.get_agent_status(p_site_domain text)
returns table (
  slug text,
  name text,
  description text,
  channel text,
  enabled boolean,
  enabled_by_default boolean,
  reason text,
  version integer,
  switched_at timestamptz,
  switched_by text,
  last_activity_at timestamptz,
  conversations_today bigint,
  usual_conversations numeric,
  median_answer_ms numeric,
  unanswered bigint,
  current_version text,
  fetched_version text,
  fetched_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    agent.slug,
    agent.name,
    agent.description,
    agent.channel,
    agent.enabled,
    agent.enabled_by_default,
    agent.reason,
    agent.version,
    agent.switched_at,
    agent.switched_by,
    -- Whoever works in the background is heard of when it asks for its configuration.
    case agent.channel
      when 'widget' then activity.last_activity_at
      else greatest(activity.last_activity_at, agent.fetched_at)
    end,
    coalesce(activity.conversations_today, 0),
    coalesce(activity.usual_conversations, 0),
    activity.median_answer_ms,
    coalesce(activity.unanswered, 0),
    agent.current_version,
    agent.fetched_version,
    agent.fetched_at
  from private.my_agents(p_site_domain) as agent
  left join private.agent_activity(p_site_domain) as activity on activity.slug = agent.slug
  order by agent.position, agent.slug
$$;

comment on function public.get_agent_status(text) is
  'The agents of a website: whether they are on, by whose switch (`version` 0: nobody''s) and why; the last message or download; conversations of today beside the average of the 28 days before until this time of day; the median answer time in milliseconds and the conversations that wait for an answer for over two minutes, both of the last 24 hours; the version of the configuration downloaded last, and the one there is. Null: nothing arrived. PT404: there is no such website for the caller.';

revoke execute on function
  private.agents_of(text),
  private.my_agents(text),
  private.agent_activity(text),
  public.get_agent_status(text)
from public, anon, authenticated, service_role;
grant execute on function private.my_agents(text), private.agent_activity(text), public.get_agent_status(text)
to authenticated, service_role;
