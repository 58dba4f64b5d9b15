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

# Taken and gone in one statement: of two who present the same token, one is late.
TAKE = """
delete from auth.one_time_tokens
where token_hash = %(token_hash)s
  and token_type = any(%(token_types)s::auth.one_time_token_type[])
returning
  user_id,
  created_at > (now() at time zone 'utc') - %(lifetime)s::interval as is_alive
"""

CLEAR = """
with cleared as (
  delete from auth.one_time_tokens
  where user_id = %(user_id)s
)
update auth.users
set confirmation_token = '', recovery_token = '', updated_at = now()
where id = %(user_id)s
"""
