-- The two local users, then the first client and its domains. Only ever run in an empty local database.

-- Users: admin@admin.com / admin and user@user.com / user. Hashes are literal (bcrypt, cost 10), so that this
-- needs no pgcrypto. Supabase Auth reads its token columns as text, so they are '' and never null.
insert into auth.users (
  instance_id,
  id,
  aud,
  role,
  email,
  encrypted_password,
  email_confirmed_at,
  confirmation_token,
  recovery_token,
  email_change_token_new,
  email_change,
  email_change_token_current,
  phone_change,
  phone_change_token,
  reauthentication_token,
  raw_app_meta_data,
  raw_user_meta_data,
  created_at,
  updated_at
)
select
  '00000000-0000-0000-0000-000000000000',
  seeded.id,
  'authenticated',
  'authenticated',
  seeded.email,
  seeded.encrypted_password,
  now(),
  '',
  '',
  '',
  '',
  '',
  '',
  '',
  '',
  '{"provider": "email", "providers": ["email"]}',
  jsonb_build_object('full_name', seeded.full_name),
  now(),
  now()
from (
  values
    (
      'a0000000-0000-4000-8000-000000000001'::uuid,
      'admin@admin.com',
      '$2a$10$EKU6QwRyxflNBRzzn/aLLOxS9irHXIUbfBDO4XOQkwq0XoAFLw9Pa',
      'Admin'
    ),
    (
      'a0000000-0000-4000-8000-000000000002'::uuid,
      'user@user.com',
      '$2a$10$SzSglBS6YpUM6di44d7LLOFoeQC3GRT8ovCgf76OwJrBjqj/hEWxu',
      'User'
    )
) as seeded (id, email, encrypted_password, full_name);

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
  users.id,
  users.id::text,
  users.id,
  jsonb_build_object(
    'sub', users.id,
    'email', users.email,
    'email_verified', false,
    'phone_verified', false
  ),
  'email',
  now(),
  now(),
  now()
from auth.users
where users.email in ('admin@admin.com', 'user@user.com');

-- The first client: its website, the widget's public key, and who may see it.
select private.create_domain('abtasty.com', 'AB Tasty', 'Europe/Paris', 'AB Tasty');

insert into public.domain_hosts (site_domain, host, environment)
values
  ('abtasty.com', 'staging.abtasty.com', 'staging'),
  ('abtasty.com', 'localhost', 'development');

select id from private.mint_key('abtasty.com', 'public', 'Widget');

update public.profiles set role = 'admin' where email = 'admin@admin.com';

insert into public.user_domains (user_id, site_domain)
select profile.id, 'abtasty.com'
from public.profiles as profile
where profile.email = 'user@user.com';
