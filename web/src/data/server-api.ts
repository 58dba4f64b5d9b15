import type { Backend } from '@/lib/backend';
import { Problem, problemOf } from '@/lib/errors';
import type { FieldError } from '@/lib/schema-errors';

/** A request that was refused: at which fields, and what somebody else saved meanwhile. */
export class Refusal extends Problem {
  constructor(
    problem: Problem,
    readonly errors: FieldError[],
    readonly theirs: unknown,
  ) {
    super(problem.kind, problem.message, problem.status, problem.code, problem.requestId);
  }
}

/** What a change was refused at, by field. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof Refusal)) return {};
  return Object.fromEntries(error.errors.map(({ field, message }) => [field, message]));
}

/** What somebody saved meanwhile, when that is why a change was refused. */
export function savedMeanwhile<Row>(error: unknown): Row | null {
  return error instanceof Refusal ? ((error.theirs ?? null) as Row | null) : null;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Asked = { body?: unknown; signal?: AbortSignal };

/** Asks the server (`content/v1/…`) as the signed-in person; a refusal is thrown as a `Refusal`. */
export async function askServer(
  { client, config }: Backend,
  method: Method,
  path: string,
  { body, signal }: Asked = {},
): Promise<Response> {
  const { data } = await client.auth.getSession();
  const answer = await fetch(`${config.apiUrl}/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${data.session?.access_token ?? ''}`,
      'content-type': 'application/json',
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw problemOf({ message: '' }, 0);
  });
  if (answer.ok) return answer;
  const given = await answer.json().catch(() => ({}));
  const requestId = answer.headers.get('x-request-id') ?? undefined;
  const message = String(given.message ?? answer.statusText);
  const problem = problemOf({ message, code: given.code, requestId }, answer.status);
  const named = given.field ? [{ field: String(given.field), message }] : [];
  throw new Refusal(problem, given.errors ?? named, given.theirs ?? null);
}

/** Asks, and gives the body of the answer. */
export async function askServerFor<Answer>(
  backend: Backend,
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  const answer = await askServer(backend, method, path, { body, signal });
  return answer.status === 204 ? (undefined as Answer) : answer.json();
}
