"""The switch between versions and variants in a real browser: by list, by keyboard, on a phone, from files and a server."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.site import test_browser, test_versions
from tests.site.browsing import PHONE, Visit, served

pytestmark = test_browser.pytestmark
browser = test_browser.browser
open_page = test_browser.open_page
seeds = test_versions.seeds

Open = Callable[..., Visit]
CLASS = "api/flyte.app/connectorenvironment.html"


def chosen(visit: Visit) -> list[str]:
    """The version and the variant that the lists show."""
    visit.page.wait_for_selector(".switches select", state="attached")
    # Leaving earlier would cut short what the page still loads.
    visit.page.wait_for_load_state("networkidle")
    values: list[str] = visit.page.eval_on_selector_all(
        ".switches select", "lists => lists.map(list => list.value)"
    )
    return values


def test_the_same_page_elsewhere(open_page: Open, seeds: Path) -> None:
    """A variant has the same page, at the same anchor; a version that has no such page shows its landing page."""
    base = f"{(seeds / 'site').as_uri()}/"
    visit = open_page(f"{CLASS}#methods", base)
    page = visit.page
    assert chosen(visit) == ["2.0.0b44", ""]
    page.get_by_label("Variant").select_option("byoc")
    page.wait_for_url(f"{base}variants/byoc/{CLASS}#methods")
    assert chosen(visit) == ["2.0.0b44", "byoc"]
    page.get_by_label("Version").select_option("2.0.0b31")
    page.wait_for_url(f"{base}versions/2.0.0b31/variants/byoc/index.html")
    assert chosen(visit) == ["2.0.0b31", "byoc"]
    page.get_by_label("Variant").select_option("All")
    page.wait_for_url(f"{base}versions/2.0.0b31/index.html")
    assert chosen(visit) == ["2.0.0b31", ""]
    page.go_back()
    page.wait_for_url(f"{base}versions/2.0.0b31/variants/byoc/index.html")
    assert chosen(visit) == ["2.0.0b31", "byoc"]


def test_the_switch_by_keyboard_on_a_server(
    open_page: Open, seeds: Path, tmp_path: Path
) -> None:
    """Below any path of a server, keys alone reach the lists and choose from them."""
    shutil.copytree(seeds / "site", tmp_path / "some/where")
    with served(tmp_path) as address:
        visit = open_page("some/where/index.html", address)
        assert chosen(visit) == ["2.0.0b44", ""]
        visit.page.focus(".find input")
        visit.page.keyboard.press("Tab")
        visit.page.keyboard.press("ArrowDown")
        visit.page.wait_for_url("**/some/where/versions/2.0.0b43/index.html")
        assert chosen(visit) == ["2.0.0b43", ""]
        assert all(url.startswith(address) for url in visit.requests)


def test_what_changed_is_two_steps_away(open_page: Open, seeds: Path) -> None:
    """From the landing page to what changed, and from there to what is gone, in the version that had it."""
    visit = open_page("index.html", f"{(seeds / 'site').as_uri()}/")
    page = visit.page
    page.get_by_role("main").get_by_role(
        "link", name="What changed in 2.0.0b44"
    ).click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("main").get_by_role("link", name="flyte", exact=True).click()
    page.wait_for_url("**/versions/2.0.0b43/api/flyte/index.html")
    assert chosen(visit) == ["2.0.0b43", ""]


def test_a_phone_has_the_switch_in_its_drawer(open_page: Open, seeds: Path) -> None:
    """The bar of a phone has no room for lists; they stand above the navigation."""
    visit = open_page("index.html", f"{(seeds / 'site').as_uri()}/", viewport=PHONE)
    page = visit.page
    assert page.locator(".drawer .switches select").count() == 2
    assert page.locator(".find input").bounding_box()["width"] > 150
    page.click(".menu")
    page.get_by_label("Version").select_option("2.0.0b43")
    page.wait_for_url("**/versions/2.0.0b43/index.html")
    assert chosen(visit) == ["2.0.0b43", ""]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_switch(open_page: Open, seeds: Path, scheme: str) -> None:
    """axe-core finds nothing serious on a page of changes, with both lists above it."""
    with served(seeds / "site") as address:
        visit = open_page("changes/2.0.0b44.html", address, color_scheme=scheme)
        assert len(chosen(visit)) == 2
        assert visit.barriers() == []
