-- What an entry of the audit log says: who did it, and what of a row or besides rows.

create function private.audit_actor(out id uuid, out role text, out label text)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  id := coalesce(auth.uid(), nullif(current_setting('backoffice.actor_id', true), '')::uuid);
  if id is not null then
    select profile.role, coalesce(nullif(profile.full_name, ''), profile.email)
    into role, label
    from public.profiles as profile
    where profile.id = audit_actor.id;
    role := coalesce(role, 'user');
    label := coalesce(nullif(label, ''), auth.jwt() ->> 'email', 'A person without a profile');
  elsif auth.jwt() ->> 'role' = 'service_role' then
    role := 'service';
    label := 'Server key';
  else
    role := 'system';
    label := coalesce(nullif(current_setting('backoffice.actor', true), ''), 'System');
  end if;
end
$$;

comment on function private.audit_actor() is
  'Who acts: the person of the token, else of the setting `backoffice.actor_id` (a job on somebody''s behalf), else the server''s key, else the system under the name in `backoffice.actor`.';

create function private.put_down_audit(
  p_site_domain text,
  p_action text,
  p_subject_type text,
  p_subject_id text,
  p_changed text[],
  p_before jsonb,
  p_after jsonb
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_headers jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
begin
  -- Writers ask my_id, and then nothing can be written; this holds for one that forgot to.
  if p_action in ('create', 'update', 'delete') and private.seen_as(false) <> auth.uid() then
    raise sqlstate 'PT403' using
      message = 'You are viewing the product as somebody else, which changes nothing.',
      hint = 'End the view first.';
  end if;
  insert into private.audit_pending (
    site_domain,
    actor_id,
    actor_role,
    actor_label,
    action,
    subject_type,
    subject_id,
    changed,
    before,
    after,
    request_id,
    address_hash
  )
  select
    p_site_domain,
    actor.id,
    actor.role,
    actor.label,
    p_action,
    p_subject_type,
    p_subject_id,
    p_changed,
    p_before,
    p_after,
    left(
      coalesce(
        nullif(current_setting('backoffice.request_id', true), ''),
        v_headers ->> 'x-request-id',
        ''
      ),
      128
    ),
    nullif(current_setting('backoffice.address_hash', true), '')
  from private.audit_actor() as actor;
end
$$;

comment on function private.put_down_audit(text, text, text, text, text[], jsonb, jsonb) is
  'Puts an entry down for the end of the transaction, with its actor, request id and address hash. PT403 for a change of a row while the caller views the product as somebody else.';

create function private.audit_row()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ignored text[] := string_to_array(coalesce(tg_argv[2], ''), ',');
  v_hidden text[] := string_to_array(coalesce(tg_argv[3], ''), ',');
  v_before jsonb;
  v_after jsonb;
  v_row jsonb;
  v_changed text[] := '{}';
begin
  if tg_op <> 'INSERT' then
    v_before := to_jsonb(old) - v_ignored;
  end if;
  if tg_op <> 'DELETE' then
    v_after := to_jsonb(new) - v_ignored;
  end if;
  if tg_op = 'UPDATE' then
    v_changed := array(
      select change.name
      from jsonb_object_keys(v_after) as change (name)
      where v_after -> change.name is distinct from v_before -> change.name
      order by change.name
    );
    if v_changed = '{}' then
      return null;
    end if;
  end if;
  v_row := coalesce(v_after, v_before);
  perform private.put_down_audit(
    coalesce(v_row ->> 'site_domain', ''),
    case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end,
    tg_argv[0],
    (
      select string_agg(v_row ->> part.name, '/' order by part.place)
      from unnest(string_to_array(tg_argv[1], ',')) with ordinality as part (name, place)
    ),
    v_changed,
    v_before - v_hidden,
    v_after - v_hidden
  );
  return null;
end
$$;

comment on function private.audit_row() is
  'For `after insert or update or delete … for each row`. Arguments: the subject''s type; the columns of its id; columns whose changes are no entry; columns whose values are kept out of it (the last two may be missing; names joined by commas).';

create function private.audit(
  p_site_domain text,
  p_action text,
  p_subject_type text,
  p_subject_id text,
  p_before jsonb default null,
  p_after jsonb default null
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_seen_as uuid := private.seen_as(false);
begin
  if auth.uid() is not null
    and p_site_domain <> ''
    and not private.may_note_of(p_site_domain)
  then
    raise exception 'There is no website %', p_site_domain using errcode = 'PT404';
  end if;
  if v_seen_as <> auth.uid() then
    p_after := coalesce(p_after, '{}') || jsonb_build_object('viewed_as', v_seen_as);
  end if;
  perform private.put_down_audit(
    p_site_domain, p_action, p_subject_type, p_subject_id, '{}', p_before, p_after
  );
end
$$;

comment on function private.audit(text, text, text, text, jsonb, jsonb) is
  'An entry for what is no write to a table: an export, a transcript that staff looked at. Refuses (PT404) websites the caller may not see. While staff view the product as a client user, it says as whom.';

revoke execute on function
  private.audit_actor(),
  private.put_down_audit(text, text, text, text, text[], jsonb, jsonb),
  private.audit_row(),
  private.audit(text, text, text, text, jsonb, jsonb)
from public, anon, authenticated, service_role;
grant execute on function private.audit(text, text, text, text, jsonb, jsonb) to authenticated, service_role;
