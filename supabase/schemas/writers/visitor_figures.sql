-- What a visitor did in all, kept on the visitor by whatever changes a session or a conversation.
-- Writers hold their visitors' locks, so that these figures change by one transaction at a time.

create function private.add_session_figures()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    update public.visitors as visitor
    set
      session_count = visitor.session_count + changed.sessions,
      page_view_count = visitor.page_view_count + changed.page_views
    from (
      select r.site_domain, r.visitor_id, count(*) as sessions, sum(r.page_view_count) as page_views
      from new_rows as r
      where r.counts
      group by r.site_domain, r.visitor_id
    ) as changed
    where visitor.site_domain = changed.site_domain and visitor.id = changed.visitor_id;
  elsif tg_op = 'DELETE' then
    update public.visitors as visitor
    set
      session_count = visitor.session_count - changed.sessions,
      page_view_count = visitor.page_view_count - changed.page_views
    from (
      select r.site_domain, r.visitor_id, count(*) as sessions, sum(r.page_view_count) as page_views
      from old_rows as r
      where r.counts
      group by r.site_domain, r.visitor_id
    ) as changed
    where visitor.site_domain = changed.site_domain and visitor.id = changed.visitor_id;
  else
    update public.visitors as visitor
    set
      session_count = visitor.session_count + changed.sessions,
      page_view_count = visitor.page_view_count + changed.page_views
    from (
      select r.site_domain, r.visitor_id, sum(r.sign) as sessions, sum(r.sign * r.page_view_count) as page_views
      from (
        select 1 as sign, added.site_domain, added.visitor_id, added.page_view_count
        from new_rows as added
        where added.counts
        union all
        select -1, removed.site_domain, removed.visitor_id, removed.page_view_count
        from old_rows as removed
        where removed.counts
      ) as r
      group by r.site_domain, r.visitor_id
      having sum(r.sign) <> 0 or sum(r.sign * r.page_view_count) <> 0
    ) as changed
    where visitor.site_domain = changed.site_domain and visitor.id = changed.visitor_id;
  end if;
  return null;
end
$$;

comment on function private.add_session_figures() is 'Keeps visitors'' numbers of sessions and page views.';

create trigger add_figures_of_insert after insert on public.visitor_sessions
  referencing new table as new_rows
  for each statement execute function private.add_session_figures();

create trigger add_figures_of_update after update on public.visitor_sessions
  referencing old table as old_rows new table as new_rows
  for each statement execute function private.add_session_figures();

create trigger add_figures_of_delete after delete on public.visitor_sessions
  referencing old table as old_rows
  for each statement execute function private.add_session_figures();

create function private.count_conversations_of(p_site_domains text[], p_visitor_ids uuid[])
returns void
language sql
security definer
set search_path = ''
as $$
  update public.visitors as visitor
  set conversation_count = counted.n, interest_score = counted.best
  from (
    select
      touched.site_domain,
      touched.visitor_id,
      count(conversation.id) as n,
      coalesce(max(conversation.interest_score), 1) as best
    from (
      select distinct t.site_domain, t.visitor_id
      from unnest(p_site_domains, p_visitor_ids) as t (site_domain, visitor_id)
    ) as touched
    left join public.counted_conversations as conversation
      on conversation.site_domain = touched.site_domain and conversation.visitor_id = touched.visitor_id
    group by touched.site_domain, touched.visitor_id
  ) as counted
  where visitor.site_domain = counted.site_domain
    and visitor.id = counted.visitor_id
    and (visitor.conversation_count, visitor.interest_score) is distinct from (counted.n, counted.best)
$$;

comment on function private.count_conversations_of(text[], uuid[]) is
  'Counts the conversations of some visitors anew, and finds their best interest score.';

create function private.add_conversation_figures()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform private.count_conversations_of(array_agg(r.site_domain), array_agg(r.visitor_id))
    from new_rows as r
    where r.counts;
  elsif tg_op = 'DELETE' then
    perform private.count_conversations_of(array_agg(r.site_domain), array_agg(r.visitor_id))
    from old_rows as r
    where r.counts;
  else
    perform private.count_conversations_of(array_agg(r.site_domain), array_agg(r.visitor_id))
    from (
      select site_domain, id, visitor_id, counts, interest_score from new_rows
      except
      select site_domain, id, visitor_id, counts, interest_score from old_rows
      union all (
        select site_domain, id, visitor_id, counts, interest_score from old_rows
        except
        select site_domain, id, visitor_id, counts, interest_score from new_rows
      )
    ) as r;
  end if;
  return null;
end
$$;

comment on function private.add_conversation_figures() is 'Keeps visitors'' numbers of conversations and best interest scores.';

create trigger add_figures_of_insert after insert on public.conversations
  referencing new table as new_rows
  for each statement execute function private.add_conversation_figures();

create trigger add_figures_of_update after update on public.conversations
  referencing old table as old_rows new table as new_rows
  for each statement execute function private.add_conversation_figures();

create trigger add_figures_of_delete after delete on public.conversations
  referencing old table as old_rows
  for each statement execute function private.add_conversation_figures();

revoke execute on function
  private.add_session_figures(),
  private.count_conversations_of(text[], uuid[]),
  private.add_conversation_figures()
from public, anon, authenticated, service_role;
