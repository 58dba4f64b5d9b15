"""What holds: the default, then what staff set for every website, then what the website set itself.

`private.resolve_config` does the same in SQL; a property test compares both.
"""

from __future__ import annotations

from typing import Literal

from backoffice.content.documents import Document, Json, merge

Strategy = Literal["deep", "replace"]


def resolve(
    strategy: Strategy,
    default: Document,
    everywhere: Document | None,
    site: Document | None,
) -> Json:
    """A configuration as it holds; None is not overridden.

    `deep` merges each override into what is there, `replace` takes the last one alone.
    """
    if strategy == "replace":
        return next(one for one in (site, everywhere, default) if one is not None)
    resolved: Json = default
    for override in (everywhere, site):
        if override is not None:
            resolved = merge(resolved, override)
    return resolved
