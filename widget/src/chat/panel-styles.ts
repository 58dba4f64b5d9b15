/** How launcher and chat look. Colours and measures are the configuration's, as custom properties. */
export const PANEL_STYLES = `
:host {
  all: initial;
  --_p: var(--rose-primary, #1f3a5f);
  --_on-p: var(--rose-on-primary, #fff);
  --_bg: var(--rose-background, #fff);
  --_fg: var(--rose-text, #1c1e21);
  --_own: var(--rose-visitor-bubble, #e8eef6);
  --_line: color-mix(in srgb, var(--_fg) 16%, var(--_bg));
  --_soft: color-mix(in srgb, var(--_fg) 62%, var(--_bg));
  --_link: var(--_p);
  color-scheme: light;
}
:host(.dark) {
  --_bg: #16181c; --_fg: #eceef1; --_own: color-mix(in srgb, var(--_p) 45%, #16181c);
  --_link: color-mix(in srgb, var(--_p) 45%, #fff);
  color-scheme: dark;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, input, select, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; }
svg { width: 20px; height: 20px; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
:focus-visible { outline: 2px solid var(--_link); outline-offset: 2px; }
.corner, .panel {
  position: fixed; z-index: var(--_layer); font: 400 15px/1.5 var(--_font); color: var(--_fg); text-align: start;
}
.corner { bottom: var(--_y); display: flex; flex-direction: column; align-items: flex-end; gap: 12px; max-width: calc(100vw - 2 * var(--_x)); }
.corner, .panel { right: var(--_x); }
:host(.left) .corner, :host(.left) .panel { right: auto; left: var(--_x); align-items: flex-start; }
.launcher {
  display: flex; align-items: center; justify-content: center; gap: 10px; min-height: var(--_size); min-width: var(--_size);
  padding: 0 20px; border-radius: calc(var(--_size) / 2); background: var(--_p); color: var(--_on-p);
  font-weight: 600; box-shadow: 0 4px 18px rgb(0 0 0 / .22);
}
.icon .launcher { padding: 0; }
.bar .launcher { min-width: min(360px, 80vw); justify-content: flex-start; }
.launcher:hover, .primary:hover, .send:hover { filter: brightness(1.12); }
.launcher:focus-visible, header :focus-visible { outline-color: var(--_on-p); outline-offset: -4px; }
.teaser { display: flex; align-items: start; background: var(--_bg); border-radius: var(--_radius); box-shadow: 0 4px 24px rgb(0 0 0 / .18); max-width: 300px; }
.teaser-text { padding: 12px 4px 12px 16px; text-align: start; overflow-wrap: anywhere; min-height: 44px; }
.close { display: grid; place-items: center; width: 44px; height: 44px; flex: none; }
.panel {
  bottom: var(--_y); display: flex; flex-direction: column; overflow: hidden;
  width: min(var(--_width), calc(100vw - 2 * var(--_x))); height: min(var(--_height), calc(100dvh - 2 * var(--_y)));
  background: var(--_bg); border-radius: var(--_radius); box-shadow: 0 8px 40px rgb(0 0 0 / .26);
}
header { display: flex; align-items: center; gap: 12px; padding: 10px 6px 10px 16px; background: var(--_p); color: var(--_on-p); }
header img, .initial { width: 36px; height: 36px; border-radius: 50%; flex: none; object-fit: cover; }
.initial { display: grid; place-items: center; font-weight: 700; background: color-mix(in srgb, var(--_on-p) 20%, transparent); }
.name { flex: 1; min-width: 0; line-height: 1.25; }
.name * { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.name small { font-size: 13px; opacity: .9; }
.notice { margin: 0; padding: 8px 16px; font-size: 13px; line-height: 1.4; background: #fff4d6; color: #4a3500; }
.scroll { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px; }
.log { display: flex; flex-direction: column; gap: 12px; border-radius: 4px; }
.message { max-width: 88%; }
.message p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.who { font-size: 12px; color: var(--_soft); }
.visitor { align-self: flex-end; }
.visitor .who { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
.visitor p { background: var(--_own); padding: 8px 14px; border-radius: var(--_radius); }
.message .sources { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-top: 4px; font-size: 13px; }
a { color: var(--_link); }
.waiting { margin: 12px 0 0; color: var(--_soft); font-size: 14px; }
.offers { display: grid; gap: 12px; margin-top: 16px; }
.chips { display: flex; flex-wrap: wrap; gap: 8px; }
.chip { min-height: 40px; padding: 8px 14px; border: 1px solid var(--_line); border-radius: 20px; text-align: start; overflow-wrap: anywhere; }
.chip:hover, .chip[aria-pressed="true"] { border-color: var(--_link); background: color-mix(in srgb, var(--_p) 10%, transparent); }
.primary {
  display: inline-flex; align-items: center; justify-content: center; justify-self: start; min-height: 44px; padding: 8px 20px;
  border-radius: var(--_radius); background: var(--_p); color: var(--_on-p); font-weight: 600; text-decoration: none;
}
.form, .gate { display: grid; gap: 10px; padding: 14px; margin: 0; border: 1px solid var(--_line); border-radius: var(--_radius); }
.form p, .gate p { display: grid; gap: 4px; margin: 0; }
.form .check { grid-template-columns: auto 1fr; align-items: start; gap: 4px 10px; }
.check .error { grid-column: 2; }
label { font-size: 14px; }
input:not([type=checkbox]), select { width: 100%; min-height: 42px; padding: 8px 12px; border: 1px solid var(--_soft); border-radius: 8px; background: transparent; }
option { color: #000; background: #fff; }
.error { color: #c01c28; font-size: 13px; }
:host(.dark) .error { color: #ff8f8f; }
.error:empty { display: none; }
.fine { margin: 0; font-size: 12px; line-height: 1.45; color: var(--_soft); }
.composer { display: flex; align-items: flex-end; gap: 8px; margin: 0; padding: 10px 12px; border-top: 1px solid var(--_line); }
.composer[inert] { opacity: .5; }
.composer textarea {
  flex: 1; min-width: 0; resize: none; field-sizing: content; min-height: 44px; max-height: 120px; padding: 10px 14px;
  border: 1px solid var(--_soft); border-radius: 22px; background: transparent;
}
::placeholder { color: var(--_soft); opacity: 1; }
.send { display: grid; place-items: center; width: 44px; height: 44px; flex: none; border-radius: 50%; background: var(--_p); color: var(--_on-p); }
.busy .send { opacity: .5; }
@media (max-width: 480px) {
  .panel, :host(.left) .panel { inset: 0; width: 100%; height: 100dvh; border-radius: 0; }
  .composer textarea, input, select { font-size: 16px; }
}
@media (prefers-reduced-motion: no-preference) {
  .panel, .teaser { animation: rise 160ms ease-out; }
  @keyframes rise { from { opacity: 0; transform: translateY(12px); } }
}
@media print { .corner, .panel { display: none; } }
`;
