"""A survey by hand, in a browser: the simulated telephones answer, and one of them as nobody understands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.browser import DESK, PATIENCE, Witness
from journeys.visitor import PASSWORD
from stack import Stack, until

ANSWERS = "+33639980007"  # 1 to a text that numbers its answers, OUI to any other
SILENT = "+33639982501"

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("survey"), language="en") as running:
        yield running


def test_a_survey_from_its_first_question_to_its_figures(stack: Stack, chromium: Browser) -> None:
    page, witness = chromium.new_page(viewport=DESK), Witness(stack.url)
    page.set_default_timeout(PATIENCE)
    witness.watch(page)
    page.goto(stack.sign_in_link())
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main button.btn-main").click()
    page.get_by_role("button", name="Skip the set-up").click()
    page.goto(f"{stack.url}/surveys")
    page.get_by_role("link", name="A new survey").click()
    page.get_by_label("Name", exact=True).fill("Welcome")
    page.get_by_role("button", name="Go on").click()
    ask(page, "Were you satisfied?", "YES or NO")
    ask(page, "When do you come?", "Numbered answers", "In the morning\nIn the evening")
    ask(page, "Would you recommend us?", "Score")
    begin(page)
    expect(page.locator("#unclear")).to_contain_text("OUI")
    decide(page)
    followed(stack)
    assert witness.complaints == []
    page.close()


def ask(page: Page, text: str, kind: str, labels: str = "") -> None:
    """One question more, with the parts counted while it is typed."""
    new = page.locator("form[action$='/questions']")
    if not new.get_by_label("Question", exact=True).is_visible():
        page.get_by_text("Add a question…").click()
    new.get_by_label("Question", exact=True).fill(text)
    chosen = new.get_by_label("How one answers")
    chosen.select_option(value={"YES or NO": "yes_no", "Numbered answers": "choice", "Score": "score"}[kind])
    if labels:
        new.get_by_label("The numbered answers, one on each line").fill(labels)
    else:
        expect(new.get_by_label("The numbered answers, one on each line")).to_be_hidden()
    expect(new.locator("[data-parts]")).to_have_text("The question takes 1 part.")
    new.get_by_role("button", name="Add it").click()
    expect(page.locator("#questions .bubble", has_text=text)).to_be_visible()


def begin(page: Page) -> None:
    """A trial with the telephone that answers, then the rest."""
    page.get_by_label("Who is asked").fill(f"{ANSWERS}, {SILENT}")
    page.get_by_label("Thanks at the end").fill("Thank you, that is all!")
    page.locator("form[action$='/terms']").get_by_role("button", name="Keep it").click()
    page.get_by_label("How many people try it").fill("1")
    page.get_by_role("button", name="Let it begin").click()
    expect(page.locator("#progress")).to_contain_text("1 of 1 answered")
    expect(page.locator("#results")).to_contain_text("1 In the morning")
    page.get_by_role("button", name="Ask the rest now").click()
    expect(page.locator("#progress")).to_contain_text("1 of 2 answered")


def decide(page: Page) -> None:
    """OUI is no score: it counts nowhere until somebody says what was meant."""
    expect(page.locator("#results")).not_to_contain_text("NPS")
    page.locator("#unclear").get_by_role("button", name="9", exact=True).first.click()
    expect(page.locator("#results")).to_contain_text("NPS +100")
    expect(page.locator("#unclear")).to_contain_text("Everything that came was understood.")


def followed(stack: Stack) -> None:
    """What the telephone got, in order; it was asked once more, and only once."""

    def told() -> list[str]:
        return [event["text"] for event in stack.submitted() if event["recipient"] == ANSWERS]

    until(lambda: any(text.startswith("Thank you, that is all") for text in told()), "the thanks")
    assert told() == [
        "Were you satisfied?\nAnswer YES or NO",
        "When do you come?\n1 In the morning\n2 In the evening\nAnswer 1 to 2",
        "Would you recommend us?\nAnswer 0 to 10",
        "Sorry, we did not understand your answer.\nAnswer 0 to 10",
        "Thank you, that is all!",
    ]
