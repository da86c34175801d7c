"""Every bad scenario is refused with one sentence, at the very characters that are wrong: those between `«` and `»`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.folder import assert_style, read_marks
from tests.simulate.scenario.sample import PROTOCOL, SCENARIO, protocol
from trialproof.model.place import BadInput
from trialproof.simulate.scenario.load import load_scenario, parse_scenario

FIT = "cases:\n      - {when: stage is C, probability: 0.5}"
SIZE = "lognormal: {median: 30 mm, sigma: 0.4}\n    between: [0.5 cm, 15 cm]"
AGE = "normal: {mean: 60, sd: 8 years}"
LAST = "{when: otherwise, gamma: {shape: 2, mean: 20}, between: [1, 90]}"
CORRELATION = "  - {between: [size, age], value: -0.3, assumed: a guess}\n"
SOUTH = "opens: {uniform: [60 days, 90 days]}"
HOURS = "physicists: {staff: 2, hours: 08:00-17:00"
INFUSION = "infusion: {triangular: [255 minutes, 300 minutes, 380 minutes], published: Moe 2019}"

HEAD = [
    ("version", "trialproof_scenario: 1", "trialproof_scenario: «2»", "format `2` is not known"),
    ("no horizon", "horizon: 2000 days\n", "", "the file has no `horizon`", "«t»rialproof_scenario: 1"),
    ("misspelt", "horizon: 2000", "«horizn»: 2000", "unknown key `horizn`"),
    ("other protocol", "protocol: T-1", "protocol: «T-2»", "this scenario is for `T-2`, not for `T-1`"),
    ("no date", "begins: 2027-01-04", "begins: «soon»", "`soon` is no date"),
    ("several dates", "begins: 2027-01-04", "begins: «2027-01-04 to 2027-01-05»", "expected one date, found several"),
    ("no such day", "begins: 2027-01-04", "begins: «2027-02-30»", "there is no day `2027-02-30`"),
    ("long ago", "begins: 2027-01-04", "begins: «0001-01-01»", "expected to lie between 1950 and 2200"),
    ("long from now", "begins: 2027-01-04", "begins: «2199-01-04»", "expected to lie between 1950 and 2200"),
    ("unit", "horizon: 2000 days", "horizon: «2000»", "a length of time needs a unit"),
    ("negative", "horizon: 2000 days", "horizon: «-5 days»", "is negative"),
    ("million", "{value: 60,", "{value: «1000000»,", "expected a whole number up to 999999"),
    ("none", "horizon: 2000 days", "horizon: «0 days»", "is too short: it has to be 1 day or longer"),
    ("for ever", "horizon: 2000 days", "horizon: «100 years»", "a length of time of more than 20 years"),
    ("months", "horizon: 2000 days", "horizon: «60.5 months»", "is no whole number of days"),
    ("no length of time", "horizon: 2000 days", "horizon: «5 cm»", "expected an amount in minutes, found"),
    ("no decision", "arm: arm\nreading", "arm: «amr»\nreading", "there is no decision `amr`"),
    ("several arms", "arm: arm\nreading", "arm: «many»\nreading", "`many` does not give each patient one choice"),
    ("sentence", "{hard: late}", "{«had»: late}", "there is no sentence with several readings called `had`"),
    ("reading", "{hard: late}", "{hard: «lat»}", "`hard` has no reading `lat`"),
    ("weekday", "Mon-Fri", "Mon-«Frx»", "`Frx` is no weekday"),
    ("holiday", "2028-01-03]", "«2028-13-03»]", "there is no day `2028-13-03`"),
    ("holiday twice", "2028-01-03]", "«2027-10-03»]", "2027-10-03 is a holiday already"),
    (
        "source",
        "  holidays: [2027-10-01 to 2027-10-07, 2028-01-03]\n  assumed: a guess",
        "",
        "nothing says what stands",
        "«calendar»:\n",
    ),
    ("empty source", "published: Doe 2020\n  size", "published: «''»\n  size", "nothing stands here"),
]

POPULATION = [
    ("sum", "«shares»: {A: 0.5, B: 30 %, C: 1/5}", "«shares»: {A: 0.5, B: 30 %, C: 1/4}", "the shares sum to 105%"),
    (
        "thirds",
        "{A: 0.5, B: 30 %, C: 1/5}",
        "{A: 0.333, B: 0.333, C: 0.333}",
        "sum to 99.9%, not to 100%",
        "«shares»: {A",
    ),
    ("above one", "B: 30 %", "B: «130 %»", "a share of `130 %` does not lie between 0 and 1"),
    ("below zero", "B: 30 %", "B: «-0.1»", "does not lie between 0 and 1"),
    ("no number", "B: 30 %", "B: «some»", "`some` is not a number"),
    ("no category", "B: 30 %, C", "«D»: 30 %, C", "`stage` has no category `D`"),
    ("category left out", "B: 30 %, C: 1/5", "B: 50%", "nothing says how often `C` occurs", "«shares»: {A"),
    (
        "category as yes/no",
        "shares: {A: 0.5, B: 30 %, C: 1/5}",
        "«probability»: 0.5",
        "`probability` does not go with `stage`",
    ),
    ("number as category", SIZE, "«shares»: {A: 1}", "`shares` does not go with `size`, which is a number"),
    (
        "yes/no as number",
        "{when: stage is C, probability: 0.5}",
        "{when: stage is C, «fixed»: 3}",
        "`fixed` does not go with `fit`, which is yes or no",
    ),
    (
        "two families",
        "    lognormal: {median: 30 mm",
        "    fixed: 3 cm\n    «lognormal»: {median: 30 mm",
        "`lognormal` and `fixed` do not go together",
    ),
    ("unknown quantity", "  near:\n    prob", "  «nea»:\n    prob", "the protocol has no quantity `nea`"),
    ("unit", "30 mm", "«30 days»", "expected an amount in cm, found an amount in days"),
    ("unit of months", "sd: 8 years", "sd: «8 days»", "expected an amount in years, found an amount in days"),
    ("median", "median: 30 mm", "median: «0 mm»", "`median` is `0 mm`, which is not above zero"),
    ("sigma", "sigma: 0.4", "sigma: «0»", "`sigma` is `0`, expected a number above 0 and up to 5"),
    ("sd", "sd: 8 years", "sd: «-8 years»", "`sd` is `-8 years`, which is not above zero"),
    ("shape", "{shape: 2, mean: 20}", "{shape: «0», mean: 20}", "`shape` is `0`"),
    (
        "bounds beyond",
        "between: [0.5 cm, 15 cm]",
        "between: [0.5 cm, «25 cm»]",
        "25 cm does not lie between 0 cm and 20 cm",
    ),
    ("bounds turned", "between: [0.5 cm, 15 cm]", "between: [15 cm, «0.5 cm»]", "0.5 cm is not above 15 cm"),
    (
        "bounds that exclude",
        "between: [0.5 cm, 15 cm]",
        "«between»: [19.9 cm, 20 cm]",
        "hardly anything of this distribution",
    ),
    ("one bound", "between: [0.5 cm, 15 cm]", "between: «[0.5 cm]»", "expected 2 values"),
    (
        "range excludes",
        AGE,
        "«normal»: {mean: 500, sd: 8 years}",
        "hardly anything of this distribution lies between 18",
    ),
    ("fixed beyond", SIZE, "fixed: «21 cm»", "21 cm does not lie between 0 cm and 20 cm"),
    (
        "fixed and bounds",
        "lognormal: {median: 30 mm, sigma: 0.4}\n    between",
        "fixed: 3 cm\n    «between»",
        "`between` and `fixed`",
    ),
    ("uniform", AGE, "uniform: [70, «60»]", "60 years is not above 70 years"),
    ("point", AGE, "uniform: [70, «70»]", "70 years is not above 70 years"),
    ("triangular", AGE, "triangular: [60, «50», 70]", "50 years is not above 60 years"),
    ("triangular end", AGE, "triangular: [60, 70, «65»]", "65 years is not above 70 years"),
    ("values beyond", "{10: 0.25, 20: 0.75}", "{10: 0.25, «200»: 0.75}", "200 does not lie between 0 and 100"),
    ("values twice", "{10: 0.25, 20: 0.75}", "{10: 0.25, «10.0»: 0.75}", "10 is listed twice"),
    ("values sum", "values: {10: 0.25, 20: 0.75}", "«values»: {10: 0.25, 20: 0.7}", "the shares sum to 95%"),
    ("value with a unit", "{10: 0.25, 20: 0.75}", "{10: 0.25, «20 cm»: 0.75}", "expected a plain number"),
    ("later quantity", "when: stage is C", "when: «big and near»", "`near` does not stand earlier in the population"),
    ("itself", "when: stage is C", "when: «fit»", "`fit` does not stand earlier in the population"),
    ("eligible", "when: stage is C", "when: «eligible»", "the population cannot depend on eligibility or decisions"),
    (
        "decision",
        "when: age > 70 years",
        "when: «arm is short»",
        "the population cannot depend on eligibility or decisions",
    ),
    ("readings", "when: age > 70 years", "when: «hard»", "`hard` can be read in several ways"),
    ("no such name", "when: stage is C", "when: «stge» is C", "the protocol declares no `stge`"),
    ("no such category", "when: stage is C", "when: stage is «D»", "`stage` has no category `D`"),
    ("unit in a condition", "when: age > 70 years", "when: age > «70 cm»", "expected an amount in years"),
    ("no otherwise", LAST, "{when: «fit», fixed: 3}", "the cases leave somebody out"),
    ("otherwise first", "when: stage is C", "when: «otherwise»", "`otherwise` stands before the last case"),
    (
        "needed",
        "  near:\n    probability: 0.2\n    assumed: a guess\n",
        "",
        "the population says nothing of `near`",
        "«population»:\n",
    ),
    (
        "missing",
        "    charting:\n      missing: 5%\n      assumed: a guess\n",
        "",
        "nothing says how often `marker` is not",
        "  «marker»:\n",
    ),
    ("never missing", "error: 2 mm", "missing: «10%»", "the protocol takes `size` for always recorded"),
    (
        "charting nothing",
        "    charting:\n      error: 2 mm\n      heaping: {to: 0.5 cm, share: 50%}\n",
        "    «charting»:\n",
        "the charting says nothing",
    ),
    ("error", "error: 2 mm", "error: «0 mm»", "`0 mm` does not lie above zero and within 20 cm"),
    ("heap", "to: 0.5 cm", "to: «50 cm»", "`50 cm` does not lie above zero and within 20 cm"),
    (
        "no number to measure",
        "near:\n    probability: 0.2",
        "near:\n    charting: {«error»: 1, assumed: a}\n    probability: 0.2",
        "goes with a number",
    ),
    ("correlation", "value: -0.3", "value: «-1.3»", "a correlation of -1.3 does not lie between -1 and 1"),
    ("with itself", "between: [size, age]", "between: [size, «size»]", "a quantity hangs together with itself"),
    ("with a category", "between: [size, age]", "between: [size, «stage»]", "`stage` has no one distribution"),
    ("with cases", "between: [size, age]", "between: [size, «marker»]", "`marker` has no one distribution"),
    ("unknown", "between: [size, age]", "between: [size, «agee»]", "the population has no `agee`"),
    (
        "twice",
        CORRELATION,
        CORRELATION + "  - {between: [«age», size], value: 0, assumed: b}\n",
        "stand in an earlier entry",
    ),
]
ACCRUAL = [
    ("no target", "value: 60", "value: «0»", "expected a whole number from 1"),
    (
        "target never reached",
        "most: {short: 40}",
        "most: {short: 40, long: 10}",
        "the target of 60 can never be reached",
        "«arm_caps»:",
    ),
    ("shape", "{poisson_gamma: {shape: 1.2}", "{poisson_gamma: {shape: «0»}", "a shape of 0 does not lie between"),
    (
        "two processes",
        "{poisson_gamma: {shape: 1.2}",
        "{poisson: true, «poisson_gamma»: {shape: 1.2}",
        "do not go together",
    ),
    ("ramp", "over: 90 days", "over: «0 days»", "is too short"),
    ("pieces", "{from: 400 days, factor: 1.5}", "{from: «0 days», factor: 1.5}", "the times do not ascend"),
    (
        "piece beyond",
        "{from: 400 days, factor: 1.5}",
        "{from: «2000 days», factor: 1.5}",
        "this lies beyond the horizon",
    ),
    ("factor", "factor: 1.5", "factor: «-1»", "a factor of -1 does not lie between 0 and 100"),
    ("nobody", "probability: 80%", "probability: «0»", "nobody takes part"),
    ("consent", "probability: 80%", "probability: «1.8»", "a probability of `1.8` does not lie between 0 and 1"),
    (
        "screening",
        "[3 days, 10 days, 21 days]",
        "[«-3 days», 10 days, 21 days]",
        "a length of time of `-3 days` is negative",
    ),
    ("arm", "most: {short: 40}", "most: {«shrt»: 40}", "there is no arm `shrt`"),
    ("cap", "cap: 50", "cap: «0»", "expected a whole number from 1"),
    ("rate", "rate: 3 per month", "rate: «often»", "`often` is no rate"),
    ("negative rate", "rate: 3 per month", "rate: «-3 per month»", "is not above zero"),
    ("rate of what", "rate: 3 per month", "rate: «3 per cm»", "`cm` is no length of time"),
    ("rate of nothing", "rate: 3 per month", "rate: «3 per mnth»", "`mnth` is not a unit"),
    ("crowd", "rate: 3 per month", "rate: «100 per day»", "more than 30000 candidates would come to one site"),
    ("after the horizon", SOUTH, "opens: «2000 days»", "`South` opens after the horizon"),
    (
        "after the horizon at random",
        SOUTH,
        "opens: «{uniform: [2000 days, 2100 days]}»",
        "`South` opens after the horizon",
    ),
    ("no department", "department: small_one", "department: «smal_one»", "there is no department `smal_one`"),
    (
        "unused department",
        "department: small_one",
        "department: big_one",
        "no site has its patients treated in `small_one`",
        "  «small_one»:\n",
    ),
    ("department left out", ", department: small_one", "", "`South` has no `department`", "    «South»:"),
]

POLICIES = [
    ("decision", "  low:\n    und", "  «lo»:\n    und", "there is no decision `lo`"),
    ("not asked", "  low:\n    und", "  «many»:\n    und", "the simulation does not ask for `many`"),
    (
        "left out",
        "  low:\n    undetermined: {do: exclude, assumed: a guess}\n",
        "",
        "there is no policy for `low`",
        "«policies»:\n",
    ),
    (
        "gap",
        "    gap: {do: exclude, assumed: a guess}\n    overlap: {do: first listed",
        "    overlap: {do: first listed",
        "`arm` has no policy for a patient with fewer choices",
        "policies:\n  «arm»:",
    ),
    (
        "never",
        "  low:\n",
        "  low:\n    «gap»: {do: exclude, assumed: b}\n",
        "`low` never has a patient with fewer choices",
    ),
    ("what", "do: first listed", "do: «first»", "expected `exclude`, `first listed` or `investigator`"),
    ("no shares", "do: first listed", "do: «investigator»", "`shares` goes with `do: investigator`"),
    (
        "shares of nobody",
        "do: first listed",
        "do: first listed, «shares»: {short: 1}",
        "`shares` goes with `do: investigator`",
    ),
    ("sum", "«shares»: {short: 0.5, long: 0.5}", "«shares»: {short: 0.5, long: 0.6}", "the shares sum to 110%"),
    ("choice", "{short: 0.5, long: 0.5}", "{short: 0.5, «lng»: 0.5}", "`arm` has no choice `lng`"),
]

DEPARTMENTS = [
    ("no machine", "machines: 2", "machines: «0»", "expected a whole number from 1"),
    ("too many", "machines: 2", "machines: «201»", "at most 200 linacs of one department are simulated"),
    ("hours", "hours: 8:00-17:00", "hours: «17:00-8:00»", "the hours end before they begin"),
    ("no hours", "hours: 8:00-17:00", "hours: «all day»", "`all day` are no hours of the day"),
    ("no time", "hours: 8:00-17:00", "hours: «8:00-25:00»", "there is no time of day `25:00`"),
    ("no minute", "hours: 8:00-17:00", "hours: «8:75-17:00»", "there is no time of day `8:75`"),
    ("overtime", "overtime: 60 minutes", "overtime: «7 h»", "this goes on past midnight"),
    ("saturday", "saturday: 4 h", "saturday: «17 h»", "this goes on past midnight"),
    ("seconds", "overtime: 60 minutes", "overtime: «90 s»", "is no whole number of minutes"),
    ("background", "[60%, 75%, 90%]", "[60%, 75%, «110%»]", "a share of `110%` does not lie between 0 and 1"),
    ("downtime", "share: 2.8%", "share: «100%»", "the linacs never work"),
    ("outage", "{exponential: {mean: 2 h}}", "«0 minutes»", "a breakdown takes no time"),
    ("long outage", "{exponential: {mean: 2 h}}", "«25 h»", "25 hours does not lie between 0 minutes and 1 day"),
    ("resource", "    " + HOURS + ", assumed: a guess}\n", "", "`big_one` has no `physicists`", "  «big_one»:\n"),
    (
        "like whom",
        "department: big_one, assumed",
        "department: «bigone», assumed",
        "there is no other department `bigone`",
    ),
    ("like itself", "department: big_one, assumed", "department: «small_one», assumed", "there is no other department"),
    (
        "no room",
        "[60%, 75%, 90%]",
        "[99%, 99.5%, 100%]",
        "a first fraction of 28 minutes never finds room in `big_one`",
        "  «big_one»:\n",
    ),
    (
        "no room later",
        "later: 20 minutes",
        "later: 700 minutes",
        "a later fraction of 700 minutes never finds room in `big_one`",
        "  «big_one»:\n",
    ),
]

TREATMENT = [
    ("prescription", "prescription: dose", "prescription: «dos»", "there is no decision `dos`"),
    ("no courses", "prescription: dose", "prescription: «arm»", "`short` and `long` of `arm` prescribe no course"),
    ("lowering", "prescription: dose", "prescription: «low»", "`lowered` of `low` prescribes no course"),
    (
        "technique",
        "technique: plain, course: 60 Gy",
        "technique: «plan», course: 60 Gy",
        "there is no technique `plan`",
    ),
    (
        "unused",
        "techniques:\n",
        "techniques:\n    «other»: {first: 1 minute, later: 1 minute, assumed: a}\n",
        "nothing is delivered by `other`",
    ),
    (
        "no delivery",
        "    lowered: {technique: plain, course: 45 Gy / 1.8 Gy / 25 f, published: the protocol}\n",
        "",
        "nothing says how `lowered` is delivered",
        "«deliveries»:\n",
    ),
    ("delivery of nothing", "    lowered: {tech", "    «lowred»: {tech", "no course is prescribed by `lowred`"),
    ("fractions", "60 Gy / 2 Gy / 30 f, pub", "«62 Gy / 2 Gy / 31 f», pub", "the protocol does not prescribe this"),
    ("dose", "10.8 Gy / 1.8 Gy / 6 f]", "«12.6 Gy / 1.8 Gy / 7 f»]", "the protocol does not prescribe this"),
    ("sum of a delivery", "10.8 Gy / 1.8 Gy / 6 f]", "«11 Gy / 1.8 Gy / 6 f»]", "6 fractions of 1.8 Gy make 10.8 Gy"),
    ("range", "10.8 Gy / 1.8 Gy / 6 f]", "«10-12 Gy / 1.8-2 Gy / 5-7 f»]", "a delivery is one dose"),
    ("twice a day", "10.8 Gy / 1.8 Gy / 6 f]", "«10.8 Gy / 1.8 Gy bid / 6 f»]", "a delivery is one dose"),
    (
        "phases",
        "«course»: [50.4 Gy / 1.8 Gy / 28 f, 10.8 Gy / 1.8 Gy / 6 f]",
        "«course»: 50.4 Gy / 1.8 Gy / 28 f",
        "`two` has 2 phases, and 1 are delivered",
    ),
    ("no dose", "10.8 Gy / 1.8 Gy / 6 f]", "10.8 Gy / «1.8» / 6 f]", "`1.8` has no unit"),
    ("no time", "first: 28 minutes", "first: «0 minutes»", "is too short"),
    ("scan", "scan: {fixed: 45 minutes", "scan: {fixed: «10 h»", "a scan takes longer than the scanners of `big_one`"),
    (
        "planning",
        " planning: {triangular: [3 h",
        " planning: {triangular: [«0 h»",
        "0 minutes does not lie between 1 minute",
    ),
    ("lead", "lead: {fixed: 2 days", "lead: {fixed: «-2 days»", "is negative"),
    ("missed", "missed: {do: append", "missed: {do: «apend»", "expected `omit`, `append`, `saturday` or `twice a day`"),
    ("no show", "probability: 1%", "probability: «10%»", "of 34 fractions more than 3 would be missed on average"),
    (
        "longest",
        "longest: {fixed: 90 days",
        "longest: {fixed: «30 days»",
        "a course of 34 fractions takes longer than 30 days",
    ),
    ("imaging", "imaging: picture", "imaging: «pictur»", "the protocol's schedule has no entry `pictur`"),
    ("imaging by time", "imaging: picture", "imaging: «drug»", "`drug` happens every 3 weeks"),
    ("cycles", "entry: drug", "entry: «support»", "`support` happens 48 hours after `drug`"),
    ("late cycles", "entry: drug", "entry: «late_drug»", "`late_drug` does not begin with the first fraction"),
    ("loose cycles", "entry: drug", "entry: «loose_drug»", "the cycles of `loose_drug` are not all of one length"),
    (
        "infusion",
        "«infusion»: {triangular: [255 minutes, 300 minutes, 380 minutes]",
        "«infusion»: {triangular: [255 minutes, 300 minutes, 11 h]",
        "an infusion may take longer than the day unit of `big_one`",
    ),
    (
        "endless infusion",
        INFUSION,
        "«infusion»: {lognormal: {median: 300 minutes, sigma: 0.2}, between: [30 minutes, 12 h], assumed: a}",
        "an infusion may take longer",
    ),
    (
        "nurse",
        "nurse: {fixed: 30 minutes",
        "nurse: {fixed: «300 minutes»",
        "a nurse is needed for longer than an infusion may take",
    ),
    ("most cycles", "value: 3, derived", "value: «9», derived", "at most 8 cycles are simulated"),
    ("consolidation", "{short: 2, long: 0}", "{short: «6», long: 0}", "this makes 9"),
    ("consolidation of whom", "{short: 2, long: 0}", "{short: 2, long: 0, «lon»: 1}", "there is no arm `lon`"),
    (
        "consolidation left out",
        "«cycles»: {short: 2, long: 0}",
        "«cycles»: {short: 2}",
        "nothing says how many cycles there are in `long`",
    ),
    (
        "growth factor",
        "entry: support",
        "entry: «other_support»",
        "`other_support` does not come after the chemotherapy",
    ),
    (
        "loose delay",
        "entry: support",
        "entry: «loose_support»",
        "the delay of `loose_support` is not one length of time",
    ),
    (
        "injection",
        "injection: {fixed: 10 minutes",
        "injection: {fixed: «11 h»",
        "an injection takes longer than the day unit",
    ),
    (
        "toxicity",
        SCENARIO[SCENARIO.index("    with_growth_factor") : SCENARIO.index("    without: {")],
        "",
        "nothing says what happens to patients with the growth factor",
        "  «toxicity»:\n",
    ),
    (
        "no factor",
        "  growth_factor:\n    entry: support\n    injection: {fixed: 10 minutes, assumed: a guess}\n",
        "",
        "no growth factor is simulated",
        "«with_growth_factor»:",
    ),
    ("share", "dropout: 30%", "dropout: «130%»", "a probability of `130%` does not lie between 0 and 1"),
    ("visits", "visits: 8", "visits: «0»", "expected a whole number from 1"),
    ("months", "every: 91 days", "every: «3 months»", "`3 months` is no whole number of days"),
]


CASES = [*HEAD, *POPULATION, *ACCRUAL, *POLICIES, *DEPARTMENTS, *TREATMENT]


def refused(text: str, protocol_text: str = PROTOCOL) -> BadInput:
    """Return the error of a scenario, which is marked in its text."""
    plain, line, column, width = read_marks(text)
    with pytest.raises(BadInput) as caught:
        parse_scenario("scenario.yaml", plain, protocol(protocol_text))
    error = caught.value
    assert_style(error)
    assert (error.place.file, error.place.line, error.place.column, error.width) == (
        "scenario.yaml",
        line,
        column,
        width,
    )
    return error


def changed(*pairs: tuple[str, str]) -> str:
    """Return the good scenario with one or more fragments replaced; each stands there once."""
    text = SCENARIO
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def unmarked(text: str) -> str:
    return text.replace("«", "").replace("»", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_a_bad_value_is_refused_where_it_stands(case: tuple[str, ...]) -> None:
    _, old, new, message, *pointed = case
    pairs = [(unmarked(old), new), *((unmarked(each), each) for each in pointed)]
    assert message in refused(changed(*pairs)).message


def test_all_names_that_the_population_lacks_stand_in_one_error() -> None:
    entry = SCENARIO[SCENARIO.index("  stage:\n") : SCENARIO.index("  fit:\n")]
    near = "  near:\n    probability: 0.2\n    assumed: a guess\n"
    error = refused(changed((entry, ""), (near, ""), ("population:", "«population»:")))
    assert error.message == "the population says nothing of `stage`, `size` and `near`"
    assert error.help is not None
    assert "the protocol leaves `near` open: give a `probability`" in error.help


def test_all_names_of_which_nothing_says_how_often_they_are_missing_stand_in_one_error() -> None:
    more = PROTOCOL.replace("fit: {yes_no: true}", "fit: {yes_no: true, may_be_missing: true}")
    text = changed(("    charting:\n      missing: 5%\n      assumed: a guess\n", ""), ("  fit:\n", "  «fit»:\n"))
    assert refused(text, more).message == "nothing says how often `fit` and `marker` are not recorded"


def test_a_quantity_that_no_rule_asks_for_can_be_left_out() -> None:
    assert "spare" in protocol().quantities
    scenario = parse_scenario("scenario.yaml", SCENARIO, protocol())
    assert "spare" not in {each.quantity for each in scenario.population.variables}


def test_correlations_that_cannot_all_be_true_are_refused_at_the_last_and_name_those_involved() -> None:
    third = PROTOCOL.replace("marker: {range: [0, 100], may_be_missing: true", "marker: {range: [0, 100]")
    numbers = SCENARIO[SCENARIO.index("  marker:\n") : SCENARIO.index("  near:\n")]
    text = changed(
        (numbers, "  marker:\n    normal: {mean: 50, sd: 5}\n    assumed: a guess\n"),
        (
            "  - {between: [size, age], value: -0.3, assumed: a guess}\n",
            (
                "  - {between: [size, age], value: 0.9, assumed: a guess}\n"
                "  - {between: [marker, age], value: 0.9, assumed: a guess}\n"
                "  - {between: [size, marker], value: «-0.9», assumed: a guess}\n"
            ),
        ),
    )
    message = refused(text, third).message
    assert message == "the correlations of `size`, `age` and `marker` cannot all be true"
    parse_scenario("scenario.yaml", unmarked(text).replace("-0.9", "0.62"), protocol(third))


def test_a_course_of_several_fractions_a_day_is_not_simulated() -> None:
    text = changed(
        ("prescription: dose", "prescription: often"),
        ("  dose:\n    gap", "  often:\n    gap"),
        ("    overlap: {do: exclude, assumed: a guess}\n", ""),
        ("  low:\n    undetermined: {do: exclude, assumed: a guess}\n", ""),
        (
            "    one: {technique: plain, course: 60 Gy / 2 Gy / 30 f",
            "    twice: {technique: plain, course: «45 Gy / 1.5 Gy / 30 f»",
        ),
    )
    start, end = text.index("    two: {technique"), text.index("  preparation:\n")
    low = PROTOCOL[PROTOCOL.index("  low:\n") : PROTOCOL.index("  many:\n")]
    error = refused(text[:start] + text[end:], PROTOCOL.replace(low, ""))
    assert error.message == "the protocol prescribes more than one fraction a day here"
    assert error.help == "such a course is not simulated"


def test_sites_whose_caps_lie_below_the_target_are_refused() -> None:
    text = changed(("department: small_one", "department: small_one, cap: 9"), ("  sites:\n", "  «sites»:\n"))
    error = refused(text)
    assert error.message == "the target of 60 can never be reached: the caps of all sites sum to 59"


def test_a_saturday_on_which_nobody_works_makes_nothing_up() -> None:
    text = changed(("{do: append", "{do: «saturday»"), ("saturday: 240 minutes", "saturday: 0 minutes"))
    assert refused(text).message == "the linacs of `small_one` do not work on Saturdays"


def test_hours_too_short_for_two_fractions_of_a_day_are_refused() -> None:
    """They are six hours apart: the second one would be given when the linacs are closed, or the next day."""
    text = changed(("{do: append", "{do: «twice a day»"), ("hours: 08:00-16:00", "hours: 19:00-23:00"))
    found = refused(text)
    assert found.message == "the linacs of `small_one` are not open for long enough for two fractions of a day"
    assert found.help == "they are 6 hours apart; the second one takes 20 minutes"


def test_what_a_department_takes_from_another_is_refused_where_it_stands() -> None:
    text = changed(("hours: 8:00-17:00", "hours: «17:00-8:00»"))
    order = text.index("  big_one:\n"), text.index("  small_one:\n"), text.index("treatment:\n")
    first, second = text[order[0] : order[1]], text[order[1] : order[2]]
    assert "hours end" in refused(text[: order[0]] + second + first + text[order[2] :]).message


def test_a_department_cannot_be_like_one_that_is_like_another() -> None:
    other = "  other:\n    like: {department: «small_one», assumed: a guess}\n"
    text = changed(("treatment:\n  prescription", f"{other}treatment:\n  prescription"))
    assert refused(text).message == "`small_one` does not say everything itself"


def test_departments_and_sites_that_treat_nobody_are_refused_without_treatment() -> None:
    without = unmarked(SCENARIO[: SCENARIO.index("treatment:\n")])
    only_arm = without[: without.index("  dose:\n    gap")] + without[without.index("departments:\n") :]
    assert "departments go with `treatment`" in refused(only_arm.replace("departments:", "«departments»:")).message
    arm = only_arm[: only_arm.index("departments:\n")]
    assert "nobody is treated" in refused(arm.replace("department: big_one", "department: «big_one»")).message
    fine = arm.replace(", department: big_one", "").replace(", department: small_one", "")
    assert parse_scenario("scenario.yaml", fine, protocol()).treatment is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("- a", "the file is a list"),
        ("trialproof_scenario: 1\ntrialproof_scenario: 1", "stands here twice"),
        ("trialproof_scenario: !!python/object:os.system x", "is not used here"),
        ("a: &x [b, *x]", "stands within what it refers to"),
        ("a: " + "[" * 5000, "nested more than 40 levels deep"),
    ],
)
def test_hostile_yaml_is_refused_as_in_protocols(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        parse_scenario("scenario.yaml", text, protocol())


def test_a_scenario_is_a_file_or_lies_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no `scenario\.yaml`"):
        load_scenario(tmp_path, protocol())
    (tmp_path / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    found = load_scenario(tmp_path, protocol())
    assert found == load_scenario(str(tmp_path / "scenario.yaml"), protocol())
    with pytest.raises(BadInput, match="there is no file"):
        load_scenario(tmp_path / "other.yaml", protocol())


@pytest.mark.parametrize(
    ("cells", "message", "line"),
    [
        ("size\n3 cm\n", None, 0),
        ("other,size\n1,3\n2,\n3,40 mm\n", None, 0),
        ("other\n3\n", "`sizes.csv` has no column `size`", 0),
        ("size,size\n3,4\n", "`sizes.csv` has several columns `size`", 0),
        ("size\n", "the column `size` holds no number", 0),
        ("size\n3\n30\n", "30 cm does not lie between 0 cm and 20 cm", 3),
        ("size\n3\nbig\n", "`big` is not a number", 3),
        ("size\n3 days\n", "expected an amount in cm, found an amount in days", 2),
    ],
)
def test_observed_numbers_come_from_a_column_of_a_table(
    tmp_path: Path, cells: str, message: str | None, line: int
) -> None:
    old = SCENARIO[
        SCENARIO.index("    lognormal: {median") : SCENARIO.index("    published: Doe 2020\n    assumed: the form")
    ]
    (tmp_path / "scenario.yaml").write_text(
        SCENARIO.replace(old, "    empirical: {file: sizes.csv, column: size}\n"), encoding="utf-8"
    )
    (tmp_path / "sizes.csv").write_text(cells, encoding="utf-8")
    if message is None:
        assert load_scenario(tmp_path, protocol()).population.variables[1].quantity == "size"
        return
    with pytest.raises(BadInput) as caught:
        load_scenario(tmp_path, protocol())
    assert message in caught.value.message
    if line:
        assert (Path(caught.value.place.file).name, caught.value.place.line) == ("sizes.csv", line)
    else:
        assert Path(caught.value.place.file).name == "scenario.yaml"


def test_observed_numbers_lie_beside_the_scenario(tmp_path: Path) -> None:
    old = SCENARIO[
        SCENARIO.index("    lognormal: {median") : SCENARIO.index("    published: Doe 2020\n    assumed: the form")
    ]
    text = SCENARIO.replace(old, "    empirical: {file: ../sizes.csv, column: size}\n")
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"the file `../sizes.csv` is not in the protocol's folder"):
        load_scenario(tmp_path, protocol())


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        (
            "{every: 3 weeks, from: first fraction, while: irradiation}",
            "{every: 3 weeks, from: first fraction, times: 6}",
            "entry: «drug»",
            "`drug` goes on after irradiation",
        ),
        (
            "{every: 3 weeks, from: first fraction, while: irradiation}",
            "{every: 3 weeks, from: first fraction, while: irradiation, on: Mon-Thu}",
            "entry: «drug»",
            "on which days `drug`",
        ),
        (
            "{every: 3 weeks, from: first fraction, while: irradiation}",
            "{every: 3 weeks, from: first fraction, while: irradiation, if_closed: previous}",
            "entry: «drug»",
            "on which days",
        ),
        (
            "{every: 3 weeks, from: first fraction, while: irradiation}",
            "{every: 3 weeks, from: first fraction, while: irradiation, times: 2}",
            "{value: «3»",
            "the protocol gives `drug` at most 2 times",
        ),
        (
            "support: {after: drug, delay: 48 hours}",
            "support: {after: drug, delay: 48 hours, if_closed: next}",
            "entry: «support»",
            "on which days `support` is given",
        ),
        ("schedule:\n", "schedule:\n  irradiation: {days: Mon-Sat}\n", "open_days: «Mon-Fri»", "irradiates Mon-Sat"),
        (
            "schedule:\n",
            "schedule:\n  irradiation: {days: Mon-Fri, start: Mon-Thu}\n",
            "open_days: «Mon-Fri»",
            "on which days the first fraction may be",
        ),
    ],
)
def test_what_the_protocol_says_and_the_engine_does_not_do_is_refused(
    old: str, new: str, where: str, message: str
) -> None:
    assert PROTOCOL.count(old) == 1
    assert message in refused(changed((unmarked(where), where)), PROTOCOL.replace(old, new)).message


def test_more_candidates_than_can_be_followed_are_refused() -> None:
    north = SCENARIO[SCENARIO.index("    North:") : SCENARIO.index("    South:")]
    many = "".join(north.replace("North", f"North {at}").replace("3 per month", "9 per day") for at in range(60))
    assert "more than 1000000 candidates" in refused(changed((north, many), ("  sites:\n", "  «sites»:\n"))).message
