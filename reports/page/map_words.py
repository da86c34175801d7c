"""What the map of patients says of the cells of a decision, and of its choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trialproof.model.condition import Eligible
from trialproof.model.english import say
from trialproof.model.protocol import Choice, Decision, Protocol
from trialproof.reports.page.inert import visible
from trialproof.verify.atlas import Atlas
from trialproof.verify.surveyed import Cell

HUES = 8
"""Colours for choices; further ones take turns."""
PROBLEMS = ("gap", "overlap", "undetermined")
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """How a cell looks (the class of its colour or hatch), a short label, and a sentence."""

    look: str
    label: str
    sentence: str


def title_of(choice: Choice) -> str:
    """Return how a choice is called: by its label, by what it gives, or by its name."""
    return choice.label or choice.gives or choice.title


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of the cells of a decision and of its choices; texts are without hidden characters."""

    protocol: Protocol
    decision: Decision
    atlas: Atlas

    def choice(self, at: int) -> Data:
        """Return a choice: its title, its sentences with their lines, and its rule in each view."""
        choice = self.decision.choices[at]
        return {
            "title": visible(title_of(choice)),
            "quotes": [[each.line, visible(each.text)] for each in choice.quotes],
            "rules": [visible(say(choice.rule, self.protocol, {**self.atlas.first, **v})) for v in self.atlas.views],
        }

    def sentence(self, name: str) -> Data:
        """Return a sentence that can be read in several ways, and these ways."""
        sentence = self.protocol.sentences[name]
        readings = [visible(each.replace("_", " ")) for each in sentence.readings]
        return {"title": visible(name.replace("_", " ").replace(".", ": ")), "readings": readings}

    def notes(self) -> Iterator[str]:
        """Yield what the picture leaves out, in sentences."""
        for each in self.atlas.unseen:
            yield visible(f"{each[0].upper()}{each[1:]}.")
        others = [name for name in self.protocol.sentences if name not in self.atlas.sentences]
        if others and self.decision.population == Eligible():
            yield visible(f"Read as in the rest of this report, whatever is chosen here: {', '.join(others)}.")
        if not self.atlas.all_combinations:
            yield "There are too many combinations of readings: here one sentence at a time is read otherwise."

    def cell(self, cell: Cell) -> Data:
        """Return a cell: how it looks, what is said of it, which choices take whoever is there, and who else is."""
        said = self.said(cell)
        found: Data = {"look": said.look, "label": visible(said.label), "says": visible(said.sentence)}
        if cell.status in ("settled", *PROBLEMS):
            names = [choice.name for choice in self.decision.choices]
            found["takes"] = [names.index(each) for each in cell.choices]
            found["perhaps"] = [names.index(each) for each in cell.perhaps]
            found["member"] = True
        if cell.mixed:
            found["mixed"] = visible(self._others())
        if cell.uncharted:
            found["uncharted"] = True
        return found

    def said(self, cell: Cell) -> Said:
        """Return how a cell looks, a label for it, and a sentence about whoever is in it."""
        taken = [title_of(self.decision.choice(name)) for name in cell.choices]
        perhaps = [title_of(self.decision.choice(name)) for name in cell.perhaps]
        match cell.status:
            case "settled" if taken:
                return Said(f"choice-{self._hue(cell.choices)}", " and ".join(taken), f"Gets {' and '.join(taken)}.")
            case "settled":
                return Said("none", "no choice, as intended", "No choice, and none is needed.")
            case "gap":
                return Said("gap", "gap: no choice", "A gap: no choice takes this patient.")
            case "overlap":
                joined = " and ".join(taken)
                return Said("overlap", f"overlap: {joined}", f"An overlap: {joined} take this patient together.")
            case "undetermined":
                certain = f"{' and '.join(taken)}, and perhaps " if taken else ""
                said = f"Undetermined: {certain}{' or '.join(perhaps)}; it depends on what is not known of the patient."
                return Said("undetermined", "undetermined", said)
            case "outside":
                return Said("outside", self._nobody(), f"The decision is not for anybody like this: {self._nobody()}.")
            case "open":
                said = "It is undetermined whether the decision is for this patient."
                return Said("open", "open whether it is for them", said)
            case _:
                because = "; ".join(self.protocol.facts[at].because for at in cell.facts)
                said = f"Nobody can be like this: it is taken for a fact that {because}." if because else ""
                return Said("impossible", "nobody can be so", said or "Nobody can be like this.")

    def _hue(self, choices: Sequence[str]) -> int:
        """Return the colour of these choices together, counted from 1: single ones first, then as they come."""
        single = [(choice.name,) for choice in self.decision.choices]
        seen = [each.choices for each in self.atlas.cells if each.status == "settled" and len(each.choices) > 1]
        order = list(dict.fromkeys([*single, *seen]))
        return order.index(tuple(choices)) % HUES + 1

    def _nobody(self) -> str:
        return "nobody eligible" if self.decision.population == Eligible() else "outside those whom it is for"

    def _others(self) -> str:
        if self.decision.population == Eligible():
            return "This is so of the eligible; others with the same values are not eligible."
        rule = say(self.decision.population, self.protocol, self.atlas.first)
        return f"This is so of those whom the decision is for ({rule}); others with the same values are not among them."
