"""The ways in which people answer, and what is understood: never a wrong answer, rather none."""

from __future__ import annotations

import random

import pytest

from gateway.features.surveys import flow
from gateway.features.surveys.flow import Stop
from gateway.features.surveys.states import CHOICE, END, FREE, SCORE, YES_NO
from gateway.features.surveys.understanding import Question, understand

COLOURS = Question(CHOICE, ("Rouge", "Bleu ciel", "Vert", "Aucun des trois"))
AMOUNTS = Question(CHOICE, ("1 personne", "2 personnes", "Toute la famille"))
WORDS = Question(CHOICE, ("Oui", "Non", "Je ne sais pas"))
TOURS = Question(CHOICE, ("Le tour", "La tour"))
TIMES = Question(CHOICE, ("Le matin", "Le soir", "Le samedi", "Les deux"))
LISTED = "1 Rouge\n2 Bleu ciel\n3 Vert\n4 Aucun des trois"
YES_OR_NO, MARK = Question(YES_NO), Question(SCORE)

# What is answered, by what is understood; None: asked again.  One answer between two bars.
UNDERSTOOD: tuple[tuple[Question, str | None, str], ...] = (
    (
        YES_OR_NO,
        "yes",
        'oui|Oui|OUI|oui !|Oui.|oui…|« oui »|"Oui"|*oui*|oui merci|Oui, merci|oui svp|oui s\'il vous plaît'
        "|OUI OUI|oui oui oui|ouiii|ouais|Ouep|ui|o|O|y|yes|Yes!|YES please|yep|yeah|yesss|Bonjour, oui"
        "|Oui bonjour|ok oui|oui ok|Oui d'accord|bien sûr|Bien sûr que oui !|bien entendu|of course"
        "|tout à fait|absolument|Évidemment|évidemment !|carrément|volontiers|Avec plaisir !|with pleasure"
        "|definitely|👍|👍🏽|oui 👍|✅|oui 😊|Oui je viens|oui, je serai là|Oui je confirme|oui c'est bon"
        "|Oui, pas de souci|Yes, I'll be there|oui à bientôt|Oui bonne journée|Oui, très bon accueil"
        "|Oui: parfait|oui - merci beaucoup|oui\nmerci|non en fait oui|non pardon oui|finalement oui|oui 8"
        "|Oui, 8|oui\n8|Oui\nbon accueil|ＯＵＩ",
    ),
    (
        YES_OR_NO,
        "no",
        "non|Non|NON|non !|Non.|non merci|Non, merci|non merci beaucoup|nan|Nope|no|No.|NO THANKS"
        "|no thank you|n|N|nah|jamais|never|pas du tout|Pas du tout !|not at all|no way|absolument pas"
        "|certainement pas|bien sûr que non|of course not|Non non|nonnn|👎|👎 non|❌|Non désolé"
        "|non, désolée|no sorry|non je ne peux pas|Non, pas possible|non je ne viens pas|Non, trop cher"
        "|oui en fait non|oui pardon non"
        "|oui, oups, non|Bonjour non merci|non, à bientôt|en aucun cas",
    ),
    (
        YES_OR_NO,
        None,
        "ok|OK !|d'accord|oui et non|oui ou non|OUI ou NON|oui/non|oui, non|oui non|non oui|oui mais"
        "|oui, mais pas lundi|Oui si je peux|oui, si possible|non mais oui|plutôt oui|oui plutôt|peut-être"
        "|maybe|oui ?|non ?|Oui, à quelle heure ?|si|bof|pas vraiment|not really|je ne sais pas|?|!|..."
        "|1|8|2 en fait|NON, 2 en fait|pas oui|oui pas possible|non je viens|jamais été aussi content"
        "|no problem|no worries|absolutely not sure|y a-t-il un parking ?|n'oubliez pas|ouistiti|nonante"
        "|noon|oui 👎|oui, je crois|Oui, normalement|oui, lol|yes and no|not sure|no idea|oui sauf mardi"
        "|1. oui|non plus|non : pas le temps|merci|bonjour|😀|sans doute|ça dépend|oui\nou non",
    ),
    (
        COLOURS,
        "1",
        "1|1.|1)|(1)|1 !|#1|n°1|1️⃣|①|１|un|UN|one|rouge|Rouge|ROUGE !|le rouge|Le rouge svp|1 rouge"
        "|1. Rouge|1 - rouge|rouge (1)|moi le rouge|Bonjour, rouge merci|je choisis le rouge|option 1"
        "|choix 1|réponse 1|my choice is 1|number one please|1 merci|ok pour 1|1\n3|1, très joli",
    ),
    (
        COLOURS,
        "2",
        "2|deux|two|bleu ciel|Bleu-ciel|BLEU CIEL|le bleu ciel|2 bleu ciel|non, 2 en fait|2 en fait"
        "|1 non 2|1 pardon 2|1, en fait 2|3 oups 2|je voulais dire 2|plutôt 2|1 plutôt 2",
    ),
    (COLOURS, "3", "3|trois|le 3|vert|3 svp"),
    (COLOURS, "4", "4|aucun des trois|4 aucun des trois"),
    (
        COLOURS,
        None,
        "0|5|12|1 ou 2|1 et 2|1 2|1,2|1/2|1-2|1.5|1 à 4|Répondez de 1 à 4|pas 1|pas le rouge|surtout pas 2"
        "|rouge ou vert|rouge vert|rouge et bleu ciel|1 vert|2 rouge|rouge vif|bleu|1 ?|1er|1e|2e|-1|+1"
        "|50%|2€|un peu de tout|les deux|n'importe|n'importe lequel|aucun|je ne sais pas|A|oui|non|ok"
        "|1 plutôt que 2|2, non|1, 2, 3|06 12 34 56 78|+33612345678|2 h|à 18h|1 mais pas aujourd'hui",
    ),
    (AMOUNTS, "1", "1|1 personne"),
    (AMOUNTS, "2", "2|2 personnes|2 personnes svp|deux"),
    (AMOUNTS, "3", "3|toute la famille|Toute la famille !"),
    (AMOUNTS, None, "personnes|une personne|3 personnes|4|2 ou 3 personnes|famille"),
    (WORDS, "1", "oui|Oui merci|1"),
    (WORDS, "2", "non|Non merci|2"),
    (WORDS, "3", "3|je ne sais pas|Je ne sais pas."),
    (WORDS, None, "oui non|oui 2|non 1|oui ou non|sais pas"),
    (
        MARK,
        "8",
        "8|8.|8 !|8/10|8 / 10|8 sur 10|8 out of 10|huit|Huit sur dix|eight|08|note 8|ma note : 8"
        "|je mets 8|I'd give 8|8 points|8 pts|8 merci"
        "|Bonjour 8|8, très bon accueil|8. Rien à redire|8 - super|8 (très bien)|8\n9|8\noui|9 non 8"
        "|9, pardon, 8|7 plutôt 8|finalement 8|8 👍|8️⃣|oui 8",
    ),
    (MARK, "10", "10|10/10|dix|dix sur dix|10 !!!|ten|１０"),
    (MARK, "0", "0|zéro|zero|0/10|0 !"),
    (MARK, "9", "9|neuf|nine|9, un accueil parfait"),
    (
        MARK,
        None,
        "11|100|-1|+8|8.5|8,5|7,5/10|7½|7 ou 8|7-8|7 à 8|entre 7 et 8|8/20|8 sur 20|4/5|80%|5 étoiles"
        "|8 h|8h|moins de 5|environ 8|8, enfin 7|8, mais plutôt 7|8 non|8 ?|pas 8|de 0 à 10|0 à 10|bien"
        "|très bien|excellent|oui|non|0612345678|2 personnes|10 minutes d'attente|8 9|7 8|1O|dix-sept"
        "|8, 2 heures d'attente|un peu déçu|je donne un 8|~8|>8",
    ),
    (
        YES_OR_NO,
        "yes",
        "Mais oui|mais oui !|Ah oui|Ben oui|bah oui|eh oui|Oh oui !|Oui pour moi|oui sans hésiter|Yes, for me"
        "|oui sans hésitation|Sure|Sure!|yes I do|Yes I did|OUI!!!!|oui 👌|oui🙏|👍👍👍|O.U.I|Oui (Anna)"
        "|Oui - Anna Durand|Oui\n\nAnna Durand\nEnvoyé de mon iPhone|> Avez-vous aimé ? OUI ou NON\noui"
        "|Oui et merci|Oui, aucun problème|oui, c'était super",
    ),
    (
        YES_OR_NO,
        "no",
        "Ah non|mais non|ben non|nooo|noooo!|No I don't|no I didn’t|No, I did not|non sans hésiter"
        "|Non pour moi|Non, c'était nul|no, everything was fine|> Une question ?\n> Encore\nNon",
    ),
    (
        YES_OR_NO,
        None,
        "👌|🙏|je crois que oui|Je pense que oui|je crois que non|I think so|I guess yes|euh oui|oh no"
        "|pas sûre|not sure|Ni oui ni non|OUI STOP|oui stop svp|oui.non|👍👎"
        "|👍 à « Avez-vous aimé ? OUI ou NON »"
        "|Liked “Were you happy? YES or NO”|A aimé « Avez-vous aimé ? OUI ou NON »|oui mais non|Ah oui ?"
        "|non pas encore|Yes, not bad|yes I don't|no I did|oui je n'ai pas trouvé|oui 50/50|0ui|nsp|moui"
        "|oui si si|sure?|oui pour moi, non pour lui|Le 22/11 Chappe a écrit : OUI ou NON ?\nNon",
    ),
    (
        MARK,
        "10",
        "10 sur 10 bravo|10 bravo|10/10 ⭐|10 parfait|Parfait, 10|10 sans hésiter|ce serait 10|10 bien sûr",
    ),
    (MARK, "9", "9/10|9 /10 !|Je mettrais 9|> Notez de 0 à 10\n9|9 (neuf)|nine out of ten|9⭐"),
    (
        MARK,
        "8",
        "note de 8|La note de 8|8 pour moi|Bonjour, 8. Cordialement, Anna|8. Mais l'attente est longue",
    ),
    (MARK, "7", "je dirai 7|disons 7|je donnerais 7|7 (sept)|8 oups 7"),
    (
        MARK,
        None,
        "9,5|18/20|5/5|⭐⭐⭐⭐⭐|💯|8+|9ish|de 8 à 9|au moins 8|5 maximum|à peine 6|8 (neuf)|pas 10"
        "|8 et demi|8 ½|Accueil 8, prix 5|7 pour l'accueil et 5 pour le prix|depuis 9 ans|à 10h"
        "|4 ans client, 9|8 et 9|8/9|0 à 10 : 9|Je ne sais pas, 5|plus de 8|10 fois merci"
        "|huit virgule 5|8 STOP",
    ),
    (TIMES, "1", "le matin|Matin|matin svp|1 le matin|1 matin|le matin, merci"),
    (TIMES, "2", "soir|Soir !|le soir|LE SOIR svp"),
    (TIMES, "3", "samedi|3 samedi|moi c'est samedi"),
    (TIMES, "4", "les deux|4"),
    (TOURS, "2", "la tour|La tour svp"),
    (TOURS, None, "tour|Tour svp"),
    (
        TIMES,
        None,
        "deux matins|samedi matin|le soir ou le samedi|ce soir|lundi soir|matin et soir|pas le matin|2 matin"
        "|1 samedi sur 2|le matin si possible|soir de préférence|n'importe quand",
    ),
    (
        COLOURS,
        None,
        f"{LISTED}|> {LISTED}|Rouge\nVert|2 et 3|2 & 3|2+3|le 2 et le 3|3 (pas 2)|2 puis 3|tout sauf vert"
        "|vert d'eau|vert sinon rouge|rouge foncé|vert pour Anna, rouge pour moi|2 sur 4|4/4|option B"
        "|A aimé « 1 Rouge »",
    ),
    (COLOURS, "3", "vert\nAnna|Vert, Anna Durand|> Quelle couleur ?\n3|vert 🟢|3 désolée|3️⃣"),
)
WAYS = [(question, said, value) for question, value, listed in UNDERSTOOD for said in listed.split("|")]


def test_the_table_has_more_than_five_hundred_ways() -> None:
    assert len(WAYS) > 550
    assert sum(value is None for _, _, value in WAYS) > 200


@pytest.mark.parametrize(("question", "value", "listed"), UNDERSTOOD)
def test_what_is_said_is_understood_or_asked_again(
    question: Question, value: str | None, listed: str
) -> None:
    other = {
        said: found.value
        for said in listed.split("|")
        if (found := understand(question, said)).value != value or found.certain != (value is not None)
    }
    assert other == {}


def test_an_open_question_takes_any_text_but_none() -> None:
    assert understand(Question(FREE), "Plus de vélos !").certain
    assert understand(Question(FREE), "👍").certain
    assert not understand(Question(FREE), " \n").certain


@pytest.mark.parametrize(
    "text",
    [
        "?",
        "...",
        "A aimé « Que pouvons-nous améliorer ? »",
        "A réagi avec 😂 à « Que pouvons-nous améliorer ? »",
        "N’a pas aimé « Que pouvons-nous améliorer ? »",
        "Loved “What could be better?”",
        "Reacted 😂 to “What could be better?”",
        "👍 to “ What could be better? ”",
        "👍 à « Que pouvons-nous améliorer ? »",
    ],
)
def test_what_a_telephone_says_of_a_heart_is_no_answer_to_an_open_question(text: str) -> None:
    assert not understand(Question(FREE), text).certain


@pytest.mark.parametrize(
    "text", ["A aimé le pain", "Loved it", "Liked the “Paris” cake", "A +", "n'a pas aimé"]
)
def test_what_only_looks_like_it_is_one(text: str) -> None:
    assert understand(Question(FREE), text).certain


@pytest.mark.parametrize("text", ["non, 2 en fait", "finalement 2", "2 en fait", "pardon, 2", "plutôt 2"])
def test_what_takes_something_back_is_known_as_such(text: str) -> None:
    assert understand(COLOURS, text).mends


@pytest.mark.parametrize("text", ["2", "1 non 2", "1, en fait 2", "bleu ciel svp"])
def test_what_says_all_by_itself_is_not(text: str) -> None:
    assert not understand(COLOURS, text).mends


def test_a_storm_of_texts_is_answered_within_what_may_be_answered() -> None:
    storm = random.Random(20261122)
    pieces = [*"0123456789 .,!?/-\n\x01", "oui", "non", "rouge", " en fait ", "dix", "👍", "é", "\ud83d", "½"]
    allowed = {
        YES_NO: {"yes", "no"},
        CHOICE: {str(number) for number in range(1, 5)},
        SCORE: {str(number) for number in range(11)},
    }
    for _ in range(3000):
        text = "".join(storm.choices(pieces, k=storm.randint(0, 12)))
        for question in (YES_OR_NO, COLOURS, MARK):
            found = understand(question, text)
            assert found.certain == (found.value is not None)
            assert found.value is None or found.value in allowed[question.kind], text


# ---- what comes next -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("onward", "value", "expected"),
    [
        ({}, "yes", 20),
        ({"yes": 30}, "yes", 30),
        ({"yes": 30}, "no", 20),
        ({"no": END}, "no", END),
        ({"yes": 10}, "yes", 20),  # to itself: the next one
        ({"yes": 5}, "yes", 20),  # nowhere
    ],
)
def test_an_answer_leads_to_a_later_question(onward: dict[str, int], value: str, expected: int) -> None:
    stops = [Stop(10, YES_NO, onward), Stop(20, SCORE, {}), Stop(30, FREE, {})]
    assert flow.onward(stops, 10, value) == expected


def test_a_survey_never_goes_round() -> None:
    storm = random.Random(7)
    for _ in range(500):
        ids = storm.sample(range(1, 50), storm.randint(1, 10))
        stops = [
            Stop(here, SCORE, {band: storm.choice([*ids, END]) for band in storm.sample(flow.BANDS, 2)})
            for here in ids
        ]
        asked, here = [], ids[0]
        while here != END:
            asked.append(here)
            here = flow.onward(stops, here, str(storm.randint(0, 10)))
        assert len(asked) == len(set(asked))
