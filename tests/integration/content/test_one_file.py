"""A new configuration is one new file: form, check, defaults, types and delivery follow."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from backoffice.content import configs_store
from backoffice.content.schemas import CONFIG, load_configs
from backoffice.content.sync import sync_configs
from backoffice.stack.config_types import render_models
from backoffice.stack.processes import wait_until
from support.database import TestDatabase
from support.server import TestServer

SITE = "abtasty.com"
OPENING = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Opening hours",
    "description": "When somebody answers.",
    "x-position": 500,
    "x-access": "client",
    "x-delivery": "widget",
    "x-merge": "deep",
    "x-feature": True,
    "x-enabled-by-default": True,
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "from": {"type": "integer", "title": "From", "minimum": 0, "maximum": 23, "default": 9},
        "pager": {"type": "string", "title": "Pager", "x-access": "staff", "default": "0123"},
    },
}


def test_one_file_makes_a_configuration(
    tmp_path: Path,
    database: TestDatabase,
    server: TestServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    (folder / "website" / "opening_hours.json").write_text(json.dumps(OPENING))
    configs = load_configs(folder)
    monkeypatch.setattr(configs_store, "known_configs", lambda: configs)
    with (
        database.connect("postgres") as owner,
        server.signed_in("user@user.com", "user") as user,
    ):
        key = owner.execute(
            "select public_key from public.domain_keys where kind = 'public'"
        ).fetchone()
        assert key is not None

        def delivered() -> dict[str, object] | None:
            body = user.get(f"/widget/v1/{key[0]}/config.json").json()
            found: dict[str, object] | None = body["config"].get("opening_hours")
            return found

        assert delivered() is None
        assert sync_configs(owner, configs) == 1
        assert sync_configs(owner, configs) == 0
        assert wait_until(lambda: delivered() == {"from": 9}, 1)

        rows = user.post("/rest/v1/rpc/get_configuration", json={"p_site_domain": SITE}).json()
        row = rows[-1]
        assert (row["config_slug"], row["enabled"], row["config"]) == (
            "opening_hours",
            True,
            {"from": 9},
        )
        assert list(row["schema"]["properties"]) == ["from"]

        address = f"/content/v1/domains/{SITE}/configs/opening_hours"
        wrong = user.put(address, json={"version": 0, "config": {"from": 24}})
        assert wrong.json()["errors"] == [{"field": "/from", "message": "must be at most 23"}]
        assert user.put(address, json={"version": 0, "config": {"from": 8}}).status_code == 200
        assert wait_until(lambda: delivered() == {"from": 8}, 1)
        model = render_models({"opening_hours": configs["opening_hours"]})["opening_hours.py"]
        assert "OpeningHoursConfig" in model and '"pager": str' in model

        # Without its file it is gone, and what was set is kept for its return.
        assert sync_configs(owner) == 1
        assert wait_until(lambda: delivered() is None, 1)
        assert sync_configs(owner, configs) == 1
        assert wait_until(lambda: delivered() == {"from": 8}, 1)
