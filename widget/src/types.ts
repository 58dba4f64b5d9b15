/** What `GET /widget/v1/{public_key}/config.json` answers: published and safe for any visitor to read. */
export interface WidgetConfig {
  /** Changes with every published change. */
  version: string;
  site_domain: string;
  /** IANA name; the schedule of `display` is in it. */
  timezone?: string;
  agents: Record<string, AgentState>;
  /** Resolved configuration by slug. A feature that is off is absent. */
  config: SiteConfig;
  /** Published and enabled, in the order in which they are shown. */
  sections: Section[];
}

export interface AgentState {
  enabled: boolean;
}

/** Configuration slugs to their values; each reader checks the fields it needs. */
export type SiteConfig = Record<string, Record<string, unknown> | undefined>;

/** One block of suggested questions that is put on pages. */
export interface Section {
  slug: string;
  version: number;
  title: string;
  questions: SectionQuestion[];
  search_bar: SearchBar;
  layout: SectionLayout;
  colors: SectionColors;
  /** Cleaned and scoped by the server. */
  css: string;
  urls: UrlRules;
}

export interface SectionQuestion {
  id: string;
  text: string;
}

export interface SearchBar {
  enabled: boolean;
  placeholder: string;
}

export type SectionLayout = 'list' | 'chips' | 'cards';

/** CSS colours as `#rgb` or `#rrggbb`, each with its alpha if there is one. */
export interface SectionColors {
  background: string;
  text: string;
  accent: string;
  accent_text: string;
}

/** Globs of the addresses that show a section. No `include` means every address. */
export interface UrlRules {
  include: string[];
  exclude: string[];
}

/** What a visitor asked: a suggested question has an id, a typed one has none. */
export interface Question {
  id?: string;
  text: string;
}

export interface SectionActions {
  ask(question: Question): void;
  /** The visitor began to type into the search bar. */
  typed?(): void;
}
