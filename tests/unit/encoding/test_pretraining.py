import pytest

from adiabatic.encoding.pretraining import BaseSizes, pretrain_base, read_parallel, word_tokenizer
from adiabatic.io.errors import InputError

ENGLISH = [f"the {a} and the {b}" for a in ("sun", "moon", "star") for b in ("sea", "hill", "lake")]
CHINESE = [f"{a}和{b}" for a in ("太阳", "月亮", "星星") for b in ("大海", "山丘", "湖泊")]


def test_every_word_is_a_token_and_chinese_is_split():
    tokenizer = word_tokenizer([*ENGLISH, *CHINESE])
    assert tokenizer.tokenize("The SUN and") == ["the", "sun", "and"]
    assert tokenizer.tokenize("太阳") == ["太", "阳"]
    assert tokenizer.tokenize("suns") == ["[UNK]"]


def test_pretraining_is_repeatable_and_brings_translations_together():
    sizes = BaseSizes(layers=1, width=32, embedding_steps=60, encoder_steps=20)
    bases = [pretrain_base([ENGLISH, CHINESE], sizes, 0, lambda line: None) for _ in range(2)]
    vectors = [base.encode([*ENGLISH, *CHINESE], "query") for base in bases]
    assert (vectors[0] == vectors[1]).all()
    similarity = vectors[0][:9] @ vectors[0][9:].T
    assert (similarity.argmax(axis=1) == range(9)).mean() > 0.8


def test_files_that_do_not_line_up_are_an_error(tmp_path):
    paths = [tmp_path / "en.txt", tmp_path / "de.txt"]
    paths[0].write_text("one\ntwo\n")
    paths[1].write_text("eins\n")
    with pytest.raises(InputError, match=r"de\.txt: 1 lines found; 2 are needed"):
        read_parallel(paths)
