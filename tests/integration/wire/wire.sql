-- What the tests of the wire add to the library.
create table api.shelves (id int primary key);
create table api.shelf_books (
  shelf_id int references api.shelves,
  place int,
  primary key (shelf_id, place)
);
insert into api.shelves select generate_series(1, 12);
insert into api.shelf_books select shelf, place from generate_series(1, 2) as shelf, generate_series(1, 12) as place;

create function api.who_am_i() returns json language sql stable as $$
  select json_build_object('role', current_user, 'uid', auth.uid(), 'auth_role', auth.role(), 'jwt', auth.jwt())
$$;

-- Nobody waits in a test: every refresh token of a person was last used a minute earlier.
create function api.let_a_minute_pass(person uuid) returns int
language sql security definer set search_path = '' as $$
  with aged as (
    update auth.refresh_tokens set updated_at = updated_at - interval '1 minute'
    where user_id = person::text returning 1
  )
  select count(*)::int from aged
$$;
revoke execute on function api.let_a_minute_pass(uuid) from public, anon, authenticated;

grant all on api.shelves, api.shelf_books to anon, authenticated, service_role;
grant execute on function api.who_am_i() to anon, authenticated, service_role;
grant execute on function api.let_a_minute_pass(uuid) to service_role;
