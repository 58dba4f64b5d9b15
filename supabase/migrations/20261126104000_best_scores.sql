-- The best score of an account is told in one way. Made anew: PostgreSQL before 17 changes no expression.

alter table rollup.account_totals drop column interest_score;

alter table rollup.account_totals add column interest_score smallint not null generated always as (
  rollup.best_score(curious, interested, engaged, hot)
) stored;

create index account_totals_interest_score_idx
  on rollup.account_totals (site_domain, interest_score desc, account_id desc);
