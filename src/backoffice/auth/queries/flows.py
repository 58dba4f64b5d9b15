"""PKCE flows: begun when a link is asked for, ended when its code is exchanged."""

INSERT = """
insert into auth.flow_state (
  id,
  user_id,
  code_challenge_method,
  code_challenge,
  provider_type,
  authentication_method,
  created_at,
  updated_at
)
values (
  %(id)s,
  %(user_id)s,
  %(method)s::auth.code_challenge_method,
  %(code_challenge)s,
  'email',
  %(authentication_method)s,
  now(),
  now()
)
"""

ISSUE = """
update auth.flow_state
set auth_code = %(auth_code)s, auth_code_issued_at = now(), updated_at = now()
where id = (
  select id
  from auth.flow_state
  where user_id = %(user_id)s
    and authentication_method = %(authentication_method)s
    and auth_code is null
  order by created_at desc
  limit 1
  for update
)
returning id
"""

TAKE = """
delete from auth.flow_state
where auth_code = %(auth_code)s
returning
  user_id,
  code_challenge,
  code_challenge_method::text as code_challenge_method,
  authentication_method,
  provider_type,
  coalesce(provider_access_token, '') as provider_access_token,
  coalesce(provider_refresh_token, '') as provider_refresh_token,
  auth_code_issued_at > now() - %(lifetime)s::interval as is_alive
"""

# Whoever goes to another service need not come back.
SWEEP = "delete from auth.flow_state where created_at < now() - interval '1 day'"

INSERT_PROVIDER = """
insert into auth.flow_state (
  id,
  code_challenge_method,
  code_challenge,
  provider_type,
  authentication_method,
  referrer,
  linking_target_id,
  created_at,
  updated_at
)
values (
  %(id)s,
  %(method)s::auth.code_challenge_method,
  %(code_challenge)s,
  %(provider)s,
  'oauth',
  %(redirect_to)s,
  %(linking_target)s,
  now(),
  now()
)
"""

# Taken and gone in one statement: nobody comes back twice.
TAKE_PROVIDER = """
delete from auth.flow_state
where id = %(id)s and provider_type = %(provider)s and auth_code is null
returning
  id,
  code_challenge,
  code_challenge_method::text as code_challenge_method,
  provider_type as provider,
  referrer as redirect_to,
  linking_target_id as linking_target
"""

INSERT_RETURNED = """
insert into auth.flow_state (
  id,
  user_id,
  auth_code,
  code_challenge_method,
  code_challenge,
  provider_type,
  provider_access_token,
  provider_refresh_token,
  authentication_method,
  auth_code_issued_at,
  created_at,
  updated_at
)
values (
  %(id)s,
  %(user_id)s,
  %(auth_code)s,
  %(method)s::auth.code_challenge_method,
  %(code_challenge)s,
  %(provider)s,
  %(access_token)s,
  %(refresh_token)s,
  'oauth',
  now(),
  now(),
  now()
)
"""
