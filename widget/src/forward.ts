import type { Properties } from './capture';
import type { Settings } from './settings';

interface Page {
  gtag?: (...given: unknown[]) => void;
  [name: string]: unknown;
}

/** Tells the page's own analytics what the configuration says they should hear; no text of visitors. */
export function forward(analytics: Settings['analytics'], event: string, given: Properties): void {
  if (!analytics.forwarded.includes(event)) return;
  const page = window as unknown as Page;
  const name = analytics.prefix + event.replace(/^\$/, '');
  const { section_slug, cta_id, form } = given;
  const properties = { section_slug, cta_id, form };
  if (analytics.dataLayer) {
    // Only what is not there is made: to assign `location` anew would load the page anew.
    if (page[analytics.dataLayer] === undefined) page[analytics.dataLayer] = [];
    const layer = page[analytics.dataLayer];
    if (Array.isArray(layer)) layer.push({ event: name, ...properties });
  }
  if (analytics.google) page.gtag?.('event', name, { ...properties, send_to: analytics.google });
}
