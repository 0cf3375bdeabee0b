"""The page is whole in both languages: every sentence translated, none vague, none left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from house.tree import ROOT, plant

# Both placeholders in use: Python's %(name)s and str.format's {name}.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%[sd]")
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
Sentence = str | tuple[str, ...]


def sentences(web: Path) -> set[Sentence]:
    """Every sentence the code and the templates under `web` ask to have translated."""
    with (web / "babel.cfg").open(encoding="utf-8") as table:
        methods, options = parse_mapping_cfg(table)
    found = extract_from_dir(web, method_map=methods, options_map=options, keywords=KEYWORDS)
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


def catalogue(file: Path) -> Catalog:
    with file.open("rb") as text:
        return read_po(text, locale=file.parts[-3], abort_invalid=True)


def strings(value: object) -> list[str]:
    """A sentence's forms: one, or singular and plurals."""
    return [value] if isinstance(value, str) else [str(form) for form in value]  # type: ignore[attr-defined]


def faults(wanted: set[Sentence], translated: Catalog) -> list[str]:
    """What is not whole, in words."""
    entries = {
        entry.id if isinstance(entry.id, str) else tuple(entry.id): entry for entry in translated if entry.id
    }
    found = [f"not there: {sentence!r}" for sentence in sorted(wanted - set(entries), key=str)]
    found += [f"nobody asks for: {sentence!r}" for sentence in sorted(set(entries) - wanted, key=str)]
    for sentence, entry in entries.items():
        if entry.fuzzy:
            found.append(f"fuzzy: {sentence!r}")
        if not all(strings(entry.string)) or not entry.string:
            found.append(f"empty: {sentence!r}")
        elif not same_placeholders(sentence, entry.string):
            found.append(f"other placeholders: {sentence!r}")
    return found


def same_placeholders(sentence: Sentence, translation: object) -> bool:
    """Every form of the translation fills in exactly what the sentence (its last form) does."""
    wanted = set(PLACEHOLDER.findall(strings(sentence)[-1]))
    first = set(PLACEHOLDER.findall(strings(sentence)[0]))
    return all(set(PLACEHOLDER.findall(form)) in (wanted, first) for form in strings(translation))


@pytest.mark.parametrize("language", ["fr"])
def test_the_page_is_whole_in(language: str) -> None:
    web = ROOT / "web"
    wanted = sentences(web)
    assert len(wanted) > 50
    assert faults(wanted, catalogue(web / "translations" / language / "LC_MESSAGES" / "messages.po")) == []


WHOLE = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
    'msgid "Write"\nmsgstr "Écrire"\n\n'
    'msgid "To %(who)s"\nmsgstr "À %(who)s"\n\n'
    'msgid "%(num)d part"\nmsgid_plural "%(num)d parts"\n'
    'msgstr[0] "%(num)d partie"\nmsgstr[1] "%(num)d parties"\n'
)
METHODS = "[python: **.py]\n[jinja2: templates/**.html]\n"
PAGE = "<h1>{{ _('Write') }}</h1>{{ _('To %(who)s', who=name) }}"
CODE = "title = ngettext('%(num)d part', '%(num)d parts', 3)\n"


def faults_with(root: Path, po: str, page: str = PAGE) -> list[str]:
    here = {"web/pages/home.py": CODE, "web/templates/home.html": page, "web/babel.cfg": METHODS}
    plant(root, {**here, "web/translations/fr/LC_MESSAGES/messages.po": po})
    return faults(sentences(root / "web"), catalogue(root / "web/translations/fr/LC_MESSAGES/messages.po"))


def test_a_whole_catalogue_has_no_fault(tmp_path: Path) -> None:
    assert faults_with(tmp_path, WHOLE) == []


@pytest.mark.parametrize(
    ("po", "page", "fault"),
    [
        (WHOLE, PAGE + "{{ _('Send') }}", "not there: 'Send'"),
        (WHOLE, PAGE.replace("Write", "Send"), "nobody asks for: 'Write'"),
        (WHOLE.replace("Écrire", ""), PAGE, "empty: 'Write'"),
        (WHOLE.replace("%(num)d parties", ""), PAGE, "empty: ('%(num)d part', '%(num)d parts')"),
        (WHOLE.replace('msgid "Write"', '#, fuzzy\nmsgid "Write"'), PAGE, "fuzzy: 'Write'"),
        (WHOLE.replace("À %(who)s", "À %(qui)s"), PAGE, "other placeholders: 'To %(who)s'"),
        (WHOLE.replace("À %(who)s", "À quelqu'un"), PAGE, "other placeholders: 'To %(who)s'"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, po: str, page: str, fault: str) -> None:
    assert fault in faults_with(tmp_path, po, page)
