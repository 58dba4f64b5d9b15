/**
 * How sections look before a client's own CSS; classes and custom properties are public names. Paint
 * containment keeps whatever that CSS does inside the section's own place on the page.
 */
export const SECTION_STYLES = `
:host { display: block; contain: content !important; }
:host([hidden]) { display: none; }
.rose-section {
  --_background: var(--rose-background, #f6f7f9);
  --_text: var(--rose-text, #1a1d21);
  --_accent: var(--rose-accent, #b3124a);
  --_accent-text: var(--rose-accent-text, #fff);
  box-sizing: border-box;
  padding: 24px;
  border-radius: 16px;
  background-color: var(--_background);
  color: var(--_text);
  font: 400 16px/1.5 inherit;
  font-family: inherit;
  text-align: start;
  container-type: inline-size;
}
.rose-section *, .rose-section *::before { box-sizing: border-box; }
.rose-title { margin: 0 0 16px; font-size: 1.25em; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; }
.rose-questions { display: flex; flex-direction: column; gap: 8px; margin: 0; padding: 0; list-style: none; }
.rose-item { display: flex; min-width: 0; }
.rose-question {
  flex: 1;
  min-height: 44px;
  padding: 10px 16px;
  border: 1px solid color-mix(in srgb, var(--_text) 18%, transparent);
  border-radius: 10px;
  background-color: transparent;
  color: inherit;
  font: inherit;
  text-align: start;
  overflow-wrap: anywhere;
  cursor: pointer;
  transition: border-color 120ms, background-color 120ms;
}
.rose-question:hover { border-color: var(--_accent); background-color: color-mix(in srgb, var(--_accent) 8%, transparent); }
.rose-section :focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
.rose-section[data-layout="chips"] .rose-questions { flex-flow: row wrap; }
.rose-section[data-layout="chips"] .rose-item { max-width: 100%; }
.rose-section[data-layout="chips"] .rose-question { border-radius: 22px; }
.rose-section[data-layout="cards"] .rose-questions {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(220px, 100%), 1fr));
  gap: 12px;
}
.rose-section[data-layout="cards"] .rose-question { min-height: 88px; padding: 16px; }
.rose-search { display: flex; gap: 8px; margin: 0; }
.rose-questions + .rose-search { margin-top: 16px; }
.rose-search-input {
  flex: 1;
  min-width: 0;
  min-height: 44px;
  padding: 8px 16px;
  border: 1px solid color-mix(in srgb, var(--_text) 45%, transparent);
  border-radius: 22px;
  background-color: transparent;
  color: inherit;
  font: inherit;
}
.rose-search-input::placeholder { color: inherit; opacity: 0.75; }
.rose-search-button {
  flex: none;
  width: 44px;
  height: 44px;
  border: 0;
  border-radius: 50%;
  background-color: var(--_accent);
  color: var(--_accent-text);
  font: inherit;
  font-size: 1.25em;
  line-height: 1;
  cursor: pointer;
}
@media (prefers-reduced-motion: reduce) { .rose-question { transition: none; } }
`;
