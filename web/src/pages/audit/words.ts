import type { AuditEntry } from '@/data/audit-log-list';

/** Kinds of entries one may ask for, in the words of the page. Others come by a link. */
export const ACTIONS: Record<string, string> = {
  create: 'Added',
  update: 'Changed',
  delete: 'Removed',
  export: 'Exported',
  view: 'Viewed',
  erase: 'Erased',
  invite: 'Invited',
  sign_out: 'Signed out everywhere',
  reset_password: 'Password reset sent',
  remove_second_factor: 'Second factor taken away',
  view_as: 'Viewed as',
};

export const SUBJECTS: Record<string, string> = {
  domain: 'Websites',
  domain_host: 'Hosts',
  domain_key: 'Keys',
  internal_address: 'Internal addresses',
  topic: 'Topics',
  ai_section: 'AI Sections',
  agent: 'Agents',
  client_config: 'Settings',
  config: 'Settings of every website',
  user_domain: 'Access',
  profile: 'People',
  access_settings: 'Access of everybody',
  organization: 'Organizations',
  ticket: 'Tickets',
  crm_connection: 'HubSpot connections',
  crm_mapping: 'HubSpot mappings',
  crm_run: 'HubSpot runs',
  export: 'Exports',
  visitor: 'Visitors',
  conversation: 'Transcripts',
  retention: 'Retention',
};

export function options(words: Record<string, string>, chosen: string | undefined) {
  const known = Object.entries(words).map(([value, label]) => ({ value, label }));
  return chosen === undefined || chosen in words
    ? known
    : [...known, { value: chosen, label: chosen }];
}

const SERVERS: Record<string, string> = { service: 'server keys', system: 'the system' };

type Actor = Pick<AuditEntry, 'actor_id' | 'actor_role' | 'actor_label'>;

/** What the filter `actor` asks for: a person by id, or what acts for none. */
export function actorKey({ actor_id, actor_role }: Actor): string {
  return actor_id ?? actor_role;
}

/**
 * Who is asked for, in words. Only their own entries tell a person's name: while a filtered list loads, those of
 * others are still shown.
 */
export function actorName(key: string, entries: Actor[]): string {
  const named = entries.find((each) => actorKey(each) === key && each.actor_label !== null);
  return SERVERS[key] ?? named?.actor_label ?? 'one person';
}
