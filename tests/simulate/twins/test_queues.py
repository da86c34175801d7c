"""Waits: against values known from elsewhere, against one another, and against plain simulations of a line."""

from __future__ import annotations

from math import exp, factorial, inf

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from trialproof.simulate.twins.queues import ExponentialService, FixedService, erlang_b, erlang_c


@pytest.mark.parametrize(("servers", "offered"), [(1, 0.3), (5, 3.0), (10, 5.0), (20, 25.0)])
def test_erlang_b_is_the_ratio_of_its_definition(servers: int, offered: float) -> None:
    terms = [offered**n / factorial(n) for n in range(servers + 1)]
    assert erlang_b(servers, offered) == pytest.approx(terms[-1] / sum(terms), rel=1e-13)


@pytest.mark.parametrize(
    ("servers", "offered", "blocked"),
    [(1, 0.0101, 0.01), (2, 0.153, 0.01), (5, 1.36, 0.01), (10, 4.46, 0.01), (20, 12.03, 0.01), (10, 6.22, 0.05)],
)
def test_erlang_b_agrees_with_the_printed_traffic_tables(servers: int, offered: float, blocked: float) -> None:
    assert erlang_b(servers, offered) == pytest.approx(blocked, rel=0.01)


def test_erlang_b_of_many_servers_does_not_overflow() -> None:
    assert erlang_b(100_000, 90_000) < 1e-200
    assert erlang_b(1000, 1000) == pytest.approx(0.0248, abs=5e-5)


@pytest.mark.parametrize(("servers", "offered"), [(1, 0.7), (3, 2.1), (12, 11.0)])
def test_erlang_c_is_the_ratio_of_its_definition(servers: int, offered: float) -> None:
    last = offered**servers / factorial(servers) * servers / (servers - offered)
    terms = [offered**n / factorial(n) for n in range(servers)]
    assert erlang_c(servers, offered) == pytest.approx(last / (sum(terms) + last), rel=1e-13)


def test_one_exponential_server_waits_as_the_textbook_says() -> None:
    queue = ExponentialService(1, 0.5, 1.6)
    assert queue.mean_wait == pytest.approx(0.8 / (1 / 1.6 - 0.5))
    assert queue.longer_than(3.0) == pytest.approx(0.8 * exp(-(1 / 1.6 - 0.5) * 3.0))


@pytest.mark.parametrize(("servers", "rate"), [(1, 0.6), (2, 1.2), (4, 2.0)])
def test_exponential_waits_are_those_of_a_simulated_line_to_five_percent(servers: int, rate: float) -> None:
    queue = ExponentialService(servers, rate, 1.0)
    waits = simulated(servers, rate, exponential=True)
    assert waits.mean() == pytest.approx(queue.mean_wait, rel=0.05)
    assert (waits > 0).mean() == pytest.approx(erlang_c(servers, rate), rel=0.02)
    assert (waits > 1.0).mean() == pytest.approx(queue.longer_than(1.0), rel=0.05)


@pytest.mark.parametrize(("servers", "rate"), [(1, 0.6), (2, 1.2), (4, 2.4)])
def test_fixed_waits_are_those_of_a_simulated_line_to_five_percent(servers: int, rate: float) -> None:
    queue = FixedService(servers, rate, 1.0)
    waits = simulated(servers, rate, exponential=False)
    assert waits.mean() == pytest.approx(queue.mean_wait, rel=0.05)
    for time in (0.0, 0.3, 1.0):
        assert (waits > time).mean() == pytest.approx(queue.longer_than(time), rel=0.05)


def simulated(servers: int, rate: float, *, exponential: bool) -> np.ndarray:
    """The waits of 400,000 customers in one line, server by server."""
    rng = np.random.default_rng(servers)
    arrive = np.cumsum(rng.exponential(1 / rate, 400_000)).tolist()
    service = (rng.exponential(1.0, 400_000) if exponential else np.ones(400_000)).tolist()
    free = [0.0] * servers
    waits = []
    for now, needed in zip(arrive, service, strict=True):
        first = free.index(min(free))
        begins = max(now, free[first])
        waits.append(begins - now)
        free[first] = begins + needed
    return np.array(waits)


@pytest.mark.parametrize("utilisation", [0.01, 0.5, 0.9, 0.97])
def test_one_fixed_server_waits_as_erlang_found(utilisation: float) -> None:
    queue = FixedService(1, utilisation, 1.0)
    assert queue.mean_wait == pytest.approx(utilisation / (2 * (1 - utilisation)))
    assert queue.longer_than(0.0) == pytest.approx(utilisation, rel=1e-9)
    # P(wait <= t) = (1 - u) sum over k <= t of (-u (t - k))^k / k! exp(u (t - k)): alternating, good for small t.
    for time in (0.4, 1.0, 2.7):
        loads = [(k, utilisation * (time - k)) for k in range(int(time) + 1)]
        erlang = (1 - utilisation) * sum((-load) ** k / factorial(k) * exp(load) for k, load in loads)
        assert queue.longer_than(time) == pytest.approx(1 - erlang, abs=1e-11)


@settings(max_examples=40, deadline=None)
@given(servers=st.integers(1, 30), utilisation=st.floats(0.02, 0.95), service=st.sampled_from((0.2, 1.0, 15.0)))
def test_the_mean_of_fixed_waits_is_the_integral_of_their_law(servers: int, utilisation: float, service: float) -> None:
    queue = FixedService(servers, utilisation * servers / service, service)
    nodes, weights = np.polynomial.legendre.leggauss(12)
    total, k = 0.0, 0
    while queue.longer_than(k * service) > 1e-13:
        total += sum(
            weight / 2 * service * queue.longer_than((k + (node + 1) / 2) * service)
            for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True)
        )
        k += 1
    assert total == pytest.approx(queue.mean_wait, rel=1e-7, abs=1e-11 * service)


@settings(max_examples=60, deadline=None)
@given(servers=st.integers(1, 30), utilisation=st.floats(0.05, 0.97))
def test_fixed_service_waits_less_than_exponential_and_at_least_half_as_long(
    servers: int, utilisation: float
) -> None:
    fixed = FixedService(servers, utilisation * servers, 1.0).mean_wait
    varying = ExponentialService(servers, utilisation * servers, 1.0).mean_wait
    assert 0.5 * varying * (1 - 1e-9) <= fixed < varying


def test_two_fixed_servers_at_half_load_wait_as_tabulated() -> None:
    assert FixedService(2, 1.0, 1.0).mean_wait == pytest.approx(0.1767, abs=5e-5)


def test_nobody_waits_where_nobody_comes() -> None:
    assert FixedService(3, 0.0, 1.0).mean_wait == FixedService(3, 0.0, 1.0).longer_than(0.0) == 0.0
    assert ExponentialService(3, 0.0, 1.0).mean_wait == 0.0


@pytest.mark.parametrize("rate", [1.0, 2.0, inf])
def test_a_line_that_grows_for_ever_has_no_wait(rate: float) -> None:
    for kind in (ExponentialService, FixedService):
        with pytest.raises(ValueError, match="cannot keep up"):
            kind(1, rate, 1.0)
