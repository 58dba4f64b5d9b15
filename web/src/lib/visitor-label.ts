import { plainText } from './plain-text';

type Identity = { id: string; name: string | null; email: string | null };

/** A name for somebody, known or not. */
export function visitorLabel(visitor: Identity): string {
  return plainText(visitor.name || visitor.email || `Visitor ${visitor.id.slice(0, 8)}`);
}
