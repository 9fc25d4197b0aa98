"""The words of verdicts: numbers in them are the verdict's, and no sentence says what caused what."""

from dataclasses import replace

import pytest

from metrics import wording
from metrics.verdicts import Verdict

CODE = "the code came into force (5 October 2021)"
FALL = Verdict("improving", difference=-0.048, lower=-0.071, upper=-0.024, observed=0.182, expected=0.230,
               minimum_detectable=0.034, p=0.001, base=12_000, bodies=40)  # fmt: skip


def said(verdict, **more):
    return wording.sentences(verdict, "Refusal rate", CODE, **more)


def test_an_improvement_gives_what_how_much_between_what_limits_and_compared_with_what():
    first, *rest = said(FALL)
    assert first == (
        "Refusal rate: lower than the earlier trend implies in the first year after the code came into force "
        "(5 October 2021): 18.2% against 23.0% expected (difference −4.8 points, 95% interval −7.1 to −2.4). "
        "That is the better direction."
    )
    assert "pandemic" in " ".join(rest)


def test_dates_on_which_nothing_happened_decide_how_strongly_a_change_is_put():
    assert "changed beyond the earlier trend after the code" in " ".join(said(FALL, placebo=(4, 0)))
    signalled = " ".join(said(FALL, placebo=(4, 1)))
    assert "gave a signal on 1" in signalled and "changed at about the time the code" in signalled
    assert "changed at about the time the code" in " ".join(said(FALL))
    assert "changed beyond" not in " ".join(said(FALL)) + signalled


def test_worsening_is_said_as_plainly():
    worse = replace(FALL, id="worsening", difference=0.048, lower=0.024, upper=0.071, observed=0.230, expected=0.182)
    assert "higher than the earlier trend implies" in said(worse)[0] and "worse direction" in said(worse)[0]


def test_no_detectable_change_is_never_no_change():
    wide = replace(FALL, id="no_detectable_change", difference=-0.01, lower=-0.06, upper=0.04)
    assert said(wide) == (
        "Refusal rate: no detectable change after the code came into force (5 October 2021). The data cannot rule out "
        "a fall of up to 6.0 points or a rise of up to 4.0 points. A change of less than 3.4 points would probably be "
        "missed.",
    )
    narrow = replace(wide, lower=-0.02, upper=0.01)
    assert "any difference is smaller than 3.0 points" in said(narrow)[0]
    small = replace(wide, difference=-0.015, lower=-0.02, upper=-0.01, small_but_real=True)
    assert said(small)[-1].startswith("Small but real")


def test_a_shortage_says_what_is_short_and_how_many_months_would_do():
    short = Verdict("not_enough_data", reasons=("months_after",), base=900, months_needed=5)
    assert "not enough data" in said(short)[0] and said(short)[0].endswith("We would need about 5 more months.")
    assert "1 more month." in said(replace(short, months_needed=1))[0]
    never = replace(short, reasons=("bodies",), months_needed=None)
    assert said(never)[0].endswith("More months like these would not mend it.")


def test_a_doubt_is_named():
    doubt = replace(FALL, id="cannot_tell", reasons=("panel", "momentum"))
    assert "cannot tell" in said(doubt)[0] and "bodies that send returns changed" in said(doubt)[0]
    neither = replace(FALL, id="cannot_tell", reasons=("no_direction",))
    assert "neither more nor less" in said(neither)[0] and "4.8" in said(neither)[0]


@pytest.mark.parametrize("id", ["improving", "no_detectable_change", "worsening"])
def test_uptake_verdicts_say_that_harm_is_not_measured(id):
    assert "Harm is not measured here." in said(replace(FALL, id=id), family="uptake")
    assert "Harm is not measured here." not in said(replace(FALL, id=id), family="refusals")


@pytest.mark.parametrize("words", ["caused by", "Because of the code", "due to it", "led to", "resulted in", "causing"])
def test_causal_words_cannot_be_produced(words):
    with pytest.raises(ValueError, match="caused another"):
        wording.checked(f"Refusals fell {words} x")
    with pytest.raises(ValueError, match="caused another"):
        wording.sentences(FALL, f"Refusals {words}", CODE)
    with pytest.raises(ValueError, match="caused another"):
        wording.link("Refusals", "trend", f"the code, {words} it")


def test_the_ladder_rises_with_the_evidence():
    assert [wording.rung(*held) for held in ((False, False), (False, True), (True, False), (True, True))] == [
        "chart", "chart", "trend", "compared",
    ]  # fmt: skip
    assert wording.link("Refusals", "chart", CODE).startswith("Refusals changed at about the time")
    assert "consistent with an effect of" in wording.link("Refusals", "compared", CODE)


def test_every_reason_has_words():
    from metrics.verdicts import DOUBTS, IDS, SHORTAGES

    assert set(wording.SHORT) == set(SHORTAGES) and set(wording.DOUBT) == set(DOUBTS)
    assert set(wording.NAMES) == set(wording.SAYS) == set(IDS)


def test_a_campaign_in_one_sector_is_given_its_rank_and_no_more():
    def of(deals, flat=True, p=0.004):
        told = {"rank": 1, "deals": deals, "sectors": 12, "p": p, "flat_before": flat}
        return wording.campaign("Refusal rate", "the toolkit", -0.08, -0.11, -0.05, **told)

    assert "ranks 1:" in of(12) and "0.083" in of(12) and "consistent" not in of(12)
    assert "consistent with an effect of the toolkit" in of(220)
    assert "drawing apart" in of(220, flat=False) and "consistent" not in of(220, flat=False)
    assert "consistent" not in of(220, p=0.2)


def test_every_indicator_title_can_be_worded():
    from metrics.indicators import INDICATORS

    for indicator in INDICATORS.values():
        assert wording.sentences(FALL, indicator.title, CODE, indicator.family)
