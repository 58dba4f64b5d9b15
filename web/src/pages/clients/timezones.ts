/** Every timezone one may choose; browsers leave UTC out of theirs. */
export function timezones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
}
