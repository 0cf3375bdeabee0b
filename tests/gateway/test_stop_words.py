"""What people write when they want no more of it, and what only looks like it: a table anybody can judge."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.policy.stop_words import Keyword, Meaning, plain, read

# No more offers: nobody could mean anything else by it.
NO_MORE_OFFERS = (
    "STOP",
    "stop",
    "Stop.",
    '"STOP"',
    "« STOP »",
    "stop !!!",
    "ＳＴＯＰ",
    "S.T.O.P",
    "s t o p",
    "STOPPP",
    "stooop",
    "🛑 STOP",
    "stop 🙏",
    "STOP SMS",
    "STOPSMS",
    "stop-sms",
    "STOP 36111",
    "STOP au 36180",
    "STOP36111",
    "stop svp",
    "Stop s'il vous plaît",
    "STOP MERCI",
    "merci stop",
    "ARRET",
    "Arrêt",
    "ARRÊTEZ",
    "arretez",
    "arrêter",
    "Arrêt SMS",
    "arrêtez vos messages",
    "Arretez les sms svp merci",
    "DESABONNER",
    "Désabonnement",
    "désabonnez-moi",
    "DESINSCRIRE",
    "desinscription",
    "UNSUBSCRIBE",
    "unsubscribe please",
    "Unsubscribe me",
    "stop pub",
    "STOP PUB",
    "stop promo",
    "Stop la pub",
    "plus de pub",
    "Plus de pub svp",
    "plus de sms merci",
    "pas de pub svp",
    "merci de ne plus m'envoyer de sms",
    "Merci de ne plus m’envoyer de messages",
    "ne m'envoyez plus de sms",
    "je demande l'arrêt de vos sms",
    "demande d'arrêt des SMS",
    "je ne veux plus recevoir vos sms",
    "je ne souhaite plus recevoir de publicité",
    "je ne veux plus de vos messages",
    "Je veux plus recevoir vos pubs",
    "merci de ne plus me contacter",
    "ne me contactez plus",
    "ne plus m'écrire svp",
    "arrêtez de m'envoyer des sms",
    "arrête de m'envoyer des pubs",
    "cessez de m'envoyer vos offres",
    "pouvez-vous arrêter de m'envoyer des sms ?",
    "arrêtez de me harceler",
    "supprimez mon numéro",
    "retirez-moi de votre liste",
    "Merci de me retirer de votre liste",
    "je veux me désabonner",
    "comment me désabonner ?",
    "stop texting me",
    "stop sending me messages",
    "please stop",
    "stop all marketing",
    "don't text me",
    "do not contact me",
    "Don’t send me any more texts",
    "remove me from your list",
    "take me off your list",
    "no more texts please",
    "no more ads",
    "I don't want any more messages",
    "how do I unsubscribe",
    "opt out",
    "opt-out",
    "STOP, je ne suis pas intéressée",
    "STOP j'en ai marre",
    "stop ça suffit",
    "Bonjour. STOP. Merci.",
    "STOP. Mon mari est décédé",
    "je ne suis pas intéressé. Stop !",
    "Bonjour, merci d'arrêter vos sms",
    "Stop à vos pubs",
    "STOP VOS SMS",
    "arrêtez ça",
    "stop it",
    "Stop STOP stop",
    "ok stop",
    "rep stop",
    "Répondre STOP",
    "Halte aux sms",
    "je ne veux plus être contacté",
    "Veuillez ne plus me solliciter",
    "merci d'arrêter la pub",
    "stoppez vos envois",
    "Non, stop",
    "non. stop",
    "ne souhaite plus recevoir vos offres",
    "Non merci, stop sms",
    "STOP\u00a0SMS",
    "sTôP",
    "Arre\u0302tez",
    "stop\u200b",
    "stop\nstop\n",
)
# No more reminders; offers were not spoken of.
NO_MORE_REMINDERS = (
    "STOP RAPPELS",
    "stop rappel",
    "STOP RDV",
    "stop rendez-vous",
    "Stop reminders",
    "STOP NOTIFICATIONS",
    "arrêtez vos rappels",
    "plus de rappels svp",
    "je ne veux plus de rappels",
    "no more reminders",
)
NO_MORE_OF_ANYTHING = (
    "ne m'envoyez plus rien",
    "plus aucun sms",
    "STOP TOUT",
    "stop all",
    "STOPALL",
    "stop tous vos messages",
    "Stop rappels et pub",
    "ne m'envoyez plus aucun sms",
    "stop everything",
    "plus rien",
    "je ne veux plus rien recevoir",
)
# A person has to look at it.
PERHAPS = (
    "je veux que ça stop",
    "arrête",
    "Arrête !",
    "stop demain",
    "stpo",
    "STOPE",
    "fin",
    "END",
    "on arrête quand ?",
    "j'arrête mon abonnement",
    "laissez-moi tranquille",
    "je ne suis pas intéressé",
    "not interested",
    "je vous signale au 33700",
    "harcèlement !",
    "spam",
    "j'en ai marre de vos sms",
    "ne m'envoyez plus de sms avant 9h",
    "don't text me after 8pm",
    "je ne veux pas me désabonner",
    "je veux me désinscrire du cours de yoga",
    "Boulangerie : -20 % samedi. Rep. STOP",
    "je veux plus de sms",
    "leave me alone",
    "🛑",
    "résilier",
    "arrive demain stop bises",
    "il faut arrêter le four",
    "n'arrêtez pas vos sms",
    "Désinscription de ma fille à la cantine",
    "stop Marie",
    "plus de rdv",
    "ne m'appelez plus",
    "retirez-moi de la liste d'attente",
    "si vous n'arrêtez pas les sms je porte plainte",
    "merci de ne pas m'envoyer de sms le dimanche",
    "oui stop",
    "Arrêt des livraisons ?",
)
# Words that end other things.
SOMETHING_ELSE = (
    "Non, stop à la réunion",
    "l'arrêt de bus est loin",
    "non-stop",
    "non stop",
    "stop ou encore ?",
    "on se retrouve à l'arrêt",
    "Ouvert non-stop de 9h à 19h",
    "je suis en arrêt maladie",
    "arrêt de travail jusqu'à lundi",
    "je m'arrête à la boulangerie",
    "on s'arrête chez vous demain",
    "je viens en stop",
    "faire du stop",
    "au stop tournez à gauche",
    "Stop by the shop tomorrow",
    "the bus stop is far",
    "don't stop!",
    "I can't stop laughing",
    "pit stop",
    "un arrêt cardiaque",
    "le prochain arrêt",
    "merci",
    "d'accord",
    "Bonjour",
    "ok",
    "je ne peux plus vous recevoir demain",
    "je n'ai pas reçu votre sms",
    "je voulais vous envoyer un message",
    "ne pas oublier d'envoyer le devis",
    "je ne veux pas vous déranger",
    "Avez-vous plus de pain ?",
    "J'arrive",
    "annuler",
    "Annulez mon rdv",
    "je ne reçois plus vos mails",
    "topo",
    "estop",
    "stoppage",
    "à quelle heure fermez-vous ?",
    "📦👍",
    "",
    "   ",
    "06 05 04",
    "???",
    "Ne m'envoyez pas le colis à cette adresse",
    "quel est l'arrêt le plus proche",
    "I'll stop at the bakery",
    "non merci pour le pain",
    "don't send me the invoice",
    "Can you text me?",
    "remove the onions please",
    "plus de baguettes ?",
    "il n'y a plus de pain",
    "supprimer mon rendez-vous",
    "Oui je serai là",
    "Informations sur les horaires",
    "besoin d'aide pour ma commande",
    "j'aime vos offres",
)
BEGIN = (
    "START",
    "start",
    "Start !",
    "REPRENDRE",
    "réactiver",
    "UNSTOP",
    "start svp",
    "START RAPPELS",
)
HELP = (
    "HELP",
    "Aide",
    "INFO",
    "infos",
    "contact",
    "aide svp",
)
YES = (
    "OUI",
    "oui",
    "Oui !",
    "Yes",
    "oui merci",
    "« OUI »",
)
NO = (
    "NON",
    "non merci",
    "No",
    "no thanks",
)

BOTH = ("marketing", "notification")


@pytest.mark.parametrize("text", NO_MORE_OFFERS)
def test_no_more_offers(text: str) -> None:
    assert read(text) == Keyword(Meaning.STOP, ("marketing",))


@pytest.mark.parametrize("text", NO_MORE_REMINDERS)
def test_no_more_reminders(text: str) -> None:
    assert read(text) == Keyword(Meaning.STOP, ("notification",))


@pytest.mark.parametrize("text", NO_MORE_OF_ANYTHING)
def test_no_more_of_anything(text: str) -> None:
    assert read(text) == Keyword(Meaning.STOP, BOTH)


@pytest.mark.parametrize("text", PERHAPS)
def test_perhaps_it_is_a_stop_and_a_person_decides(text: str) -> None:
    assert read(text).meaning is Meaning.PERHAPS_STOP


@pytest.mark.parametrize("text", SOMETHING_ELSE)
def test_it_is_about_something_else(text: str) -> None:
    assert read(text).meaning is Meaning.NOTHING


@pytest.mark.parametrize(
    ("texts", "meaning"),
    [(BEGIN, Meaning.START), (HELP, Meaning.HELP), (YES, Meaning.YES), (NO, Meaning.NO)],
)
def test_the_other_words_count_when_they_are_the_whole_message(
    texts: tuple[str, ...], meaning: Meaning
) -> None:
    assert [read(text).meaning for text in texts] == [meaning] * len(texts)
    assert {read(f"{text} je suis là à 9 h").meaning for text in texts} == {Meaning.NOTHING}


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("START", ()),
        ("START RAPPELS", ("notification",)),
        ("start promos", ("marketing",)),
        ("start all", ()),
    ],
)
def test_a_start_is_about_what_it_names_or_everything(text: str, about: tuple[str, ...]) -> None:
    assert read(text) == Keyword(Meaning.START, about)


@pytest.mark.parametrize(
    ("text", "join", "word"),
    [
        ("REJOINDRE", "", ""),
        ("Rejoindre Boulangerie !", "", "boulangerie"),
        ("JOIN bakery", "", "bakery"),
        ("Miam", "MIAM", ""),
        ("miam le Pain", "Miam", "le pain"),
    ],
)
def test_a_word_joins_with_what_stands_after_it(text: str, join: str, word: str) -> None:
    assert read(text, join) == Keyword(Meaning.JOIN, word=word)


def test_a_word_that_nobody_chose_joins_nothing() -> None:
    assert read("Miam").meaning is Meaning.NOTHING


def test_no_text_is_in_two_rows_of_the_tables() -> None:
    rows = (*NO_MORE_OFFERS, *NO_MORE_REMINDERS, *NO_MORE_OF_ANYTHING, *PERHAPS, *SOMETHING_ELSE)
    assert len(rows) == len({*rows}) >= 200


WRITTEN = st.sampled_from(
    (*NO_MORE_OFFERS, *NO_MORE_REMINDERS, *NO_MORE_OF_ANYTHING, *PERHAPS, *SOMETHING_ELSE, *BEGIN, *YES)
)


@given(WRITTEN, st.sampled_from((str.upper, str.lower, str.title, str.swapcase)), st.data())
@settings(max_examples=300, deadline=None)
def test_case_accents_and_spaces_change_nothing(text: str, case: object, data: st.DataObject) -> None:
    spaces = data.draw(st.sampled_from((" ", "  ", "\u00a0", "\n", "\t ", "\u202f")))
    other = spaces.join(("", *case(text).split(), ""))  # type: ignore[operator]
    bare = "".join(char for char in unicodedata.normalize("NFD", other) if not unicodedata.combining(char))
    assert read(other) == read(bare) == read(text)


@given(WRITTEN, st.sampled_from(("«", "!", "\u200b", "🙏", "🛑", '"', "***")))
@settings(max_examples=200, deadline=None)
def test_marks_around_a_text_take_no_stop_away(text: str, mark: str) -> None:
    kept = read(text).meaning
    assert read(f"{mark}{text}{mark}").meaning is kept or kept is Meaning.NOTHING


@given(st.text(max_size=400))
@example("\ud800 stop")
@example("ﷺ" * 3000)
@example("ne " * 700)
@example("de vos " * 400 + "stop")
@settings(max_examples=500, deadline=None)
def test_every_text_has_an_answer_and_reading_what_was_read_gives_the_same_words(text: str) -> None:
    assert isinstance(read(text), Keyword)
    assert plain(plain(text)) == plain(text)


MIXED = (
    "stop",
    "arrêt",
    "ne",
    "plus",
    "pas",
    "de",
    "sms",
    "non",
    "l'",
    ",",
    ".",
    "me",
    "envoyer",
    "avant",
    "9h",
)


@given(st.lists(st.sampled_from(MIXED)))
@settings(max_examples=500, deadline=None)
def test_every_mixture_of_the_words_has_an_answer(words: list[str]) -> None:
    assert read(" ".join(words)).meaning in Meaning
