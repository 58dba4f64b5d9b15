-- Where things live: `public` is the exposed API, `private` its helpers and writers, `rollup` the aggregates.

create schema private;
create schema rollup;

revoke all on schema private, rollup from public, anon, authenticated;
grant usage on schema private, rollup to authenticated, service_role;

comment on schema private is 'Helpers and writers behind the API; never exposed over REST.';
comment on schema rollup is 'Aggregates that are always exact: folded rows plus pending deltas.';
