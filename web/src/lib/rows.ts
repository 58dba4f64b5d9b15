/**
 * The rows behind a number: a list of the same days and domains, filtered by what the number counts.
 * The keys of `search` are those of the list's own address.
 */
export type Rows = {
  to: '/conversations' | '/visitors' | '/accounts';
  search: Record<string, string | number | boolean | readonly (string | number)[]>;
};
