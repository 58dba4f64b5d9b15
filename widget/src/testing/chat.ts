import * as chat from '@widget/chat/main';
import { config, FakeServer, freshPage, inside, leavePage, open, pass } from '@widget/testing/page';
import type { WidgetConfig } from '@widget/types';
import { vi } from 'vitest';

export const CHAT = {
  identity: { company_name: 'Acme', agent_name: 'Rose' },
  engagement: {
    welcome_message: 'Hello!',
    suggested_questions: ['What does it cost?', 'How does it work?'],
  },
  ctas: {
    items: [
      {
        id: 'demo',
        label: 'Book a demo',
        kind: 'demo',
        conditions: { min_messages: 1, min_interest_score: 3 },
      },
    ],
    max_per_conversation: 1,
  },
  forms: {
    title: 'How can we reach you?',
    fields: [
      { name: 'email', label: 'Work e-mail', type: 'email', required: true },
      { name: 'first_name', label: 'First name', type: 'text' },
    ],
    submit_label: 'Send',
  },
  skills: { demo_booking: { enabled: true }, email_capture: { enabled: true, after_messages: 3 } },
};

export const reply = (text: string, more: object = {}) => ({
  messages: [{ id: crypto.randomUUID(), role: 'agent', text }],
  interest_score: 1,
  ...more,
});

/** A page with a place for a section, and our server with an answer ready. */
export function beginChat(): FakeServer {
  vi.useFakeTimers();
  freshPage('<div data-rose-section="pricing"></div><button id="page">Page</button>');
  const server = new FakeServer();
  server.config = config({ config: CHAT });
  server.answer = reply('It depends.');
  return server;
}

export function endChat(): void {
  leavePage();
  vi.useRealTimers();
  vi.unstubAllGlobals();
}

/** Opens the page with the chat, some of its configuration changed. */
export function startChat(server: FakeServer, changed?: WidgetConfig['config']) {
  if (changed) server.config = config({ config: { ...CHAT, ...changed } });
  return open({ agent: 'https://us.example/agent', notice: 'A demonstration.' }, chat, 3);
}

export const root = () => inside('#rose-widget');
export const find = <Found extends HTMLElement>(selector: string): Found => {
  const found = root().querySelector<Found>(selector);
  if (!found) throw new Error(`There is no ${selector}.`);
  return found;
};
export const texts = (selector: string) =>
  [...root().querySelectorAll(selector)].map((each) => each.textContent);
export const said = () => texts('.message > p:not(.sources)');

export async function write(text: string): Promise<void> {
  const input = find<HTMLTextAreaElement>('textarea');
  input.value = text;
  input.dispatchEvent(new Event('input'));
  input.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
  );
  await pass(2);
}

export async function begin(): Promise<void> {
  find('.launcher').click();
  await pass(1);
}
