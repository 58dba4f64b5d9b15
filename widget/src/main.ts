import { type Options, Rose } from './rose';
import { attempt } from './visitor';

/** What a page may call as `window.rose`, and by `push` before the script is there. */
interface Api {
  consent(agreed: boolean): void;
  open(): void;
  close(): void;
  ask(question: string): void;
  identify(email: string, name?: string): void;
  push(...calls: unknown[]): void;
}

interface Page {
  rose?: Api | unknown[];
}

const script = document.currentScript ?? document.querySelector('script[data-rose-key]');

function begin(): void {
  const page = window as Page;
  const options = script instanceof HTMLScriptElement ? read(script) : undefined;
  // A page that has the snippet twice has us once.
  if (!options || (page.rose && !Array.isArray(page.rose))) return;
  const rose = new Rose(options, () => import(/* @vite-ignore */ chatUrl(options)));
  const api: Api = {
    consent: (agreed) => rose.giveConsent(agreed === true),
    open: () => rose.open(),
    close: () => rose.close(),
    ask: (question) => rose.ask(String(question)),
    identify: (email, name) => rose.identify(String(email), name),
    push: (...calls) => {
      for (const call of calls) attempt(() => run(api, call));
    },
  };
  const early = page.rose ?? [];
  page.rose = api;
  api.push(...(early as unknown[]));
  rose.start();
}

// Only a page with an agent to talk to loads the chat; as a module, so that it can have exports.
function chatUrl({ origin }: Options): string {
  return `${origin}/widget/v1/chat.js`;
}

/** One call as `['consent', true]`. */
function run(api: Api, call: unknown): void {
  if (!Array.isArray(call)) return;
  const [name, ...given] = call;
  if (name !== 'push' && Object.hasOwn(api, name)) {
    (api[name as keyof Api] as (...given: unknown[]) => void)(...given);
  }
}

function read(from: HTMLScriptElement): Options | undefined {
  const { roseKey: key, roseAgent: agent, roseNotice: notice, roseBase: base } = from.dataset;
  if (!key) return undefined;
  return { origin: new URL(from.src).origin, key, agent, notice, base: base?.replace(/\/+$/, '') };
}

// Nothing of ours may ever show as an error of the client's page.
const safely = () => void attempt(begin);
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', safely);
else safely();
