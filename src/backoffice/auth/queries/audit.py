"""`auth.audit_log_entries`; addresses are never stored."""

INSERT = """
insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
values ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), %(payload)s, now(), '')
"""

_MATCHING = """
from auth.audit_log_entries
where %(text)s = '' or exists (
  select 1
  from unnest(%(names)s::text[]) as name
  where strpos(lower(payload ->> name), lower(%(text)s)) > 0
)
"""

LIST = f"""
select id, payload, created_at
{_MATCHING}
order by created_at desc, id desc
limit %(limit)s
offset %(offset)s
"""

COUNT = f"select count(*) {_MATCHING}"
