"""What capture accepts at most. Every bound is per request or per event, in bytes or characters."""

from __future__ import annotations

from typing import Final

MAX_BODY_BYTES: Final = 10 * 1024 * 1024
"""A request's body as it arrives."""

MAX_DECODED_BYTES: Final = 20 * 1024 * 1024
"""The same body decompressed, as PostHog's own capture allows."""

MAX_JSON_TOKENS: Final = 600_000
"""Values in one body: what bounds the memory a small body of tiny values could unfold to."""

MAX_ESCAPES: Final = 400_000
"""Escapes that Python must replace one by one: in a form, or beside a lone surrogate."""

MAX_EVENTS: Final = 10_000
"""Events in one request."""

MAX_LISTED: Final = 1_000
"""Refused events that one answer lists; the rest are only counted."""

MAX_PROPERTIES_BYTES: Final = 32 * 1024
MAX_REVEAL_BYTES: Final = 4 * 1024
"""A reveal payload as it is sent; of a larger one nothing is believed."""

MAX_NAME: Final = 200
MAX_DISTINCT_ID: Final = 200
MAX_SESSION_ID: Final = 200
MAX_PAGE: Final = 512
MAX_URL: Final = 2_048
MAX_HOST: Final = 253
MAX_LABEL: Final = 200
MAX_USER_AGENT: Final = 512

MAX_MESSAGES: Final = 1_000
"""Messages in one request of the agent API."""

MAX_TEXT_BYTES: Final = 64 * 1024
"""One message's text, in UTF-8."""

MAX_METADATA_BYTES: Final = 32 * 1024
