"""Random trees over the sample protocol: every node that a rule can hold, with units that convert."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from tests.model.sample import QUANTITIES
from trialproof.model.condition import (
    EVERYONE,
    NOBODY,
    AllOf,
    AnyOf,
    Assigned,
    Compare,
    Condition,
    Count,
    Derived,
    Determined,
    Eligible,
    Floor,
    Greatest,
    IfThen,
    Is,
    Known,
    Least,
    Named,
    Not,
    Number,
    Product,
    Quotient,
    Readings,
    ReadTerm,
    Relation,
    Sum,
    Takes,
    Tally,
    Term,
    Value,
    Yes,
)
from trialproof.model.patient import Patient
from trialproof.model.protocol import CategoryKind, NumberKind, Quantity, Recorded

FEW = st.sampled_from(
    [Fraction(text) for text in ("0", "1", "-1", "5", "50", "0.1", "10", "12", "1/12", "1/3", "-2/7", "2.5")]
)
NUMBERS = [name for name, each in QUANTITIES.items() if isinstance(each.kind, NumberKind)]
YES_NO = ["skip", "pregnant", "close_to_stomach"]
CHOICES = ("involved_field", "elective_field")


def nested_terms(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Sum, several | st.just(())),
        st.builds(Product, several | st.just(())),
        st.builds(lambda factor, term: Product((Number(factor), term)), FEW, inner),
        st.builds(Quotient, inner, inner),
        st.builds(lambda term, value: Quotient(term, Number(value)), inner, FEW),
        st.builds(Least, several),
        st.builds(Greatest, several),
        st.builds(Floor, inner),
        st.builds(lambda one, other: ReadTerm("I1", (("broad", one), ("narrow", other))), inner, inner),
    )


def nested_conditions(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, several),
        st.builds(AnyOf, several),
        st.builds(IfThen, inner, inner),
        st.builds(Count, st.sampled_from(Tally), st.integers(-1, 3), several),
        st.builds(Determined, inner),
        st.builds(lambda one, other: Readings("I1", (("broad", one), ("narrow", other))), inner, inner),
    )


def members(quantity: str) -> st.SearchStrategy[Condition]:
    kind = QUANTITIES[quantity].kind
    assert isinstance(kind, CategoryKind)
    some = st.lists(st.sampled_from(kind.categories), min_size=1, unique=True).map(tuple)
    return some.map(lambda categories: Is(quantity, categories))


terms: st.SearchStrategy[Term] = st.recursive(
    st.one_of(st.sampled_from(NUMBERS).map(Value), FEW.map(Number), st.just(Derived("clearance"))),
    nested_terms,
    max_leaves=5,
)
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Compare, terms, st.sampled_from(Relation), terms),
    st.builds(Compare, st.sampled_from(NUMBERS).map(Value), st.sampled_from(Relation), FEW.map(Number)),
    st.sampled_from(["resection", "sex", "her2", "histology"]).flatmap(members),
    st.sampled_from(YES_NO).map(Yes),
    st.sampled_from(list(QUANTITIES)).map(Known),
    terms.map(Determined),
    st.sampled_from(
        [
            Named("radical_surgery"), Eligible(), EVERYONE, NOBODY, Takes("arm", CHOICES[0]), Takes("arm", CHOICES[1]),
            Assigned("arm", CHOICES[:1]), Assigned("arm", CHOICES),
        ]
    ),
)  # fmt: skip
conditions: st.SearchStrategy[Condition] = st.recursive(leaves, nested_conditions, max_leaves=6)


def recorded(quantity: Quantity) -> st.SearchStrategy[Recorded | None]:
    match quantity.kind:
        case NumberKind():
            return st.none() | FEW
        case CategoryKind(categories):
            return st.none() | st.sampled_from(categories)
        case _:
            return st.none() | st.booleans()


patients: st.SearchStrategy[Patient] = st.fixed_dictionaries(
    {name: recorded(quantity) for name, quantity in QUANTITIES.items()}
).map(Patient.of)
