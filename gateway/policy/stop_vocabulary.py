"""The words by which people end, begin and ask, and the phrases that cannot be meant otherwise.

Everything here is plain: small letters without accents, words with one space between them.  Sources: the
AF2M charter (STOP, CONTACT), and what people write to a number: "stop svp", "plus de pub".
"""

from __future__ import annotations

import re


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


# Each ends it when it stands alone.
ENDS = _words(
    "stop arret arrets arreter arretez stoppez stopper unsubscribe unsub unsubscribed optout",
    "desabonner desabonnez desabonne desabonnee desabonnement desabo",
    "desinscrire desinscrivez desinscription desinscrit desinscrite desinscris",
)
# Each ends it together with what is to end; alone it may be said to a friend.
ENDS_WHAT = _words("arrete arretes stoppe stoppes cesse cessez cesser halte quit")
# Alone they may mean an end, or be one of those words mistyped.
ALMOST = _words("stpo sotp tsop stope stopt stio sto0 st0p fin end quit resilier resiliation halte basta")

REMINDERS = _words(
    "rappel rappels rdv reminder reminders appointment appointments notification notifications notif notifs"
)
OFFERS = _words(
    "pub pubs publicite publicites promo promos promotion promotions offre offres marketing spam spams",
    "demarchage sollicitation sollicitations newsletter newsletters commercial commerciaux commerciale",
    "commerciales ad ads advert adverts advertising offer offers deals",
)
MESSAGES = _words(
    "sms texto textos mms message messages mess msg msgs text texts texting messaging envoi envois mail",
    "mails mailing abonnement inscription liste list campagne campagnes info infos",
)
EVERYTHING = _words("tout tous toute toutes all everything rien aucun aucune anything")
POLITE = _words(
    "svp stp merci please pls plz thanks thank you bonjour bonsoir hello hi bjr bsr madame monsieur",
    "messieurs mme mr cordialement sincerement ok",
)
LITTLE = _words(
    "de du des d la le les l vos votre ces cette ce mes moi me m nous aux par pour et and or the your of to",
    "my from it this that these ca cela now maintenant immediatement immediately definitivement vite suite",
    "donc vraiment rep reponse reply repondre envoyer",
)

BEGINS = _words("start unstop reprendre reprise reactiver reactivez reabonner reabonnement resubscribe")
HELPS = _words("help aide info infos contact")
JOINS = ("rejoindre", "join")
YES = _words("oui yes")
NO = _words("non no nope")

# A first word that ends it is certain beside one of these.
CERTAIN_BESIDE = _words(
    "plus jamais marre suffit assez envoyer envoyez recevoir contacter contactez ecrire ecrivez numero liste",
    "fichier rgpd cnil gdpr 33700 plainte tranquille paix sending texting contacting harcelement harceler",
    "interesse interessee interested desabonner desinscrire spam bordel merde",
)

_WHAT = "(?:" + "|".join(sorted(OFFERS | MESSAGES | REMINDERS)) + ")"
_OF = "(?:(?:de|d|des|du|la|le|les|l|vos|votre|ces|cette|ce|tous|toutes|toute|any|more|your|the|these) )*"
_ME = "(?:me|m|nous)"
_WANT = "(?:veux|veut|voulons|souhaite|souhaitons|desire|desirons|voudrais)"
_REACH = r"(?:contact|sollicit|demarch|derang|harcel|spam|relanc|ecri|prospect|importun)\w*"
_SEND = r"(?:envoy|adress|expedi)\w*"

# What cannot be meant otherwise, wherever it stands.
PHRASES = tuple(
    re.compile(rf"\b(?:{pattern})\b")
    for pattern in (
        # ne plus m'envoyer de messages, ne m'envoyez plus rien, ne plus me contacter
        rf"ne (?:plus|pas|jamais) (?:{_ME} )?{_SEND} (?:\w+ ){{0,3}}?(?:{_WHAT}|rien|aucune?)",
        rf"ne {_ME} {_SEND} (?:plus|pas|jamais) (?:\w+ ){{0,3}}?(?:{_WHAT}|rien|aucune?)",
        rf"ne (?:plus|pas|jamais) {_ME} {_REACH}",
        rf"ne {_ME} {_REACH} (?:plus|jamais|pas)",
        rf"(?:ne (?:plus|pas|jamais)|{_WANT} (?:plus|pas)) (?:jamais )?etre {_REACH}",
        # je ne veux plus de pub, je ne souhaite plus recevoir vos messages
        rf"n?e? ?{_WANT} (?:plus|pas) (?:jamais )?(?:recevoir|avoir) {_OF}(?:\w+ )?(?:{_WHAT}|rien|aucune?)",
        rf"ne {_WANT} (?:plus|pas|aucune?) {_OF}(?:{_WHAT}|rien)",
        rf"ne (?:plus|pas) (?:rien )?recevoir (?:{_OF}(?:\w+ )?{_WHAT}|rien|aucune?)",
        # arretez de m'envoyer, cessez vos messages
        rf"(?:arreter?z?|cesse[rz]?|stoppe[rz]?|stop) (?:de |d |avec )?(?:{_ME} )?(?:{_SEND}|{_REACH})",
        rf"(?:arrets?|arreter?z?|cesse[rz]?|stoppe[rz]?|stop) (?:avec )?{_OF}{_WHAT}",
        # retirez mon numero de votre liste, desabonnez-moi
        r"(?:retire|enleve|supprime|efface|raye|radie|ote)[rz]? (?:mon num\w*|mes coordonnees|mes donnees)",
        rf"(?:retire|enleve|supprime|efface|raye|radie|ote)[rz]? moi {_OF}(?:{_WHAT}|fichiers?|base)",
        rf"me (?:retirer|enlever|supprimer|effacer|rayer|radier) {_OF}(?:{_WHAT}|fichiers?|base)",
        r"me desabonne[rz]?|me desinscri\w+|desabonnez moi|desinscrivez moi|m etre desabonne\w*",
        # stop texting me, don't contact me, take me off your list
        r"(?:stop|quit|cease) (?:texting|sending|messaging|contacting|spamming|bothering)",
        r"(?:dont|never|no longer|not) (?:ever )?(?:text|message|contact|spam|bother) (?:me|us|this number)",
        rf"(?:dont|never|no longer|not) (?:ever )?send (?:me |us )?{_OF}{_WHAT}",
        rf"(?:dont|no longer|not) (?:want|wish|need) (?:to (?:receive|get) )?{_OF}(?:\w+ )?{_WHAT}",
        r"(?:remove|delete) (?:me from|me off|my (?:phone )?number|my name|this number)",
        r"take (?:me|my number|this number) off|opt me out|unsubscribe (?:me|my number|this number)",
        r"(?:to|do i|can i|i) unsubscribe",
    )
)
# The same phrases mean less where they are hedged: an hour, a condition, a denial.
HEDGES = re.compile(
    r"\b(?:avant|apres|jusqu|demain|aujourdhui|soir|matin|midi|semaine|pendant|sauf|partir|si|lundi|mardi"
    r"|mercredi|jeudi|vendredi|samedi|dimanche|week end|vacances|attente|before|after|until|tonight|today"
    r"|tomorrow|except|unless|if|sunday|monday|night|\d+ ?h\d*|(?:n|ne) (?:\w+ )?(?:arret|cess|stopp)\w* pas"
    r"|pas (?:me |de |d )?(?:arreter|desabonn\w*|desinscri\w*)"
    r"|(?:dont|not) (?:want to )?(?:unsubscribe|stop))\b"
)
# To leave something else than the messages: a course, a canteen.
OTHER_THING = re.compile(
    r"\b(?:desabonn|desinscri)\w+(?: moi)? (?:de|du|des|d|au|aux)(?: (?:la|l|les|vos|votre|ces|ce|cette|tous"
    r"|toutes))* (\w+)"
)
# "No more offers" with nothing around it but politeness.
NO_MORE = re.compile(
    rf"^(?:plus|pas|no more|no) (?:jamais )?{_OF}(?:{_WHAT}|rien|aucune? {_WHAT})\b|^plus rien\b"
)

# Words that end things, in what has nothing to do with it.
INNOCENT = re.compile(
    r"\b(?:(?:non|auto|bus|pit|one|full|next|last|first|the|this|a|my|our|un|le|du|au|en|mon|prochain|dernier|dont|not|never"
    r"|cant|wont|didnt|t) stops?(?! (?:sms|all|tout))"
    r"|stop (?:ou encore|and go|go|by|over|motion|covid|sign|at|in)"
    rf"|(?:l|d|un|mon|ton|son|cet|en|sans|prochain|dernier|premier|point) arrets?(?! {_OF}{_WHAT})"
    r"|arrets? (?:(?:de|du|d|des) )?(?:l )?(?:bus|tram|tramway|metro|car|rer|train|taxi|travail|maladie|jeu"
    r"|cuisson|cardiaque|urgence|buffet|minute)"
    r"|(?:m|s|t|se|me|te) arret\w*|arrete[sz]? (?:toi|vous)(?: (?:la|ici|devant|au|a|chez))?)\b"
)
# A text that quotes how to end it.
QUOTED = re.compile(r"\b(?:rep|repondez|repondre|reponse|reply|text|envoyez|send|tapez|ecrivez|mot) stop\b")
# Anger that may be an end.
ANGRY = re.compile(
    r"\b(?:cnil|rgpd|gdpr|33700|signalspam|harcelement|spam|spams|laissez moi tranquille|foutez moi la paix"
    r"|fichez moi la paix|leave me alone|ras le bol|(?:plus|pas) interessee?|not interested"
    rf"|(?:plus|marre|assez|pas) (?:de|d|des) {_OF}{_WHAT}|no more {_WHAT}|ne {_ME} {_SEND} plus"
    rf"|ne {_ME} appele[rz] (?:plus|pas)|ne plus {_ME} appeler)\b"
)

# Spellings that are one word here.
ALIKE = (
    (re.compile(r"\bs t o p\b|\bs+t+o+p+\b"), "stop"),
    (re.compile(r"\bstop(sms|pubs?|all|tout|promos?|mms|texto)(\d*)\b"), r"stop \1 \2"),
    (re.compile(r"\bstop(\d+)\b"), r"stop \1"),
    (re.compile(r"\bstop (?:au|a|to) (\d{3,6})\b"), r"stop \1"),
    (re.compile(r"\brendez ?vous\b"), "rdv"),
    (re.compile(r"\bs il (?:vous|te) plait\b"), "svp"),
    (re.compile(r"\bopt(?:ing)? out\b"), "optout"),
    (re.compile(r"\b(do|did|ca|wo) ?n? t\b|\b(do|did|ca|wo)nt\b"), r"\1\2nt"),
    (re.compile(r"\bdo not\b"), "dont"),
    (re.compile(r"\bcan ?not\b"), "cant"),
    (re.compile(r"\baujourd hui\b"), "aujourdhui"),
    (re.compile(r"\bn (?=envoy|adress|ecri|arret)"), "ne "),
    (re.compile(r"\btout de suite\b"), "maintenant"),
)
