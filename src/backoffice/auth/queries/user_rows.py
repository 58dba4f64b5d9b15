"""Finding rows of `auth.users`, each with its identities and factors."""

from __future__ import annotations

NIL = "00000000-0000-0000-0000-000000000000"


def _utc(column: str) -> str:
    return f"""to_char({column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


SELECT = f"""
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

BY_ID = f"{SELECT} where users.id = %(id)s"

BY_EMAIL = f"""{SELECT}
where users.instance_id = '{NIL}'
  and lower(users.email) = lower(%(email)s)
  and users.aud = %(aud)s
  and not users.is_sso_user
"""

LIST = f"""{SELECT}
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
