-- Tickets as pages list them. The filter is one argument, so that list, count and export cannot disagree.

create function private.check_ticket_filter(p_filter jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  perform private.check_filter(
    p_filter,
    '{
      "from": "date", "to": "date", "kind": "text", "status": "texts", "conversation_id": "uuid", "search": "text"
    }'
  );
  if p_filter ->> 'kind' not in ('chatbot', 'other') then
    raise exception 'p_filter.kind must be chatbot or other' using errcode = 'PT400';
  elsif not coalesce(nullif(p_filter -> 'status', 'null'), '[]')
    <@ '["waiting", "refused", "withdrawn", "open", "in_progress", "done", "canceled", "removed"]'
  then
    raise exception 'p_filter.status has an unknown status' using errcode = 'PT400';
  end if;
end
$$;

comment on function private.check_ticket_filter(jsonb) is
  'Refuses (PT400) a filter with an unknown key or a value that is not valid.';

create function private.search_tickets(p_site_domains text[], p_search text)
returns table (site_domain text, id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  -- What compares texts is not leakproof, so under row-level security it would be asked row by row: this checks the
  -- domains itself.
  select ticket.site_domain, ticket.id
  from public.tickets as ticket
  left join public.messages as answer
    on answer.site_domain = ticket.site_domain
    and answer.conversation_id = ticket.conversation_id
    and answer.id = ticket.message_id
  where ticket.site_domain = any (array(select unnest(private.check_domains(p_site_domains))))
    and strpos(
      lower(
        concat_ws(
          ' ', ticket.linear_identifier, ticket.title, ticket.description, ticket.expected_answer, answer.text
        )
      ),
      lower(p_search)
    ) > 0
$$;

comment on function private.search_tickets(text[], text) is
  'The tickets of the caller''s domains in which a text occurs, in whatever case: identifier, title, description, expected answer, or the answer that was wrong.';

create function private.filtered_tickets(p_site_domains text[], p_filter jsonb)
returns setof public.tickets
language sql
stable
set search_path = ''
as $$
  select ticket.*
  from public.tickets as ticket
  join public.domains as domain on domain.site_domain = ticket.site_domain
  where ticket.site_domain = any (p_site_domains)
    and (
      p_filter ->> 'from' is null
      or ticket.created_at >= (p_filter ->> 'from')::date::timestamp at time zone domain.timezone
    )
    and (
      p_filter ->> 'to' is null
      or ticket.created_at < ((p_filter ->> 'to')::date + 1)::timestamp at time zone domain.timezone
    )
    and (p_filter ->> 'kind' is null or ticket.kind = p_filter ->> 'kind')
    and (
      coalesce(jsonb_array_length(nullif(p_filter -> 'status', 'null')), 0) = 0
      or ticket.status = any (array(select jsonb_array_elements_text(p_filter -> 'status')))
    )
    and (
      p_filter ->> 'conversation_id' is null or ticket.conversation_id = (p_filter ->> 'conversation_id')::uuid
    )
    and (
      coalesce(p_filter ->> 'search', '') = ''
      or (ticket.site_domain, ticket.id) in (
        select found.site_domain, found.id from private.search_tickets(p_site_domains, p_filter ->> 'search') as found
      )
    )
$$;

comment on function private.filtered_tickets(text[], jsonb) is 'The tickets of some domains that pass a filter.';

create function private.ticket_reporters(p_site_domains text[])
returns table (site_domain text, reporter_id uuid, name text)
language sql
stable
security definer
set search_path = ''
as $$
  select
    reported.site_domain,
    reported.reporter_id,
    coalesce(nullif(profile.full_name, ''), split_part(profile.email, '@', 1), 'Former member')
  from (
    select distinct ticket.site_domain, ticket.reporter_id
    from public.tickets as ticket
    where ticket.site_domain = any (array(select unnest(private.check_domains(p_site_domains))))
  ) as reported
  left join public.profiles as profile on profile.id = reported.reporter_id
$$;

comment on function private.ticket_reporters(text[]) is
  'The names of those who reported tickets of the caller''s domains. A definer, since profiles are for their owners and staff.';

create function private.ticket_title(p_ticket public.tickets)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    p_ticket.title,
    (
      select left(regexp_replace(answer.text, '\s+', ' ', 'g'), 200)
      from public.messages as answer
      where answer.site_domain = p_ticket.site_domain
        and answer.conversation_id = p_ticket.conversation_id
        and answer.id = p_ticket.message_id
        and p_ticket.erased_at is null
    ),
    'Erased'
  )
$$;

comment on function private.ticket_title(public.tickets) is
  'What a ticket is called: its title, or the beginning of the answer it is about.';

create function public.list_tickets(
  p_site_domains text[],
  p_filter jsonb default '{}',
  p_limit integer default 50,
  p_after jsonb default null,
  p_sort text default 'newest'
)
returns table (
  site_domain text,
  id uuid,
  kind text,
  title text,
  verdict text,
  conversation_id uuid,
  message_id uuid,
  reporter text,
  created_at timestamptz,
  changed_at timestamptz,
  status text,
  delivery text,
  attempts integer,
  last_error text,
  next_attempt_at timestamptz,
  linear_identifier text,
  linear_url text,
  linear_state text,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  v_domains text[] := private.check_domains(p_site_domains);
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_sort text := coalesce(p_sort, 'newest');
begin
  perform private.check_ticket_filter(p_filter);
  if v_sort not in ('newest', 'changed') then
    raise exception 'p_sort must be newest or changed' using errcode = 'PT400';
  elsif p_after is not null
    and not coalesce(
      private.casts_to(p_after ->> 'at', 'timestamptz') and private.casts_to(p_after ->> 'id', 'uuid')
      and p_after ->> 'site_domain' is not null,
      false
    )
  then
    raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
  end if;
  return query
  select
    ticket.site_domain,
    ticket.id,
    ticket.kind,
    private.ticket_title(page.ticket),
    ticket.verdict,
    ticket.conversation_id,
    ticket.message_id,
    reporter.name,
    ticket.created_at,
    ticket.changed_at,
    ticket.status,
    ticket.delivery,
    ticket.attempts,
    ticket.last_error,
    ticket.next_attempt_at,
    ticket.linear_identifier,
    ticket.linear_url,
    ticket.linear_state,
    jsonb_build_object('at', page.at, 'site_domain', ticket.site_domain, 'id', ticket.id)
  from (
    select found as ticket, case v_sort when 'changed' then found.changed_at else found.created_at end as at
    from private.filtered_tickets(v_domains, p_filter) as found
    where p_after is null
      or (case v_sort when 'changed' then found.changed_at else found.created_at end, found.site_domain, found.id)
        < ((p_after ->> 'at')::timestamptz, p_after ->> 'site_domain', (p_after ->> 'id')::uuid)
    order by at desc, found.site_domain desc, found.id desc
    limit v_limit
  ) as page
  cross join lateral (select (page.ticket).*) as ticket
  left join private.ticket_reporters(v_domains) as reporter
    on reporter.site_domain = ticket.site_domain and reporter.reporter_id = ticket.reporter_id
  order by page.at desc, ticket.site_domain desc, ticket.id desc;
end
$$;

comment on function public.list_tickets(text[], jsonb, integer, jsonb, text) is
  'Tickets that pass the filter, by p_sort newest (reported) or changed (status) first, at most 200 a page; the cursor of the last row asks for the next page. Filter keys: from, to (days of the website on which it was reported), kind (chatbot or other), status (a list of waiting, refused, withdrawn, open, in_progress, done, canceled, removed), conversation_id, search (a text anywhere in it).';

create function public.count_tickets(p_site_domains text[], p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_domains text[] := private.check_domains(p_site_domains);
begin
  perform private.check_ticket_filter(p_filter);
  return (select count(*) from private.filtered_tickets(v_domains, p_filter));
end
$$;

comment on function public.count_tickets(text[], jsonb) is 'How many tickets pass the filter, exactly.';

revoke execute on function
  private.check_ticket_filter(jsonb),
  private.search_tickets(text[], text),
  private.filtered_tickets(text[], jsonb),
  private.ticket_reporters(text[]),
  private.ticket_title(public.tickets),
  public.list_tickets(text[], jsonb, integer, jsonb, text),
  public.count_tickets(text[], jsonb)
from public, anon;
grant execute on function
  private.check_ticket_filter(jsonb),
  private.search_tickets(text[], text),
  private.filtered_tickets(text[], jsonb),
  private.ticket_reporters(text[]),
  private.ticket_title(public.tickets),
  public.list_tickets(text[], jsonb, integer, jsonb, text),
  public.count_tickets(text[], jsonb)
to authenticated, service_role;
