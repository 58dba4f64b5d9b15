"""How the local mailbox looks: a list and the e-mail that is open, without a script."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape

from backoffice.mailbox import Received

STYLE = """
:root {
  color-scheme: light dark;
  --ink: light-dark(#1e191b, #ece7e9);
  --soft: light-dark(#6f6669, #a79da1);
  --line: light-dark(#e9e4e5, #362f32);
  --surface: light-dark(#ffffff, #1d181a);
  --sunken: light-dark(#faf8f8, #161214);
  --accent: light-dark(#b31b45, #f1738c);
  --chosen: light-dark(#fff1f3, #2f1a20);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--sunken); }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header { padding: 18px 20px; border-bottom: 1px solid var(--line); background: var(--surface); }
h1 { margin: 0; font-size: 1.25rem; letter-spacing: -.01em; }
header p { margin: 2px 0 0; color: var(--soft); font-size: .875rem; }
h2 { margin: 0; font-size: 1.125rem; overflow-wrap: anywhere; }
ol { margin: 0; padding: 8px; list-style: none; }
ol a {
  display: grid; gap: 1px; padding: 10px 12px; border-radius: 8px;
  color: inherit; text-decoration: none;
}
ol a:hover { background: var(--chosen); }
ol a[aria-current] { background: var(--chosen); box-shadow: inset 3px 0 var(--accent); }
ol b { font-weight: 600; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: .8125rem; overflow-wrap: anywhere; }
main { padding: 18px 20px; min-width: 0; }
main > .soft { margin: 4px 0 14px; }
iframe {
  display: block; width: 100%; height: 560px; border: 1px solid var(--line); border-radius: 12px;
}
details { margin-top: 14px; border: 1px solid var(--line); border-radius: 12px; }
summary { padding: 10px 14px; cursor: pointer; font-weight: 600; }
details, details pre { background: var(--surface); }
pre {
  margin: 0; padding: 4px 14px 14px; border-radius: 12px;
  white-space: pre-wrap; overflow-wrap: anywhere; font: inherit;
}
.empty { padding: 20px; }
.back { display: none; margin: 0 0 12px; }
@media (min-width: 800px) {
  .both { display: grid; grid-template-columns: 340px minmax(0, 1fr); min-height: 80vh; }
  nav { border-right: 1px solid var(--line); background: var(--surface); }
}
@media (max-width: 799px) {
  .one nav, .all main { display: none; }
  .one .back { display: block; }
  main { padding: 14px; }
}
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
# The frame shows the e-mail and nothing else; what its links lead to opens beside the mailbox.
NEW_TAB = '<base target="_blank">'


def mailbox_page(mails: Sequence[Received], chosen: Received | None, *, is_list: bool) -> str:
    """The page; `is_list` shows the list rather than the e-mail where both have no room."""
    items = "".join(_item(mail, mail == chosen) for mail in mails)
    listed = (
        f'<nav aria-label="E-mails"><ol>{items}</ol></nav>'
        if items
        else '<p class="empty">No e-mail yet. Ask for a new password or invite somebody.</p>'
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_title(chosen, is_list)}</title><style>{STYLE}</style></head><body>"
        "<header><h1>Mailbox</h1><p>What this server would have sent, the newest first. "
        "Name an SMTP server (BACKOFFICE_SMTP_HOST) to send it.</p></header>"
        f'<div class="both {"all" if is_list else "one"}">{listed}'
        f"{_mail(chosen) if chosen else ''}</div></body></html>"
    )


def mail_document(mail: Received) -> str:
    """The HTML of an e-mail for the frame, its links opening in a tab of their own."""
    found = HEAD.search(mail.html)
    if found is None:
        return f"<!doctype html><head>{NEW_TAB}</head>{mail.html}"
    return f"{mail.html[: found.end()]}{NEW_TAB}{mail.html[found.end() :]}"


def _title(chosen: Received | None, is_list: bool) -> str:
    return "Mailbox" if is_list or chosen is None else f"{escape(chosen.subject)} · Mailbox"


def _item(mail: Received, is_chosen: bool) -> str:
    current = ' aria-current="page"' if is_chosen else ""
    return (
        f'<li><a href="/mailbox/{mail.id}"{current}><b>{escape(mail.subject)}</b>'
        f'<span class="soft">to {escape(mail.to)}</span>'
        f'<span class="soft">{_time(mail)}</span></a></li>'
    )


def _mail(mail: Received) -> str:
    text = re.sub(
        r"https?://[^\s]+",
        lambda found: f'<a href="{found[0]}" target="_blank" rel="noopener">{found[0]}</a>',
        escape(mail.text),
    )
    return (
        '<main><p class="back"><a href="/mailbox">All e-mails</a></p>'
        f"<h2>{escape(mail.subject)}</h2>"
        f'<p class="soft">to {escape(mail.to)}, {_time(mail)}</p>'
        f'<iframe src="/mailbox/{mail.id}/html" title="The e-mail" referrerpolicy="no-referrer"'
        ' sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
        f"<details><summary>As plain text</summary><pre>{text}</pre></details></main>"
    )


def _time(mail: Received) -> str:
    return (
        f'<time datetime="{mail.received_at.isoformat()}">'
        f"{mail.received_at:%Y-%m-%d %H:%M:%S} UTC</time>"
    )
