"""Presses whatever can be pressed on a page, and what that opens, in one go."""

from __future__ import annotations

from playwright.sync_api import Page, Response

# A control of the page or of what it opened that works: not within a disabled fieldset either.
PRESS = """
async ({ leave, last }) => {
  const controls = '#content button, #content [role=switch], #content [type=checkbox], '
    + '[role=menu] [role=menuitem], [role=dialog] button';
  const nameOf = (element) =>
    (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 60);
  const shown = (element) => element.getClientRects().length > 0;
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const pressed = new Set();
  const next = () => {
    const left = [...document.querySelectorAll(controls)].filter((element) =>
      element.matches(':enabled') && shown(element)
        && !pressed.has(nameOf(element)) && !new RegExp(leave).test(nameOf(element)));
    return left.find((element) => !new RegExp(last, 'i').test(nameOf(element))) ?? left[0];
  };
  let opener = null;
  for (let element = next(); element && pressed.size < 80; element = next()) {
    pressed.add(nameOf(element));
    const inMenu = element.matches('[role=menuitem]');
    element.click();
    await drawn();
    // An entry closes its menu, which has others.
    if (inMenu) opener?.click();
    else opener = element;
    await drawn();
  }
  return [...pressed];
}
"""


# What takes others away comes after them.
LAST = "^(close|next|previous|show archived|show again|cancel|discard|clear|open|resolved|all|keep)"


class Refusals:
    """What the server refused of what a page asked."""

    def __init__(self, page: Page) -> None:
        self.seen: list[str] = []
        page.on("response", self._response)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.seen.append(f"{response.status} {response.request.method} {response.url}")


def press_everything(page: Page, leave: str) -> set[str]:
    """Press each enabled control once, by its name, but those whose name matches `leave`."""
    names: list[str] = page.evaluate(PRESS, {"leave": leave, "last": LAST})
    page.wait_for_load_state("networkidle")
    return set(names)
