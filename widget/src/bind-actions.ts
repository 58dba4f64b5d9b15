import type { Asked } from './sections';

const ACTION = '[data-rose-action]';

/**
 * Hears clicks on a client's own elements: `data-rose-action="ask"` asks `data-rose-question`, else what it
 * says; `data-rose-action="open"` opens the chat. While `active` says no, they do what they did without us.
 */
export function bindActions(
  active: () => boolean,
  asked: (question: Asked) => void,
  open: () => void,
): void {
  document.addEventListener('click', (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || !active()) return;
    const element = event.composedPath().find(isAction);
    if (!element) return;
    if (element.dataset.roseAction === 'open') {
      event.preventDefault();
      open();
    } else if (element.dataset.roseAction === 'ask') {
      const text = (element.dataset.roseQuestion ?? element.textContent ?? '').trim();
      if (!text) return;
      event.preventDefault();
      asked({ text, way: 'bound', slug: element.dataset.roseSlug });
    }
  });
}

function isAction(target: EventTarget): target is HTMLElement {
  return target instanceof HTMLElement && target.matches(ACTION);
}
