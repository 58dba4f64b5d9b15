import { type Options, Rose } from '@widget/rose';
import type { ChatModule } from '@widget/surroundings';
import type { Section, WidgetConfig } from '@widget/types';
import { vi } from 'vitest';

export const KEY = 'rose_pk_test';

export const SECTION: Section = {
  slug: 'pricing',
  version: 3,
  title: 'Questions about pricing?',
  questions: [
    { id: 'q1', text: 'What does it cost?' },
    { id: 'q2', text: 'Is there a free trial?' },
  ],
  search_bar: { enabled: true, placeholder: 'Ask anything' },
  layout: 'chips',
  colors: { background: '#fff', text: '#112233', accent: '#b3124a', accent_text: '#ffffffff' },
  css: '.rose-title { color: red }',
  urls: { include: [], exclude: [] },
};

export function config(changes: Partial<WidgetConfig> = {}): WidgetConfig {
  return {
    version: '1',
    site_domain: 'example.com',
    agents: { website_agent: { enabled: true } },
    config: {},
    sections: [SECTION],
    ...changes,
  };
}

export interface Sent {
  event: string;
  uuid: string;
  distinct_id: string;
  properties: Record<string, unknown>;
}

/** Our server, as a page sees it: it counts what it is asked, and can be away. */
export class FakeServer {
  config: WidgetConfig | number = config();
  answer: object | number = { messages: [] };
  away = false;
  events: Sent[] = [];
  asked: { path: string; body: Record<string, unknown> }[] = [];
  requests = 0;

  constructor() {
    vi.stubGlobal('fetch', (url: string, options?: RequestInit) => this.fetch(url, options));
    navigator.sendBeacon = (url, body) => {
      void (body as Blob).text().then((text) => this.take(String(url), text));
      return true;
    };
  }

  names(): string[] {
    return this.events.map(({ event }) => event);
  }

  private async fetch(url: string, options?: RequestInit): Promise<Response> {
    this.requests += 1;
    if (this.away) throw new TypeError('Failed to fetch');
    if (url.endsWith('/config.json')) return respond(this.config);
    if (url.includes('/batch/')) {
      this.take(url, String(options?.body));
      return respond({ status: 1 });
    }
    this.asked.push({
      path: new URL(url, 'https://us.example').pathname,
      body: JSON.parse(String(options?.body)),
    });
    return respond(this.answer);
  }

  private take(_url: string, body: string): void {
    const known = new Set(this.events.map(({ uuid }) => uuid));
    const { batch } = JSON.parse(body) as { batch: Sent[] };
    this.events.push(...batch.filter(({ uuid }) => !known.has(uuid)));
  }
}

function respond(content: object | number): Response {
  return typeof content === 'number'
    ? new Response(JSON.stringify({ message: 'No.' }), { status: content })
    : new Response(JSON.stringify(content));
}

/** Us on this page. What was fetched and planned until `seconds` later has happened. */
export async function open(
  options: Partial<Options> = {},
  chat?: ChatModule,
  seconds = 2,
): Promise<Rose> {
  const rose = new Rose({ origin: 'https://us.example', key: KEY, ...options }, async () => {
    if (!chat) throw new Error('There is no chat.');
    return chat;
  });
  rose.start();
  await pass(seconds);
  return rose;
}

export async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

const listening: [EventTarget, string, EventListenerOrEventListenerObject | null][] = [];
const observing: MutationObserver[] = [];
const Observer = MutationObserver;
// jsdom lays nothing out, so it has nothing to scroll.
Element.prototype.scrollIntoView ??= () => undefined;
for (const target of [window, document]) {
  const listen = target.addEventListener.bind(target) as EventTarget['addEventListener'];
  target.addEventListener = (...given: Parameters<EventTarget['addEventListener']>) => {
    listening.push([target, given[0], given[1]]);
    listen(...given);
  };
}

/** All pages of a test are one document: what the page before listened to must not hear of the next. */
export function leavePage(): void {
  window.dispatchEvent(new Event('pagehide'));
  for (const [target, event, heard] of listening.splice(0))
    target.removeEventListener(event, heard);
  for (const observer of observing.splice(0)) observer.disconnect();
  for (const name of ['pushState', 'replaceState'] as const) Reflect.deleteProperty(history, name);
  vi.clearAllTimers();
}

/** A page as a visitor finds it who was never here. */
export function freshPage(html = '', path = '/'): void {
  localStorage.clear();
  sessionStorage.clear();
  nextPage(html, path);
}

/** Another page of the same visit. */
export function nextPage(html = '', path = '/'): void {
  leavePage();
  vi.stubGlobal(
    'MutationObserver',
    class extends Observer {
      constructor(callback: MutationCallback) {
        super(callback);
        observing.push(this);
      }
    },
  );
  document.body.innerHTML = html;
  history.replaceState(null, '', path);
}

export function inside(selector: string): ShadowRoot {
  const root = document.querySelector(selector)?.shadowRoot;
  if (!root) throw new Error(`${selector} has no shadow root.`);
  return root;
}
