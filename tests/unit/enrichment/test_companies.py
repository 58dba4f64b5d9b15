"""A list of companies: good rows, bad rows, and which domain stands for a company."""

from __future__ import annotations

from pathlib import Path

import pytest

from backoffice.enrichment.companies import (
    COLUMNS,
    LONGEST_DESCRIPTION,
    NotACompanyListError,
    account_domains,
    documents,
    read_companies,
)

HEADER = ",".join(COLUMNS)
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "companies.csv"


def write(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "companies.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_good_rows_are_read_and_bad_ones_named_by_their_line(tmp_path: Path) -> None:
    found = read_companies(
        write(
            tmp_path,
            'acme.com,acme,"Acme, Inc",https://www.acme.com/,fr,site_analytics,"Two\nlines"',
            ",acme,Acme,,,,",
            "no domain at all,acme,Acme,,,,",
            "b.com,b,,,,,",
            "c.com,c,C,,France,,",
            "ACME.com.,acme,Acme,,,,",
            "d.com,d,D",
            "e.com,e,E,,,,,one too many",
            "münchen.de,m,München,,,,",
        )
    )
    assert [row.domain for row in found.rows] == ["acme.com", "xn--mnchen-3ya.de"]
    acme = found.rows[0]
    assert (acme.name, acme.country, acme.industry) == ("Acme, Inc", "FR", "Site analytics")
    assert [(bad.line, bad.reason.split()[0]) for bad in found.bad] == [
        (4, "no"),
        (5, "'no"),
        (6, "no"),
        (7, "'FRANCE'"),
        (8, "acme.com"),
        (9, "fewer"),
        (10, "more"),
    ]


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotACompanyListError, match="company_id"):
        read_companies(write(tmp_path, "acme.com,Acme", header="domain,company"))
    with pytest.raises(NotACompanyListError):
        read_companies(tmp_path / "missing.csv")
    with pytest.raises(NotACompanyListError, match="after line 2"):
        read_companies(write(tmp_path, "acme.com,acme,Acme,,,,", 'b.com,b,"never closed'))


def test_what_is_not_utf8_makes_a_row_bad_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    rows = "cafe.fr,c,Café,,FR,,\nacme.com,acme,Acme,,,,\n"
    path.write_bytes(HEADER.encode() + b"\n" + rows.encode("latin-1"))
    found = read_companies(path)
    assert [row.domain for row in found.rows] == ["acme.com"]
    assert [(bad.line, bad.reason) for bad in found.bad] == [(2, "is not UTF-8")]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_spreadsheets_own_delimiter_is_understood(tmp_path: Path, delimiter: str) -> None:
    row = ["acme.com", "acme", "Acme", "", "FR", "", "One, two" + delimiter + " three"]
    row[-1] = f'"{row[-1]}"'
    header = "\ufeff" + HEADER.replace(",", delimiter)
    found = read_companies(write(tmp_path, delimiter.join(row), header=header))
    assert found.bad == []
    assert [(row.name, row.country) for row in found.rows] == [("Acme", "FR")]
    assert found.rows[0].description == f"One, two{delimiter} three"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_headings_in_capitals_and_unicode_text_of_spreadsheets_are_read(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "list.txt"
    header = ",".join(f" {name.title()}" for name in HEADER.split(","))
    mark = "" if encoding == "utf-8-sig" else "\ufeff"
    path.write_bytes(f"{mark}{header}\ncafe.fr,c,Café,,FR,,\n".encode(encoding))
    found = read_companies(path)
    assert found.bad == []
    assert [(row.domain, row.name, row.country) for row in found.rows] == [
        ("cafe.fr", "Café", "FR")
    ]


def test_what_begins_as_utf16_and_is_not_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(b"\xff\xfe" + HEADER.encode("utf-16-le") + b"\n\x00\x00\xd8x\x00")
    with pytest.raises(NotACompanyListError, match="UTF-16"):
        read_companies(path)


def test_a_very_long_description_is_cut(tmp_path: Path) -> None:
    found = read_companies(write(tmp_path, f"acme.com,acme,Acme,,,,{'x' * 200_000}"))
    assert len(found.rows[0].description or "") == LONGEST_DESCRIPTION


def test_a_companys_domains_stand_for_its_website(tmp_path: Path) -> None:
    found = read_companies(
        write(
            tmp_path,
            "tracker.net,acme,Acme,https://www.acme.co.uk/about,,,",
            "cdn.acme-static.com,acme,Acme,https://www.acme.co.uk/about,,,",
            "page.com,page,Page,https://platform.com/page,,,",
            "platform.com,platform,Platform,https://platform.com/,,,",
            "alone.com,alone,Alone,,,,",
        )
    )
    assert account_domains(found.rows) == {
        "tracker.net": "acme.co.uk",
        "cdn.acme-static.com": "acme.co.uk",
        "page.com": "page.com",
        "platform.com": "platform.com",
        "alone.com": "alone.com",
    }


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data/companies.csv is not here")
def test_the_shared_list_is_read_whole() -> None:
    found = read_companies(SHARED)
    assert found.bad == []
    assert len(found.rows) == 4576
    assert len({row.company_id for row in found.rows}) == 2546
    named = list(documents(found.rows))
    assert len({row["domain"] for row in named}) == 4576
    google = {row["account_domain"] for row in named if row["company_id"] == "google"}
    assert google == {"google.com"}
