-- The best score of an account is told in one way.

alter table rollup.account_totals
  alter column interest_score set expression as (rollup.best_score(curious, interested, engaged, hot));
