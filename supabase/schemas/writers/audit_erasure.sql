-- Erasing what entries say of somebody; the chains stay valid.

create function private.erase_audit_subject(p_site_domain text, p_subject_type text, p_subject_id text)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_erased bigint;
begin
  update public.audit_details as details
  set before = null, after = null, salt = null
  from public.audit_log as entry
  where entry.site_domain = p_site_domain
    and entry.subject_type = p_subject_type
    and entry.subject_id = p_subject_id
    and details.site_domain = entry.site_domain
    and details.position = entry.position
    and details.salt is not null;
  get diagnostics v_erased = row_count;
  if v_erased > 0 then
    perform private.put_down_audit(p_site_domain, 'erase', p_subject_type, p_subject_id, '{}', null, null);
  end if;
  return v_erased;
end
$$;

comment on function private.erase_audit_subject(text, text, text) is
  'Blanks before and after of every entry about a subject, and says so in an entry of its own, without which they would count as tampered with. Gives how many.';

create function private.erase_audit_mentions(p_site_domain text, p_texts text[])
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_subjects jsonb;
  v_erased bigint;
begin
  with found as (
    select details.position
    from public.audit_details as details
    where details.site_domain = p_site_domain
      and details.salt is not null
      and private.mentions(concat(details.before::text, ' ', details.after::text), p_texts)
  ),
  erased as (
    update public.audit_details as details
    set before = null, after = null, salt = null
    from found
    where details.site_domain = p_site_domain and details.position = found.position
    returning details.position
  )
  select
    count(*),
    jsonb_agg(distinct jsonb_build_object('type', entry.subject_type, 'id', entry.subject_id))
  into v_erased, v_subjects
  from erased
  join public.audit_log as entry on entry.site_domain = p_site_domain and entry.position = erased.position;

  perform private.put_down_audit(p_site_domain, 'erase', subject.type, subject.id, '{}', null, null)
  from jsonb_to_recordset(v_subjects) as subject (type text, id text);
  return v_erased;
end
$$;

comment on function private.erase_audit_mentions(text, text[]) is
  'Blanks before and after of every entry of a chain that mentions one of some texts (lower case), and says of each subject that it did. Gives how many.';

create function private.erase_audit_actor(p_actor_id uuid)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_site_domain text;
  v_erased bigint := 0;
  v_here bigint;
begin
  for v_site_domain in select head.site_domain from private.audit_heads as head order by 1 loop
    update public.audit_details as details
    set actor_label = null, actor_salt = null
    from public.audit_log as entry
    where entry.site_domain = v_site_domain
      and entry.actor_id = p_actor_id
      and details.site_domain = entry.site_domain
      and details.position = entry.position
      and details.actor_salt is not null;
    get diagnostics v_here = row_count;
    if v_here > 0 then
      perform private.put_down_audit(v_site_domain, 'erase', 'actor', p_actor_id::text, '{}', null, null);
    end if;
    v_erased := v_erased + v_here;
  end loop;
  return v_erased;
end
$$;

comment on function private.erase_audit_actor(uuid) is
  'Blanks a person''s name in every entry about what they did, and says so in each chain. Gives how many.';

revoke execute on function
  private.erase_audit_subject(text, text, text),
  private.erase_audit_mentions(text, text[]),
  private.erase_audit_actor(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  private.erase_audit_subject(text, text, text),
  private.erase_audit_actor(uuid)
to service_role;
