-- The people who sign in, as staff list them. The filter is one argument, so that list, count and export agree.

create function private.user_rows()
returns table (
  id uuid,
  email text,
  full_name text,
  role text,
  state text,
  site_domains text[],
  created_at timestamptz,
  last_sign_in_at timestamptz,
  sessions integer,
  has_second_factor boolean,
  mfa_required boolean,
  needs_second_factor boolean,
  invited_at timestamptz,
  invited_by text,
  invitation_expires_at timestamptz,
  disabled_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  perform private.require_admin();
  return query
    select
      profile.id,
      profile.email,
      profile.full_name,
      profile.role,
      case
        when profile.disabled_at is not null then 'disabled'
        when account.email_confirmed_at is not null or account.last_sign_in_at is not null then 'active'
        when invitation.expires_at > now() then 'invited'
        else 'expired'
      end,
      array(
        select membership.site_domain
        from public.user_domains as membership
        where membership.user_id = profile.id
        order by 1
      ),
      profile.created_at,
      account.last_sign_in_at,
      (
        select count(*)::integer
        from auth.sessions as session
        where session.user_id = profile.id and (session.not_after is null or session.not_after > now())
      ),
      exists (
        select 1
        from auth.mfa_factors as factor
        where factor.user_id = profile.id and factor.status = 'verified'
      ),
      profile.mfa_required,
      profile.mfa_required or (profile.role = 'admin' and private.admins_need_second_factor()),
      invitation.sent_at,
      (
        select coalesce(nullif(inviter.full_name, ''), inviter.email)
        from public.profiles as inviter
        where inviter.id = invitation.sent_by
      ),
      invitation.expires_at,
      profile.disabled_at
    from public.profiles as profile
    left join auth.users as account on account.id = profile.id
    left join public.invitations as invitation on invitation.user_id = profile.id;
end
$$;

comment on function private.user_rows() is
  'Everybody who signs in or is invited to, for staff: PT403 for everybody else. State is invited, expired (an invitation not accepted in time), active or disabled; sessions are the open ones.';

create function private.check_user_filter(p_filter jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  perform private.check_filter(
    p_filter,
    '{"search": "text", "role": "text", "state": "text", "domain": "text", "second_factor": "boolean", "id": "uuid"}'
  );
  if p_filter ->> 'role' not in ('admin', 'user') then
    raise exception 'p_filter.role is admin or user' using errcode = 'PT400';
  elsif p_filter ->> 'state' not in ('invited', 'expired', 'active', 'disabled') then
    raise exception 'p_filter.state is invited, expired, active or disabled' using errcode = 'PT400';
  end if;
end
$$;

comment on function private.check_user_filter(jsonb) is
  'Refuses (PT400) a filter of users with an unknown key or a value that is none.';

create function private.filtered_users(p_filter jsonb)
returns table (
  id uuid,
  email text,
  full_name text,
  role text,
  state text,
  site_domains text[],
  created_at timestamptz,
  last_sign_in_at timestamptz,
  sessions integer,
  has_second_factor boolean,
  mfa_required boolean,
  needs_second_factor boolean,
  invited_at timestamptz,
  invited_by text,
  invitation_expires_at timestamptz,
  disabled_at timestamptz
)
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
begin
  perform private.check_user_filter(p_filter);
  return query
    select person.*
    from private.user_rows() as person
    where (p_filter ->> 'id' is null or person.id = (p_filter ->> 'id')::uuid)
      and (p_filter ->> 'role' is null or person.role = p_filter ->> 'role')
      and (p_filter ->> 'state' is null or person.state = p_filter ->> 'state')
      and (
        p_filter ->> 'second_factor' is null
        or person.has_second_factor = (p_filter ->> 'second_factor')::boolean
      )
      -- Whom a domain is assigned to; staff see every domain without.
      and (p_filter ->> 'domain' is null or p_filter ->> 'domain' = any (person.site_domains))
      and (
        coalesce(p_filter ->> 'search', '') = ''
        or strpos(lower(person.full_name || ' ' || person.email), lower(p_filter ->> 'search')) > 0
      );
end
$$;

comment on function private.filtered_users(jsonb) is
  'The people that pass a filter, for staff. Keys: search (in name and address), role, state, domain (assigned to them), second_factor (on or not), id.';

create function private.user_sort_key(
  p_sort text,
  p_email text,
  p_full_name text,
  p_created_at timestamptz,
  p_last_sign_in_at timestamptz,
  p_sessions integer
)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case p_sort
    when 'name' then lower(coalesce(nullif(p_full_name, ''), p_email))
    when 'email' then lower(p_email)
    when 'newest' then to_char(p_created_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS')
    when 'last_sign_in' then coalesce(to_char(p_last_sign_in_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS'), '')
    when 'sessions' then lpad(p_sessions::text, 10, '0')
  end;
end
$$;

comment on function private.user_sort_key(text, text, text, timestamptz, timestamptz, integer) is
  'What a list of people is sorted by, as a text: name and email rising, newest, last_sign_in and sessions falling.';

create function public.get_users(
  p_filter jsonb default '{}',
  p_sort text default 'name',
  p_limit integer default 50,
  p_after jsonb default null
)
returns table (
  id uuid,
  email text,
  full_name text,
  role text,
  state text,
  site_domains text[],
  created_at timestamptz,
  last_sign_in_at timestamptz,
  sessions integer,
  has_second_factor boolean,
  mfa_required boolean,
  needs_second_factor boolean,
  invited_at timestamptz,
  invited_by text,
  invitation_expires_at timestamptz,
  disabled_at timestamptz,
  cursor jsonb
)
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_after_key text := p_after ->> 'key';
  v_after_id uuid;
begin
  if p_sort is null or p_sort not in ('name', 'email', 'newest', 'last_sign_in', 'sessions') then
    raise exception 'p_sort is name, email, newest, last_sign_in or sessions' using errcode = 'PT400';
  end if;
  if p_after is not null then
    if v_after_key is null or not private.casts_to(p_after ->> 'id', 'uuid') then
      raise exception 'p_after must be the cursor of a row' using errcode = 'PT400';
    end if;
    v_after_id := p_after ->> 'id';
  end if;
  return query
    select
      person.*,
      jsonb_build_object('key', key.value, 'id', person.id)
    from private.filtered_users(p_filter) as person
    cross join lateral (
      select private.user_sort_key(
        p_sort, person.email, person.full_name, person.created_at, person.last_sign_in_at, person.sessions
      ) collate "C" as value
    ) as key
    where p_after is null
      or case
        when p_sort in ('name', 'email') then (key.value, person.id) > (v_after_key collate "C", v_after_id)
        else (key.value, person.id) < (v_after_key collate "C", v_after_id)
      end
    order by
      case when p_sort in ('name', 'email') then key.value end,
      case when p_sort in ('name', 'email') then person.id end,
      key.value desc,
      person.id desc
    limit v_limit;
end
$$;

comment on function public.get_users(jsonb, text, integer, jsonb) is
  'The people who sign in or are invited to, at most 200 a page; the cursor of the last row asks for the next page. For staff: PT403 for everybody else. Filter keys: search (in name and address), role, state (invited, expired, active, disabled), domain (assigned to them), second_factor (whether it is on), id.';

create function public.count_users(p_filter jsonb default '{}')
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select count(*) from private.filtered_users(p_filter));
end
$$;

comment on function public.count_users(jsonb) is 'How many people pass the filter of get_users, for staff.';

create function private.export_users(p_filter jsonb, p_sort text)
returns table (
  id uuid,
  email text,
  full_name text,
  role text,
  state text,
  site_domains text,
  created_at timestamptz,
  last_sign_in_at timestamptz,
  sessions integer,
  has_second_factor boolean,
  needs_second_factor boolean,
  invited_at timestamptz,
  disabled_at timestamptz
)
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select
      person.id,
      person.email,
      person.full_name,
      person.role,
      person.state,
      array_to_string(person.site_domains, ', '),
      person.created_at,
      person.last_sign_in_at,
      person.sessions,
      person.has_second_factor,
      person.needs_second_factor,
      person.invited_at,
      person.disabled_at
    from private.filtered_users(p_filter) as person
    cross join lateral (
      select private.user_sort_key(
        p_sort, person.email, person.full_name, person.created_at, person.last_sign_in_at, person.sessions
      ) collate "C" as value
    ) as key
    order by
      case when p_sort in ('name', 'email') then key.value end,
      case when p_sort in ('name', 'email') then person.id end,
      key.value desc,
      person.id desc;
end
$$;

comment on function private.export_users(jsonb, text) is
  'Everybody who passes the filter of get_users, in its order, as an export shows them.';

revoke execute on function
  private.user_rows(),
  private.check_user_filter(jsonb),
  private.filtered_users(jsonb),
  private.user_sort_key(text, text, text, timestamptz, timestamptz, integer),
  public.get_users(jsonb, text, integer, jsonb),
  public.count_users(jsonb),
  private.export_users(jsonb, text)
from public, anon;
grant execute on function
  private.user_rows(),
  private.check_user_filter(jsonb),
  private.filtered_users(jsonb),
  private.user_sort_key(text, text, text, timestamptz, timestamptz, integer),
  public.get_users(jsonb, text, integer, jsonb),
  public.count_users(jsonb),
  private.export_users(jsonb, text)
to authenticated, service_role;
