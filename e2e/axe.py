"""What axe-core finds on a page."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """
async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}
"""

SCHEMES: Final = ("light", "dark")
# The application follows the system's scheme by an attribute; pages without it do by CSS alone.
SHOWN = """
(scheme) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches
  && (document.documentElement.dataset.mantineColorScheme ?? scheme) === scheme
"""

# Colours on their way from one to another are neither. What moves for ever, or as somebody scrolls,
# is not waited for.
# When what a part inherits has arrived, the part itself may set out: so it is looked for again.
STILL = """
async () => {
  const moving = () => document.getAnimations()
    .filter(({ playState, timeline }) => playState === 'running' && timeline === document.timeline)
    .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
  for (let some = moving(); some.length > 0; some = moving()) {
    await Promise.allSettled(some.map((animation) => animation.finished));
  }
  return true;
}
"""


def serious(page: Page) -> list[str]:
    """Serious and critical violations of WCAG 2.2 AA and of best practices, in light and dark.

    One page shows both, one after the other: what it takes to get there is done once.
    """
    return [f"{scheme}: {violation}" for scheme in SCHEMES for violation in _serious(page, scheme)]


def _serious(page: Page, scheme: Literal["light", "dark"]) -> list[str]:
    """Those of one colour scheme, once the page is still."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(SHOWN, arg=scheme)
    # Waited for as anything else is: with a limit.
    page.wait_for_function(STILL)
    # Evaluated by the debugger, which the content security policy does not bind.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(page.evaluate(RUN_AXE))
