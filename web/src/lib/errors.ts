export type ProblemKind =
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'invalid'
  | 'rate-limited'
  | 'server';

/** Whatever went wrong with a request, in a shape the pages can show. */
export class Problem extends Error {
  override name = 'Problem';

  constructor(
    readonly kind: ProblemKind,
    message: string,
    readonly status: number,
    readonly code: string | null = null,
    readonly requestId: string | null = null,
  ) {
    super(message);
  }

  /** Asking again may help: the network or the server failed, not the question. */
  get retryable(): boolean {
    return this.kind === 'unreachable' || this.kind === 'server' || this.kind === 'rate-limited';
  }
}

/** The error part of what postgrest-js returns; `requestId` is added by `fetchWithRequestId`. */
type WireError = { message: string; code?: string; hint?: string | null; requestId?: string };

function kindOf(status: number): ProblemKind {
  if (status === 0) return 'unreachable';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 406) return 'not-found';
  if (status === 429) return 'rate-limited';
  if (status >= 500) return 'server';
  return 'invalid';
}

// The database's own word for it: the transactions of who views as another only read.
const READ_ONLY = '25006';
const VIEWING =
  'You are viewing the product as somebody else, which changes nothing. End the view first.';

export function problemOf(error: WireError, status: number): Problem {
  if (error.code === READ_ONLY) {
    return new Problem('forbidden', VIEWING, status, READ_ONLY, error.requestId ?? null);
  }
  const kind = kindOf(status);
  const message =
    kind === 'unreachable' ? 'The server could not be reached.' : error.message || 'Unknown error';
  return new Problem(kind, message, status, error.code || null, error.requestId ?? null);
}

type WireResult = { data: unknown; error: WireError | null; status: number };

/** The data of a postgrest-js answer, or its error thrown as a `Problem`. */
export function unwrap<Result extends WireResult>(
  result: Result,
): Extract<Result, { error: null }>['data'] {
  if (result.error !== null) throw problemOf(result.error, result.status);
  return result.data;
}

/** How many rows there are, asked for with `count: 'exact'`. */
export function unwrapCount(result: WireResult & { count: number | null }): number {
  if (result.error !== null) throw problemOf(result.error, result.status);
  return result.count ?? 0;
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Problem('server', message, 500);
}
