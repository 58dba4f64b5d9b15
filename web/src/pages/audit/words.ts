/** Kinds of entries one may ask for, in the words of the page. Others come by a link. */
export const ACTIONS: Record<string, string> = {
  create: 'Added',
  update: 'Changed',
  delete: 'Removed',
  export: 'Exported',
  view: 'Viewed',
  erase: 'Erased',
};

export const SUBJECTS: Record<string, string> = {
  domain: 'Websites',
  domain_host: 'Hosts',
  domain_key: 'Keys',
  internal_address: 'Internal addresses',
  topic: 'Topics',
  user_domain: 'Access',
  profile: 'People',
  organization: 'Organizations',
};

export function options(words: Record<string, string>, chosen: string | undefined) {
  const known = Object.entries(words).map(([value, label]) => ({ value, label }));
  return chosen === undefined || chosen in words
    ? known
    : [...known, { value: chosen, label: chosen }];
}
