"""`auth.audit_log_entries`; addresses are never stored."""

INSERT = """
insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
values ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), %(payload)s, now(), '')
"""
