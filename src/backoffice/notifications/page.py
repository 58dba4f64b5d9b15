"""The frame of every notification: HTML without images or anything that tells who reads it.

Inline styles are what every mail program keeps; the classes only repaint where it is dark.
"""

from __future__ import annotations

from html import escape

PRODUCT = "Client Backoffice"
FONT = "system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"
SOFT = "color:#6f6669"
DARK = (
    "@media (prefers-color-scheme:dark){"
    ".page{background:#161214!important;color:#ece7e9!important}"
    ".card{background:#1d181a!important;border-color:#362f32!important}"
    ".line{border-color:#362f32!important}"
    ".soft{color:#a79da1!important}"
    ".link{color:#f48aa6!important}"
    ".bad{color:#ff9d8a!important}"
    ".good{color:#7fd6a4!important}"
    ".button{background:#cf2d53!important;color:#ffffff!important}}"
)


def page(title: str, lead: str, body: str, foot: str) -> str:
    """A whole e-mail; `title` and `lead` are text, `body` and `foot` are HTML."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(title)}</title><style>{DARK}</style></head>"
        '<body class="page" style="margin:0;padding:24px 12px;background:#faf8f8;color:#1e191b;'
        f'font-family:{FONT};font-size:15px;line-height:1.5">'
        '<div class="card" style="max-width:600px;margin:0 auto;padding:28px 24px;'
        'background:#ffffff;border:1px solid #e9e4e5;border-radius:12px">'
        f'<p class="soft" style="margin:0 0 16px;{SOFT};font-size:13px;font-weight:600">'
        f"{PRODUCT}</p>"
        f'<h1 style="margin:0 0 4px;font-size:20px;line-height:1.3;overflow-wrap:anywhere">'
        f"{escape(title)}</h1>"
        f'<p class="soft" style="margin:0 0 20px;{SOFT}">{escape(lead)}</p>'
        f"{body}"
        f'<p class="soft line" style="margin:28px 0 0;padding-top:16px;'
        f'border-top:1px solid #e9e4e5;{SOFT};font-size:13px">{foot}</p>'
        "</div></body></html>"
    )


def heading(text: str) -> str:
    """A heading inside."""
    return f'<h2 style="margin:26px 0 8px;font-size:16px;line-height:1.3">{escape(text)}</h2>'


def link(address: str, text: str) -> str:
    """A link in a line of text."""
    return (
        f'<a class="link" href="{escape(address)}" style="color:#b31b45;'
        f'overflow-wrap:anywhere">{escape(text)}</a>'
    )


def button(address: str, text: str) -> str:
    """The one thing to do next."""
    return (
        f'<p style="margin:22px 0 0"><a class="button" href="{escape(address)}" '
        'style="display:inline-block;padding:11px 18px;border-radius:8px;background:#b31b45;'
        f'color:#ffffff;font-weight:600;text-decoration:none">{escape(text)}</a></p>'
    )


def soft(text: str) -> str:
    """A quieter piece of a line."""
    return f'<span class="soft" style="{SOFT}">{escape(text)}</span>'
