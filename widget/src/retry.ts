const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/** How long to wait after so many failures in a row: doubling, and never in step with others. */
export function pause(failures: number, retryAfter?: string | null): number {
  const asked = Number(retryAfter) * 1000 || 0;
  const doubled = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(10, failures - 1));
  return Math.max(Math.min(asked, LONGEST_MS), doubled / 2 + (Math.random() * doubled) / 2);
}

/** `fetch` that gives up in the end, and by itself sends and stores no cookies. */
export async function request(
  url: string,
  options: RequestInit = {},
  timeout = 10_000,
): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeout);
  try {
    return await fetch(url, { credentials: 'omit', ...options, signal: abort.signal });
  } finally {
    clearTimeout(timer);
  }
}
