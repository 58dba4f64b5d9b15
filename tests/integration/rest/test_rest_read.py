"""Reading: columns, filters, order, ranges, counts, media types."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


def ids(answer: httpx.Response) -> list[int]:
    assert answer.status_code in (200, 206), answer.text
    return [row["id"] for row in answer.json()]


def test_rest_says_what_is_served(api: httpx.Client) -> None:
    answer = api.get("/publishers?id=eq.1")
    assert answer.json() == [{"id": 1, "name": "North", "city": "Oslo"}]
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["content-range"] == "0-0/*"
    assert answer.headers["content-location"] == "/publishers?id=eq.1"
    assert answer.reason_phrase == "OK"


@pytest.mark.parametrize(
    ("select", "row"),
    [
        ("title", {"title": "The Quiet Sea"}),
        ("name:title,pages", {"name": "The Quiet Sea", "pages": 320}),
        ("id::text", {"id": "1"}),
        ("kind:details->format->>kind", {"kind": "paper"}),
        ("details->format->kind", {"kind": "paper"}),
        ("details->format->sizes->1", {"sizes": 2}),
        ("details->format->sizes->>-1", {"sizes": "2"}),
        ("details->>isbn::int", {"isbn": 111}),
        ("slug", {"slug": "the-quiet-sea"}),
        ("id,lent->lower", {"id": 1, "lower": None}),
        ('"title"', {"title": "The Quiet Sea"}),
        (" title , pages ", {"title": "The Quiet Sea", "pages": 320}),
    ],
)
def test_columns_are_chosen(api: httpx.Client, select: str, row: dict[str, Any]) -> None:
    answer = api.get("/books", params={"select": select, "id": "eq.1"})
    assert answer.json() == [row], answer.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("id=eq.2", [2]),
        ("id=neq.2", [1, 3, 4]),
        ("id=gt.2", [3, 4]),
        ("id=gte.2&id=lt.4", [2, 3]),
        ("id=lte.2", [1, 2]),
        ("title=like.*i*", [1, 2, 3]),
        ("title=like.the*", []),
        ("title=ilike.the*", [1]),
        ("title=like(any).{The*,Run*}", [1, 3]),
        ("title=ilike(all).{*the*,*sea*}", [1]),
        ("title=match.^R", [3]),
        ("title=imatch.^r", [3]),
        ("id=eq(any).{1,3}", [1, 3]),
        ("id=gt(all).{1,2}", [3, 4]),
        ("id=in.(1,4)", [1, 4]),
        ("id=in.()", []),
        ('title=in.("The Quiet Sea","A Loud Hill")', [1, 2]),
        ("id=not.in.(1,4)", [2, 3]),
        ("pages=is.null", [4]),
        ("pages=is.not_null", [1, 2, 3]),
        ("pages=not.is.null", [1, 2, 3]),
        ("publisher_id=isdistinct.1", [3, 4]),
        ("publisher_id=not.isdistinct.1", [1, 2]),
        ("moods=cs.{sad}", [2, 4]),
        ("moods=cd.{calm,sad}", [1, 3, 4]),
        ("moods=ov.{calm,tense}", [1, 2]),
        ("lent=sl.[11,12)", [1]),
        ("lent=sr.[1,10)", [2]),
        ("lent=nxr.[1,12)", [1]),
        ("lent=nxl.[5,12)", [2]),
        ("lent=adj.[10,20)", [1]),
        ("details->>isbn=eq.111", [1]),
        ("details->format->>kind=eq.cloth", [2]),
        ("details->format->sizes->0=eq.3", [2]),
        ('details=cs.{"isbn":"111"}', [1]),
        ("slug=eq.a-loud-hill", [2]),
        ("words=fts.quiet", [1]),
        ("words=wfts(english).loud or running", [2, 3]),
        ("words=plfts.running rivers", [3]),
        ("words=not.phfts(english).Running Rivers", [1, 2, 4]),
        ("title=fts(english).hills", [2]),
        ("or=(id.eq.1,id.eq.4)", [1, 4]),
        ("and=(id.gt.1,or(pages.lt.100,pages.is.null))", [3, 4]),
        ("or=(id.eq.1,and(id.gt.2,not.or(pages.is.null,id.eq.9)))", [1, 3]),
        ("not.or=(id.eq.1,id.eq.4)", [2, 3]),
        ("not.and=(id.gt.1,id.lt.4)", [1, 4]),
        ('or=(title.eq."Nobody\'s Book",id.in.(1,2))', [1, 2, 4]),
        ("or=(moods.cs.{sad},details->>isbn.eq.111)", [1, 2, 4]),
    ],
)
def test_rows_are_filtered(api: httpx.Client, query: str, expected: list[int]) -> None:
    assert ids(api.get(f"/books?select=id&order=id&{query}")) == expected


def test_all_text_searches_take_a_configuration(api: httpx.Client) -> None:
    for operator in ("fts", "plfts", "phfts", "wfts"):
        assert ids(api.get(f"/books?words={operator}(english).sea")) == [1]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("id.desc", [4, 3, 2, 1]),
        ("pages", [3, 2, 1, 4]),
        ("pages.desc", [4, 1, 2, 3]),
        ("pages.desc.nullslast", [1, 2, 3, 4]),
        ("pages.nullsfirst", [4, 3, 2, 1]),
        ("publisher_id.desc.nullslast,id.desc", [3, 2, 1, 4]),
        ("details->format->>kind.asc.nullslast,id", [2, 1, 3, 4]),
        ("publishers(name).desc.nullslast,id", [3, 1, 2, 4]),
    ],
)
def test_rows_are_ordered(api: httpx.Client, order: str, expected: list[int]) -> None:
    assert ids(api.get("/books", params={"select": "id,publishers()", "order": order})) == expected


@pytest.mark.parametrize(
    ("query", "headers", "status", "content_range", "expected"),
    [
        ("", {}, 200, "0-3/*", [1, 2, 3, 4]),
        ("&limit=2", {}, 200, "0-1/*", [1, 2]),
        ("&limit=2&offset=1", {}, 200, "1-2/*", [2, 3]),
        ("&offset=9", {}, 200, "*/*", []),
        ("&limit=0", {}, 200, "*/*", []),
        ("&offset=-4", {}, 200, "0-3/*", [1, 2, 3, 4]),
        ("", {"Range": "1-2"}, 200, "1-2/*", [2, 3]),
        ("", {"Range": "2-"}, 200, "2-3/*", [3, 4]),
        ("&limit=3", {"Range": "0-1"}, 200, "0-1/*", [1, 2]),
        ("&limit=2", {"Prefer": "count=exact"}, 206, "0-1/4", [1, 2]),
        ("", {"Prefer": "count=exact"}, 200, "0-3/4", [1, 2, 3, 4]),
        ("&limit=1", {"Prefer": "count=planned"}, 206, "0-0/4", [1]),
        ("&limit=1", {"Prefer": "count=estimated"}, 206, "0-0/4", [1]),
        ("&id=lt.1", {"Prefer": "count=exact"}, 200, "*/0", []),
        ("&limit=0", {"Prefer": "count=exact"}, 206, "*/4", []),
    ],
)
def test_rows_are_paged_and_counted(
    api: httpx.Client,
    query: str,
    headers: dict[str, str],
    status: int,
    content_range: str,
    expected: list[int],
) -> None:
    answer = api.get(f"/books?select=id&order=id{query}", headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-range"] == content_range
    assert ids(answer) == expected
    if "Prefer" in headers:
        assert answer.headers["preference-applied"] == headers["Prefer"]


@pytest.mark.parametrize(
    ("query", "headers", "details"),
    [
        (
            "offset=9",
            {"Prefer": "count=exact"},
            "An offset of 9 was requested, but there are only 4 rows.",
        ),
        ("limit=-1", {}, "Limit should be greater than or equal to zero."),
        (
            "",
            {"Range": "3-1"},
            "The lower boundary must be lower than or equal to the upper boundary"
            " in the Range header.",
        ),
    ],
)
def test_impossible_ranges_are_refused(
    api: httpx.Client, query: str, headers: dict[str, str], details: str
) -> None:
    answer = api.get(f"/books?{query}", headers=headers)
    assert answer.status_code == 416
    assert answer.json() == {
        "code": "PGRST103",
        "details": details,
        "hint": None,
        "message": "Requested range not satisfiable",
    }


def test_the_same_question_may_be_asked_otherwise(api: httpx.Client) -> None:
    path = "/publishers?id=eq.1&select=id"
    for _ in range(3):
        assert api.get(path).json() == [{"id": 1}]
        assert api.get(path, headers={"Accept": "text/csv"}).text == "id\n1"
        assert api.get(path, headers={"Prefer": "count=exact"}).headers["content-range"] == "0-0/1"
        assert api.get(path, headers={"Range": "1-2"}).json() == []
        assert api.head(path).content == b""
        assert api.get(path, headers={"Accept-Profile": "archive"}).status_code == 404


def test_a_count_goes_through_inner_embeds(api: httpx.Client) -> None:
    answer = api.get(
        "/books?select=id,publishers!inner(*)&publishers.city=eq.Oslo&limit=1",
        headers={"Prefer": "count=exact"},
    )
    assert answer.headers["content-range"] == "0-0/2"


def test_head_has_the_headers_and_no_body(api: httpx.Client) -> None:
    answer = api.head("/books?limit=1", headers={"Prefer": "count=exact"})
    assert (answer.status_code, answer.content) == (206, b"")
    assert answer.headers["content-range"] == "0-0/4"


def test_one_object_can_be_asked_for(api: httpx.Client) -> None:
    accept = {"Accept": "application/vnd.pgrst.object+json"}
    answer = api.get("/authors?id=eq.3&select=id,born", headers=accept)
    assert answer.json() == {"id": 3, "born": None}
    assert answer.headers["content-type"] == "application/vnd.pgrst.object+json; charset=utf-8"
    stripped = {"Accept": "application/vnd.pgrst.object+json;nulls=stripped"}
    assert api.get("/authors?id=eq.3&select=id,born", headers=stripped).json() == {"id": 3}
    for query, count in (("id=gt.0", 4), ("id=eq.0", 0)):
        refused = api.get(f"/authors?{query}", headers=accept)
        assert refused.status_code == 406
        assert refused.json() == {
            "code": "PGRST116",
            "details": f"The result contains {count} rows",
            "hint": None,
            "message": "Cannot coerce the result to a single JSON object",
        }
        assert api.head(f"/authors?{query}", headers=accept).status_code == 406


def test_nulls_are_stripped_on_request(api: httpx.Client) -> None:
    accept = {"Accept": "application/vnd.pgrst.array+json;nulls=stripped"}
    answer = api.get("/authors?id=in.(1,3)&select=id,born&order=id", headers=accept)
    assert answer.json() == [{"id": 1, "born": "1815-12-10"}, {"id": 3}]
    assert answer.headers["content-type"].startswith("application/vnd.pgrst.array+json;nulls=str")


def test_csv(api: httpx.Client) -> None:
    accept = {"Accept": "text/csv"}
    answer = api.get("/publishers?select=id,name,city&order=id", headers=accept)
    assert answer.text == "id,name,city\n1,North,Oslo\n2,South,Rome\n3,Idle,"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert api.get('/Odd names?select="c,d"', headers=accept).text == '"c,d"\ncomma'
    assert api.get("/books?id=eq.0", headers=accept).text == "\n"


def test_aggregates(api: httpx.Client) -> None:
    assert api.get("/books?select=count()").json() == [{"count": 4}]
    assert api.get("/books?select=count").json() == [{"count": 4}], "as a column, without ()"
    grouped = api.get(
        "/books?select=publisher_id,pages.sum(),n:id.count()::text&order=publisher_id"
    )
    assert grouped.json() == [
        {"publisher_id": 1, "sum": 440, "n": "2"},
        {"publisher_id": 2, "sum": 80, "n": "1"},
        {"publisher_id": None, "sum": None, "n": "1"},
    ]
    ranged = api.get("/books?select=min:pages.min(),max:pages.max(),pages.avg()::int")
    assert ranged.json() == [{"min": 80, "max": 320, "avg": 173}]
    by_path = api.get("/books?select=kind:details->format->>kind,count()&order=count.desc,kind")
    assert by_path.status_code == 400, "kind is an alias, not a column to order by"
    embedded = api.get("/publishers?select=name,books(pages.sum())&order=id&limit=2")
    assert embedded.json() == [
        {"name": "North", "books": [{"sum": 440}]},
        {"name": "South", "books": [{"sum": 80}]},
    ]
    with_embed = api.get("/books?select=publishers(name),count()&publisher_id=not.is.null")
    assert sorted(row["count"] for row in with_embed.json()) == [1, 2]


def test_domains_are_shown_and_read_by_their_casts(api: httpx.Client) -> None:
    everything = [{"id": 1, "colour": "#0000ff"}, {"id": 2, "colour": "#ff0000"}]
    assert api.get("/paints?order=id").json() == everything
    assert ids(api.get("/paints?colour=eq.%23ff0000")) == [2]
    assert ids(api.get("/paints?colour=in.(%23ff0000,%230000ff)&order=id")) == [1, 2]


def test_views_and_odd_names(api: httpx.Client) -> None:
    assert api.get("/book_list?book=eq.1").json() == [
        {"book": 1, "name": "The Quiet Sea", "house": 1}
    ]
    assert api.get("/page_counts?publisher_id=eq.1").json() == [{"publisher_id": 1, "pages": 440}]
    odd = api.get('/Odd%20names?select="a.b",ünï&"c,d"=eq.comma')
    assert odd.json() == [{"a.b": "dot", "ünï": "umlaut"}]


def test_plans_are_shown_when_enabled(api: httpx.Client) -> None:
    text = api.get("/books", headers={"Accept": "application/vnd.pgrst.plan+text"})
    assert text.text.startswith("Aggregate") and "Seq Scan on books" in text.text
    accept = 'application/vnd.pgrst.plan+json; for="text/csv"; options=analyze|buffers'
    as_json = api.get("/books", headers={"Accept": accept})
    assert as_json.json()[0]["Plan"]["Actual Rows"] == 1
    assert as_json.headers["content-type"] == (
        'application/vnd.pgrst.plan+json; for="text/csv"; options=analyze|buffers; charset=utf-8'
    )


def test_a_plan_shows_the_body_where_tools_look_for_it(api: httpx.Client) -> None:
    accept = {"Accept": "application/vnd.pgrst.plan+json; options=verbose"}

    def output(answer: httpx.Response) -> list[str]:
        shown: list[str] = answer.json()[0]["Plan"]["Output"]
        return shown

    body = "COALESCE(json_agg(ROW(authors.id, authors.name, authors.born, authors.mentor_id))"
    assert output(api.get("/authors", headers=accept))[2].startswith(body)
    headers = {**accept, "Prefer": "return=representation"}
    assert output(api.delete("/authors?id=eq.1", headers=headers))[3].startswith(body)
