"""One event: what is refused by name, what is read out of it, what never gets through."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.addresses import hash_address
from backoffice.capture.events import RefusedEventError
from backoffice.capture.sender import Origins
from unit.capture.capture_senders import CHROME, IPHONE, NOW, ORIGINS, SITE, event, normalised

LIBRARY = {"user-agent": "python-httpx/0.28"}
SDK = {"user-agent": "posthog-python/7.91.1"}


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (7, "event"),
        ([], "event"),
        (event(event=None), "event"),
        (event(event=7), "event"),
        (event(event=" "), "event"),
        (event(event="x" * 201), "event"),
        (event(event="a\0b"), "event"),
        (event(distinct_id=None), "distinct_id"),
        (event(distinct_id=""), "distinct_id"),
        (event(distinct_id=["a"]), "distinct_id"),
        (event(distinct_id=True), "distinct_id"),
        (event(distinct_id="x" * 201), "distinct_id"),
        (event(distinct_id="a\0"), "distinct_id"),
        (event(distinct_id=0), "distinct_id"),
        (event(distinct_id="Anonymous"), "distinct_id"),
        (event(distinct_id='"null"'), "distinct_id"),
        (event(distinct_id=None, properties={"distinct_id": {}}), "properties.distinct_id"),
        (event(properties=[]), "properties"),
        (event(properties="text"), "properties"),
        (event(nested(300)), "properties"),
        (event({"text": "x" * 40_000}), "properties"),
        (event({"$session_id": 7}), "properties.$session_id"),
        (event({"$session_id": "x" * 201}), "properties.$session_id"),
        (event(uuid="not-a-uuid"), "uuid"),
        (event(uuid=7), "uuid"),
        (event(uuid=[]), "uuid"),
        (event(timestamp="tomorrow"), "timestamp"),
        (event(timestamp=[]), "timestamp"),
        (event(timestamp="2014-12-31T23:59:59Z"), "timestamp"),
        (event(timestamp="2025-06-16T12:00:01Z"), "timestamp"),
        (event(timestamp="0001-01-01T00:00:00+14:00"), "timestamp"),
        (event(timestamp=1_749_981_600), "timestamp"),
        (event(timestamp=1e300), "timestamp"),
        (event(offset=10**30), "offset"),
        (event(offset=-(10**9)), "offset"),
    ],
)
def test_refused_by_field(raw: Any, field: str) -> None:
    with pytest.raises(RefusedEventError) as caught:
        normalised(raw)
    assert caught.value.field == field
    assert caught.value.message


@pytest.mark.parametrize(
    ("changes", "sent_at", "expected"),
    [
        ({}, None, "2025-06-15T11:00:00+00:00"),
        ({"timestamp": None}, None, "2025-06-15T12:00:00+00:00"),
        ({"timestamp": "2025-06-15T13:00:00+02:00"}, None, "2025-06-15T11:00:00+00:00"),
        ({"timestamp": "2025-06-15 11:00"}, None, "2025-06-15T11:00:00+00:00"),
        ({"timestamp": 1_749_985_200_000}, None, "2025-06-15T11:00:00+00:00"),
        ({"timestamp": "2025-06-16T12:00:00Z"}, None, "2025-06-16T12:00:00+00:00"),
        ({"timestamp": "2015-01-01T00:00:00Z"}, None, "2015-01-01T00:00:00+00:00"),
        ({"offset": 60_000}, None, "2025-06-15T11:59:00+00:00"),
        ({}, datetime(2025, 6, 15, 11, 30, tzinfo=UTC), "2025-06-15T11:30:00+00:00"),
        (
            {"properties": {"$ignore_sent_at": True}},
            datetime(2025, 6, 15, 11, 30, tzinfo=UTC),
            "2025-06-15T11:00:00+00:00",
        ),
    ],
)
def test_when_it_happened(changes: dict[str, Any], sent_at: Any, expected: str) -> None:
    assert normalised(event(**changes), sent_at=sent_at)["occurred_at"] == expected


def test_page_host_referrer_and_campaign() -> None:
    stored = normalised(
        event(
            {
                "$current_url": "https://u:p@WWW.Abtasty.com:8443//pricing/?utm_source=g&secret=1#x",
                "$referrer": "https://www.google.com/search?q=secret",
                "utm_medium": " cpc ",
            }
        )
    )
    assert stored["url"] == "https://www.abtasty.com//pricing/"
    assert (stored["host"], stored["page"]) == ("www.abtasty.com", "/pricing")
    assert stored["referrer_host"] == "www.google.com"
    assert (stored["utm_source"], stored["utm_medium"]) == ("g", "cpc")
    assert "secret" not in orjson.dumps(stored).decode()


@pytest.mark.parametrize(
    ("properties", "host", "page", "referrer"),
    [
        ({"$host": "Localhost:3000", "$pathname": "/a/"}, "localhost", "/a", None),
        ({"$pathname": "x" * 900}, None, "/" + "x" * 511, None),
        ({"$current_url": "javascript:alert(1)"}, None, None, None),
        ({"$current_url": "http://[broken"}, None, None, None),
        ({"$current_url": 7, "$referrer": {}}, None, None, None),
        ({"$referrer": "$direct", "$referring_domain": "$direct"}, None, None, None),
        (
            {"$current_url": "https://a.com", "$referring_domain": "www.a.com"},
            "a.com",
            "/",
            None,
        ),
    ],
)
def test_places_that_make_no_sense_are_left_out(
    properties: dict[str, Any], host: str | None, page: str | None, referrer: str | None
) -> None:
    stored = normalised(event(properties))
    assert (stored["host"], stored["page"], stored["referrer_host"]) == (host, page, referrer)


@pytest.mark.parametrize(
    ("properties", "headers", "expected"),
    [
        ({}, {"user-agent": CHROME}, ("desktop", "Chrome", "Windows", False)),
        ({}, {"user-agent": IPHONE}, ("mobile", "Mobile Safari", "iOS", False)),
        (
            {"$device_type": "Tablet"},
            {"user-agent": CHROME},
            ("tablet", "Chrome", "Windows", False),
        ),
        ({"$raw_user_agent": IPHONE}, LIBRARY, ("mobile", "Mobile Safari", "iOS", False)),
        ({}, LIBRARY, (None, None, None, False)),
        ({}, SDK, (None, None, None, False)),
        ({}, {}, (None, None, None, False)),
        ({"$raw_user_agent": "curl/8.0"}, SDK, (None, "curl", None, True)),
        ({"$browser_type": "bot"}, {"user-agent": CHROME}, ("desktop", "Chrome", "Windows", True)),
    ],
)
def test_device_and_bots(
    properties: dict[str, Any], headers: dict[str, str], expected: tuple[Any, ...]
) -> None:
    stored = normalised(event(properties), headers)
    got = (stored["device_type"], stored["browser"], stored["os"], stored["is_bot"])
    assert got == expected


def test_addresses_become_a_keyed_hash_and_are_stored_nowhere() -> None:
    stored = normalised(
        event(
            {
                "$ip": "198.51.100.23",
                "ip": "198.51.100.23",
                "$geoip_latitude": 48.8,
                "nested": {"note": "seen at 198.51.100.23"},
                "$set": {"$ip": "198.51.100.23", "plan": "pro"},
            }
        )
    )
    assert stored["ip_hash"] == hash_address(b"k" * 32, SITE, "198.51.100.23")
    assert "198.51.100" not in orjson.dumps(stored).decode()
    assert stored["properties"] == {"nested": {"note": "seen at [ip]"}, "$set": {"plan": "pro"}}


def test_a_request_lends_its_address_unless_a_server_sends_for_others() -> None:
    assert normalised(event())["ip_hash"] == hash_address(b"k" * 32, SITE, "203.0.113.7")
    assert normalised(event(), SDK)["ip_hash"] is None
    other_key = Origins(hash_key=b"x" * 32)
    assert normalised(event(), origins=other_key)["ip_hash"] != normalised(event())["ip_hash"]


def test_identify_reveals_person_and_earlier_id() -> None:
    stored = normalised(
        event(
            {"$anon_distinct_id": "anon-1", "$set": {"email": " Ada@Example.COM ", "name": "Ada"}},
            event="$identify",
        )
    )
    assert stored["anon_distinct_id"] == "anon-1"
    assert (stored["email"], stored["name_of_person"]) == ("ada@example.com", "Ada")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (event({"alias": "other"}, event="$create_alias"), "other"),
        (event({"$anon_distinct_id": "visitor-1"}, event="$identify"), None),
        (event({"$anon_distinct_id": "undefined"}, event="$identify"), None),
        (event({"$anon_distinct_id": 7}, event="$identify"), None),
        (event({"$anon_distinct_id": "anon-1"}), None),
    ],
)
def test_only_a_real_earlier_id_merges(raw: dict[str, Any], expected: str | None) -> None:
    assert normalised(raw)["anon_distinct_id"] == expected


@pytest.mark.parametrize(
    ("properties", "name", "email"),
    [
        ({"email": "a@example.com"}, "email_captured", "a@example.com"),
        ({"email": "a@example.com"}, "$pageview", None),
        ({"email": "no address"}, "email_captured", None),
        ({"$set": {"email": "a@@b"}}, "$pageview", None),
        ({"$set": {"email": "x" * 300 + "@example.com"}}, "$pageview", None),
    ],
)
def test_email(properties: dict[str, Any], name: str, email: str | None) -> None:
    assert normalised(event(properties, event=name))["email"] == email


def test_nul_characters_are_taken_out_of_properties() -> None:
    stored = normalised(event({"a\0": "b\0c", "literal": "\\u0000", "$browser": "Chr\0ome"}))
    assert stored["properties"]["a"] == "bc"
    assert stored["properties"]["literal"] == "\\u0000"
    assert stored["browser"] == "Chrome"


def test_a_retry_without_uuid_is_the_same_event_and_another_time_is_not() -> None:
    first = normalised(event({"a": 1}, uuid=None))["uuid"]
    assert normalised(event({"a": 1}, uuid=""))["uuid"] == first
    assert normalised(event({"a": 2}, uuid=None))["uuid"] != first
    assert normalised(event({"a": 1}, uuid=None, timestamp=NOW.isoformat()))["uuid"] != first
    undated = [normalised(event(uuid=None, timestamp=None))["uuid"] for _ in range(2)]
    assert undated[0] != undated[1]


def test_keys_never_reach_the_stored_properties() -> None:
    stored = normalised(event({"token": "rose_pk_1", "distinct_id": "visitor-1", "plan": "pro"}))
    assert stored["properties"] == {"plan": "pro"}


def test_a_conversation_id_links_only_when_it_is_one() -> None:
    known = "0192f0c1-2a3b-7c4d-8e5f-6a7b8c9d0e1f"
    assert normalised(event({"conversation_id": known.upper()}))["conversation_id"] == known
    assert normalised(event({"conversation_id": "42"}))["conversation_id"] is None


def test_country_is_told_by_trusted_proxies_databases_and_programs_only() -> None:
    proxied = Origins.from_settings(_settings(), b"k" * 32)
    headers = {"user-agent": CHROME, "cf-ipcountry": "fr", "x-forwarded-for": "198.51.100.1"}
    assert normalised(event(), headers, "10.1.2.3", proxied)["country"] == "FR"
    assert normalised(event(), headers, "203.0.113.9", proxied)["country"] is None
    spoofed = event({"$geoip_country_code": "DE"})
    assert normalised(spoofed)["country"] is None
    assert normalised(spoofed, SDK)["country"] == "DE"

    class Database:
        def get(self, address: str) -> Any:
            return {"country": {"iso_code": "JP"}} if address == "198.51.100.1" else None

    known = Origins(hash_key=b"k" * 32, countries=Database())
    assert normalised(event({"$ip": "198.51.100.1"}), origins=known)["country"] == "JP"
    assert normalised(event(), origins=known)["country"] is None


def _settings() -> Any:
    from backoffice.settings import Settings

    return Settings(trusted_proxies=["10.0.0.0/8"], country_header="CF-IPCountry")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=10), children, max_size=4
        )
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [
        "$session_id", "$current_url", "$host", "$pathname", "$referrer", "$referring_domain",
        "utm_source", "$device_type", "$browser", "$os", "$raw_user_agent", "$ip", "$set",
        "$set_once", "email", "name", "alias", "$anon_distinct_id", "conversation_id", "language",
        "$geoip_country_code", "$ignore_sent_at", "$browser_type", "distinct_id",
    ]
)  # fmt: skip


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "event": st.sampled_from(["$identify", "$create_alias", "email_captured"]) | JSON,
            "distinct_id": st.sampled_from(["a", "b@example.com"]) | JSON,
            "uuid": JSON,
            "timestamp": st.datetimes().map(datetime.isoformat) | JSON,
            "offset": JSON,
            "properties": st.dictionaries(NAMES, JSON, max_size=8) | JSON,
            "$set": JSON,
        },
    )
    | JSON
)
def test_any_json_is_stored_or_refused(raw: Any) -> None:
    try:
        stored = normalised(raw)
    except RefusedEventError as refusal:
        assert refusal.field
        return
    assert b"\\u0000" not in orjson.dumps(stored).replace(b"\\\\", b"")
    assert datetime(2015, 1, 1, tzinfo=UTC) <= datetime.fromisoformat(stored["occurred_at"])
    assert 0 < len(stored["distinct_id"]) <= 200
    assert stored["page"] is None or stored["page"].startswith("/")
    assert ORIGINS.hash(SITE, "203.0.113.7") == stored["ip_hash"] or "$ip" in raw["properties"]
