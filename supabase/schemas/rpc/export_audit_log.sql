-- The audit log, for files.

create function private.export_audit_log(p_site_domains text[], p_filter jsonb)
returns table (
  site_domain text,
  "position" bigint,
  at timestamptz,
  actor_id uuid,
  actor_role text,
  actor text,
  action text,
  subject_type text,
  subject_id text,
  entry text,
  changed text,
  before jsonb,
  after jsonb,
  erased boolean,
  request_id text,
  address_hash text,
  hash text
)
language sql
stable
as $$
  select
    e.site_domain,
    e.position,
    e.at,
    e.actor_id,
    e.actor_role,
    details.actor_label,
    e.action,
    e.subject_type,
    e.subject_id,
    private.audit_sentence(e.subject_type, e.action, e.subject_id, e.changed, details.before, details.after),
    array_to_string(e.changed, ', '),
    details.before,
    details.after,
    details.salt is null,
    e.request_id,
    e.address_hash,
    encode(e.hash, 'hex')
  from private.audit_spans(p_site_domains, p_filter) as span
  cross join lateral private.filtered_audit(span.site_domain, span.starts_at, span.ends_at, p_filter) as e
  join public.audit_details as details
    on details.site_domain = e.site_domain and details.position = e.position
  order by e.at desc, e.site_domain desc, e.position desc
$$;

comment on function private.export_audit_log(text[], jsonb) is
  'Every entry of the audit log that passes the filter of list_audit_log, newest first, as an export shows it.';

revoke execute on function private.export_audit_log(text[], jsonb) from public, anon;
grant execute on function private.export_audit_log(text[], jsonb) to authenticated, service_role;
