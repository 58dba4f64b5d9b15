"""What the e-mails say. Every value is escaped; a mail names only links this server made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Literal

from backoffice.mail import Mail

PRODUCT = "Client Backoffice"
Letter = Literal[
    "signup",
    "invite",
    "recovery",
    "magiclink",
    "email_change_current",
    "email_change_new",
    "reauthentication",
]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one kind of mail; `{old}` and `{new}` stand for addresses."""

    subject: str
    lead: str
    button: str
    ignore: str


WORDINGS: Mapping[Letter, Wording] = {
    "signup": Wording(
        "Confirm your e-mail address",
        f"Welcome to {PRODUCT}. Confirm that this address is yours, and you are in.",
        "Confirm my address",
        "If you did not sign up, ignore this e-mail: nothing happens.",
    ),
    "invite": Wording(
        f"You are invited to {PRODUCT}",
        f"You have been invited to {PRODUCT}. Accept, and choose your password.",
        "Accept the invitation",
        "If you did not expect this, ignore this e-mail.",
    ),
    "recovery": Wording(
        "Choose a new password",
        f"Somebody asked for a new password of your {PRODUCT} account.",
        "Choose a new password",
        "If it was not you, ignore this e-mail: your password stays as it is.",
    ),
    "magiclink": Wording(
        f"Your sign-in link to {PRODUCT}",
        f"Here is the link you asked for to sign in to {PRODUCT}.",
        "Sign in",
        "If you did not ask for it, ignore this e-mail.",
    ),
    "email_change_current": Wording(
        "Confirm the change of your e-mail address",
        "Your account's e-mail address is to change from {old} to {new}. Confirm it here, and from"
        " the new address too.",
        "Confirm the change",
        "If it was not you, do not confirm, and change your password: somebody is signed in"
        " as you.",
    ),
    "email_change_new": Wording(
        "Confirm your new e-mail address",
        f"The e-mail address of a {PRODUCT} account is to change from {{old}} to {{new}}.",
        "Confirm the new address",
        "If you did not ask for it, ignore this e-mail: nothing happens.",
    ),
    "reauthentication": Wording(
        "Your confirmation code",
        "Enter this code to confirm that it is you who changes the password.",
        "",
        "If it was not you, change your password: somebody is signed in as you.",
    ),
}


def compose(
    letter: Letter,
    to: str,
    *,
    code: str = "",
    link: str = "",
    old: str = "",
    new: str = "",
    lifetime: timedelta = timedelta(hours=1),
) -> Mail:
    """The mail of that kind; `old` and `new` are the addresses of an e-mail change."""
    words = WORDINGS[letter]
    lead = words.lead.format(old=old, new=new)
    typed = ""
    if code:
        typed = f"Or enter this code: {code}" if link else f"Your code: {code}"
    validity = _validity(lifetime)
    parts = [lead, f"{words.button}:\n{link}" if link else "", typed, validity, words.ignore]
    text = "\n\n".join(part for part in parts if part) + "\n"
    return Mail(to, words.subject, text, _html(words, lead, code, link, validity))


def _validity(lifetime: timedelta) -> str:
    hours = round(lifetime / timedelta(hours=1))
    if hours == 1:
        return "It works once, and for an hour."
    if hours < 48:
        return f"It works once, and for {hours} hours."
    return f"It works once, and for {round(hours / 24)} days."


# Inline styles are what every mail program keeps; the classes only repaint where it is dark.
DARK = (
    "@media (prefers-color-scheme:dark){"
    ".page{background:#161214!important;color:#ece7e9!important}"
    ".card{background:#1d181a!important;border-color:#362f32!important}"
    ".soft{color:#a79da1!important}"
    ".button{background:#cf2d53!important}}"
)
FONT = "system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"


def _html(words: Wording, lead: str, code: str, link: str, validity: str) -> str:
    paragraph = '<p style="margin:0 0 20px;line-height:1.5;overflow-wrap:anywhere">'
    button = (
        f'{paragraph}<a class="button" href="{escape(link)}" style="display:inline-block;'
        "padding:12px 20px;border-radius:8px;background:#b31b45;color:#ffffff;font-weight:600;"
        f'text-decoration:none">{escape(words.button)}</a></p>'
        if link
        else ""
    )
    label = "Or enter this code:" if link else "Your code:"
    typed = (
        f'{paragraph}{label}<br><strong style="font-size:22px;letter-spacing:3px">'
        f"{escape(code)}</strong></p>"
        if code
        else ""
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(words.subject)}</title><style>{DARK}</style></head>"
        '<body class="page" style="margin:0;padding:24px 12px;background:#faf8f8;color:#1e191b;'
        f'font-family:{FONT};font-size:16px">'
        '<div class="card" style="max-width:480px;margin:0 auto;padding:28px 24px;'
        'background:#ffffff;border:1px solid #e9e4e5;border-radius:12px">'
        '<p class="soft" style="margin:0 0 20px;color:#6f6669;font-size:14px;font-weight:600">'
        f"{PRODUCT}</p>"
        f'<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">{escape(words.subject)}</h1>'
        f"{paragraph}{escape(lead)}</p>{button}{typed}"
        '<p class="soft" style="margin:0;color:#6f6669;font-size:13px;line-height:1.5">'
        f"{validity}<br>{escape(words.ignore)}</p></div></body></html>"
    )
