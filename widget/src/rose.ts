import { bindActions } from './bind-actions';
import { Capture, type Properties } from './capture';
import { ChatLoader, type ImportChat } from './chat-loader';
import { Consent } from './consent';
import { deviceOf, languagesHere, mayAppear, mayShow } from './display';
import { forward } from './forward';
import { Loader } from './loader';
import { watchAddress } from './navigation';
import { type Asked, Sections } from './sections';
import { readSettings, type Settings } from './settings';
import type { AskedQuestion } from './surroundings';
import type { WidgetConfig } from './types';
import { judgeUrl } from './url-rules';
import { storageOf, Visitor } from './visitor';

/** What the snippet's attributes say. */
export interface Options {
  origin: string;
  key: string;
  /** Where the chat's agent answers; without one, questions are announced to the page as `rose:ask`. */
  agent?: string;
  notice?: string;
  /** The path below which the site lies; addresses are judged and reported without it. */
  base?: string;
}

// A beacon's own header need not be the page's, nor what a page is told while it is left.
const USER_AGENT = navigator.userAgent;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Everything of us on one page. */
export class Rose {
  private readonly visitor: Visitor;
  private readonly consent: Consent;
  private readonly capture: Capture;
  private readonly sections: Sections;
  private readonly chat: ChatLoader | undefined;
  private config: WidgetConfig | undefined;
  private settings: Settings | undefined;
  private page = { address: '', since: 0, viewed: false, displayed: false };
  private places = 0;
  private shows = false;
  private readonly started = Date.now();
  private delay: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly options: Options,
    importChat: ImportChat,
  ) {
    const { origin, key, agent, notice } = options;
    this.visitor = new Visitor(key, storageOf('localStorage'));
    this.consent = new Consent(this.visitor, (allowed) => this.consentChanged(allowed));
    this.capture = new Capture(
      origin,
      key,
      this.visitor,
      () => this.consent.allowed,
      () => this.common(),
    );
    this.sections = new Sections(
      (asked) => this.asked(asked),
      () => this.track('typed_into_input'),
      (count) => {
        this.places = count;
        this.displayed();
      },
    );
    if (!agent) return;
    this.chat = new ChatLoader(
      {
        agent,
        notice,
        consent: this.consent,
        memory: this.visitor,
        who: () => this.who(),
        address: () => this.address(),
        track: (event, properties) => this.track(event, properties),
        identify: (email, name) => this.identify(email, name),
      },
      importChat,
    );
  }

  private get assistant() {
    return this.chat?.assistant;
  }

  start(): void {
    this.newPage();
    bindActions(
      () => this.shows,
      (asked) => this.asked(asked),
      () => this.assistant?.open(),
    );
    watchAddress(() => {
      this.leavePage();
      this.newPage();
      this.decide(true);
    });
    addEventListener('pagehide', () => {
      this.leavePage();
      this.capture.leave();
    });
    addEventListener('pageshow', (event) => {
      if (!event.persisted) return;
      this.newPage();
      this.decide(true);
    });
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) void this.capture.flush();
    });
    const url = `${this.options.origin}/widget/v1/${encodeURIComponent(this.options.key)}/config.json`;
    void new Loader(url, (config) => this.configure(config)).look();
  }

  giveConsent(agreed: boolean): void {
    this.consent.give(agreed);
  }

  open(): void {
    this.assistant?.open();
  }

  close(): void {
    this.assistant?.close();
  }

  /** A question of the page's own, asked as if its visitor had clicked it. */
  ask(text: string): void {
    if (this.shows && text.trim()) this.asked({ text: text.trim(), way: 'bound' });
  }

  /** The visitor told the page their e-mail address. One address alone makes one visitor of two. */
  identify(email: string, name?: string): void {
    const id = email.trim().toLowerCase();
    if (!EMAIL.test(id) || this.visitor.identified || !this.consent.allowed) return;
    const before = this.visitor.id;
    this.visitor.identify(id);
    this.track('$identify', { $anon_distinct_id: before, $set: { email: id, name } });
  }

  private configure(config: WidgetConfig | undefined): void {
    const first = this.settings === undefined;
    this.config = config;
    this.settings = config && readSettings(config, languagesHere());
    if (this.settings) this.consent.configure(this.settings.analytics);
    this.decide(first);
    if (first) this.sections.observe();
  }

  /** What this page shows now, of this configuration and at this address. */
  private decide(newPage: boolean): void {
    const { settings, config } = this;
    const address = this.address();
    const appears = settings !== undefined && mayAppear(settings, address);
    this.shows = appears && mayShow(settings.display, this.profile(), new Date());
    if (appears && !this.page.viewed && this.consent.allowed) {
      this.page.viewed = true;
      this.track('$pageview', { title: document.title });
    }
    this.sections.update(
      this.shows
        ? (config?.sections ?? []).filter(({ urls }) => judgeUrl(urls, address).shown)
        : [],
    );
    clearTimeout(this.delay);
    if (!this.shows || !settings) {
      this.assistant?.hide();
      return;
    }
    const wait = this.started + settings.display.delay * 1000 - Date.now();
    this.delay = setTimeout(() => void this.showAssistant(newPage), wait);
  }

  /** Load launcher and chat if they are not there yet, and show them as things are by then. */
  private async showAssistant(newPage = false): Promise<void> {
    const assistant = await this.chat?.load();
    const { config, settings } = this;
    if (!assistant || !config || !settings || !this.shows) return;
    assistant.show(config, settings.language, newPage);
    this.displayed();
  }

  private profile() {
    const device = deviceOf(navigator.userAgent, navigator.maxTouchPoints);
    return { share: this.visitor.share, languages: languagesHere(), device };
  }

  /** Once per page, as soon as something of us can be seen on it. */
  private displayed(): void {
    const seen = this.assistant?.isShown || this.places > 0;
    if (!seen || !this.shows || this.page.displayed || !this.consent.allowed) return;
    this.page.displayed = true;
    this.track('widget_displayed', {
      surface: this.assistant?.isShown ? 'launcher' : 'section',
      sections: this.places,
    });
  }

  private asked({ text, id, section, slug, way }: Asked): void {
    const section_slug = section?.slug ?? slug;
    if (id || way === 'bound') {
      const section_version = section?.version;
      const conversation_id = this.assistant?.nextConversation;
      this.track('section_question_clicked', {
        section_slug,
        section_version,
        question_id: id,
        question: text,
        way,
        conversation_id,
      });
    }
    void this.toAgent({ text, id, slug: section_slug });
  }

  /** To the chat, or where there is none to whoever else on the page answers questions. */
  private async toAgent(question: AskedQuestion): Promise<void> {
    if (!this.assistant?.isShown) await this.showAssistant();
    if (this.assistant?.isShown) {
      this.assistant.ask(question);
      return;
    }
    const { text, slug, id } = question;
    const detail = { text, section_slug: slug, question_id: id };
    document.dispatchEvent(new CustomEvent('rose:ask', { detail }));
  }

  private consentChanged(allowed: boolean): void {
    if (allowed) {
      // What was seen without consent was told nobody; this page is, from now on.
      this.page.since = Date.now();
      if (this.settings) this.decide(true);
      return;
    }
    this.capture.drop();
    this.assistant?.forget();
    this.page.viewed = false;
    this.page.displayed = false;
  }

  private newPage(): void {
    this.page = { address: this.address(), since: Date.now(), viewed: false, displayed: false };
  }

  private leavePage(): void {
    const { address, since, viewed } = this.page;
    if (!viewed) return;
    this.page.viewed = false;
    this.track('$pageleave', {
      $current_url: address,
      $prev_pageview_duration: (Date.now() - since) / 1000,
    });
  }

  private track(event: string, properties: Properties = {}): void {
    this.capture.send(event, { conversation_id: this.assistant?.conversation, ...properties });
    if (this.settings && this.consent.allowed) forward(this.settings.analytics, event, properties);
  }

  private common(): Properties {
    return {
      $current_url: this.address(),
      $referrer: document.referrer || '$direct',
      language: navigator.language,
      $raw_user_agent: USER_AGENT,
      config_version: this.config?.version,
      $lib: 'rose',
    };
  }

  private who() {
    return {
      key: this.options.key,
      distinct_id: this.visitor.id,
      session_id: this.visitor.session(),
      url: this.address(),
      language: this.settings?.language ?? 'en',
    };
  }

  /** Where the visitor is, as the site's own paths name it. */
  private address(): string {
    const { base } = this.options;
    const url = new URL(location.href);
    if (base && `${url.pathname}/`.startsWith(`${base}/`)) {
      url.pathname = url.pathname.slice(base.length) || '/';
    }
    return url.href;
  }
}
