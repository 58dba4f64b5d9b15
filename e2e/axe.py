"""What axe-core finds on a page."""

from __future__ import annotations

from pathlib import Path

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

# Colours on their way from one to another are neither; what moves for ever is not waited for.
STILL = """
() => Promise.allSettled(
  document.getAnimations()
    .filter(({ playState }) => playState === 'running')
    .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    .map((animation) => animation.finished)
).then(() => undefined)
"""


def serious(page: Page) -> list[str]:
    """Serious and critical violations of WCAG 2.2 AA and of best practices, once it is still."""
    page.evaluate(STILL)
    # Evaluated by the debugger, which the content security policy does not bind.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(page.evaluate(RUN_AXE))
