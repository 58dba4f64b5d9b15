import type { Settings } from './settings';
import type { Visitor } from './visitor';

interface TcData {
  gdprApplies?: boolean;
  eventStatus?: string;
  purpose?: { consents?: Record<string, boolean> };
}

interface WithFramework {
  __tcfapi?(command: string, version: number, callback: (data: TcData, ok: boolean) => void): void;
}

// The IAB's purposes: store on the device (1), measure content (8).
const PURPOSES = ['1', '8'];

/** Whether events may be sent and ids be stored. While that is not known, neither happens. */
export class Consent {
  private answer: boolean | undefined;
  private analytics: Settings['analytics'] | undefined;
  private asking = false;

  constructor(
    private readonly visitor: Visitor,
    /** The answer is another one now. */
    private readonly changed: (allowed: boolean) => void,
  ) {
    if (visitor.agreed) this.answer = true;
  }

  get allowed(): boolean {
    if (!this.analytics || this.answer === false) return false;
    if (this.analytics.respectDoNotTrack && doNotTrack()) return false;
    return this.answer ?? !this.analytics.consentRequired;
  }

  /** Whether it is for the visitor to agree before anything is sent. */
  get missing(): boolean {
    return this.answer === false || (!this.answer && this.analytics?.consentRequired === true);
  }

  /** What the page or the visitor says. */
  give(agreed: boolean): void {
    const before = this.allowed;
    this.answer = agreed;
    this.settle(before);
  }

  configure(analytics: Settings['analytics']): void {
    const before = this.allowed;
    this.analytics = analytics;
    this.settle(before);
    if (analytics.consentRequired && analytics.askFramework && !this.asking) this.askFramework();
  }

  private settle(before: boolean): void {
    if (this.allowed) this.visitor.remember(this.answer === true);
    else if (this.analytics || this.answer === false) this.visitor.forget();
    if (this.allowed !== before) this.changed(this.allowed);
  }

  private askFramework(): void {
    const { __tcfapi: ask } = window as WithFramework;
    if (!ask) return;
    this.asking = true;
    ask('addEventListener', 2, (data, ok) => {
      if (!ok || data.eventStatus === 'cmpuishown') return;
      const consents = data.purpose?.consents;
      this.give(data.gdprApplies === false || PURPOSES.every((purpose) => consents?.[purpose]));
    });
  }
}

function doNotTrack(): boolean {
  const { globalPrivacyControl } = navigator as { globalPrivacyControl?: boolean };
  return navigator.doNotTrack === '1' || globalPrivacyControl === true;
}
