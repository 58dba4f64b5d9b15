/** What the server tells the UI at start: where Supabase is, and which instance this is. */
export type AppConfig = {
  supabaseUrl: string;
  supabaseAnonKey: string;
  apiUrl: string;
  version: string;
  demo: boolean;
};

export class ConfigError extends Error {
  override name = 'ConfigError';
}

function text(source: Record<string, unknown>, key: string): string {
  const value = source[key];
  if (typeof value !== 'string' || value === '') {
    throw new ConfigError(`/config.json has no "${key}"`);
  }
  return value;
}

export function parseConfig(body: unknown): AppConfig {
  if (typeof body !== 'object' || body === null) {
    throw new ConfigError('/config.json is not an object');
  }
  const source = body as Record<string, unknown>;
  return {
    supabaseUrl: text(source, 'supabaseUrl'),
    supabaseAnonKey: text(source, 'supabaseAnonKey'),
    apiUrl: text(source, 'apiUrl'),
    version: text(source, 'version'),
    demo: source.demo === true,
  };
}

export async function loadConfig(timeoutMs = 10_000): Promise<AppConfig> {
  const response = await fetch('/config.json', {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    throw new ConfigError(`/config.json answered ${response.status}`);
  }
  return parseConfig(await response.json());
}
