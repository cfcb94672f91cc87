"""The glossary: complete, plain enough, and with a source wherever a number stands."""

import re

import pytest

from osteocast.errors import OsteocastError
from osteocast.explain import explain
from osteocast.explain.glossary import Term, read_term, terms
from osteocast.explain.wording import normal

EACH = list(terms().values())
NEEDED = """
    T-score; least significant change; remodelling space; support; 90 % interval; BMD; DXA; DEXA; CTX; NTX;
    P1NP; BSAP; SHBG; RANKL; OPG; sclerostin; SERM; GnRH agonist; menopause transition; perforation;
    mineralisation
"""
GOOD = {"term": "exemplum", "plain": "A thing.", "academic": "A thing.", "shown": "nowhere"}


def syllables(word: str) -> int:
    """A rough count: groups of vowels, without a mute e at the end."""
    word = re.sub(r"[^a-z]", "", word.lower())
    count = len(re.findall(r"[aeiouy]+", word))
    mute = word.endswith("e") and not word.endswith(("le", "ee"))
    mute = mute or (word.endswith("ed") and not word.endswith(("ted", "ded")))
    return max(1, count - mute)


def grade(text: str) -> float:
    """Flesch-Kincaid reading grade."""
    sentences = len(re.findall(r"[.!?](?:\s|$)", text))
    words = re.findall(r"[A-Za-z0-9'-]+", text)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_all_31_listed_terms_are_there() -> None:
    assert sorted(one.listed for one in EACH if one.listed) == list(range(1, 32))


def test_the_vocabulary_of_the_results_is_there() -> None:
    for word in NEEDED.split(";"):
        assert explain(f"term: {word.strip()}").lines


@pytest.mark.parametrize("one", EACH, ids=lambda one: one.term)
def test_a_term_is_complete_and_plain(one: Term) -> None:
    assert one.plain.endswith(".") and one.academic.endswith(".")
    assert not re.search(r"\d", one.plain), "numbers belong in the academic line"
    assert grade(one.plain) <= 8.0
    if re.search(r"(?<![A-Za-z])\d", one.academic.replace("type 1", "")):
        assert one.source and one.quality
    if one.quality == "memory":
        assert "from memory, source not seen" in "\n".join(explain(f"term: {one.term}").lines)
    for other in one.see:
        assert explain(other).lines


def test_no_word_has_two_meanings() -> None:
    words = [normal(word) for one in EACH for word in {normal(w): w for w in (one.term, *one.synonyms)}.values()]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"plain": ""}, "'plain' is missing"),
        ({"acadmic": "x"}, "write 'academic'"),
        ({"quality": "hearsay", "source": "x"}, "quality 'hearsay' is unknown"),
        ({"quality": "memory"}, "belong together"),
    ],
)
def test_an_incomplete_term_is_refused(change: dict[str, str], message: str) -> None:
    assert read_term(GOOD, 1).term == "exemplum"
    with pytest.raises(OsteocastError, match=message) as caught:
        read_term({**GOOD, **change}, 7)
    assert "term 7 (exemplum)" in str(caught.value)
