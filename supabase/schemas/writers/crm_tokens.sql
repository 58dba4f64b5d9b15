-- What the workers share: a connection's tokens, and how fast HubSpot may be asked.

create function private.crm_tokens_of(p_site_domain text)
returns setof private.crm_tokens
language sql
security definer
set search_path = ''
as $$
  select kept.*
  from private.crm_tokens as kept
  where kept.site_domain = p_site_domain
  for update
$$;

comment on function private.crm_tokens_of(text) is
  'The encrypted tokens of a connection, locked until the transaction ends: one worker at a time refreshes them.';

create function private.keep_crm_tokens(
  p_site_domain text, p_access_token text, p_refresh_token text, p_expires_at timestamptz
)
returns void
language sql
security definer
set search_path = ''
as $$
  update private.crm_tokens as kept
  set
    access_token = p_access_token,
    refresh_token = p_refresh_token,
    expires_at = p_expires_at,
    refreshed_at = clock_timestamp()
  where kept.site_domain = p_site_domain
$$;

comment on function private.keep_crm_tokens(text, text, text, timestamptz) is 'Keeps refreshed (or newly encrypted) tokens.';

create function private.forget_crm_tokens(p_site_domain text)
returns void
language sql
security definer
set search_path = ''
as $$
  delete from private.crm_tokens where site_domain = p_site_domain
$$;

comment on function private.forget_crm_tokens(text) is 'Deletes the tokens of a connection that has ended.';

create function private.crm_token_domains()
returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  select kept.site_domain from private.crm_tokens as kept order by 1
$$;

comment on function private.crm_token_domains() is 'The websites with stored tokens.';

create function private.take_crm_call(
  p_site_domain text, p_name text, p_capacity double precision, p_per_second double precision
)
returns double precision
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_tokens double precision;
begin
  insert into private.crm_buckets as bucket (site_domain, name, tokens, refilled_at)
  values (p_site_domain, p_name, p_capacity - 1, v_now)
  on conflict (site_domain, name) do update
  set
    tokens = least(
      p_capacity,
      bucket.tokens + greatest(0, extract(epoch from excluded.refilled_at - bucket.refilled_at)) * p_per_second
    ) - 1,
    refilled_at = greatest(bucket.refilled_at, excluded.refilled_at)
  returning tokens into v_tokens;
  return greatest(0, -v_tokens / p_per_second);
end
$$;

comment on function private.take_crm_call(text, text, double precision, double precision) is
  'Takes one call from a website''s bucket, of all workers together; gives the seconds to wait before making it.';

create function private.hold_crm_calls(p_site_domain text, p_name text, p_seconds double precision, p_per_second double precision)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into private.crm_buckets as bucket (site_domain, name, tokens, refilled_at)
  values (p_site_domain, p_name, -p_seconds * p_per_second, clock_timestamp())
  on conflict (site_domain, name) do update
  set
    tokens = least(bucket.tokens, excluded.tokens),
    refilled_at = greatest(bucket.refilled_at, excluded.refilled_at)
$$;

comment on function private.hold_crm_calls(text, text, double precision, double precision) is
  'HubSpot asked for a pause: every worker waits that many seconds.';

revoke execute on function
  private.crm_tokens_of(text),
  private.keep_crm_tokens(text, text, text, timestamptz),
  private.forget_crm_tokens(text),
  private.crm_token_domains(),
  private.take_crm_call(text, text, double precision, double precision),
  private.hold_crm_calls(text, text, double precision, double precision)
from public, anon, authenticated, service_role;
grant execute on function
  private.crm_tokens_of(text),
  private.keep_crm_tokens(text, text, text, timestamptz),
  private.forget_crm_tokens(text),
  private.crm_token_domains(),
  private.take_crm_call(text, text, double precision, double precision),
  private.hold_crm_calls(text, text, double precision, double precision)
to service_role;
