/**
 * Gives a root its styles. In a shadow root they are constructed sheets, which a page's content
 * security policy does not forbid; elsewhere, and in browsers without them, a `<style>`.
 */
export function setStyles(root: ShadowRoot | HTMLElement, styles: readonly string[]): void {
  const given = styles.filter(Boolean);
  if (root instanceof ShadowRoot && 'adoptedStyleSheets' in root) {
    try {
      root.adoptedStyleSheets = given.map(sheet);
      return;
    } catch {
      // A browser that has the property but cannot construct sheets.
    }
  }
  const style = document.createElement('style');
  style.textContent = given.join('\n');
  root.prepend(style);
}

function sheet(styles: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(styles);
  return made;
}
