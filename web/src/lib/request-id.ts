/** The header in which the server names a request; the same id stands in its log lines. */
const REQUEST_ID_HEADERS = ['x-request-id', 'sb-request-id'];

function requestIdOf(response: Response): string | null {
  for (const header of REQUEST_ID_HEADERS) {
    const id = response.headers.get(header);
    if (id) return id;
  }
  return null;
}

/** Stands between the words of an auth error and what comes after them; no message contains it. */
const MARK = '\u001f';

type Told = { message: string; code: string | null; requestId: string | null };

/** The parts of an auth error's message that `fetchWithRequestId` put together. */
export function readAuthMessage(message: string): Told {
  const [words = '', code, requestId] = message.split(MARK);
  return { message: words, code: code || null, requestId: requestId || null };
}

/**
 * Writes the request id into a failed answer's JSON body. supabase-js hands the body to its caller and
 * drops the headers, and a person reporting a problem needs the id.
 */
export async function fetchWithRequestId(
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const response = await fetch(input, init);
  const requestId = requestIdOf(response);
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  if (response.ok || requestId === null || !isJson) return response;

  const text = await response.text();
  const body = withRequestId(text, requestId, response.url.includes('/auth/v1/'));
  const answer = new Response(body?.text ?? text, {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
  // Of a 5xx auth-js reads no body: it takes the message of the response, which has none.
  return body?.message ? Object.assign(answer, { message: body.message }) : answer;
}

/** auth-js keeps nothing of an error but its code and its message, so the id goes into that. */
function withRequestId(text: string, requestId: string, isAuth: boolean) {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
    const { message, code } = body as { message?: unknown; code?: unknown };
    if (!isAuth || typeof message !== 'string') {
      return { text: JSON.stringify({ ...body, requestId }), message: null };
    }
    const marked = [message, typeof code === 'string' ? code : '', requestId].join(MARK);
    return { text: JSON.stringify({ ...body, message: marked }), message: marked };
  } catch {
    return null;
  }
}
