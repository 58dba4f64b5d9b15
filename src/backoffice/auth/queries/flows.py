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
  auth_code_issued_at > now() - %(lifetime)s::interval as is_alive
"""
