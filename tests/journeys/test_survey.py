"""A survey by hand, in a browser: one telephone answers by itself, another as nobody understands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.browser import DESK, Witness, come_in
from stack import Stack, until

ANSWERS = "+33639980007"  # 1 to a text that numbers its answers, OUI to any other
ANSWERS_NOT = "+33639982501"  # by itself: it says what this test lets it say


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("survey"), language="en") as running:
        yield running


def test_a_survey_from_its_first_question_to_its_figures(stack: Stack, chromium: Browser) -> None:
    page, witness = chromium.new_page(viewport=DESK), Witness(stack.url)
    witness.watch(page)
    come_in(page, stack.sign_in_link())
    page.goto(f"{stack.url}/surveys")
    page.get_by_role("link", name="A new survey").click()
    page.get_by_label("Name", exact=True).fill("Welcome")
    with page.expect_navigation():
        page.get_by_role("button", name="Go on").click()
    ask(page, "When do you come?", "choice", "In the morning\nIn the evening")
    ask(page, "Were you satisfied?", "yes_no")
    begin(page)
    decide(page, stack)
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
    chosen.select_option(value=kind)
    if labels:
        new.get_by_label("The numbered answers, one on each line").fill(labels)
    else:
        expect(new.get_by_label("The numbered answers, one on each line")).to_be_hidden()
    expect(new.locator("[data-parts]")).to_have_text("The question takes 1 part.")
    with page.expect_navigation():
        new.get_by_role("button", name="Add it").click()
    expect(page.locator("#questions .bubble", has_text=text)).to_be_visible()


def begin(page: Page) -> None:
    """A trial with the telephone that answers by itself, then the rest."""
    page.get_by_label("Who is asked").fill(f"{ANSWERS}, {ANSWERS_NOT}")
    page.get_by_label("Thanks at the end").fill("Thank you, that is all!")
    page.locator("form[action$='/terms']").get_by_role("button", name="Keep it").click()
    page.get_by_label("How many people try it").fill("1")
    page.get_by_role("button", name="Let it begin").click()
    expect(page.locator("#progress")).to_contain_text("1 of 1 answered")
    expect(page.locator("#results")).to_contain_text("1 In the morning")
    page.get_by_role("button", name="Ask the rest now").click()
    expect(page.locator("#progress")).to_contain_text("1 of 2 answered")


def decide(page: Page, stack: Stack) -> None:
    """What nobody can be sure of counts nowhere until somebody says what was meant."""
    until(lambda: stack.shown(ANSWERS_NOT), "the first question")
    stack.modem(do="inject", sender=ANSWERS_NOT, text="plutôt le soir, enfin ça dépend")
    expect(page.locator("#unclear")).to_contain_text("ça dépend")
    expect(page.locator("#results")).to_contain_text("1 not understood")
    page.locator("#unclear").get_by_role("button", name="2 In the evening").click()
    expect(page.locator("#unclear")).to_contain_text("Everything that came was understood.")
    expect(page.locator("#progress")).to_contain_text("2 of 2 answered")
    until(lambda: len(stack.shown(ANSWERS_NOT)) == 3, "the second question")
    stack.modem(do="inject", sender=ANSWERS_NOT, text="Non merci !")
    expect(page.locator("#progress")).to_contain_text("Done")


def followed(stack: Stack) -> None:
    """What the telephones got, in order; whoever was not understood was asked once more."""
    when = "When do you come?\n1 In the morning\n2 In the evening\nAnswer 1 to 2"
    satisfied, thanks = "Were you satisfied?\nAnswer YES or NO", "Thank you, that is all!"
    again = "Sorry, we did not understand your answer.\n1 In the morning\n2 In the evening\nAnswer 1 to 2"
    until(lambda: len(stack.shown(ANSWERS_NOT)) == 4, "the thanks")
    assert stack.shown(ANSWERS) == [when, satisfied, thanks]
    assert stack.shown(ANSWERS_NOT) == [when, again, satisfied, thanks]
