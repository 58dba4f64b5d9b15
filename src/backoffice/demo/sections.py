"""Three AI Sections for the first client, so that its pages have something to show."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final, LiteralString

import orjson

from backoffice.database import Database, RequestContext

SITE: Final = "abtasty.com"

# Sections are written as the person who asks. Nobody does here, so it is the first administrator.
_AUTHOR: LiteralString = """
select jsonb_build_object('sub', profile.id, 'role', 'authenticated', 'aal', 'aal2')::text
from public.profiles as profile
where profile.role = 'admin'
  and not exists (select from public.ai_sections as section where section.site_domain = %s)
order by profile.created_at, profile.id
limit 1
"""
_CREATE: LiteralString = """
with made as (select * from private.create_section(%(site)s, %(slug)s, %(content)s::jsonb))
select made.id from made
"""
_PUBLISH: LiteralString = "select private.publish_section(%s, %s, 1)"


def examples() -> list[dict[str, Any]]:
    """The sections' slugs and contents, in order."""
    content = files("backoffice.demo").joinpath("content", "sections.json").read_bytes()
    sections: list[dict[str, Any]] = orjson.loads(content)
    return sections


async def prepare_sections(database: Database) -> None:
    """Make and publish the examples, unless the website has, or ever had, sections of its own."""
    claims = await database.fetch_value(_AUTHOR, [SITE])
    if claims is None:
        return
    author = RequestContext(role="authenticated", settings={"request.jwt.claims": claims})
    async with database.transaction(author) as connection:
        for example in examples():
            slug = example.pop("slug")
            content = orjson.dumps(example).decode()
            cursor = await connection.execute(
                _CREATE, {"site": SITE, "slug": slug, "content": content}
            )
            row = await cursor.fetchone()
            assert row is not None
            await connection.execute(_PUBLISH, [SITE, row[0]])
