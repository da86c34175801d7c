"""Waits in queues whose law is known: Poisson arrivals, one waiting line, so many servers, all alike.

Times are in whatever unit the rate of arrivals is by. The load offered is rate * mean service, in servers kept busy;
utilisation is that over the number of servers, and must be below one where anybody waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, exp, floor, log

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.optimize import brentq

Floats = NDArray[np.float64]

NEGLIGIBLE = 1e-17
"""What is left out of a tail."""


def erlang_b(servers: int, offered: float) -> float:
    """Return the probability that all servers are busy where nobody waits (M/G/c/c).

    By the recursion 1 / B(n) = 1 + n / (a B(n - 1)), which does not overflow. Source: A. K. Erlang, Solution of some
    problems in the theory of probabilities of significance in automatic telephone exchanges (1917).
    """
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = offered * blocked / (busy + offered * blocked)
    return blocked


def erlang_c(servers: int, offered: float) -> float:
    """Return the probability of having to wait (M/M/c): B / (1 - u (1 - B)) at utilisation u. Source: Erlang (1917)."""
    _stable(servers, offered)
    blocked = erlang_b(servers, offered)
    return blocked / (1 - offered / servers * (1 - blocked))


@dataclass(frozen=True)
class ExponentialService:
    """M/M/c: exponential service times with mean `service`. Raises ValueError unless utilisation is below one."""

    servers: int
    rate: float
    service: float

    def __post_init__(self) -> None:
        _stable(self.servers, self.offered)

    @property
    def offered(self) -> float:
        """How many servers are busy on average."""
        return self.rate * self.service

    @property
    def mean_wait(self) -> float:
        """C / (c / s - rate), with C the probability of having to wait."""
        return erlang_c(self.servers, self.offered) * self.service / (self.servers - self.offered)

    def longer_than(self, time: float) -> float:
        """Return P(wait > time): C exp(-(c / s - rate) time), for a time that is not negative."""
        return erlang_c(self.servers, self.offered) * exp(-(self.servers - self.offered) * time / self.service)


@dataclass(frozen=True)
class FixedService:
    """M/D/c: every service takes `service`. Raises ValueError unless utilisation is below one."""

    servers: int
    rate: float
    service: float

    def __post_init__(self) -> None:
        _stable(self.servers, self.offered)

    @property
    def offered(self) -> float:
        """How many servers are busy on average."""
        return self.rate * self.service

    @property
    def mean_wait(self) -> float:
        """The mean wait, for one server in closed form: u s / (2 (1 - u)) (Pollaczek 1930, Khinchine 1932).

        For more, s times the sum over n of P(X >= n c) - (c / a) P(X > n c) with X Poisson of mean n a. Source: C. D.
        Crommelin, Delay probability formulae, Post Office Electrical Engineers' Journal 26 (1934) 266-274.
        """
        utilisation = self.offered / self.servers
        if self.servers == 1:
            return utilisation * self.service / (2 * (1 - utilisation))
        if not self.offered:
            return 0.0
        # P(X >= n c) <= exp(-n (a - c + c log(c / a))), by Chernoff's bound.
        terms = ceil(-log(NEGLIGIBLE) / (self.offered - self.servers - self.servers * log(utilisation))) + 1
        n = np.arange(1.0, terms + 1)
        reaches = special.gammainc(n * self.servers, n * self.offered)
        exceeds = special.gammainc(n * self.servers + 1, n * self.offered)
        return self.service * float(np.sum((reaches - exceeds / utilisation)[::-1]))

    def longer_than(self, time: float) -> float:
        """Return P(wait > time), for a time that is not negative.

        For (k - 1) s <= time < k s it is 1 - sum over j < k c of Q(k c - 1 - j) times the Poisson probability of j with
        mean rate (k s - time), where Q(m) is the probability of at most m waiting; every term is positive. Source: G.
        J. Franx, A simple solution for the M/D/c waiting time distribution, Operations Research Letters 29 (2001)
        221-229, doi 10.1016/S0167-6377(01)00108-0.
        """
        k = floor(time / self.service) + 1
        mean = self.rate * (k * self.service - time)
        j = np.arange(k * self.servers)
        arriving: Floats = np.exp(special.xlogy(j, mean) - mean - special.gammaln(j + 1))
        waiting = self._at_most_waiting
        room = waiting[np.minimum(j, len(waiting) - 1)]
        return max(0.0, 1 - float(np.sum(room[::-1] * arriving)))

    @cached_property
    def _at_most_waiting(self) -> Floats:
        """P(at most m waiting) for m = 0, 1, ...: from the numbers present, which are what they were a service before.

        Whoever was being served then has left, and whoever has come since is there: the stationary equations of
        Crommelin (1932), solved up to where the geometric tail is negligible.
        """
        servers, offered = self.servers, self.offered
        if not offered:
            return np.ones(1)
        states = servers + 1 + ceil(-log(NEGLIGIBLE) / log(_decay(servers, offered)))
        j = np.arange(states)
        come = np.exp(special.xlogy(j, offered) - offered - special.gammaln(j + 1))
        moves = np.zeros((states, states))
        for present in range(states):
            left = max(present - servers, 0)
            moves[left:, present] = come[: states - left]
        moves[-1] += 1 - moves.sum(axis=0)
        equations = moves - np.eye(states)
        equations[0] = 1.0
        cumulated: Floats = np.cumsum(np.linalg.solve(equations, np.eye(states)[0]))
        return np.minimum(cumulated, 1.0)[servers:]


def _decay(servers: int, offered: float) -> float:
    """Return by which factor the probabilities of ever longer queues fall: the root above 1 of x^c = exp(a (x - 1))."""

    def excess(log_x: float) -> float:
        return servers * log_x - offered * float(np.expm1(log_x))

    peak = log(servers / offered)
    return exp(float(brentq(excess, peak, 2 * peak + 2, xtol=1e-14)))


def _stable(servers: int, offered: float) -> None:
    if not 0 <= offered < servers:
        raise ValueError(f"{servers} servers cannot keep up with an offered load of {offered:g}")
