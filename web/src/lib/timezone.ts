/** How the days of a view are called: one domain's timezone, or that each has its own. */
export function timezoneLabel(timezone: string | null): string {
  return timezone ?? 'each domain’s own timezone';
}

/** The reader's own, for what belongs to no domain. */
export function browserTimezone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
