"""Token buckets, kept as the moment each is full again (the generic cell rate algorithm)."""

TAKE = """
insert into auth.rate_limits as bucket (bucket, full_at)
values (%(bucket)s, clock_timestamp() + %(every)s)
on conflict (bucket) do update
  set full_at = greatest(bucket.full_at, clock_timestamp()) + %(every)s
  where greatest(bucket.full_at, clock_timestamp()) + %(every)s
    <= clock_timestamp() + %(every)s * %(burst)s
returning true
"""

WAIT = """
select full_at + %(every)s - %(every)s * %(burst)s - clock_timestamp()
from auth.rate_limits
where bucket = %(bucket)s
"""

REFILL = "delete from auth.rate_limits where bucket = %(bucket)s"

DELETE_FULL = """
delete from auth.rate_limits
where bucket in (
  select bucket
  from auth.rate_limits
  where full_at < clock_timestamp()
  limit 1000
  for update skip locked
)
"""
