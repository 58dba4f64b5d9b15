# ruff: noqa: S105 - names of statements, not secrets
"""Writing `auth.users` and `auth.identities`."""

from __future__ import annotations

from backoffice.auth.queries.user_rows import NIL

INSERT = f"""
insert into auth.users (
  instance_id,
  id,
  aud,
  role,
  email,
  phone,
  encrypted_password,
  email_confirmed_at,
  phone_confirmed_at,
  is_anonymous,
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
  nullif(%(email)s, ''),
  nullif(%(phone)s, ''),
  %(encrypted_password)s,
  case when %(email_confirm)s then now() end,
  case when %(phone_confirm)s then now() end,
  %(anonymous)s,
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

# By which ways one signs in, after one of them came to be.
LIST_PROVIDERS = """
update auth.users
set
  raw_app_meta_data = coalesce(users.raw_app_meta_data, '{}') || jsonb_build_object(
    'provider', coalesce(users.raw_app_meta_data ->> 'provider', known.providers ->> 0),
    'providers', known.providers
  ),
  updated_at = now()
from (
  select jsonb_agg(identities.provider order by identities.created_at, identities.id) as providers
  from auth.identities
  where identities.user_id = %(id)s
) as known
where users.id = %(id)s and known.providers is not null
"""

# Whoever can come back by an address or a number is nobody no longer.
BECOME_KNOWN = """
update auth.users set is_anonymous = false, updated_at = now() where id = %(id)s and is_anonymous
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
