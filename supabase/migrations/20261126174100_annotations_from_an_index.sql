-- What changed figures, without reading the whole audit log.

-- Few of an audit log's entries, most of which say that somebody read something.
create index audit_log_annotation_idx on public.audit_log (site_domain, at desc, position desc)
  where private.annotation_kind(subject_type, action, changed) is not null;
