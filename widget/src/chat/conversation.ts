import { uuid } from '@widget/ids';
import { request } from '@widget/retry';
import type { AskedQuestion, Who } from '@widget/surroundings';
import { attempt } from '@widget/visitor';

export interface Entry {
  id: string;
  role: 'visitor' | 'agent';
  text: string;
  sources?: Source[];
}

export interface Source {
  title: string;
  url: string;
}

/** What the agent answers. It says what it thinks of the visitor; what to propose is configuration. */
export interface Answer {
  messages: Entry[];
  suggestions?: string[];
  interest_score?: number;
  intent?: string;
  /** What the visitor asked for in so many words. */
  requested?: 'demo' | 'contact' | null;
}

interface Kept {
  conversation: string;
  /** Whose it is: the id the visitor had when it began, which stays theirs when they get another. */
  visitor: string;
  entries: Entry[];
  open?: boolean;
  accepted?: boolean;
  /** Calls to action by how often they were shown, and forms that are done with. */
  proposed: Record<string, number>;
  done: string[];
}

/** The agent did not take what was sent; `message` tells the visitor why, where there is something to tell. */
export class Refusal extends Error {}

const KEPT_ENTRIES = 60;
const PATIENCE_MS = 20_000;

/** One conversation with an agent, which a visitor takes along from page to page. */
export class Conversation {
  readonly kept: Kept;
  private readonly place: string;

  constructor(
    private readonly agent: string,
    private readonly who: () => Who,
    private readonly storage: () => Storage | undefined,
  ) {
    this.place = `rose:chat:${who().key}`;
    this.kept = this.read() ?? {
      conversation: uuid(),
      visitor: who().distinct_id,
      entries: [],
      proposed: {},
      done: [],
    };
  }

  /** How many messages the visitor has sent. */
  get asked(): number {
    return this.kept.entries.filter(({ role }) => role === 'visitor').length;
  }

  add(...entries: Entry[]): void {
    this.kept.entries.push(...entries);
    this.save();
  }

  /** The answer to a message that was added. Raises when there is none; the same may be asked again. */
  async answer(entry: Entry, question: AskedQuestion): Promise<Answer> {
    return this.post('message', {
      message_id: entry.id,
      text: entry.text,
      section_slug: question.slug,
      question_id: question.id,
    });
  }

  async submit(kind: string, fields: Record<string, unknown>): Promise<Answer> {
    return this.post('form', { kind, fields });
  }

  save(): void {
    const entries = this.kept.entries.slice(-KEPT_ENTRIES);
    attempt(() => this.storage()?.setItem(this.place, JSON.stringify({ ...this.kept, entries })));
  }

  forget(): void {
    attempt(() => sessionStorage.removeItem(this.place));
  }

  private async post(what: string, body: object): Promise<Answer> {
    const answer = await request(
      `${this.agent}/${what}`,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          ...this.who(),
          distinct_id: this.kept.visitor,
          conversation_id: this.kept.conversation,
          ...body,
        }),
      },
      PATIENCE_MS,
    );
    const content = await answer.json();
    if (!answer.ok) throw new Refusal(answer.status === 422 ? String(content?.message) : '');
    return { ...content, messages: Array.isArray(content.messages) ? content.messages : [] };
  }

  private read(): Kept | undefined {
    const kept = attempt(() => JSON.parse(this.storage()?.getItem(this.place) ?? 'null') as Kept);
    const whole =
      kept?.conversation &&
      kept.visitor &&
      Array.isArray(kept.entries) &&
      kept.proposed &&
      kept.done;
    return whole ? kept : undefined;
  }
}
