import { askServer, Refusal } from '@/data/server-api';
import type { Backend } from '@/lib/backend';
import type { FieldError } from '@/lib/schema-errors';

/** Whose settings: a website's, or (null) those of every website. */
export type Target = string | null;

/** Asks for settings as the signed-in person. */
export function askSettings(
  backend: Backend,
  method: 'GET' | 'POST' | 'PUT',
  target: Target,
  path: string,
  asked?: Parameters<typeof askServer>[3],
): Promise<Response> {
  const whose = target === null ? 'global' : `domains/${encodeURIComponent(target)}`;
  return askServer(backend, method, `content/v1/${whose}/${path}`, asked);
}

/** At which fields a change was refused, each by its JSON pointer. */
export function refusedFields(error: unknown): FieldError[] {
  if (!(error instanceof Refusal)) return [];
  // What is named otherwise is no field of the form, such as the version it was based on.
  return error.errors.filter(({ field }) => field === '' || field.startsWith('/'));
}

/** Somebody else saved in between. */
export function isConflict(error: unknown): error is Refusal {
  return error instanceof Refusal && error.status === 409;
}
