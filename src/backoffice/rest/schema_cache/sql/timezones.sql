-- Names `Prefer: timezone=` may give.
select name from pg_timezone_names
