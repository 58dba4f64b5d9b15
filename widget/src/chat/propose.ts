import { judgeUrl } from '@widget/url-rules';
import type { Answer, Conversation } from './conversation';
import type { Cta, Settings } from './settings';

/** The call to action to show after an answer: the first one whose conditions hold. */
export function chooseCta(
  settings: Pick<Settings, 'ctas' | 'ctasPerConversation'>,
  chat: Pick<Conversation, 'asked' | 'kept'>,
  answer: Pick<Answer, 'interest_score' | 'intent' | 'requested'>,
  address: string,
): Cta | undefined {
  const { proposed } = chat.kept;
  const fitsPage = (cta: Cta) =>
    cta.urls.length === 0 || judgeUrl({ include: cta.urls }, address).shown;
  // Whoever asks for a demo is offered one, however early and often.
  if (answer.requested === 'demo') {
    const demo = settings.ctas.find((cta) => cta.kind === 'demo' && fitsPage(cta));
    if (demo) return demo;
  }
  const times = Object.values(proposed).reduce((sum, count) => sum + count, 0);
  if (times >= settings.ctasPerConversation) return undefined;
  return settings.ctas.find(
    (cta) =>
      chat.asked >= cta.minMessages &&
      (answer.interest_score ?? 1) >= cta.minScore &&
      (cta.intents.length === 0 || cta.intents.includes(answer.intent ?? '')) &&
      fitsPage(cta),
  );
}

/** Whether to ask for the visitor's e-mail address now. */
export function asksForEmail(
  settings: Pick<Settings, 'form' | 'emailAfter'>,
  chat: Pick<Conversation, 'asked' | 'kept'>,
  requested: Answer['requested'],
): boolean {
  if (!settings.form || chat.kept.done.length > 0) return false;
  if (requested === 'contact') return true;
  return settings.emailAfter !== undefined && chat.asked === settings.emailAfter;
}

/** Free appointments of the next working days, in the visitor's own time. */
export function appointments(now: Date): Date[] {
  const found: Date[] = [];
  for (let days = 1; found.length < 6; days++) {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
    if (day.getDay() === 0 || day.getDay() === 6) continue;
    for (const hour of [10, 15]) {
      found.push(new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour));
    }
  }
  return found;
}
