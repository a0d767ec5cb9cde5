"""Families and scripts of languages, by which figures sort them and BM25 finds words."""

# Branches of families by code (ISO 639), in the order in which figures show them.
FAMILIES = {
    "Germanic": "en de nl af lb sv da nb nn no is fo yi",
    "Romance": "fr es pt it ca gl ro oc la",
    "Celtic": "ga cy br gd",
    "Baltic": "lt lv",
    "Slavic": "pl cs sk sl hr bs bg mk sr ru uk be",
    "Greek": "el",
    "Albanian": "sq",
    "Armenian": "hy",
    "Iranian": "fa ps ku tg",
    "Indic": "hi ur bn mr gu pa ne si as or sd",
    "Uralic": "fi et hu",
    "Turkic": "tr az kk ky uz tt",
    "Caucasian": "ka",
    "Basque": "eu",
    "Semitic": "ar he mt am",
    "Niger-Congo": "sw yo zu xh ig rw sn",
    "Chadic and Cushitic": "ha so om",
    "Dravidian": "ta te kn ml",
    "Sinitic": "zh yue",
    "Tibeto-Burman": "my bo",
    "Japonic": "ja",
    "Koreanic": "ko",
    "Tai": "th lo",
    "Austroasiatic": "vi km",
    "Austronesian": "id ms tl jv su mg mi",
}
# Languages that are not written in Latin letters.
SCRIPTS = {
    "Cyrillic": "bg mk sr ru uk be tg kk ky tt",
    "Greek": "el",
    "Armenian": "hy",
    "Arabic": "fa ps ur sd ar",
    "Hebrew": "he yi",
    "Devanagari": "hi mr ne",
    "Han": "zh yue",
}
# Languages that put no space between words.
WITHOUT_SPACES = ("zh", "yue", "ja", "th", "lo", "km", "my", "bo")
_FAMILY = {code: name for name, codes in FAMILIES.items() for code in codes.split()}
_SCRIPT = {code: name for name, codes in SCRIPTS.items() for code in codes.split()}
_PLACE = {code: place for place, code in enumerate(_FAMILY)}


def language_code(language: str) -> str:
    """The language of a code that may name a script or region, too: `zh` of `zh-Hans`."""
    return language.replace("_", "-").split("-")[0].lower()


def family_of(language: str) -> str:
    """Family of a language code (`zh-Hans` counts as zh); empty where it is not known."""
    return _FAMILY.get(language_code(language), "")


def writes_without_spaces(language: str) -> bool:
    """Whether nothing parts the words of a language."""
    return language_code(language) in WITHOUT_SPACES


def by_family(languages: list[str]) -> list[str]:
    """Languages by family and, within one, by script; unknown ones last, in their order."""
    families = list(FAMILIES)

    def place(language: str) -> tuple[int, str, int]:
        code = language_code(language)
        if code not in _FAMILY:
            return (len(families), "", 0)
        return (families.index(_FAMILY[code]), _SCRIPT.get(code, ""), _PLACE[code])

    return sorted(languages, key=place)
