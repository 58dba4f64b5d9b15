-- Words that topics were found by and that nobody but an erased visitor used.

create function private.forget_words(p_site_domain text, p_conversation_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
-- Words are looked for in their index, not in one document after the other.
set enable_seqscan = off
as $$
declare
  v_words text[];
begin
  -- The vocabulary holds beginnings of words.
  v_words := array(
    select known.word
    from private.topic_models as model
    cross join jsonb_array_elements_text(model.model -> 'vocabulary') as known (word)
    where model.site_domain = p_site_domain
      and known.word ~ '^[[:alnum:]]{3,}$'
      and exists (
        select 1
        from private.conversation_documents as document
        where document.site_domain = p_site_domain
          and document.conversation_id = any (p_conversation_ids)
          and document.document @@ (known.word || ':*')::tsquery
      )
      and not exists (
        select 1
        from private.conversation_documents as document
        where document.site_domain = p_site_domain
          and document.conversation_id <> all (p_conversation_ids)
          and document.document @@ (known.word || ':*')::tsquery
      )
  );
  if v_words = '{}' then
    return;
  end if;
  delete from private.topic_models where site_domain = p_site_domain;
  update public.topics as topic
  set
    keywords = told.kept,
    label = case
      when topic.label_is_custom then topic.label
      else coalesce(nullif(left(array_to_string(told.kept[1:3], ', '), 120), ''), 'Topic')
    end
  from (
    select
      told.id,
      array(
        select keyword.word
        from unnest(told.keywords) with ordinality as keyword (word, place)
        where not exists (select 1 from unnest(v_words) as gone (word) where starts_with(lower(keyword.word), gone.word))
        order by keyword.place
      ) as kept
    from public.topics as told
    where told.site_domain = p_site_domain
  ) as told
  where topic.site_domain = p_site_domain and topic.id = told.id and topic.keywords <> told.kept;
end
$$;

comment on function private.forget_words(text, uuid[]) is
  'Takes words that are in some conversations alone out of the topics; topics are found anew when that changed any. Called while the words are still known.';

revoke execute on function private.forget_words(text, uuid[]) from public, anon, authenticated, service_role;
