# ruff: noqa: S105 - names of statements, not secrets
"""Sessions, the refresh tokens that keep them alive, and how their user proved who they are."""

# Only while the verified password is still the password, and nobody banned its owner meanwhile.
MARK_SIGN_IN = """
update auth.users
set last_sign_in_at = now(), updated_at = now()
where id = %(user_id)s
  and encrypted_password is not distinct from %(encrypted_password)s
  and (banned_until > now()) is not true
  and deleted_at is null
returning true
"""

INSERT = """
insert into auth.sessions (id, user_id, created_at, updated_at, aal, not_after, user_agent)
values (%(id)s, %(user_id)s, now(), now(), 'aal1', now() + %(timebox)s::interval, %(user_agent)s)
"""

INSERT_METHOD = """
insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
values (gen_random_uuid(), %(session_id)s, now(), now(), %(method)s)
on conflict (session_id, authentication_method) do update set updated_at = excluded.updated_at
"""

INSERT_REFRESH_TOKEN = """
insert into auth.refresh_tokens (
  instance_id,
  token,
  user_id,
  revoked,
  created_at,
  updated_at,
  parent,
  session_id
)
values (
  '00000000-0000-0000-0000-000000000000',
  %(token)s,
  %(user_id)s::text,
  false,
  now(),
  now(),
  %(parent)s,
  %(session_id)s
)
"""

BY_ID = """
select
  sessions.id,
  sessions.user_id,
  sessions.aal::text as aal,
  sessions.not_after < now() is true as is_over,
  sessions.created_at,
  coalesce(
    (
      select jsonb_agg(
        jsonb_build_object(
          'method', mfa_amr_claims.authentication_method,
          'timestamp', extract(epoch from mfa_amr_claims.updated_at)::bigint
        )
        order by mfa_amr_claims.updated_at desc, mfa_amr_claims.authentication_method
      )
      from auth.mfa_amr_claims
      where mfa_amr_claims.session_id = sessions.id
    ),
    '[]'
  ) as amr
from auth.sessions
where sessions.id = %(id)s
"""

# Whoever refreshes holds the session: a second request with the same token waits, and then sees
# what the first did.
LOCK_BY_REFRESH_TOKEN = """
select sessions.id
from auth.sessions
where sessions.id = (
  select refresh_tokens.session_id
  from auth.refresh_tokens
  where refresh_tokens.token = %(token)s
)
for no key update
"""

REFRESH_TOKEN_EXISTS = "select exists (select 1 from auth.refresh_tokens where token = %(token)s)"

REFRESH_TOKEN = """
select
  presented.id,
  presented.token,
  presented.session_id,
  presented.revoked is true as revoked,
  presented.updated_at > clock_timestamp() - %(reuse_interval)s::interval as is_fresh,
  presented.updated_at < clock_timestamp() - %(inactivity)s::interval is true as is_idle,
  active.token as active_token,
  active.parent as active_parent
from auth.refresh_tokens as presented
left join lateral (
  select refresh_tokens.token, refresh_tokens.parent
  from auth.refresh_tokens
  where refresh_tokens.session_id = presented.session_id and refresh_tokens.revoked is not true
  order by refresh_tokens.id desc
  limit 1
) as active on true
where presented.token = %(token)s
"""

REVOKE = """
update auth.refresh_tokens
set revoked = true, updated_at = clock_timestamp()
where id = %(id)s
"""

REVOKE_ALL = """
update auth.refresh_tokens
set revoked = true, updated_at = clock_timestamp()
where session_id = %(session_id)s and revoked is not true
"""

TOUCH = """
update auth.sessions
set
  refreshed_at = now() at time zone 'utc',
  updated_at = now(),
  user_agent = %(user_agent)s
where id = %(id)s
"""

# Refresh tokens of a session go with it.
DELETE = "delete from auth.sessions where id = %(id)s"

DELETE_OTHERS = "delete from auth.sessions where user_id = %(user_id)s and id <> %(id)s"

DELETE_ALL = "delete from auth.sessions where user_id = %(user_id)s"
