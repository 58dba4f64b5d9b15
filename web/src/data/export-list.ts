import type { Backend } from '@/lib/backend';
import { Problem, problemOf } from '@/lib/errors';

export type ExportRequest = {
  list: string;
  format: 'csv' | 'json';
  siteDomains: string[];
  filter: Record<string, unknown>;
  sort?: string;
};

export type ExportFile = { name: string; content: Blob; rows: number };

/** Downloads a list as a file; `onProgress` is told how many bytes have come. */
export async function exportList(
  { client, config }: Backend,
  { list, format, siteDomains, filter, sort }: ExportRequest,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<ExportFile> {
  const query = new URLSearchParams({
    domains: siteDomains.join(','),
    filter: JSON.stringify(filter),
    ...(sort && { sort }),
  });
  const { data } = await client.auth.getSession();
  const answer = await fetch(`${config.apiUrl}/export/v1/${list}.${format}?${query}`, {
    headers: { authorization: `Bearer ${data.session?.access_token ?? ''}` },
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw problemOf({ message: '' }, 0);
  });
  if (!answer.ok || !answer.body) {
    const body = await answer.json().catch(() => ({}));
    const message = String(body.message ?? answer.statusText);
    throw problemOf(
      { message, code: body.code, requestId: answer.headers.get('x-request-id') ?? undefined },
      answer.status,
    );
  }

  const parts: BlobPart[] = [];
  let bytes = 0;
  const reader = answer.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      bytes += value.byteLength;
      onProgress(bytes);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    // The server breaks the connection off rather than to give a part for the whole.
    throw new Problem(
      'server',
      'The export broke off, so nothing was saved. Try again.',
      500,
      null,
      answer.headers.get('x-request-id'),
    );
  }
  const named = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '');
  return {
    name: named?.[1] ?? `${list}.${format}`,
    content: new Blob(parts, { type: answer.headers.get('content-type') ?? undefined }),
    rows: Number(answer.headers.get('x-total-count')),
  };
}
