/** The tag with which a website loads the widget. */
export function widgetScript(apiUrl: string, publicKey: string): string {
  return `<script async src="${apiUrl}/widget/v1/rose.js" data-rose-key="${publicKey}"></script>`;
}
