/**
 * PostgreSQL does not say which columns of a function's result may be null, so the generated types say
 * none. This names those that may be.
 */
export type Nullable<Row, Keys extends keyof Row> = Omit<Row, Keys> & {
  [Key in Keys]: Row[Key] | null;
};
