type Attributes = Record<string, string | number | boolean | undefined>;
export type Child = Node | string | undefined | false;

/** An element with attributes and children. A text child becomes a text node, never markup. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(attribute, '');
    else if (value !== undefined && value !== false) made.setAttribute(attribute, String(value));
  }
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

const COLOR = /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

/** Sets custom properties `--rose-…` of those values that are colours; the others are left out. */
export function setColors(on: HTMLElement, colors: object | undefined): void {
  for (const [name, value] of Object.entries(colors ?? {})) {
    if (typeof value === 'string' && COLOR.test(value)) {
      on.style.setProperty(`--rose-${name.replaceAll('_', '-')}`, value);
    }
  }
}

/** An address that a link may lead to, or undefined: no `javascript:` and the like. */
export function safeHref(address: string | undefined): string | undefined {
  if (!address) return undefined;
  try {
    const url = new URL(address, location.href);
    return /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

const SVG = 'http://www.w3.org/2000/svg';

/** A decorative line drawing on a field of 24 by 24. */
export function icon(lines: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', lines);
  svg.append(path);
  return svg;
}
