"""`auth.users.phone` and its identity."""

from backoffice.auth.queries.user_rows import NIL, SELECT

BY_PHONE = f"""{SELECT}
where users.instance_id = '{NIL}'
  and users.phone = %(phone)s
  and users.aud = %(aud)s
  and not users.is_sso_user
"""

TAKEN = """
select exists (
  select 1
  from auth.users
  where phone = %(phone)s and id is distinct from %(except_id)s
)
"""

SET = "update auth.users set phone = %(phone)s, updated_at = now() where id = %(id)s"

CONFIRM = """
update auth.users
set phone_confirmed_at = coalesce(phone_confirmed_at, now()), updated_at = now()
where id = %(id)s
"""

FORGET = """
update auth.users
set phone = null, phone_confirmed_at = null, updated_at = now()
where id = %(id)s
"""

PUT_IDENTITY = """
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
select
  gen_random_uuid(),
  users.id::text,
  users.id,
  jsonb_build_object(
    'sub', users.id::text,
    'phone', users.phone,
    'email_verified', false,
    'phone_verified', users.phone_confirmed_at is not null
  ),
  'phone',
  now(),
  now(),
  now()
from auth.users
where users.id = %(id)s
on conflict (provider_id, provider) do update
  set
    identity_data = identities.identity_data || excluded.identity_data,
    updated_at = excluded.updated_at
"""
