from adiabatic.text.languages import FAMILIES, SCRIPTS, by_family, family_of


def test_languages_stand_by_family_and_then_by_script():
    shuffled = ["zh", "hi", "ar", "en", "ru", "th", "fr", "el", "ur", "bg", "de"]
    ordered = ["en", "de", "fr", "bg", "ru", "el", "ur", "hi", "ar", "zh", "th"]
    assert by_family(shuffled) == ordered
    # Latin letters come before Cyrillic ones, whatever the order of the list.
    assert by_family(["ru", "sr", "pl", "cs"]) == ["pl", "cs", "sr", "ru"]


def test_regions_and_unknown_languages_have_their_place():
    assert family_of("zh-Hans") == family_of("zh_CN") == "Sinitic"
    assert by_family(["tlh", "zh-Hans", "qya", "de"]) == ["de", "zh-Hans", "tlh", "qya"]
    assert family_of("tlh") == ""


def test_every_language_has_one_family_and_one_script():
    for table in (FAMILIES, SCRIPTS):
        codes = " ".join(table.values()).split()
        assert len(codes) == len(set(codes))
    assert set(" ".join(SCRIPTS.values()).split()) <= set(" ".join(FAMILIES.values()).split())
