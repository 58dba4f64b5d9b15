-- Reviews, and what a conversation shows of them.

create function private.follow_reviews(p_site_domain text, p_conversation_id uuid)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.conversations as conversation
  set review = latest.thumb
  from (
    select (
      select review.thumb
      from public.reviews as review
      where review.site_domain = p_site_domain and review.conversation_id = p_conversation_id
      order by review.updated_at desc, review.reviewer_id
      limit 1
    ) as thumb
  ) as latest
  where conversation.site_domain = p_site_domain
    and conversation.id = p_conversation_id
    and conversation.review is distinct from latest.thumb
$$;

comment on function private.follow_reviews(text, uuid) is 'Gives a conversation the thumb of its latest review.';

create function private.write_review(p_site_domain text, p_conversation_id uuid, p_review jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_message_id uuid := p_review ->> 'message_id';
begin
  if auth.uid() is null or not p_site_domain = any (array(select private.my_domains())) then
    raise exception 'There is no conversation %', p_conversation_id using errcode = 'PT404';
  end if;
  -- Reviews of one conversation follow each other, so that the last one to be written is the one it shows.
  perform private.lock_conversations(p_site_domain, array[p_conversation_id]);
  perform private.conversations_without_text(p_site_domain, array[p_conversation_id]);

  if p_review is null then
    delete from public.reviews as review
    where review.site_domain = p_site_domain
      and review.conversation_id = p_conversation_id
      and review.reviewer_id = auth.uid();
  else
    if v_message_id is not null and not exists (
      select 1
      from public.messages as message
      where message.site_domain = p_site_domain
        and message.conversation_id = p_conversation_id
        and message.id = v_message_id
        and message.role = 'agent'
    ) then
      raise exception 'The conversation has no answer %', v_message_id using errcode = 'PT400';
    end if;
    insert into public.reviews as kept (
      site_domain, conversation_id, reviewer_id, thumb, note, labels, message_id, corrected_answer,
      created_at, updated_at
    )
    values (
      p_site_domain,
      p_conversation_id,
      auth.uid(),
      p_review ->> 'thumb',
      coalesce(p_review ->> 'note', ''),
      array(select distinct label.value from jsonb_array_elements_text(p_review -> 'labels') as label (value) order by 1),
      v_message_id,
      p_review ->> 'corrected_answer',
      clock_timestamp(),
      clock_timestamp()
    )
    on conflict (site_domain, conversation_id, reviewer_id) do update
    set
      thumb = excluded.thumb,
      note = excluded.note,
      labels = excluded.labels,
      message_id = excluded.message_id,
      corrected_answer = excluded.corrected_answer,
      updated_at = excluded.updated_at;
  end if;

  perform private.follow_reviews(p_site_domain, p_conversation_id);
end
$$;

comment on function private.write_review(text, uuid, jsonb) is
  'Keeps the caller''s review {thumb, note, labels, message_id, corrected_answer} of a conversation, or, null, takes it back. PT404: there is no such conversation for the caller; PT410: its visitor was erased.';

create function private.reviewer_names(p_site_domain text, p_conversation_id uuid)
returns table (reviewer_id uuid, name text)
language sql
stable
security definer
set search_path = ''
as $$
  select
    review.reviewer_id,
    coalesce(nullif(profile.full_name, ''), split_part(profile.email, '@', 1), 'Former member')
  from public.reviews as review
  left join public.profiles as profile on profile.id = review.reviewer_id
  where review.site_domain = p_site_domain
    and review.conversation_id = p_conversation_id
    and p_site_domain = any (array(select private.my_domains()))
$$;

comment on function private.reviewer_names(text, uuid) is
  'The names of those who reviewed a conversation. A definer, since profiles are for their owners and staff.';

revoke execute on function private.follow_reviews(text, uuid) from public, anon, authenticated, service_role;
revoke execute on function
  private.write_review(text, uuid, jsonb),
  private.reviewer_names(text, uuid)
from public, anon;
grant execute on function
  private.write_review(text, uuid, jsonb),
  private.reviewer_names(text, uuid)
to authenticated, service_role;
