import { Fields } from './fields';
import type { UrlRules, WidgetConfig } from './types';

/** The agent that the widget is the face of. */
const AGENT = 'website_agent';

/** What the script itself does with a configuration; the chat reads the rest. */
export type Settings = ReturnType<typeof readSettings>;

export function readSettings(config: WidgetConfig, languages: readonly string[]) {
  const slug = (name: string) => new Fields(config.config?.[name]);
  return {
    on: config.agents?.[AGENT]?.enabled !== false,
    language: chooseLanguage(slug('identity'), languages),
    display: readDisplay(slug('display'), config.timezone),
    analytics: readAnalytics(slug('analytics')),
  };
}

/** The first language of the page or its visitor that the client's texts and agent know. */
function chooseLanguage(identity: Fields, wanted: readonly string[]): string {
  const main = identity.text('language', 'en');
  const known = [main, ...identity.texts('languages')];
  return wanted.find((language) => known.includes(language)) ?? main;
}

function readDisplay(display: Fields, timezone: string | undefined) {
  const devices = display.in('devices');
  const schedule = display.in('schedule');
  return {
    urls: display.in('urls').raw as Partial<UrlRules>,
    devices: {
      desktop: devices.flag('desktop', true),
      tablet: devices.flag('tablet', true),
      mobile: devices.flag('mobile', true),
    },
    share: display.number('traffic_share', 100),
    delay: display.number('delay', 0),
    languages: display.texts('languages'),
    schedule:
      schedule.flag('always', true) || !timezone
        ? undefined
        : {
            timezone,
            weekdays: schedule.texts('weekdays'),
            from: schedule.text('from', '00:00'),
            to: schedule.text('to', '24:00'),
          },
  };
}

function readAnalytics(analytics: Fields) {
  const consent = analytics.in('consent');
  const layer = analytics.in('data_layer');
  const google = analytics.in('google_analytics');
  return {
    consentRequired: consent.flag('required', false),
    askFramework: consent.text('source') === 'tcf',
    respectDoNotTrack: analytics.flag('respect_do_not_track', false),
    dataLayer: layer.flag('enabled', false) ? layer.text('name', 'dataLayer') : undefined,
    google: google.flag('enabled', false) ? google.text('measurement_id') : undefined,
    forwarded: analytics.texts('events'),
    prefix: analytics.text('prefix', 'rose_'),
  };
}
