# ruff: noqa: S105 - names of statements, not secrets
"""Second factors and the challenges that prove them."""

LOCK_USER = "select id from auth.users where id = %(user_id)s for no key update"

# Somebody began to enrol and went away.
DELETE_ABANDONED = """
delete from auth.mfa_factors
where user_id = %(user_id)s
  and status = 'unverified'
  and created_at < now() - interval '5 minutes'
"""

OF_USER = """
select id, coalesce(friendly_name, '') as friendly_name, factor_type::text, status::text, secret
from auth.mfa_factors
where user_id = %(user_id)s
order by created_at, id
"""

INSERT = """
insert into auth.mfa_factors (
  id,
  user_id,
  friendly_name,
  factor_type,
  status,
  created_at,
  updated_at,
  secret
)
values (%(id)s, %(user_id)s, %(friendly_name)s, 'totp', 'unverified', now(), now(), %(secret)s)
"""

RENAME = """
update auth.mfa_factors
set friendly_name = %(friendly_name)s, updated_at = now()
where id = %(id)s
"""

# The column wants an address; addresses are never stored.
INSERT_CHALLENGE = """
insert into auth.mfa_challenges (id, factor_id, created_at, ip_address)
values (%(id)s, %(factor_id)s, now(), '0.0.0.0')
returning extract(epoch from created_at + %(lifetime)s::interval)::bigint
"""

LOCK_CHALLENGE = """
select
  verified_at is not null as is_used,
  created_at < now() - %(lifetime)s::interval as is_expired
from auth.mfa_challenges
where id = %(id)s and factor_id = %(factor_id)s
for update
"""

# A code is good for one sign-in: `otp_code` keeps the time step of the code that was given.
USE_STEP = """
update auth.mfa_challenges
set verified_at = now(), otp_code = %(step)s::bigint::text
where id = %(id)s
  and not exists (
    select 1
    from auth.mfa_challenges as earlier
    where earlier.factor_id = mfa_challenges.factor_id
      and earlier.verified_at is not null
      and earlier.otp_code::bigint >= %(step)s::bigint
  )
returning true
"""

DELETE_OLD_CHALLENGES = """
delete from auth.mfa_challenges
where factor_id = %(factor_id)s and created_at < now() - interval '1 hour'
"""

MARK_VERIFIED = """
update auth.mfa_factors
set status = 'verified', updated_at = now()
where id = %(id)s
"""

DELETE_OTHER_UNVERIFIED = """
delete from auth.mfa_factors
where user_id = %(user_id)s and id <> %(id)s and status = 'unverified'
"""

RAISE_SESSION = """
update auth.sessions
set aal = 'aal2', factor_id = %(factor_id)s, updated_at = now()
where id = %(id)s
"""

DELETE_LOWER_SESSIONS = """
delete from auth.sessions
where user_id = %(user_id)s and id <> %(id)s and aal is distinct from 'aal2'
"""

DELETE = "delete from auth.mfa_factors where id = %(id)s"

# What the factor proved is no longer proved.
LOWER_SESSIONS = """
with lowered as (
  update auth.sessions
  set aal = 'aal1', factor_id = null, updated_at = now()
  where factor_id = %(id)s
  returning id
)
delete from auth.mfa_amr_claims
using lowered
where mfa_amr_claims.session_id = lowered.id and mfa_amr_claims.authentication_method = 'totp'
"""

ACTIVE_REFRESH_TOKEN = """
select token
from auth.refresh_tokens
where session_id = %(session_id)s and revoked is not true
order by id desc
limit 1
"""
