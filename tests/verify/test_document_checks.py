"""The checks of the document: what counts as accounted for, what is settled, what can be accepted, what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.verify.everyone import InProcess, reviewed
from trialproof.model import dose, protocol as protocol_file, schedule
from trialproof.model.document import Document, find_quote, occurrences
from trialproof.model.load import load
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Protocol, SetAside
from trialproof.model.sentences import passages
from trialproof.reports.side_by_side import write_side_by_side
from trialproof.reports.text import write_text
from trialproof.verify import process
from trialproof.verify.case import Case
from trialproof.verify.checks import CHECKS, unaccounted_sentence
from trialproof.verify.finding import Coverage, Finding, Review
from trialproof.verify.question import Subject
from trialproof.verify.review import review
from trialproof.verify.solver import Solver
from trialproof.verify.text.coverage import accounts, coverage, say_coverage, sentences
from trialproof.verify.text.lexicon import find, lexicon, pattern, vague_entries

FOUNDING = Path(__file__).parents[2] / "protocols" / "esophageal-salvage"
HEAD = "trialproof: 1\ntitle: a trial\ndocument: document.txt\n"

# Sentences and lists of every kind, as text.

WORDS = st.sampled_from(["age", "dose", "no", "pregnancy", "e.g. drugs", "R0", "4.5 Gy", "kidneys", "since 2.1"])
STEMS = st.lists(WORDS, min_size=2, max_size=6).map(" ".join)


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, ...]:
    """Sentences, each different from all others and none a part of another."""
    stems = draw(st.lists(STEMS, min_size=1, max_size=8))
    return tuple(f"Item {chr(65 + at)} is {stem}." for at, stem in enumerate(stems))


def laid_out(said: tuple[str, ...], layout: str) -> str:
    """Write sentences as bullets, as numbers, in one paragraph, or each in its own."""
    if layout == "numbers":
        return "\n".join(f"{at}. {each}" for at, each in enumerate(said, start=1))
    return {"bullets": "- " + "\n- ".join(said), "paragraph": " ".join(said), "paragraphs": "\n\n".join(said)}[layout]


LAYOUTS = st.sampled_from(["bullets", "numbers", "paragraph", "paragraphs"])


def quoting(text: str, *quotes: str) -> Protocol:
    document = Document("document.txt", text)
    asides = tuple(SetAside((find_quote(document, each),), "because", Place("p", 1, 1)) for each in quotes)
    return Protocol("a trial", {}, not_modelled=asides, document="document.txt", text=document)


def unaccounted(protocol: Protocol) -> tuple[str, ...]:
    """Return the sentences that TP501 lists."""
    said = list(unaccounted_sentence.run(Case(protocol, InProcess(protocol), {})))
    findings = [each for each in said if isinstance(each, Finding)]
    assert len(findings) <= 1
    return findings[0].words if findings else ()


@settings(max_examples=60, deadline=None)
@given(texts(), LAYOUTS)
def test_a_document_all_of_whose_sentences_are_quoted_is_covered_completely(said: tuple[str, ...], layout: str) -> None:
    protocol = quoting(laid_out(said, layout), *said)
    assert protocol.text is not None
    figures = coverage(sentences(protocol, protocol.text))
    assert (figures.accounted, figures.sentences, figures.in_part) == (len(said), len(said), 0)
    assert unaccounted(protocol) == ()


@settings(max_examples=60, deadline=None)
@given(texts(), LAYOUTS, st.data())
def test_one_sentence_more_is_one_item_more(said: tuple[str, ...], layout: str, data: st.DataObject) -> None:
    quoted = data.draw(st.lists(st.sampled_from(said), unique=True))
    before = unaccounted(quoting(laid_out(said, layout), *quoted))
    at = data.draw(st.integers(0, len(said)))
    more = (*said[:at], "Nobody is to be left out.", *said[at:])
    after = unaccounted(quoting(laid_out(more, layout), *quoted))
    assert sorted(after) == sorted((*before, "Nobody is to be left out."))
    assert set(before) == set(said) - set(quoted)


@settings(max_examples=80, deadline=None)
@given(texts(), LAYOUTS, st.data())
def test_every_character_of_an_accounted_span_is_quoted_and_every_quoted_word_is_accounted_for(
    said: tuple[str, ...], layout: str, data: st.DataObject
) -> None:
    text = laid_out(said, layout)
    words = text.split()
    first = data.draw(st.integers(0, len(words) - 1))
    quote = " ".join(words[first : data.draw(st.integers(first + 1, len(words)))])
    document = Document("document.txt", text)
    if len(occurrences(document, quote)) != 1:
        quote = said[0]
    protocol = quoting(text, quote)
    span = protocol.not_modelled[0].quotes[0]
    found = sentences(protocol, document)
    accounted = {at for each in found for start, end in each.quoted for at in range(start, end)}
    assert accounted <= set(range(span.start, span.end))
    inside = {at for each in found for at in range(each.passage.quote.start, each.passage.quote.end)}
    assert {at for at in range(span.start, span.end) if at in inside and text[at].isalnum()} <= accounted
    for each in found:
        assert bool(each.accounts) == any(text[at].isalnum() for start, end in each.quoted for at in range(start, end))


@settings(max_examples=40, deadline=None)
@given(texts(), LAYOUTS)
def test_sentences_tile_the_text(said: tuple[str, ...], layout: str) -> None:
    """Nothing between two passages but blanks and the marks of items; each in its order, none twice."""
    text = laid_out(said, layout)
    found = passages(Document("document.txt", text))
    assert [each.quote.text for each in found] == list(said)
    left_over = text
    for each in reversed(found):
        left_over = left_over[: each.quote.start] + left_over[each.quote.end :]
    assert not re.sub(r"(?m)^(?:-|\d+\.) ", "", left_over).strip()


ODD = st.lists(
    st.sampled_from(["- ", "1. ", "(", ")", ":", "\n", "\n\n", " ", "severe", "up to 1-2", "KPS", "cm", "5", "five"]),
    max_size=30,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.one_of(ODD, st.text(max_size=40)))
def test_whatever_the_text_every_check_says_something_well_formed_or_nothing(text: str) -> None:
    protocol = Protocol("a trial", {}, document="document.txt", text=Document("document.txt", text))
    case = Case(protocol, InProcess(protocol), {})
    for check in (each for each in CHECKS if each.code in ("TP501", "TP502", "TP503", "TP504", "TP505")):
        for said in check.run(case):
            assert isinstance(said, (Finding, Coverage))
            if isinstance(said, Finding):
                assert said.words
                assert all(quote.text for label in said.labels for quote in label.quotes)


def test_figures_add_up() -> None:
    figures = Coverage(by_rule=3, left_open=1, not_modelled=2, to_do=4, by_nothing=5, in_part=1, headings=1)
    assert figures.sentences == 15
    assert say_coverage(figures) == (
        "6 of 15 sentences are accounted for, 3 by a rule, 1 as left open and 2 as not modelled (1 of them in part); "
        "4 still to do; 5 by nothing; 1 heading does not count"
    )


# Headings.


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("A trial of two doses\n\nInclusion Criteria:\n- Adults\n", ["A trial of two doses", "Inclusion Criteria:"]),
        ("Inclusion Criteria:\nAdults\nPregnancy\n", ["Inclusion Criteria:"]),
        ("Inclusion criteria:\n\nAdults\n\nPregnancy\n\nExclusion criteria:\n\nAsthma\n",
         ["Inclusion criteria:", "Exclusion criteria:"]),
        ("Title\n\nEligibility criteria\nInclusion criteria\nAdults\n\nPregnancy\nExclusion criteria\nAsthma\n\nGout\n",
         ["Title", "Eligibility criteria", "Inclusion criteria", "Exclusion criteria"]),
        ("Title\n\nPregnancy is excluded\n\nAsthma\n", ["Title"]),
        ("Title\n\nAge > 18\n\nBelow.\n", ["Title"]),
        ("Title\n\nNo pregnancy\n\nBelow.\n", ["Title"]),
        ("Title\n\nAt 3 months\n\nBelow.\n", ["Title"]),
        ("Title\n\n1. Adults\n2. Asthma\n", ["Title"]),
        ("Title\n\n3. Patients\n\nAdults are treated.\n", ["Title", "Patients"]),
        ("Title\n\nArms\nArm 1\nArm 2\nAdults are treated.\n", ["Title", "Arms", "Arm 1", "Arm 2"]),
        ("Adults are treated.\n", []),
        ("Pregnancy\n", []),
    ],
)  # fmt: skip
def test_a_heading_is_told_from_a_sentence(text: str, headings: list[str]) -> None:
    found = passages(Document("document.txt", text))
    assert [each.quote.text for each in found if each.heading] == headings


def test_what_holds_no_letter_is_no_sentence() -> None:
    assert passages(Document("document.txt", "-----\n\n12\n\n...\n")) == ()


# Terms.


def checked(folder: Path, text: str, rules: str = "", code: str = "TP502") -> Review:
    (folder / "document.txt").write_text(text, encoding="utf-8")
    (folder / "protocol.yaml").write_text(HEAD + rules, encoding="utf-8")
    return reviewed(load(folder), select=[code, "TP506"])


def words(found: Review) -> list[str]:
    return [each for finding in found.findings for each in finding.words]


SEVERE = "Patients with severe pain are treated. Later, severe pain is treated again.\n"
PAIN = "quantities:\n  pain: {range: [0, 10], recorded_to: 1}\n  judged: {yes_no: true}\n"


def defined(rule: str, quote: str = "severe pain") -> str:
    return f"{PAIN}definitions:\n  severe: {{quote: {quote}, nth: 1, {rule}}}\n"


def test_a_definition_with_a_threshold_settles_its_words_everywhere(tmp_path: Path) -> None:
    assert words(checked(tmp_path, SEVERE, defined("rule: pain >= 7"))) == []


def test_a_definition_that_only_stands_for_a_yes_or_no_settles_nothing(tmp_path: Path) -> None:
    assert words(checked(tmp_path, SEVERE, defined("rule: judged"))) == ["severe"]


def test_an_open_definition_is_told_once_and_elsewhere(tmp_path: Path) -> None:
    open_one = defined("open: no scale is named")
    assert words(checked(tmp_path, SEVERE, open_one)) == []
    assert words(checked(tmp_path, SEVERE, open_one, "TP505")) == ["severe"]


def test_a_definition_of_other_words_settles_nothing(tmp_path: Path) -> None:
    assert words(checked(tmp_path, SEVERE, defined("rule: pain >= 7", "treated again").replace("nth: 1, ", ""))) == [
        "severe"
    ]


def test_one_threshold_does_not_settle_two_vague_words(tmp_path: Path) -> None:
    text = "Severe pain or a large wound is treated.\n"
    rules = defined("rule: pain >= 7 or judged", "Severe pain or a large wound").replace("nth: 1, ", "")
    assert words(checked(tmp_path, text, rules)) == ["severe", "large"]


def test_a_rule_that_rests_on_the_definition_carries_words_of_the_same_kind(tmp_path: Path) -> None:
    text = "Sufficient kidneys. Excluded are insufficient kidneys.\n"
    rules = (
        f"{PAIN}definitions:\n  enough: {{quote: Sufficient kidneys, rule: pain >= 7}}\n"
        "eligibility:\n  exclusion:\n    - {id: E1, quote: insufficient kidneys, rule: RULE}\n"
    )
    assert words(checked(tmp_path, text, rules.replace("RULE", "not enough"))) == []
    assert words(checked(tmp_path, text, rules.replace("RULE", "judged"))) == ["insufficient"]


def test_terms_in_headings_are_left_alone(tmp_path: Path) -> None:
    assert words(checked(tmp_path, "Severe pain\n\nPatients are treated.\n")) == []


def test_a_reason_is_given_once_and_terms_in_rules_come_first(tmp_path: Path) -> None:
    text = "Severe rash is treated. Recent surgery is not. Severe pain is treated.\n"
    rules = f"{PAIN}eligibility:\n  inclusion:\n    - {{id: I1, quote: Recent surgery is not., rule: judged}}\n"
    (finding,) = checked(tmp_path, text, rules).findings
    assert finding.words == ("recent", "severe")
    notes = [label.note for label in finding.labels]
    assert notes[0].startswith("`recent`: ")
    assert [note.startswith("`severe`: ") for note in notes[1:]] == [True, False]


# Accepting.


def test_a_term_can_be_accepted_in_one_place(tmp_path: Path) -> None:
    rules = (
        f"{PAIN}eligibility:\n  inclusion:\n    - {{id: I1, quote: severe pain are, rule: judged}}\n"
        "accept:\n  - {code: TP502, where: I1, because: it is judged by the board}\n"
    )
    found = checked(tmp_path, SEVERE, rules)
    assert words(found) == ["severe"]
    assert [quote.text for label in found.findings[0].labels for quote in label.quotes] == [
        "Later, severe pain is treated again."
    ]
    assert [each.finding.words for each in found.accepted] == [("severe",)]


def test_a_term_can_be_accepted_wherever_it_is_and_no_other_goes_with_it(tmp_path: Path) -> None:
    rules = "accept:\n  - {code: TP502, region: Severe, because: it is judged by the board}\n"
    found = checked(tmp_path, f"{SEVERE}Recent surgery is excluded.\n", rules)
    assert words(found) == ["recent"]
    assert [each.finding.words for each in found.accepted] == [("severe",)]


def test_an_acceptance_of_a_term_that_is_not_there_is_stale(tmp_path: Path) -> None:
    found = checked(tmp_path, SEVERE, "accept:\n  - {code: TP502, region: recent, because: nobody minds}\n")
    assert [each.code for each in found.findings] == ["TP502", "TP506"]


def test_one_sentence_can_be_accepted(tmp_path: Path) -> None:
    rules = "accept:\n  - {code: TP501, region: 'Adults are treated.', because: it is plain}\n"
    found = checked(tmp_path, "Adults are treated. Others are not.\n", rules, "TP501")
    assert words(found) == ["Others are not."]


# What is left open.

OPEN = """\
definitions:
  close: {quote: close to it, open: no distance}
  near: close
  intent:
    quote: radical surgery
    readings: {r0: judged, meant: open}
eligibility:
  inclusion:
    - {id: I1, quote: fit, open: nobody says for what}
    - {id: I2, rule: near or intent}
decisions:
  arm:
    choices:
      a: {when: close}
      b: {when: not close}
"""
OPEN_TEXT = "Whoever is fit, after radical surgery, or close to it.\n"


def test_what_is_left_open_is_one_finding_with_what_rests_on_it(tmp_path: Path) -> None:
    (finding,) = checked(tmp_path, OPEN_TEXT, PAIN + OPEN, "TP505").findings
    assert finding.words == ("close", "I1", "intent.meant")
    notes = [label.note for label in finding.labels]
    assert notes[0] == "`close`: no distance; on it rest `I2`, `arm.a` and `arm.b`, and whom `arm` is for"
    assert notes[1] == "`I1`: nobody says for what; on it rest whom `arm` is for"
    assert "not the reading taken here, `r0`" in notes[2]


def test_the_reading_taken_decides_what_comes_first(tmp_path: Path) -> None:
    rules = PAIN + OPEN.replace("meant: open}", "meant: open}\n    prefer: meant")
    (finding,) = checked(tmp_path, OPEN_TEXT, rules, "TP505").findings
    assert "not the reading" not in "".join(label.note for label in finding.labels)


# The lexicon.


def entries() -> Iterator[tuple[str, str]]:
    book = lexicon()
    for entry in (*book.vague, *book.known, *book.wordings, *book.measures):
        for term in entry.terms:
            yield term, entry.because


def test_every_term_of_the_lexicon_has_a_reason_and_stands_there_once() -> None:
    terms = [term for term, _ in entries()]
    assert len(terms) == len(set(terms))
    for term, because in entries():
        assert len(because.split()) >= 3, term
        assert not because.endswith(".")
        assert because[0].islower() or because.startswith("American")


@pytest.mark.parametrize("term", [term for entry in lexicon().vague for term in entry.terms])
def test_every_vague_term_is_found_in_a_sentence_and_not_within_a_word(term: str) -> None:
    said = term.replace("*", "very").replace("#", "12")
    book = vague_entries(())
    assert [each.words for each in find(Document("d", f"It is {said.upper()} here."), book)] == [said]
    assert not pattern(term).search(f"x{said}x")


@pytest.mark.parametrize(
    ("term", "other"), [(each, entry) for entry in lexicon().vague for each in entry.unless]
)
def test_every_exception_of_the_lexicon_is_silent(term: str, other: object) -> None:
    found = find(Document("d", f"It is {term} here."), vague_entries(()))
    assert all(each.entry != other for each in found)


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("{term: frail}", "entry 1 of `lexicon` has no `because`"),
        ("{term: '12', because: x}", "`12` is no word"),
        ("{term: '* frail', because: x}", "`* frail` cannot be looked for"),
        ("{term: 'a * b * c * d', because: x}", "`a * b * c * d` cannot be looked for"),
        ("{term: frail, because: x}\n  - {term: Frail, because: y}", "the term `Frail` is listed twice"),
        ("{term: frail, unless: '---', because: x}", "`---` is no word"),
        (f"{{term: {'a' * 101}, because: x}}", "too long"),
    ],
)
def test_a_term_that_cannot_be_used_is_one_error_at_its_place(tmp_path: Path, entry: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=re.escape(complaint)) as caught:
        checked(tmp_path, "Adults.\n", f"lexicon:\n  - {entry}\n")
    assert caught.value.place.line > 3


def test_a_protocol_can_give_its_own_reason_for_a_known_term(tmp_path: Path) -> None:
    rules = "lexicon:\n  - {term: severe, unless: severe pain, because: only pain has a scale}\n"
    found = checked(tmp_path, "Severe pain and severe rash are treated.\n", rules)
    assert [label.note for finding in found.findings for label in finding.labels] == [
        "`severe`: only pain has a scale"
    ]


# What quotes the document.


def test_no_part_that_quotes_the_document_is_forgotten() -> None:
    """Whatever of a protocol has quotes is counted, or is part of what is."""
    counted = {"Definition", "Criterion", "Choice", "Claim", "SetAside", "DoseLimit", "Checkpoint", "Entry"}
    counted.add("Irradiation")
    parts_of_counted = {"Sentence"}
    quoting_parts = {
        each.__name__
        for module in (protocol_file, dose, schedule)
        for each in vars(module).values()
        if isinstance(each, type) and "quotes" in getattr(each, "__dataclass_fields__", ())
    }
    assert quoting_parts == counted | parts_of_counted


def test_the_worker_is_not_sent_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []

    def write(value: object, _pipe: object) -> None:
        sent.append(value)
        raise OSError

    monkeypatch.setattr(process, "_write", write)
    with Solver(load(FOUNDING)) as solver:
        assert solver.protocol.text is not None
    (subject,) = sent
    assert isinstance(subject, Subject)
    assert subject.protocol is not None
    assert subject.protocol.text is None


# The founding protocol.


@pytest.fixture(scope="module")
def founding() -> Review:
    return review(load(FOUNDING), select=["TP5"])


def found_words(founding: Review, code: str) -> set[str]:
    return {each for finding in founding.findings if finding.code == code for each in finding.words}


def test_every_sentence_of_the_founding_document_is_accounted_for(founding: Review) -> None:
    assert not found_words(founding, "TP501")
    assert founding.coverage is not None
    assert founding.coverage.accounted == founding.coverage.sentences == 34
    assert founding.coverage.in_part == founding.coverage.to_do == 0


def test_what_a_lint_can_see_of_the_audit_is_seen(founding: Review) -> None:
    """A10, D4, D7, D15, D17, E6, E8, E9, C5, C10, C14; A8, T4 and P10; C12; and what the encoding says is open."""
    vague = found_words(founding, "TP502")
    assert {"far from", "severe", "active ulcerations", "in need", "is allowed", "adjusted to"} <= vague
    assert {"modified according to", "up to 59.92-62.16"} <= vague
    assert {"six months / 6 months", "largest diameter / diameter"} <= found_words(founding, "TP504")
    assert "locoregional / local-regional" in found_words(founding, "TP504")
    assert {"TP", "PEG-rhG-CSF"} <= found_words(founding, "TP503")
    assert {"sufficient_organ_function", "abnormal_blood_count"} <= found_words(founding, "TP505")


def test_what_is_in_order_there_is_left_alone(founding: Review) -> None:
    """Names that are written out, units, residual tumour classes, and what an open definition already tells."""
    assert not found_words(founding, "TP503") & {"CAMS", "PUMC", "CT", "Gy", "R0", "R1", "R2", "V50"}
    assert not found_words(founding, "TP502") & {"sufficient", "insufficient", "abnormal", "close to"}
    assert all(not finding.severity > 2 for finding in founding.findings)


def test_few_messages_are_made_of_it(founding: Review) -> None:
    assert len(founding.findings) == len({each.code for each in founding.findings}) <= 5


# How it is shown.


def test_the_document_is_shown_with_what_is_quoted_marked() -> None:
    protocol = load(FOUNDING)
    shown = write_side_by_side(protocol, {})
    marked = shown[shown.index("The document, with what is quoted") :]
    assert "34 of 34 sentences are accounted for" in marked
    assert protocol.text is not None
    folded = " ".join(marked.split())
    for span in re.findall("«([^«»]+)»", folded[folded.index("line 1 ") :]):
        assert span in protocol.text.folded
    quotes = [quote.text for each in accounts(protocol) for quote in each.quotes]
    assert folded.count("«") == folded.count("»") > len(set(quotes)) / 2


def test_in_color_the_same_words_are_shown() -> None:
    protocol = load(FOUNDING)
    plain, colored = (write_side_by_side(protocol, {}, color=each) for each in (False, True))
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain
    assert colored != plain


def test_the_figure_stands_in_the_report(tmp_path: Path) -> None:
    found = checked(tmp_path, "Adults are treated.\n", "todo:\n  - quote: Adults are treated.\n", "TP501")
    report = write_text(load(tmp_path), found)
    assert "0 of 1 sentence is accounted for; 1 still to do" in report


def test_many_places_of_one_finding_are_cut_short_in_the_text_alone(tmp_path: Path) -> None:
    found = checked(tmp_path, "".join(f"Group {at} is treated.\n" for at in range(60)), "", "TP501")
    report = write_text(load(tmp_path), found)
    assert len(found.findings[0].labels) == 60
    assert "and 35 more" in report


def test_without_a_document_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text("trialproof: 1\ntitle: a trial\n", encoding="utf-8")
    found = reviewed(load(tmp_path), select=["TP5"])
    assert not found.findings
    assert found.coverage is None
