-- Small pure functions that several tables and writers share.

create function private.day_of(p_at timestamptz, p_timezone text)
returns date
language sql
immutable
parallel safe
as $$ select (p_at at time zone p_timezone)::date $$;

comment on function private.day_of(timestamptz, text) is
  'The calendar day of an instant in a timezone (IANA name).';

create function private.hour_of(p_at timestamptz, p_timezone text)
returns smallint
language sql
immutable
parallel safe
as $$ select extract(hour from p_at at time zone p_timezone)::smallint $$;

comment on function private.hour_of(timestamptz, text) is
  'The hour of the day (0 to 23) of an instant in a timezone (IANA name).';

create function private.is_timezone(p_timezone text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  perform timestamptz '2000-01-01 00:00+00' at time zone p_timezone;
  return p_timezone ~ '^[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)*$';
exception when invalid_parameter_value then
  return false;
end
$$;

comment on function private.is_timezone(text) is 'Whether PostgreSQL knows this IANA timezone name.';

create function private.environment_of(p_site_domain text, p_host text, p_listed text)
returns text
language sql
immutable
parallel safe
as $$
  select case
    when p_listed is not null then p_listed
    when p_host is null or p_host = p_site_domain or p_host like '%.' || p_site_domain then 'production'
    else 'other'
  end
$$;

comment on function private.environment_of(text, text, text) is
  'The environment of a host: what domain_hosts says, else production for the site domain and below it, else other.';

create function private.casts_to(p_value text, p_type regtype)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  execute format('select %L::%s', p_value, p_type::text);
  return p_value is not null;
exception when data_exception then
  return false;
end
$$;

comment on function private.casts_to(text, regtype) is
  'Whether a text is a value of a type (pg_input_is_valid, for PostgreSQL 15 too).';

-- The setting keeps it from being inlined: whether that happens depends on who may execute it, so that an index on
-- it would or would not be recognised by who used the session before.
create function private.name_words(p_name text, p_address text)
returns tsvector
language sql
immutable
parallel safe
as $$
  -- Without settings of its own, so that it becomes part of the query that asks: a call costs more than the words.
  select to_tsvector(
    'simple'::regconfig,
    translate(left(coalesce(p_name, ''), 500) || ' ' || left(coalesce(p_address, ''), 500), '@._-+/:''', '        ')
  )
$$;

comment on function private.name_words(text, text) is
  'The words of a name and of an e-mail address or web domain, as private.name_document, for rows that are at hand.';

create function private.name_document(p_name text, p_address text)
returns tsvector
language sql
immutable
parallel safe
set search_path = ''
as $$
  select private.name_words(p_name, p_address)
$$;

comment on function private.name_document(text, text) is
  'The words of a name and of an e-mail address or web domain, for search.';

create function private.prefix_query(p_search text)
returns tsquery
language sql
immutable
parallel safe
as $$
  select string_agg(word || ':*', ' & ')::tsquery
  from regexp_split_to_table(lower(left(p_search, 200)), '[^[:alnum:]]+') as word
  where word <> ''
$$;

comment on function private.prefix_query(text) is
  'A search for all of some words or beginnings of words; null when there is no word.';

create function private.page_view_level(p_page_views integer)
returns integer
language sql
immutable
parallel safe
as $$
  -- 1, 3, 4, 7, 9, 13, 16, 21 and 25 page views begin one each: so few that most updates stay within theirs.
  select floor(2 * sqrt(greatest(p_page_views, 0)))::integer
$$;

comment on function private.page_view_level(integer) is
  'The level of a number of page views: greater numbers never have a smaller one.';

revoke execute on function
  private.day_of(timestamptz, text),
  private.hour_of(timestamptz, text),
  private.is_timezone(text),
  private.environment_of(text, text, text),
  private.casts_to(text, regtype),
  private.page_view_level(integer),
  private.name_words(text, text),
  private.name_document(text, text),
  private.prefix_query(text)
from public, anon, authenticated;
grant execute on function
  private.day_of(timestamptz, text),
  private.casts_to(text, regtype),
  private.page_view_level(integer),
  private.name_words(text, text),
  private.prefix_query(text)
to authenticated, service_role;
grant execute on function
  private.is_timezone(text),
  private.environment_of(text, text, text)
to service_role;
