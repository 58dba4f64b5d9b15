/** Reads fields of a configuration that an older or newer server may have sent otherwise. */
export class Fields {
  private readonly fields: Record<string, unknown>;

  constructor(value: unknown) {
    this.fields = isRecord(value) ? value : {};
  }

  text(name: string, otherwise = ''): string {
    const value = this.fields[name];
    return typeof value === 'string' ? value : otherwise;
  }

  number(name: string, otherwise: number): number {
    const value = this.fields[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.fields[name];
    return typeof value === 'boolean' ? value : otherwise;
  }

  texts(name: string): string[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  }

  in(name: string): Fields {
    return new Fields(this.fields[name]);
  }

  each(name: string): Fields[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value.filter(isRecord).map((each) => new Fields(each)) : [];
  }

  get raw(): Record<string, unknown> {
    return this.fields;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
