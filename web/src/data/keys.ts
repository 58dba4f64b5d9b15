/** Every query over traffic: refetched together while traffic is being loaded. */
export const TRAFFIC = 'traffic';

/** The queries over topics, second in their keys: refetched together when a topic changes. */
export const TOPICS = 'topics';

/** The queries over questions the agent could not answer. */
export const QUESTIONS = 'questions';

/** The queries over AI Sections: refetched together when one changes. */
export const SECTIONS = 'sections';

/** The queries over configuration: refetched together when somebody saves one. */
export const CONFIGURATION = 'configuration';

/** The queries over a website's agents. */
export const AGENTS = 'agents';

/** The queries over erasures, retention and the audit log's verification. */
export const PRIVACY = 'privacy';

/** The queries over organizations, their websites and keys: refetched together when staff change one. */
export const CLIENTS = 'clients';

/** The queries over tickets: refetched together when somebody reports. */
export const TICKETS = 'tickets';

/** The queries over HubSpot: refetched together when something is done with it. */
export const CRM = 'crm';
