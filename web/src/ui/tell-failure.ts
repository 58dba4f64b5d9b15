import { toProblem } from '@/lib/errors';
import { notify } from '@/ui/notify';

/** Says that a change was not made, why, and the id to quote. */
export function tellFailure(title: string, error: unknown): void {
  const { message, requestId } = toProblem(error);
  void notify({
    color: 'red',
    title,
    message: requestId ? `${message} (request id ${requestId})` : message,
    autoClose: 10_000,
  });
}
