# ruff: noqa: S105 - names of statements, not secrets
"""Reading and writing `auth.users` and `auth.identities`."""

from __future__ import annotations

NIL = "00000000-0000-0000-0000-000000000000"


def _utc(column: str) -> str:
    return f"""to_char({column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


_SELECT = f"""
select
  users.id,
  coalesce(users.aud, '') as aud,
  coalesce(users.role, '') as role,
  coalesce(users.email, '') as email,
  coalesce(users.phone, '') as phone,
  users.encrypted_password,
  users.email_confirmed_at,
  users.invited_at,
  users.phone_confirmed_at,
  users.confirmation_sent_at,
  users.confirmed_at,
  users.recovery_sent_at,
  coalesce(users.email_change, '') as email_change,
  users.email_change_sent_at,
  coalesce(users.phone_change, '') as phone_change,
  users.phone_change_sent_at,
  users.reauthentication_sent_at,
  users.last_sign_in_at,
  coalesce(users.raw_app_meta_data, '{{}}') as app_metadata,
  coalesce(users.raw_user_meta_data, '{{}}') as user_metadata,
  users.created_at,
  users.updated_at,
  users.banned_until,
  users.banned_until > now() is true as is_banned,
  users.deleted_at,
  users.is_sso_user,
  users.is_anonymous,
  coalesce(
    (
      select jsonb_agg(
        jsonb_strip_nulls(
          jsonb_build_object(
            'identity_id', identities.id,
            'id', identities.provider_id,
            'user_id', identities.user_id,
            'identity_data', identities.identity_data,
            'provider', identities.provider,
            'last_sign_in_at', {_utc("identities.last_sign_in_at")},
            'created_at', {_utc("identities.created_at")},
            'updated_at', {_utc("identities.updated_at")},
            'email', identities.email
          )
        )
        order by identities.created_at, identities.id
      )
      from auth.identities
      where identities.user_id = users.id
    ),
    '[]'
  ) as identities,
  coalesce(
    (
      select jsonb_agg(
        jsonb_strip_nulls(
          jsonb_build_object(
            'id', mfa_factors.id,
            'created_at', {_utc("mfa_factors.created_at")},
            'updated_at', {_utc("mfa_factors.updated_at")},
            'status', mfa_factors.status,
            'friendly_name', mfa_factors.friendly_name,
            'factor_type', mfa_factors.factor_type
          )
        )
        order by mfa_factors.created_at, mfa_factors.id
      )
      from auth.mfa_factors
      where mfa_factors.user_id = users.id
    ),
    '[]'
  ) as factors
from auth.users
"""  # noqa: S608 - put together from constants

BY_ID = f"{_SELECT} where users.id = %(id)s"

BY_EMAIL = f"""{_SELECT}
where users.instance_id = '{NIL}'
  and lower(users.email) = lower(%(email)s)
  and users.aud = %(aud)s
  and not users.is_sso_user
"""

LIST = f"""{_SELECT}
where users.instance_id = '{NIL}'
  and users.aud = %(aud)s
  and (
    %(filter)s = ''
    or strpos(lower(users.email), lower(%(filter)s)) > 0
    or strpos(lower(users.raw_user_meta_data ->> 'full_name'), lower(%(filter)s)) > 0
  )
order by
  case when %(ascending)s then users.created_at end,
  case when %(ascending)s then users.id end,
  users.created_at desc,
  users.id desc
limit %(limit)s
offset %(offset)s
"""

COUNT = f"""
select count(*)
from auth.users
where users.instance_id = '{NIL}'
  and users.aud = %(aud)s
  and (
    %(filter)s = ''
    or strpos(lower(users.email), lower(%(filter)s)) > 0
    or strpos(lower(users.raw_user_meta_data ->> 'full_name'), lower(%(filter)s)) > 0
  )
"""  # noqa: S608 - put together from constants

EMAIL_TAKEN = """
select exists (
  select 1
  from auth.users
  where lower(email) = lower(%(email)s) and not is_sso_user and id is distinct from %(except_id)s
)
"""

INSERT = f"""
insert into auth.users (
  instance_id,
  id,
  aud,
  role,
  email,
  encrypted_password,
  email_confirmed_at,
  banned_until,
  raw_app_meta_data,
  raw_user_meta_data,
  confirmation_token,
  recovery_token,
  email_change_token_new,
  email_change,
  created_at,
  updated_at
)
values (
  '{NIL}',
  %(id)s,
  %(aud)s,
  %(role)s,
  %(email)s,
  %(encrypted_password)s,
  case when %(email_confirm)s then now() end,
  now() + %(ban)s::interval,
  %(app_metadata)s,
  %(user_metadata)s,
  '',
  '',
  '',
  '',
  now(),
  now()
)
"""  # noqa: S608 - put together from constants

PUT_EMAIL_IDENTITY = """
insert into auth.identities (
  id,
  provider_id,
  user_id,
  identity_data,
  provider,
  last_sign_in_at,
  created_at,
  updated_at
)
values (
  gen_random_uuid(),
  %(id)s::text,
  %(id)s,
  jsonb_build_object(
    'sub', %(id)s::text,
    'email', %(email)s::text,
    'email_verified', %(verified)s::boolean,
    'phone_verified', false
  ),
  'email',
  now(),
  now(),
  now()
)
on conflict (provider_id, provider) do update
  set identity_data = identities.identity_data || jsonb_build_object(
    'email', excluded.identity_data -> 'email',
    'email_verified', excluded.identity_data -> 'email_verified'
  ),
  updated_at = excluded.updated_at
"""

SET_EMAIL = "update auth.users set email = %(email)s, updated_at = now() where id = %(id)s"

SET_ROLE = "update auth.users set role = %(role)s, updated_at = now() where id = %(id)s"

CONFIRM_EMAIL = """
update auth.users
set
  email_confirmed_at = coalesce(email_confirmed_at, now()),
  confirmation_token = '',
  raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || '{"email_verified": true}',
  updated_at = now()
where id = %(id)s
"""

SET_BAN = """
update auth.users
set banned_until = now() + %(ban)s::interval, updated_at = now()
where id = %(id)s
"""

# A null takes its key away, as in Supabase Auth; deeper nulls stay.
MERGE_USER_METADATA = """
update auth.users
set
  raw_user_meta_data = (coalesce(raw_user_meta_data, '{}') || %(changes)s) - %(removed)s::text[],
  updated_at = now()
where id = %(id)s
returning octet_length(raw_user_meta_data::text)
"""

MERGE_APP_METADATA = """
update auth.users
set
  raw_app_meta_data = (coalesce(raw_app_meta_data, '{}') || %(changes)s) - %(removed)s::text[],
  updated_at = now()
where id = %(id)s
returning octet_length(raw_app_meta_data::text)
"""

# Whoever changes the password no longer trusts what the old one started: pending tokens go too.
SET_PASSWORD = """
with cleared as (
  delete from auth.one_time_tokens
  where user_id = %(id)s
)
update auth.users
set
  encrypted_password = %(encrypted_password)s,
  confirmation_token = '',
  confirmation_sent_at = null,
  recovery_token = '',
  recovery_sent_at = null,
  email_change_token_current = '',
  email_change_token_new = '',
  email_change_sent_at = null,
  phone_change_token = '',
  phone_change_sent_at = null,
  reauthentication_token = '',
  reauthentication_sent_at = null,
  updated_at = now()
where id = %(id)s
"""

DELETE = "delete from auth.users where id = %(id)s"

SOFT_DELETE = """
update auth.users
set
  email = %(digest)s,
  phone = null,
  email_change = '',
  phone_change = '',
  encrypted_password = null,
  confirmation_token = '',
  recovery_token = '',
  email_change_token_current = '',
  email_change_token_new = '',
  phone_change_token = '',
  reauthentication_token = '',
  raw_user_meta_data = '{}',
  raw_app_meta_data = '{}',
  deleted_at = now(),
  updated_at = now()
where id = %(id)s and deleted_at is null
returning true
"""

FORGET_IDENTITIES = "delete from auth.identities where user_id = %(id)s"

FORGET_FACTORS = "delete from auth.mfa_factors where user_id = %(id)s"

FORGET_ONE_TIME_TOKENS = "delete from auth.one_time_tokens where user_id = %(id)s"

LOCK = "select 1 from auth.users where id = %(user_id)s for update"

# Of two requests that each take one of the last two away, the later takes none.
DELETE_IDENTITY = """
with deleted as (
  delete from auth.identities
  where id = %(id)s
    and user_id = %(user_id)s
    and exists (
      select 1
      from auth.identities as other
      where other.user_id = %(user_id)s and other.id <> %(id)s
    )
  returning user_id
)
update auth.users
set
  raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object(
    'providers', (
      select jsonb_agg(distinct identities.provider)
      from auth.identities
      where identities.user_id = users.id and identities.id <> %(id)s
    )
  ),
  updated_at = now()
from deleted
where users.id = deleted.user_id
returning users.id
"""
