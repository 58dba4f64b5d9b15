"""One-time tokens: what a link or a typed code is good for, once."""

PUT = """
insert into auth.one_time_tokens (
  id,
  user_id,
  token_type,
  token_hash,
  relates_to,
  created_at,
  updated_at
)
values (
  gen_random_uuid(),
  %(user_id)s,
  %(token_type)s::auth.one_time_token_type,
  %(token_hash)s,
  %(email)s,
  now() at time zone 'utc',
  now() at time zone 'utc'
)
on conflict (user_id, token_type) do update
  set
    token_hash = excluded.token_hash,
    relates_to = excluded.relates_to,
    created_at = excluded.created_at,
    updated_at = excluded.updated_at
"""

STAMP_CONFIRMATION = """
update auth.users
set
  confirmation_token = %(token_hash)s,
  confirmation_sent_at = now(),
  invited_at = case when %(invited)s then now() else invited_at end,
  updated_at = now()
where id = %(user_id)s
"""

STAMP_RECOVERY = """
update auth.users
set recovery_token = %(token_hash)s, recovery_sent_at = now(), updated_at = now()
where id = %(user_id)s
"""

# The old tokens go: a change that is asked for anew is confirmed anew.
START_EMAIL_CHANGE = """
with cleared as (
  delete from auth.one_time_tokens
  where user_id = %(user_id)s
    and token_type in ('email_change_token_new', 'email_change_token_current')
)
update auth.users
set
  email_change = %(email_change)s,
  email_change_token_current = '',
  email_change_token_new = '',
  email_change_confirm_status = %(confirmations)s,
  email_change_sent_at = now(),
  updated_at = now()
where id = %(user_id)s
"""

STAMP_EMAIL_CHANGE_CURRENT = """
update auth.users
set email_change_token_current = %(token_hash)s, email_change_sent_at = now(), updated_at = now()
where id = %(user_id)s
"""

STAMP_EMAIL_CHANGE_NEW = """
update auth.users
set email_change_token_new = %(token_hash)s, email_change_sent_at = now(), updated_at = now()
where id = %(user_id)s
"""

STAMP_REAUTHENTICATION = """
update auth.users
set
  reauthentication_token = %(token_hash)s,
  reauthentication_sent_at = now(),
  updated_at = now()
where id = %(user_id)s
"""

# The row is locked, so of two confirmations at once the later one sees the earlier.
CONFIRM_EMAIL_CHANGE = """
update auth.users
set email_change_confirm_status = least(coalesce(email_change_confirm_status, 0) + 1, 2),
  updated_at = now()
where id = %(user_id)s and coalesce(email_change, '') <> ''
returning email_change_confirm_status, email_change
"""

FINISH_EMAIL_CHANGE = """
update auth.users
set
  email = email_change,
  is_anonymous = false,
  email_change = '',
  email_change_token_current = '',
  email_change_token_new = '',
  email_change_confirm_status = 0,
  email_confirmed_at = coalesce(email_confirmed_at, now()),
  raw_user_meta_data = coalesce(raw_user_meta_data, '{}')
    || '{"email_verified": true}',
  updated_at = now()
where id = %(user_id)s
"""

# Taken and gone in one statement: of two who present the same token, one is late.
TAKE = """
delete from auth.one_time_tokens
where token_hash = any(%(token_hashes)s)
  and token_type = any(%(token_types)s::auth.one_time_token_type[])
returning
  user_id,
  token_hash,
  created_at > (now() at time zone 'utc') - %(lifetime)s::interval as is_alive
"""

CLEAR = """
with cleared as (
  delete from auth.one_time_tokens
  where user_id = %(user_id)s
)
update auth.users
set
  confirmation_token = '',
  recovery_token = '',
  email_change_token_current = '',
  email_change_token_new = '',
  reauthentication_token = '',
  updated_at = now()
where id = %(user_id)s
"""
