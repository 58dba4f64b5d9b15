import type { Properties } from './capture';
import type { Question, WidgetConfig } from './types';

/** What the chat needs of the script that loads it. */
export interface Surroundings {
  /** Where the agent answers. */
  agent: string;
  /** What has to be said of the agent above the chat. */
  notice?: string;
  consent: { readonly allowed: boolean; readonly missing: boolean; give(agreed: boolean): void };
  memory: Memory;
  who(): Who;
  /** Where the visitor is, as the site's own paths name it. */
  address(): string;
  track(event: string, properties?: Properties): void;
  /** The visitor told their e-mail address. */
  identify(email: string, name?: string): void;
}

/** What is known of a visitor, as far as messages on our own initiative need it. */
export interface Memory {
  /** When the session began, in ms since 1970. */
  readonly since: number;
  countPage(): number;
  shownAt(what: string): number;
  noteShown(what: string): void;
}

export interface Who {
  key: string;
  distinct_id: string;
  session_id: string;
  url: string;
  language: string;
}

export type AskedQuestion = Question & { slug?: string };

/** Launcher and chat, as the script sees them. */
export interface Assistant {
  readonly isShown: boolean;
  /** The conversation that events belong to now. */
  readonly conversation: string | undefined;
  /** The conversation that a question asked now would belong to. */
  readonly nextConversation: string;
  show(config: WidgetConfig, language: string, newPage: boolean): void;
  hide(): void;
  open(): void;
  close(): void;
  ask(question: AskedQuestion): void;
  /** Leave nothing of the conversation behind, as when consent is taken back. */
  forget(): void;
}

/** What `chat.js` exports. */
export interface ChatModule {
  createAssistant(around: Surroundings): Assistant;
}
