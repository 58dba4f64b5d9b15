"""`auth.identities`: by which other services an account is known."""

OWNER = """
select user_id
from auth.identities
where provider = %(provider)s and provider_id = %(subject)s
for update
"""

PUT = """
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
  %(subject)s,
  %(user_id)s,
  %(identity_data)s,
  %(provider)s,
  now(),
  now(),
  now()
)
on conflict (provider_id, provider) do update
  set
    identity_data = identities.identity_data || excluded.identity_data,
    last_sign_in_at = excluded.last_sign_in_at,
    updated_at = excluded.updated_at
  where identities.user_id = excluded.user_id
returning id
"""

# What the person chose here is kept; the service fills in what is missing.
DESCRIBE_USER = """
update auth.users
set
  raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object(
    'provider', coalesce(raw_app_meta_data ->> 'provider', %(provider)s),
    'providers', (
      select jsonb_agg(distinct identities.provider)
      from auth.identities
      where identities.user_id = users.id
    )
  ),
  raw_user_meta_data = %(profile)s || coalesce(raw_user_meta_data, '{}'),
  updated_at = now()
where id = %(user_id)s
"""

# Nobody proved to own the address before: a password, or whatever else was set up by whoever typed
# it first, must not open the account of its owner.
FORGET_UNPROVED = """
with forgotten as (
  delete from auth.identities
  where user_id = %(user_id)s and provider <> 'email'
)
update auth.users
set
  encrypted_password = '',
  raw_user_meta_data = case when invited_at is null then '{}' else raw_user_meta_data end,
  updated_at = now()
where id = %(user_id)s
"""
