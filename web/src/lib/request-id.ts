/** The header in which the server names a request; the same id stands in its log lines. */
const REQUEST_ID_HEADERS = ['x-request-id', 'sb-request-id'];

function requestIdOf(response: Response): string | null {
  for (const header of REQUEST_ID_HEADERS) {
    const id = response.headers.get(header);
    if (id) return id;
  }
  return null;
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
  return new Response(withRequestId(text, requestId), {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
}

function withRequestId(text: string, requestId: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return text;
    return JSON.stringify({ ...body, requestId });
  } catch {
    return text;
  }
}
