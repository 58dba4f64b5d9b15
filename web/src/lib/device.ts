const DEVICES: Record<string, string> = { desktop: 'Desktop', mobile: 'Phone', tablet: 'Tablet' };

type Device = { device_type: string | null; browser: string | null; os: string | null };

/** What somebody looks at a website with, in words; null when nothing is known. */
export function deviceLabel({ device_type, browser, os }: Device): string | null {
  const type = device_type && (DEVICES[device_type] ?? device_type);
  return [type, browser, os].filter(Boolean).join(' · ') || null;
}
