-- Whoever signs in without saying who they are gets a profile once they say it.

create or replace trigger keep_profile
  after insert or update of email, raw_user_meta_data, is_anonymous on auth.users
  for each row when (not new.is_anonymous) execute function private.keep_profile();

comment on function private.keep_profile() is
  'Gives every account but an anonymous one a profile and keeps its e-mail and name current. The role never comes from what a user sent.';
