// Embeddings, overrides, isolates and marks of direction: with them a stranger's text could run backwards
// over what stands around it, or show another word than the one that is there.
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A stranger's text without characters that change the direction of what is written. */
export function plainText(text: string): string {
  return text.replace(DIRECTION, '');
}
