"""The site in a real browser: finding things, following them, on a desk and on a phone, with keys alone, in the dark."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.browsing import CHROMIUM, FLAGS, PHONE, WIDE, Visit, served

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="there is no chromium, and scripts/test could not install it",
)

CLASS = "api/flyte.app/appenvironment.html"
Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True, args=FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Any, real_site: Path) -> Iterator[Open]:
    """Open a page of the site as a file; nothing may be complained about until the test ends."""
    visits: list[Visit] = []

    def visit(path: str, base: str = "", **context: Any) -> Visit:
        settings = {"viewport": WIDE, "color_scheme": "light", **context}
        made = Visit(browser.new_context(**settings).new_page())
        visits.append(made)
        made.page.goto((base or f"{real_site.as_uri()}/") + path)
        return made

    yield visit
    for made in visits:
        made.page.context.close()
        assert made.complaints == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("AppEnvironment", "AppEnvironment"),
        ("appenvironment", "AppEnvironment"),
        ("clone_with", "clone_with"),
        ("TaskEnvironment.clone_with", "TaskEnvironment.clone_with"),
        ("clone_with.image", "clone_with.image"),
        ("ConnectorRegistry", "ConnectorRegistry"),
    ],
)
def test_what_is_typed_exactly_is_found_first(
    open_page: Open, typed: str, first: str
) -> None:
    """A class, a method and a parameter are the first result for their own names."""
    found = open_page("index.html").search(typed)
    assert found
    assert found[0].endswith(first), found[:5]


def test_a_word_of_a_text_is_found(open_page: Open) -> None:
    """Texts are searched as well as names."""
    assert open_page("index.html").search("long-lived server")


def test_a_slip_of_the_finger_is_forgiven(open_page: Open) -> None:
    """A name with two letters swapped is still found."""
    assert open_page("index.html").search("AppEnvrionment")[0] == "AppEnvironment"


def test_nothing_found_is_said(open_page: Open) -> None:
    """A search without results says so, also to those who hear the page."""
    visit = open_page("index.html")
    assert visit.search("zzqqxx") == []
    assert visit.page.inner_text(".results .count").strip()


def test_a_parameter_is_reached_by_its_link(open_page: Open) -> None:
    """Choosing a parameter leads to its own row, which is on the screen."""
    visit = open_page("index.html")
    visit.search("AppEnvironment.clone_with.image")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/appenvironment.html#clone_with.image")
    target = visit.page.locator('[id="clone_with.image"]')
    box = target.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < WIDE["height"]


def test_a_type_in_a_signature_leads_to_its_page(open_page: Open) -> None:
    """The name of a type is a link to where the type is described."""
    visit = open_page(CLASS)
    visit.page.click("pre a:text-is('Resources')")
    visit.page.wait_for_url("**/resources.html*")
    assert visit.page.inner_text("h1") == "Resources"


def test_names_from_elsewhere_lead_to_their_own_documentation(open_page: Open) -> None:
    """A builtin type links to Python's documentation; nothing is asked of that host before a click."""
    visit = open_page(CLASS)
    address = visit.page.get_attribute("pre a:text-is('str')", "href")
    assert address.startswith("https://docs.python.org/3/")
    assert [url for url in visit.requests if not url.startswith("file:")] == []


def test_keys_alone_are_enough(open_page: Open) -> None:
    """Slash, arrows, Enter and Escape find and open a page without a mouse."""
    visit = open_page("index.html")
    visit.search("Environment")
    page = visit.page
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    chosen = page.locator(".results li[aria-selected=true]")
    assert chosen.count() == 1
    address = chosen.get_attribute("data-href")
    assert page.get_attribute(".find input", "aria-activedescendant")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{address.rpartition('/')[2]}")
    visit.search("Environment")
    page.keyboard.press("Escape")
    assert page.locator(".results").is_hidden()


def test_the_first_stop_skips_the_navigation(open_page: Open) -> None:
    """The first press of Tab offers to skip to the content, and doing so moves the focus there."""
    page = open_page(CLASS).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"


def test_what_has_the_focus_shows_it(open_page: Open) -> None:
    """Each of the first stops of Tab has an outline or another visible mark."""
    page = open_page(CLASS).page
    for _ in range(6):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return [s.outlineStyle, s.boxShadow, s.borderColor] })()"
        )
        assert style[0] != "none" or style[1] != "none"


@pytest.mark.parametrize("path", ["index.html", CLASS, "api/flyte/index.html"])
def test_a_phone_needs_no_sideways_scrolling(open_page: Open, path: str) -> None:
    """At 390 pixels the page is as wide as the screen; wide code scrolls within itself."""
    page = open_page(path, viewport=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_drawer_of_a_phone(open_page: Open) -> None:
    """On a phone the navigation opens at a touch, is reached, and closes with Escape."""
    page = open_page(CLASS, viewport=PHONE, has_touch=True).page
    link = page.locator(".drawer a").first
    assert not link.is_visible() or link.bounding_box()["x"] < 0
    page.tap(".menu")
    page.wait_for_function(
        "document.querySelector('.drawer a').getBoundingClientRect().left >= 0"
    )
    assert page.get_attribute(".menu", "aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert page.get_attribute(".menu", "aria-expanded") == "false"


def test_dark_as_the_system_is_and_as_one_likes(open_page: Open) -> None:
    """The page follows the system's scheme until the switch is used, and keeps that choice on the next page."""
    background = "getComputedStyle(document.body).backgroundColor"
    light = open_page(CLASS).page
    dark = open_page(CLASS, color_scheme="dark").page
    assert light.evaluate(background) != dark.evaluate(background)
    light.click(".theme")
    assert light.evaluate(background) == dark.evaluate(background)
    light.goto(light.url.replace("appenvironment", "parameter"))
    assert light.evaluate(background) == dark.evaluate(background)


def test_any_folder_of_a_server_will_do(
    open_page: Open, real_site: Path, tmp_path: Path
) -> None:
    """Below another path of a server everything works as it does from files, and no other host is asked."""
    shutil.copytree(real_site, tmp_path / "some/where")
    with served(tmp_path) as address:
        visit = open_page("some/where/index.html", base=address)
        visit.search("AppEnvironment")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/some/where/api/flyte.app/appenvironment.html*")
        assert all(url.startswith(address) for url in visit.requests)


def test_paper_shows_the_text_alone(open_page: Open) -> None:
    """In print there is no navigation, no search, and the text has the whole width."""
    page = open_page(CLASS).page
    page.emulate_media(media="print")
    for selector in (".drawer", ".find", ".theme"):
        assert page.locator(selector).first.is_hidden()
    assert page.locator("h1").is_visible()


@pytest.fixture(scope="module")
def address(real_site: Path) -> Iterator[str]:
    """The site over HTTP, for a checker that reads style sheets itself."""
    with served(real_site) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["index.html", CLASS, "api/flyte/index.html", "guides/connectors.html"]
)
def test_everybody_can_use_it(
    open_page: Open, address: str, path: str, scheme: str
) -> None:
    """axe-core finds no serious or critical violation, the open search included."""
    visit = open_page(path, address, color_scheme=scheme)
    visit.search("environment")
    assert visit.barriers() == []


def test_a_class_page_is_light(open_page: Open, real_site: Path) -> None:
    """The largest class page, with all it loads before a search, weighs less than 150 kB."""
    pages = [p for p in real_site.glob("api/*/*.html") if p.name != "index.html"]
    largest = max(pages, key=lambda path: path.stat().st_size)
    visit = open_page(largest.relative_to(real_site).as_posix())
    loaded = {
        Path(url.removeprefix("file://").partition("#")[0]) for url in visit.requests
    }
    assert sum(path.stat().st_size for path in loaded) < 150_000
