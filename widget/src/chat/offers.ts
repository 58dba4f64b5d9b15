import { h } from '@widget/dom';
import type { Surroundings } from '@widget/surroundings';
import { type Answer, type Conversation, Refusal } from './conversation';
import { drawForm, type FormLook, type Values } from './form';
import type { Panel } from './panel';
import { appointments, asksForEmail, chooseCta } from './propose';
import type { Cta, Settings } from './settings';
import type { Strings } from './strings';

/** What stands below the messages: suggestions, a call to action, a form, a disclaimer. */
export class Offers {
  constructor(
    private readonly settings: Settings,
    private readonly strings: Strings,
    private readonly chat: Conversation,
    private readonly panel: Panel,
    private readonly around: Surroundings,
    private readonly suggested: (question: string) => void,
  ) {}

  /** Before the first message. */
  start(): void {
    const { settings, panel, chat } = this;
    if (chat.asked > 0) {
      panel.offer();
      return;
    }
    const first = settings.disclaimer?.show === 'before_first_message' && !chat.kept.accepted;
    panel.offer(
      panel.suggest(settings.suggestions, this.suggested),
      first ? this.disclaimer() : undefined,
    );
  }

  /** After an answer. */
  follow(answer: Answer): void {
    const { settings, panel, chat, around } = this;
    const cta = chooseCta(settings, chat, answer, around.address());
    const action = cta && this.action(cta);
    if (cta && action) this.proposed(cta);
    const asks = !action && asksForEmail(settings, chat, answer.requested);
    panel.offer(
      action,
      asks ? this.contactForm() : undefined,
      panel.suggest(answer.suggestions ?? [], this.suggested),
    );
  }

  retry(again: () => void): void {
    const button = h('button', { class: 'chip', type: 'button' }, this.strings.retry);
    button.addEventListener('click', again);
    this.panel.offer(h('p', { class: 'error', role: 'alert' }, this.strings.failed), button);
  }

  disclaimer(): HTMLElement | undefined {
    const { disclaimer, privacy } = this.settings;
    if (!disclaimer) return undefined;
    const label = disclaimer.link || this.strings.privacy;
    const link = privacy && h('a', { href: privacy, target: '_blank', rel: 'noopener' }, label);
    return h('p', { class: 'fine' }, disclaimer.text, link && ' ', link);
  }

  /** What always stands at the foot of the chat. */
  foot(): void {
    const show = this.settings.disclaimer?.show;
    const text = this.disclaimer();
    if (!text || show === 'before_first_message') return;
    const foot = h('div', { class: 'foot fine' });
    if (show === 'always') foot.append(text);
    else foot.append(h('details', {}, h('summary', {}, this.strings.privacy), text));
    this.panel.root.append(foot);
  }

  private proposed(cta: Cta): void {
    const { proposed } = this.chat.kept;
    proposed[cta.id] = (proposed[cta.id] ?? 0) + 1;
    this.chat.save();
    if (cta.kind === 'demo') this.around.track('demo_proposed', { cta_id: cta.id });
    this.around.track('cta_displayed', { cta_id: cta.id, cta_label: cta.label });
  }

  /** What a click on a call to action does; none when it has nothing to lead to. */
  private action(cta: Cta): HTMLElement | undefined {
    const { settings, around } = this;
    const href = cta.url ?? (cta.kind === 'demo' ? settings.calendar : undefined);
    const clicked = () => around.track('cta_clicked', { cta_id: cta.id, cta_label: cta.label });
    if (href && cta.kind !== 'form') {
      const target = cta.newTab ? '_blank' : undefined;
      const link = h('a', { class: 'primary', href, target, rel: 'noopener' }, cta.label);
      link.addEventListener('click', clicked);
      return link;
    }
    const form =
      cta.kind === 'demo' && settings.booking
        ? () => this.bookingForm(cta)
        : cta.kind === 'form' && settings.form
          ? () => this.contactForm()
          : undefined;
    if (!form) return undefined;
    const button = h('button', { class: 'primary', type: 'button' }, cta.label);
    button.addEventListener('click', () => {
      clicked();
      const opened = form();
      button.replaceWith(opened);
      opened.scrollIntoView({ block: 'nearest' });
      opened.querySelector<HTMLElement>('input, select')?.focus({ preventScroll: true });
    });
    return button;
  }

  private contactForm(): HTMLElement {
    const { form } = this.settings;
    const look = {
      title: form?.title ?? '',
      fields: form?.fields ?? [],
      submit: form?.submit || this.strings.send,
      consent: form?.consent,
    };
    return this.form('contact', look, (values) => values, form?.success);
  }

  private bookingForm(cta: Cta): HTMLElement {
    const { strings, settings } = this;
    const format = new Intl.DateTimeFormat(settings.language, {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      hour: 'numeric',
      minute: '2-digit',
    });
    const times = new Map(appointments(new Date()).map((at) => [format.format(at), at]));
    const time = {
      name: 'time',
      label: strings.choose,
      type: 'choice',
      options: [...times.keys()],
    };
    const email = { name: 'email', label: strings.email, type: 'email', options: [] };
    const look = {
      title: cta.label,
      fields: [time, email].map((field) => ({ ...field, required: true })),
      submit: strings.book,
    };
    const timed = (values: Values) => ({
      ...values,
      time: times.get(String(values.time))?.toISOString(),
      duration: settings.duration,
    });
    return this.form('demo', look, timed);
  }

  private form(
    kind: 'contact' | 'demo',
    look: FormLook,
    prepare: (values: Values) => Record<string, unknown>,
    success?: string,
  ): HTMLElement {
    const problem = h('p', { class: 'error', role: 'alert' });
    const form = drawForm(look, this.strings, async (values) => {
      if (form.inert) return;
      form.inert = true;
      try {
        const answer = await this.chat.submit(kind, prepare(values));
        this.sent(kind, values);
        const [said] = answer.messages;
        const text = said?.text || success;
        if (said && text) {
          this.chat.add({ ...said, text });
          this.panel.show({ ...said, text });
        }
        this.panel.offer();
        this.panel.focus();
      } catch (refused) {
        form.inert = false;
        const told = refused instanceof Refusal && refused.message;
        problem.textContent = told || this.strings.failed;
      }
    });
    form.append(problem);
    return form;
  }

  private sent(kind: 'contact' | 'demo', values: Values): void {
    const { around, chat } = this;
    const email = String(values.email ?? '').toLowerCase();
    around.track('form_submitted', { form: kind });
    if (email) {
      around.track('email_captured', { email });
      const names = [values.first_name, values.last_name].filter(Boolean).join(' ');
      around.identify(email, String(values.name ?? names) || undefined);
    }
    if (kind === 'demo') around.track('demo_booked', { email: email || undefined });
    chat.kept.done.push(kind);
    chat.save();
  }
}
