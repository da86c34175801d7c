"""What an obligation is about, as plain data: from it, and the protocol, the statement follows again.

So a certificate can be replayed from its files alone: the subject stands in its index.
"""

from __future__ import annotations

from dataclasses import dataclass

from trialproof.model.condition import EVERYONE, Eligible, IfThen, Takes
from trialproof.model.exact import in_backticks
from trialproof.model.place import BadInput
from trialproof.model.protocol import Criterion, Protocol, Selection
from trialproof.verify.certify.script import Part
from trialproof.verify.eligibility import demands
from trialproof.verify.properties import clash, gap, member, overlap, recordable, undetermined
from trialproof.verify.statement import Fails, Holds, Never, Statement, undetermined as open_condition


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asserted of the patient besides that the data are complete: a property and whom or what it is of.

    `of` is a decision, a criterion or a claim; `names` are choices, or which of the demands of the criteria.
    """

    kind: str
    of: str = ""
    names: tuple[str, ...] = ()


def parts_of(protocol: Protocol, subject: Subject, selection: Selection) -> list[Part]:
    """Return what is asserted of a patient. Raises `BadInput` where the protocol has no such thing."""
    try:
        complete = Part("the data are complete, and no fact fails", recordable(protocol))
        return [complete, *_rest(protocol, subject, selection)]
    except (KeyError, IndexError, ValueError, StopIteration):
        raise BadInput(f"the protocol has no {in_backticks(subject.kind)} of {in_backticks(subject.of)}") from None


def _rest(protocol: Protocol, subject: Subject, selection: Selection) -> list[Part]:
    kind, of, names = subject.kind, subject.of, subject.names
    match kind:
        case "patient":
            return []
        case "eligible":
            return [Part("the patient is eligible", Holds(Eligible()))]
        case "eligibility undetermined":
            return [Part("eligibility neither holds nor fails", open_condition(Eligible()))]
        case "criterion undetermined":
            rule = next(each.rule for each in protocol.criteria if each.id == of)
            return [
                Part("the patient fails no criterion", Never(Fails(Eligible()))),
                Part(f"criterion `{of}` neither holds nor fails", open_condition(rule)),
            ]
        case "criterion unmet":
            mine = next(each for each in protocol.criteria if each.id == of)
            others = [each for each in protocol.criteria if each.id in names]
            if [each.id for each in others] != list(names):
                raise KeyError(names)
            whom = [Part(f"the patient meets criterion `{each.id}`", _met(each)) for each in others]
            return [*whom, Part(f"the patient does not meet criterion `{of}`", Never(_met(mine)))]
        case "demands":
            asked = demands(protocol, selection)
            return [Part(f"demand {name}", asked[int(name)].statement) for name in names]
        case "premise" | "claim broken":
            rule = next(each.rule for each in protocol.claims if each.id == of)
            premise, conclusion = (rule.premise, rule.conclusion) if isinstance(rule, IfThen) else (EVERYONE, rule)
            meant = Part(f"claim `{of}` speaks of the patient", Holds(premise))
            broken = Part("what it says of the patient does not hold", Never(Holds(conclusion)))
            return [meant] if kind == "premise" else [meant, broken]
        case "taker":
            (name,) = names
            protocol.decisions[of].choice(name)
            return [Part(f"the patient takes `{name}` of `{of}`", Holds(Takes(of, name)))]
        case _:
            return _of_decision(protocol, subject)


def _met(criterion: Criterion) -> Statement:
    """Return that an inclusion holds, or an exclusion fails."""
    return Fails(criterion.rule) if criterion.excludes else Holds(criterion.rule)


def _of_decision(protocol: Protocol, subject: Subject) -> list[Part]:
    decision = protocol.decisions[subject.of]
    whom = Part(f"the patient is in the population of `{decision.name}`", member(decision))
    target: Statement
    match subject.kind:
        case "member":
            return [whom]
        case "member taking":
            (name,) = subject.names
            decision.choice(name)
            words, target = f"the patient takes `{name}`", Holds(Takes(decision.name, name))
        case "member meeting":
            (name,) = subject.names
            words, target = f"the rule of `{name}` holds", Holds(decision.choice(name).rule)
        case "gap":
            words, target = "so many choices fail that the patient cannot get as many as intended", gap(decision)
        case "overlap":
            words, target = "more choices hold than intended", overlap(decision)
        case "clash":
            for name in subject.names:
                decision.choice(name)
            words = f"the patient gets {' and '.join(subject.names)}, and nothing else"
            target = clash(decision, subject.names)
        case "undetermined":
            words, target = "there is no gap, no overlap, and the patient is not settled", undetermined(decision)
        case _:
            raise KeyError(subject.kind)
    return [whom, Part(words, target)]
