"""The words by which people answer closed questions, in French and English.

Everything here is plain: small letters without accents, words with one space between them.
"""

from __future__ import annotations

import re


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


YES = _words(
    "oui ui wi ouai ouais ouaip ouep yes yep yeah yup y o volontiers absolument evidemment carrement sure"
)
NO = _words("non nan no nope nah n jamais aucunement never")

# Several words that are one: what stands behind the arrow is read instead.
PHRASES = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), f" {meant} ")
    for pattern, meant in (
        (r"oui+|ye+s+|yeah+", "oui"),
        (r"non+|noo+", "non"),
        (r"(?:mais|ah|oh|eh|ben|bah) (?=(?:oui|non)\b)", ""),
        (r"(?:bien sur|certainement|surement) que non|non bien sur", "non"),
        (r"(?:of course|absolutely|definitely|certainly) not", "non"),
        (r"pas du tout|not at all|no way|en aucun cas|absolument pas|certainement pas", "non"),
        (r"no (?=thank)|non (?=merci)", "non "),
        (r"bien sur(?: que oui)?|tout a fait|bien entendu|of course|avec (?:grand )?plaisir", "oui"),
        (r"with pleasure|absolutely|definitely|certainly", "oui"),
        (r"en fait|finalement|actually|i mean|je voulais dire|je veux dire", "enfait"),
        (r"s il (?:vous|te) plait", "svp"),
        (r"je (?:viens|viendrai|serai la|serai present|serai presente|participe|participerai)", "jeviens"),
        (r"(?:i will|i ll|ill) (?:come|be there)|i m coming|i am coming", "jeviens"),
        (r"je confirme|i confirm|c est bon|ca marche|(?:pas de|sans) (?:souci|soucis|probleme)", "jeviens"),
        (r"je (?:ne )?(?:peux|pourrai) pas(?: venir)?|je (?:ne )?(?:viens|viendrai) pas", "jeviensnonpas"),
        (r"i (?:don t|didn t|do not|did not)", "jedisnon"),
        (r"i (?:do|did)", "jedis"),
        (r"pas possible|i can ?t(?: come)?|i cannot(?: come)?", "jeviensnonpas"),
        (r"sans (?:hesiter|hesitation)|without hesitation|pour moi|for me", "merci"),
        (r"a (?:bientot|plus|demain)|bonne (?:journee|soiree)|see you|have a nice day", "merci"),
    )
)
COMES, COMES_NOT = "jeviens", "jeviensnonpas"
YES_TAILS, NO_TAILS = (
    frozenset({COMES, "jedis"}),
    frozenset({COMES_NOT, "jedisnon"}),
)  # agree with a yes, a no

POLITE = _words(
    "svp stp merci pls plz please thanks thank you thx ty bonjour bonsoir hello hi hey bjr bsr salut coucou",
    "madame monsieur messieurs mme mr cordialement beaucoup bcp infiniment ok desole desolee bisous very",
    "much vous et d accord dacc",
)
# What stands before a number: "je mets la note 8", "my answer is 2".
LEADS = _words(
    "je j mets met mettrai mettrais donne donnerai donnerais dirai dirais dis disons choisis prends note",
    "le la l ma mon reponse choix option numero num n nr de serait",
    "c est ce sera ca pour moi my answer is it s i d ll give would say choose pick take number choice rate",
    "the score rep reponds repond opte oui",
)
UNITS = _words("points point pts pt")  # what may stand behind one
PRAISE = _words("bravo super parfait top excellent genial nickel great perfect")  # leaves a number as it is

# Takes back what was said before it; some stand behind what they are about as well.
FIXES = _words("non no nope pardon plutot enfait oups oops sorry rather euh erreur correction")
SOFT_FIXES = _words("enfait plutot rather")
# A yes or a no with one of these is neither.
HEDGES = _words(
    "mais si sauf excepte peut maybe perhaps pas not ne plus or ou unless if but except depend depends selon",
    "condition reserve presque almost probablement probably sais know pourquoi plutot vraiment really enfin",
    "crois pense think suppose guess normalement principe priori verrai verra hopefully bof pourvu quand",
    "when seulement uniquement only rigole plaisante lol mdr kidding joking dommage",
)
# Before and behind a number, these make it another one.
NUMBER_HEDGES = FIXES | _words(
    "ou or entre between moins plus environ about presque almost enfin voire even to"
)

_FRENCH = "zero un deux trois quatre cinq six sept huit neuf dix"
_ENGLISH = "zero one two three four five six seven eight nine ten"
NUMBERS = {word: number for line in (_FRENCH, _ENGLISH) for number, word in enumerate(line.split())} | {
    "une": 1
}
LABEL_ARTICLES = _words("le la les l un une the")
ARTICLES = _words("un une one")  # in a sentence they count nothing

# A telephone's own words for "this person put a heart on your message": nobody wrote an answer.
REACTION = re.compile(
    r"(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{1,12} to|removed .{1,24} from"
    r"|a (?:aime|adore|ri de|reagi|trouve drole|mis en evidence|pose une question)\b.{0,16}|n a pas aime"
    r"|\W{1,8} (?:to|a)) ?[\"“«]"
)

THUMBS = {"👍": " oui ", "✅": " oui ", "👎": " non ", "❌": " non "}
