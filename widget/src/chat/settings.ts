import { safeHref } from '@widget/dom';
import { Fields } from '@widget/fields';
import type { UrlRules, WidgetConfig } from '@widget/types';

/** What the chat does with a configuration; `config/website/*.json` say what each field means. */
export type Settings = ReturnType<typeof readSettings>;
export type Trigger = Settings['triggers'][number];
export type Cta = Settings['ctas'][number];
export type FormField = NonNullable<Settings['form']>['fields'][number];

export function readSettings(config: WidgetConfig, language: string) {
  const slug = (name: string) => new Fields(config.config?.[name]);
  const identity = slug('identity');
  const engagement = slug('engagement');
  const skills = slug('skills');
  const booking = skills.in('demo_booking');
  const email = skills.in('email_capture');
  return {
    language,
    company: identity.text('company_name'),
    agentName: identity.text('agent_name', 'Rose'),
    logo: safeHref(identity.text('logo_url')),
    privacy: safeHref(identity.text('privacy_policy_url')),
    appearance: readAppearance(slug('appearance')),
    welcome: engagement.text('welcome_message'),
    placeholder: engagement.text('input_placeholder'),
    suggestions: engagement.texts('suggested_questions'),
    triggers: engagement.each('triggers').filter(isOn('message')).map(readTrigger),
    quietMinutes: engagement.number('quiet_time', 60),
    triggersPerSession: engagement.number('max_triggers_per_session', 2),
    ctas: slug('ctas').each('items').filter(isOn('label')).map(readCta),
    ctasPerConversation: slug('ctas').number('max_per_conversation', 2),
    form: config.config?.forms ? readForm(slug('forms')) : undefined,
    emailAfter: email.flag('enabled', false) ? email.number('after_messages', 3) : undefined,
    booking: booking.flag('enabled', false),
    calendar: safeHref(booking.text('calendar_url')),
    duration: booking.number('duration', 30),
    disclaimer: readDisclaimer(slug('disclaimers'), language, identity.text('language', 'en')),
  };
}

/** Whether an item of a list is on, and has the text without which it is nothing. */
function isOn(text: string): (item: Fields) => boolean {
  return (item) => item.flag('enabled', true) && item.text(text) !== '';
}

function readAppearance(appearance: Fields) {
  const offset = appearance.in('offset');
  const launcher = appearance.in('launcher');
  const panel = appearance.in('panel');
  return {
    theme: appearance.text('theme', 'auto'),
    colors: appearance.in('colors').raw,
    left: appearance.text('position') === 'bottom_left',
    launcher: launcher.text('style', 'label'),
    label: launcher.text('label'),
    font: appearance.text('font_family', 'inherit'),
    layer: appearance.number('z_index', 2147483000),
    /** In pixels. */
    measures: {
      x: offset.number('horizontal', 24),
      y: offset.number('vertical', 24),
      size: launcher.number('size', 56),
      width: panel.number('width', 400),
      height: panel.number('height', 640),
      radius: appearance.number('corner_radius', 12),
    },
  };
}

function readTrigger(trigger: Fields) {
  return {
    id: trigger.text('id'),
    message: trigger.text('message'),
    when: trigger.text('when', 'time_on_page'),
    value: trigger.number('value', 20),
    urls: trigger.in('urls').raw as Partial<UrlRules>,
    repeat: trigger.text('repeat', 'once_per_session'),
  };
}

function readCta(cta: Fields) {
  const conditions = cta.in('conditions');
  return {
    id: cta.text('id'),
    label: cta.text('label'),
    kind: cta.text('kind', 'link'),
    url: safeHref(cta.text('url')),
    newTab: cta.flag('new_tab', true),
    minMessages: conditions.number('min_messages', 2),
    minScore: conditions.number('min_interest_score', 1),
    intents: conditions.texts('intents'),
    urls: conditions.texts('urls'),
  };
}

function readForm(form: Fields) {
  return {
    title: form.text('title'),
    fields: form.each('fields').map((field) => ({
      name: field.text('name'),
      label: field.text('label') || field.text('name'),
      type: field.text('type', 'text'),
      required: field.flag('required', false),
      options: field.texts('options'),
    })),
    submit: form.text('submit_label'),
    success: form.text('success_message'),
    consent: form.text('consent_text'),
  };
}

function readDisclaimer(disclaimers: Fields, language: string, main: string) {
  const texts = disclaimers.in('texts');
  const here = texts.in(language).text('text') ? texts.in(language) : texts.in(main);
  const text = here.text('text');
  if (!text) return undefined;
  return {
    text,
    link: here.text('link_label'),
    show: disclaimers.text('show', 'before_first_message'),
    mustAccept: disclaimers.flag('must_accept', false),
  };
}
