"""The same words written another way: equal in both directions, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.wording import same_wording, written_out

SAME = (
    ("can not", "cannot"), ("can't", "cannot"), ("can’t", "can not"), ("won't", "will not"), ("shan't", "shall not"),
    ("don't", "do not"), ("mustn’t", "must not"), ("they'll", "they will"), ("it's", "it is"), ("on-line", "online"),
    ("data base", "database"), ("behaviour", "behavior"), ("organisation", "organization"), ("centre", "center"),
    ("programme", "program"), ("labelled", "labeled"), ("judgement", "judgment"), ("defence", "defense"),
    ("zo'n", "zo een"), ("er van", "ervan"), ("daar voor", "daarvoor"), ("'s morgens", "’s morgens"), ("'t", "het"),
    ("n'est pas", "n’est pas"), ("aujourd'hui", "aujourd’hui"), ("c'est-à-dire", "c’est à dire"), ("œuvre", "oeuvre"),
    ("zum", "zu dem"), ("im", "in dem"), ("sodass", "so dass"), ("so daß", "so dass"), ("mithilfe", "mit Hilfe"),
    ("aufgrund", "auf Grund"), ("selbständig", "selbstständig"), ("Potential", "Potenzial"), ("für", "fuer"),
    ("sogenannt", "so genannt"), ("numerieren", "nummerieren"), ("Schiffahrt", "Schifffahrt"),
)  # fmt: skip
OTHER = (
    ("can", "cannot"), ("can", "can't"), ("will", "won't"), ("do", "don't"), ("its", "it is"), ("must", "mustn't"),
    ("programme", "programs"), ("can not only", "cannot only"), ("hij", "zij"), ("est", "n'est pas"), ("zum", "zur"),
    ("Acme Robot", "AcmeRobot"),
    ("erlaubt", "unerlaubt"), ("lawful", "unlawful"), ("sur", "sûr"), ("for", "four"), ("in", "im"), ("a | b", "ab"),
)  # fmt: skip
WORDS = st.lists(st.sampled_from(("the", "register", "is", "kept", "of", "loi", "wet", "Recht")), max_size=6).map(
    " ".join
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_word_written_two_ways_is_one(one, other):
    assert same_wording(one, other)
    assert same_wording(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_word_is_another(one, other):
    assert not same_wording(f"the {one} x", f"the {other} x")
    assert not same_wording(f"the {other} x", f"the {one} x")


@given(before=WORDS, pair=st.sampled_from(SAME), after=WORDS)
def test_so_it_is_within_any_sentence(before, pair, after):
    one, other = (f"{before} {word} {after}" for word in pair)
    assert same_wording(one, other)


@given(before=WORDS, pair=st.sampled_from(OTHER), after=WORDS)
def test_a_word_that_is_another_is_so_within_any_sentence(before, pair, after):
    one, other = (f"{before} x {word} x {after}" for word in pair)
    assert not same_wording(one, other)


@given(st.text())
def test_every_text_with_words_has_its_own_wording(text):
    assert same_wording(f"word {text}".replace("|", " "), f"word {text}".replace("|", " "))


@given(st.text())
def test_what_is_written_out_stays_so(text):
    assert written_out(written_out(text)) == written_out(text)
