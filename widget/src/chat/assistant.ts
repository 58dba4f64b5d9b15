import { h } from '@widget/dom';
import { uuid } from '@widget/ids';
import type { AskedQuestion, Assistant, Surroundings } from '@widget/surroundings';
import type { WidgetConfig } from '@widget/types';
import { attempt, storageOf } from '@widget/visitor';
import { type Answer, Conversation, type Entry } from './conversation';
import { Engagement } from './engagement';
import { Host } from './host';
import { Launcher } from './launcher';
import { Offers } from './offers';
import { Panel } from './panel';
import { readSettings, type Settings, type Trigger } from './settings';
import { type Strings, stringsOf } from './strings';

/** Launcher and chat of a page: what is shown when, and what follows from what the visitor does. */
export class PageAssistant implements Assistant {
  private readonly chat: Conversation;
  private readonly host = new Host();
  private readonly engagement: Engagement;
  private settings: Settings | undefined;
  private strings: Strings = stringsOf('en');
  private launcher: Launcher | undefined;
  private panel: Panel | undefined;
  private offers: Offers | undefined;
  private opener: HTMLElement | undefined;
  private pending: AskedQuestion | undefined;
  /** A newer configuration: nobody loses what they are writing to a change of colours. */
  private later: Settings | undefined;

  constructor(private readonly around: Surroundings) {
    this.chat = new Conversation(around.agent, around.who, () =>
      around.consent.allowed ? storageOf('sessionStorage') : undefined,
    );
    this.engagement = new Engagement(around.memory, (trigger) => this.say(trigger));
  }

  get isShown(): boolean {
    return this.host.shown;
  }

  /** Only once there is something in it that events can belong to. */
  get conversation(): string | undefined {
    return this.isOpen || this.chat.asked > 0 ? this.chat.kept.conversation : undefined;
  }

  get nextConversation(): string {
    return this.chat.kept.conversation;
  }

  show(config: WidgetConfig, language: string, newPage: boolean): void {
    const settings = readSettings(config, language);
    this.engagement.start(settings, this.around.address(), newPage);
    if (this.host.shown && JSON.stringify(settings) === JSON.stringify(this.settings)) return;
    if (this.isOpen) this.later = settings;
    else this.draw(settings);
  }

  hide(): void {
    this.engagement.stop();
    this.host.remove();
    this.panel = undefined;
  }

  open(): void {
    if (!this.settings || !this.host.shown || this.isOpen) return;
    this.opener = deepActive();
    this.unfold(this.settings);
    this.around.track('widget_opened');
    this.panel?.focus();
  }

  close(): void {
    if (!this.isOpen || !this.settings) return;
    this.chat.kept.open = false;
    this.chat.save();
    this.panel?.root.remove();
    const { later, launcher } = this;
    this.later = undefined;
    if (later) this.draw(later);
    else if (launcher) this.host.root.append(launcher.root);
    const back = this.opener?.isConnected ? this.opener : this.launcher?.button;
    back?.focus();
  }

  ask(question: AskedQuestion): void {
    this.open();
    this.panel?.focus();
    this.send(question);
  }

  forget(): void {
    this.chat.forget();
  }

  private get isOpen(): boolean {
    return this.panel?.root.isConnected === true;
  }

  private draw(settings: Settings): void {
    this.settings = settings;
    this.strings = stringsOf(settings.language);
    this.launcher = new Launcher(settings, this.strings, () => this.open());
    this.panel = undefined;
    this.host.show(settings, this.launcher.root);
    // What was open on the page before is open on this one, but where it would cover the page.
    const narrow = matchMedia('(max-width: 480px)').matches;
    if (this.chat.kept.open && !narrow) this.unfold(settings);
  }

  /** Speak up beside the launcher. */
  private say(trigger: Trigger): void {
    if (this.isOpen || !this.host.shown) return;
    this.around.track('engagement_displayed', { trigger_id: trigger.id });
    this.launcher?.say(
      trigger.message,
      () => {
        this.around.track('engagement_clicked', { trigger_id: trigger.id });
        this.chat.add({ id: uuid(), role: 'agent', text: trigger.message });
        this.open();
      },
      () => this.engagement.closed(),
    );
  }

  private unfold(settings: Settings): void {
    const { chat, around, strings } = this;
    const panel = new Panel(settings, strings, around.notice, {
      send: (text) => this.send({ text }),
      typed: () => around.track('typed_into_input'),
      close: () => this.close(),
    });
    this.panel = panel;
    this.offers = new Offers(settings, strings, chat, panel, around, (text) => {
      around.track('suggestion_clicked', { question: text });
      this.send({ text });
    });
    this.launcher?.hush();
    this.launcher?.root.remove();
    this.host.root.append(panel.root);
    chat.kept.open = true;
    if (chat.kept.entries.length === 0 && settings.welcome) {
      chat.add({ id: uuid(), role: 'agent', text: settings.welcome });
    }
    for (const entry of chat.kept.entries) panel.show(entry);
    this.offers.foot();
    if (this.gated) this.gate();
    else this.offers.start();
    chat.save();
  }

  private get gated(): boolean {
    const accept = this.settings?.disclaimer?.mustAccept && !this.chat.kept.accepted;
    return Boolean(accept) || this.around.consent.missing;
  }

  /** Nothing is asked before the visitor agreed to what has to be agreed to. */
  private gate(): void {
    const { panel, settings, strings, around } = this;
    if (!panel || !settings) return;
    const agree = h('button', { class: 'primary', type: 'button' }, strings.agree);
    agree.addEventListener('click', () => {
      this.chat.kept.accepted = true;
      if (around.consent.missing) around.consent.give(true);
      panel.lock(false);
      panel.focus();
      const { pending } = this;
      this.pending = undefined;
      if (pending) this.send(pending);
      else this.offers?.start();
    });
    const consent = around.consent.missing && h('p', {}, strings.consent);
    panel.lock(true);
    panel.offer(h('div', { class: 'gate' }, this.offers?.disclaimer(), consent, agree));
  }

  private send(question: AskedQuestion): void {
    if (this.gated) {
      this.pending = question;
      this.gate();
      return;
    }
    if (this.panel?.busy) return;
    const entry: Entry = { id: uuid(), role: 'visitor', text: question.text };
    this.chat.add(entry);
    this.panel?.show(entry);
    this.around.track('message_sent', { length: question.text.length });
    void this.answer(entry, question);
  }

  private async answer(entry: Entry, question: AskedQuestion): Promise<void> {
    const { panel, offers } = this;
    panel?.offer();
    panel?.wait(true);
    let answer: Answer | undefined;
    try {
      answer = await this.chat.answer(entry, question);
    } catch {
      // Told below: the same message, with the same id, can be sent again.
    }
    panel?.wait(false);
    if (!answer) {
      offers?.retry(() => void this.answer(entry, question));
      return;
    }
    this.chat.add(...answer.messages);
    for (const message of answer.messages) panel?.show(message);
    offers?.follow(answer);
  }
}

function deepActive(): HTMLElement | undefined {
  const active = document.activeElement;
  const inside = attempt(() => active?.shadowRoot?.activeElement);
  return (inside ?? active) instanceof HTMLElement
    ? ((inside ?? active) as HTMLElement)
    : undefined;
}
