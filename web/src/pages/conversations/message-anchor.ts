export const messageAnchor = (id: string) => `message-${id}`;

/** Brings a message of the open transcript into sight, and the keyboard with it. */
export function showMessage(id: string): void {
  const message = document.getElementById(messageAnchor(id));
  message?.scrollIntoView({ block: 'center' });
  message?.focus({ preventScroll: true });
}
