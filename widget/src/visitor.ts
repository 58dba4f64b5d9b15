import { uuid } from './ids';

const SESSION_ENDS_AFTER = 30 * 60_000;

interface Remembered {
  id: string;
  /** Where in 0 … 100 the visitor falls when a part of the traffic is chosen. */
  share: number;
  session: string;
  /** When the session was last active, in ms since 1970. */
  active: number;
  consent?: boolean;
  identified?: boolean;
  /** When each message on our own initiative was shown last, in ms since 1970. */
  shown?: Record<string, number>;
  /** When the session began, and how many pages it has seen. */
  since?: number;
  pages?: number;
}

/** Who visits: ids that live as long as the page, and longer only once they may be stored. */
export class Visitor {
  private readonly key: string;
  private readonly storage: Storage | undefined;
  private kept: Remembered;
  private stored = false;

  constructor(key: string, storage: Storage | undefined) {
    this.key = `rose:${key}`;
    this.storage = storage;
    this.kept = this.read() ?? fresh();
  }

  get id(): string {
    return this.kept.id;
  }

  get share(): number {
    return this.kept.share;
  }

  /** Whether the visitor agreed on an earlier page; a refusal is not stored. */
  get agreed(): boolean {
    return this.kept.consent === true;
  }

  get identified(): boolean {
    return this.kept.identified === true;
  }

  /** The session that something belongs to that happens now. */
  session(now = Date.now()): string {
    if (now - this.kept.active > SESSION_ENDS_AFTER) {
      this.kept.session = uuid();
      this.kept.since = now;
      this.kept.pages = 0;
    }
    this.kept.active = now;
    this.write();
    return this.kept.session;
  }

  /** When the session began, in ms since 1970. */
  get since(): number {
    return this.kept.since ?? 0;
  }

  /** One more page of the session; how many those are now. */
  countPage(): number {
    this.kept.pages = (this.kept.pages ?? 0) + 1;
    this.write();
    return this.kept.pages;
  }

  /** When something was shown last, in ms since 1970; 0 is never. */
  shownAt(what: string): number {
    return this.kept.shown?.[what] ?? 0;
  }

  noteShown(what: string): void {
    this.kept.shown = { ...this.kept.shown, [what]: Date.now() };
    this.write();
  }

  /** Keep the ids for the next page; `consent` tells that the visitor agreed to it. */
  remember(consent = false): void {
    this.stored = true;
    if (consent) this.kept.consent = true;
    this.write();
  }

  /** From now on the visitor is known by this id. */
  identify(id: string): void {
    this.kept.id = id;
    this.kept.identified = true;
    this.write();
  }

  /** Leave nothing stored, and be somebody new. */
  forget(): void {
    this.stored = false;
    this.kept = { ...fresh(), share: this.kept.share };
    attempt(() => this.storage?.removeItem(this.key));
  }

  private read(): Remembered | undefined {
    const value = attempt(() => JSON.parse(this.storage?.getItem(this.key) ?? 'null'));
    const { id, share, session, active } = (value ?? {}) as Partial<Remembered>;
    const whole = id && typeof share === 'number' && session && typeof active === 'number';
    return whole ? (value as Remembered) : undefined;
  }

  private write(): void {
    if (this.stored) attempt(() => this.storage?.setItem(this.key, JSON.stringify(this.kept)));
  }
}

function fresh(): Remembered {
  const now = Date.now();
  return { id: uuid(), share: Math.random() * 100, session: uuid(), active: now, since: now };
}

/** The page's storage, where the browser lets it have one. */
export function storageOf(kind: 'localStorage' | 'sessionStorage'): Storage | undefined {
  return attempt(() => window[kind]);
}

/** What a function gives, or undefined when it throws: storage is full, forbidden or damaged. */
export function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
