-- Reviewing conversations, and how far the quality score and the reviewers agree.

create function public.save_review(
  p_site_domain text,
  p_conversation_id uuid,
  p_thumb text,
  p_note text default '',
  p_labels text[] default '{}',
  p_message_id uuid default null,
  p_corrected_answer text default null
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_labels text[] := array(
    select btrim(label) from unnest(p_labels) as label where btrim(label) <> ''
  );
begin
  if p_thumb is null or p_thumb not in ('good', 'bad') then
    raise exception 'p_thumb must be good or bad' using errcode = 'PT400';
  elsif length(p_note) > 5000 then
    raise exception 'A note has at most 5,000 characters' using errcode = 'PT400';
  elsif length(p_corrected_answer) > 10000 then
    raise exception 'A corrected answer has at most 10,000 characters' using errcode = 'PT400';
  elsif cardinality(v_labels) > 20 or exists (select 1 from unnest(v_labels) as label where length(label) > 50) then
    raise exception 'A review has at most 20 labels of at most 50 characters' using errcode = 'PT400';
  end if;
  perform private.write_review(
    p_site_domain,
    p_conversation_id,
    jsonb_build_object(
      'thumb', p_thumb,
      'note', coalesce(btrim(p_note), ''),
      'labels', v_labels,
      'message_id', p_message_id,
      'corrected_answer', nullif(btrim(p_corrected_answer), '')
    )
  );
end
$$;

comment on function public.save_review(text, uuid, text, text, text[], uuid, text) is
  'Keeps the caller''s review of a conversation: thumb (good, bad), note, labels, and what an answer should have been. It replaces the caller''s earlier one.';

create function public.delete_review(p_site_domain text, p_conversation_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.write_review(p_site_domain, p_conversation_id, null);
end
$$;

comment on function public.delete_review(text, uuid) is 'Takes back the caller''s review of a conversation, if there is one.';

create function public.list_reviews(p_site_domain text, p_conversation_id uuid)
returns table (
  reviewer_id uuid,
  reviewer_name text,
  is_mine boolean,
  thumb text,
  note text,
  labels text[],
  message_id uuid,
  corrected_answer text,
  created_at timestamptz,
  updated_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    review.reviewer_id,
    reviewer.name,
    review.reviewer_id = me.id,
    review.thumb,
    review.note,
    review.labels,
    review.message_id,
    review.corrected_answer,
    review.created_at,
    review.updated_at
  from public.reviews as review
  join private.reviewer_names(p_site_domain, p_conversation_id) as reviewer
    on reviewer.reviewer_id = review.reviewer_id
  cross join private.my_id() as me (id)
  where review.site_domain = p_site_domain and review.conversation_id = p_conversation_id
  order by review.updated_at desc, review.reviewer_id
$$;

comment on function public.list_reviews(text, uuid) is 'The reviews of a conversation with their reviewers'' names, the latest first.';

create function public.get_review_agreement(p_site_domains text[], p_from date, p_to date)
returns table (
  reviewed bigint,
  unscored bigint,
  agreed bigint,
  disagreed bigint,
  matrix jsonb
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
    with cell as (
      select round(conversation.quality_score)::integer as score, conversation.review as thumb, count(*) as n
      from public.counted_conversations as conversation
      where conversation.site_domain = any (v_domains)
        and conversation.review is not null
        and conversation.day between p_from and p_to
      group by 1, 2
    )
    select
      coalesce(sum(cell.n), 0)::bigint,
      coalesce(sum(cell.n) filter (where cell.score is null), 0)::bigint,
      coalesce(sum(cell.n) filter (where (cell.score >= 3) = (cell.thumb = 'good')), 0)::bigint,
      coalesce(sum(cell.n) filter (where (cell.score >= 3) <> (cell.thumb = 'good')), 0)::bigint,
      coalesce(
        jsonb_agg(
          jsonb_build_object('score', cell.score, 'thumb', cell.thumb, 'count', cell.n)
          order by cell.score nulls last, cell.thumb
        ),
        '[]'
      )
    from cell;
end
$$;

comment on function public.get_review_agreement(text[], date, date) is
  'How far the quality score and people agree, over reviewed conversations of the range by their latest review: a rounded score of 3 to 5 agrees with a good review, 1 or 2 with a bad one; unscored ones do neither. Matrix: [{score, thumb, count}].';

revoke execute on function
  public.save_review(text, uuid, text, text, text[], uuid, text),
  public.delete_review(text, uuid),
  public.list_reviews(text, uuid),
  public.get_review_agreement(text[], date, date)
from public, anon;
grant execute on function
  public.save_review(text, uuid, text, text, text[], uuid, text),
  public.delete_review(text, uuid),
  public.list_reviews(text, uuid),
  public.get_review_agreement(text[], date, date)
to authenticated, service_role;
