import { pause } from './retry';
import type { Assistant, ChatModule, Surroundings } from './surroundings';

export type ImportChat = () => Promise<ChatModule>;

/** Loads launcher and chat where there is an agent to talk to, and not before they are needed. */
export class ChatLoader {
  assistant: Assistant | undefined;
  private loading: Promise<Assistant | undefined> | undefined;
  private failures = 0;
  private again = 0;

  constructor(
    private readonly around: Surroundings,
    private readonly importChat: ImportChat,
  ) {}

  /** The assistant; undefined where it cannot be had now. After a failure it is not asked for at once. */
  load(): Promise<Assistant | undefined> {
    if (Date.now() < this.again) return Promise.resolve(undefined);
    this.loading ??= this.importChat().then(
      ({ createAssistant }) => {
        this.assistant = createAssistant(this.around);
        return this.assistant;
      },
      () => {
        this.failures += 1;
        this.again = Date.now() + pause(this.failures);
        this.loading = undefined;
        return undefined;
      },
    );
    return this.loading;
  }
}
