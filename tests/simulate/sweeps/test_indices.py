"""Sobol indices against a function whose indices are known: Ishigami and Homma (1990)."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest

from trialproof.model.place import BadInput
from trialproof.simulate.results.moments import Floats
from trialproof.simulate.sweeps import indices as module
from trialproof.simulate.sweeps.design import saltelli
from trialproof.simulate.sweeps.indices import check_installed, indices

pytest.importorskip("SALib")

A, B = 7.0, 0.1


def ishigami(points: Floats) -> Floats:
    first, second, third = (2 * points - 1).T * pi
    value: Floats = np.sin(first) + A * np.sin(second) ** 2 + B * third**4 * np.sin(first)
    return value


def known() -> tuple[list[float], list[float]]:
    """Return the first-order and the total indices, by integration."""
    variance = A**2 / 8 + B * pi**4 / 5 + B**2 * pi**8 / 18 + 0.5
    one, two, both = 0.5 * (1 + B * pi**4 / 5) ** 2, A**2 / 8, B**2 * pi**8 * (1 / 18 - 1 / 50)
    return [one / variance, two / variance, 0.0], [(one + both) / variance, two / variance, both / variance]


def test_indices_are_those_that_are_known() -> None:
    found = indices("figure", ["a", "b", "c"], ishigami(saltelli(3, 1024, entropy=1)), 1)
    for index, first, total in zip(found, *known(), strict=True):
        assert index.first == pytest.approx(first, abs=0.03)
        assert index.total == pytest.approx(total, abs=0.03)
        assert index.first is not None
        assert index.first_half is not None
        assert abs(index.first - first) < 2 * index.first_half + 0.01


def test_they_are_the_same_again_and_their_intervals_too() -> None:
    values = ishigami(saltelli(3, 64, entropy=5))
    assert indices("figure", ["a", "b", "c"], values, 5) == indices("figure", ["a", "b", "c"], values, 5)


def test_intervals_are_wider_where_there_are_fewer_points() -> None:
    few, many = (indices("f", ["a", "b", "c"], ishigami(saltelli(3, number, 1)), 1) for number in (32, 1024))
    assert all((one.total_half or 0) > (other.total_half or 0) for one, other in zip(few, many, strict=True))


def test_a_figure_that_is_the_same_everywhere_has_no_indices() -> None:
    (index,) = indices("figure", ["a"], np.full(12, 3.0), 1)
    assert (index.first, index.first_half, index.total, index.total_half) == (None, None, None, None)


def test_without_salib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    with pytest.raises(BadInput, match="Sobol indices need SALib") as caught:
        check_installed()
    assert "trialproof[sweep]" in str(caught.value.help)
