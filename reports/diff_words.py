"""What a comparison of two versions says, in words that the text and the page of it share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from trialproof.model.condition import Derived
from trialproof.model.course import say_prescribed
from trialproof.model.patient import about
from trialproof.model.protocol import Decision, Protocol
from trialproof.model.unit import PLAIN, say_amount
from trialproof.reports.moved_share import Share, Shares
from trialproof.verify.finding import Witness
from trialproof.verify.versions.amendment import Amendment, ChoiceChange
from trialproof.verify.versions.compared import Change, Compared
from trialproof.verify.versions.criteria_compared import CriterionChange
from trialproof.verify.versions.merged import Merged, QuantityPair

SAID: Mapping[Change, str] = {
    Change.WIDER: "nobody leaves, others come",
    Change.NARROWER: "nobody comes, some leave",
    Change.MOVED: "some leave, others come",
}


def explained(found: Compared) -> str:
    """Return why a verdict is what it is, as it stands behind the verdict."""
    if found.change is Change.SAME:
        return ": proved" if found.staying is not None else ": nobody, in either version"
    return f": {SAID.get(found.change, found.reason)}"


def renumbered(found: CriterionChange) -> str:
    """Return what a criterion was called before, if it was called otherwise."""
    if found.old is None or found.new is None or found.old.id == found.new.id:
        return ""
    return f" (was `{found.old.id}`)"


def charted(merged: Merged, witness: Witness) -> Iterator[str]:
    """Yield what a version charts of the true values that are shown of a patient."""
    meaning = about(merged.protocol, witness.patient)
    for record, which, name in merged.charted:
        value = meaning.number(Derived(name))
        if record in witness.matters and record in witness.patient.as_dict() and value.known:
            unit = merged.protocol.definitions[name].unit or PLAIN
            yield f"charted as {say_amount(Fraction(value.value), unit)} by the {which} version"


def given(found: ChoiceChange) -> Iterator[tuple[str, str, str]]:
    """Yield what a choice gives otherwise: what it is (`gives`, `course`), and what it was and is."""
    if not found.gives_otherwise or found.old is None or found.new is None:
        return
    was, now = (f"“{each.gives}”" if each.gives else "not said" for each in (found.old, found.new))
    if was != now:
        yield "gives", was, now
    before, after = (say_prescribed(each.course) for each in (found.old, found.new))
    if before != after:
        yield "course", before, after


def one_sided(amendment: Amendment) -> Iterator[str]:
    """Yield the decisions that only one of the versions has."""

    def said(decision: Decision) -> str:
        return f"`{decision.name}` ({', '.join(f'`{each.name}`' for each in decision.choices)})"

    yield from (f"added: {said(each)}" for each in amendment.added)
    yield from (f"dropped: {said(each)}" for each in amendment.dropped)


def recorded_otherwise(merged: Merged) -> Iterator[str]:
    """Yield what the versions record in different ways, and what only one of them does."""
    old, new = merged.old.protocol, merged.new.protocol
    asked = [each for each in merged.quantities if not _left_open(each, old, new)]
    added = [f"`{each.new}`" for each in asked if each.old is None]
    dropped = [f"`{each.old}`" for each in asked if each.new is None]
    if added:
        yield f"only the new version records {', '.join(added)}"
    if dropped:
        yield f"only the old version records {', '.join(dropped)}"
    for each in asked:
        if each.old is None or each.new is None:
            continue
        name = f"`{each.new}`" + (f" (was `{each.old}`)" if each.old != each.new else "")
        if each.apart is not None:
            yield f"{name} is not one quantity: {each.apart}; if it is another one now, give it another name"
        yield from (f"{name} {change}" for change in each.changes)
        if each.only_old:
            yield f"{name} {' or '.join(each.only_old)}: only the old version can record it, and it is not compared"
        if each.only_new:
            yield f"{name} {' or '.join(each.only_new)}: only the new version can record it, and it is not compared"
    for which, facts in (("old", merged.only_old), ("new", merged.only_new)):
        for fact in facts:
            yield (
                f"only the {which} version takes for a fact that {fact.because} (line {fact.place.line}): whoever "
                "breaks it is not compared"
            )


def _left_open(pair: QuantityPair, old: Protocol, new: Protocol) -> bool:
    sides = [version.quantities[own] for version, own in ((old, pair.old), (new, pair.new)) if own is not None]
    return all(each.left_open is not None for each in sides)


def counted(shares: Shares) -> Iterator[str]:
    """Yield the counts for a cohort."""
    yield f"{share_of(shares.changed, shares.of)} are treated differently"
    for each in shares.sets:
        yield f"{set_name(each)}: {each.before} before, {each.after} after; {each.leave} leave, {each.come} come"
    if shares.open_before or shares.open_after:
        yield f"eligibility is undetermined for {shares.open_before} before and {shares.open_after} after"
    if shares.skipped:
        yield f"{shares.skipped} rows could not be read and are not counted"


def share_of(count: int, of: int) -> str:
    """Return a count with its share in percent, to a tenth."""
    return f"{count} ({100 * count / of:.1f} %)" if of else str(count)


def set_name(share: Share) -> str:
    """Return what a set of patients is called that a cohort is counted by."""
    return f"`{share.decision}` is `{share.choice}`" if share.decision else "eligible"


def summary(found: Amendment) -> str:
    """Return the whole comparison in one line."""
    if found.same:
        return "same: everybody is treated alike"
    choices = [each.compared for decision in found.decisions for each in decision.choices if each.compared]
    counts = [(sum(each.change is change for each in choices), change.value) for change in Change]
    said = ", ".join(f"{count} {word}" for count, word in counts if count)
    population = f"eligibility {found.eligibility.compared.change.value}"
    return f"{population}; choices: {said}" if said else population
