"""Interrupted series against statsmodels and plain generalised least squares, and on series of known truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import toeplitz
from scipy.optimize import approx_fprime
from scipy.stats import t as student
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import GLS

from metrics.interrupted import effect, placebo, prais_winsten, quasi_binomial, segmented


def series(seed, months=60, first_after=22, requests=300, level=-0.3, slope=0.0, season=0.2, rho=0.0, spread=0.1):
    """Monthly counts whose log-odds jump, bend, turn with the season and wander; and the true effect in points."""
    draw, t = np.random.default_rng(seed), np.arange(months)
    shock = np.zeros(months)
    for i in range(months):
        shock[i] = (
            draw.normal(0, spread) if i == 0 else rho * shock[i - 1] + np.sqrt(1 - rho**2) * draw.normal(0, spread)
        )
    base = -1.1 + season * np.sin(2 * np.pi * t / 12)
    after = level * (t >= first_after) + slope * np.maximum(t - first_after, 0)
    n = draw.poisson(requests, months)
    y = draw.binomial(n, 1 / (1 + np.exp(-base - after - shock)))
    span = slice(first_after, first_after + 12)
    truth = 100 * np.mean((1 / (1 + np.exp(-base - after)) - 1 / (1 + np.exp(-base)))[span])
    return y, n, segmented(months, first_after), truth


@pytest.mark.parametrize("seed", range(4))
def test_quasi_binomial_agrees_with_statsmodels_by_weights(seed):
    y, n, columns, _ = series(seed)
    fit = quasi_binomial(y, n, columns)
    oracle = GLM(y / n, fit.design, family=Binomial(), var_weights=n).fit(scale="X2", tol=1e-14)
    assert fit.coefficients == pytest.approx(oracle.params, abs=1e-9)
    assert fit.dispersion == pytest.approx(oracle.scale, rel=1e-9)
    floor = np.sqrt(max(1, oracle.scale) / oracle.scale)
    assert fit.standard_errors == pytest.approx(oracle.bse * floor, rel=1e-9)
    assert fit.names == ("intercept", *columns) and fit.df == 60 - 8 and fit.rho is None


def test_the_dispersion_is_floored_in_the_errors_alone():
    t = np.arange(40)
    n = np.full(40, 1000)
    y = np.round(1000 / (1 + np.exp(1 - 0.01 * t)))  # no scatter at all
    fit = quasi_binomial(y, n, {"trend": t})
    p = 1 / (1 + np.exp(-fit.design @ fit.coefficients))
    binomial = np.linalg.inv(fit.design.T @ np.diag(n * p * (1 - p)) @ fit.design)
    assert fit.dispersion < 0.01 and fit.standard_errors == pytest.approx(np.sqrt(np.diag(binomial)))


@pytest.mark.parametrize("caution", [0.0, 1.0])
@pytest.mark.parametrize("rho", [0.3, 0.7])
def test_prais_winsten_is_generalised_least_squares_at_its_rho(rho, caution):
    y, n, columns, _ = series(5, rho=rho, requests=5000)
    fit = prais_winsten(y, n, columns, caution)
    taken = fit.rho + caution * np.sqrt((1 - fit.rho**2) / 60)
    oracle = GLS(np.log((y + 0.5) / (n - y + 0.5)), fit.design, sigma=toeplitz(taken ** np.arange(60))).fit()
    assert 0 < fit.rho < 1 and fit.df == oracle.df_resid and fit.dispersion is None
    assert fit.coefficients == pytest.approx(oracle.params, abs=1e-8)
    assert fit.standard_errors == pytest.approx(oracle.bse, rel=1e-8)


def test_a_missing_month_leaves_its_neighbours_two_apart():
    y, n, columns, _ = series(6, rho=0.6, requests=5000)
    y[30] = n[30] = 0
    fit = prais_winsten(y, n, columns)
    kept = np.flatnonzero(n > 0)
    sigma = fit.rho ** np.abs(kept[:, None] - kept[None, :])
    oracle = GLS(np.log((y + 0.5) / (n - y + 0.5))[kept], fit.design[kept], sigma=sigma).fit()
    assert fit.coefficients == pytest.approx(oracle.params, abs=1e-8) and fit.df == 59 - 8
    assert fit.standard_errors == pytest.approx(oracle.bse, rel=1e-8)
    kept_only = quasi_binomial(y[kept], n[kept], {name: column[kept] for name, column in columns.items()})
    assert quasi_binomial(y, n, columns).coefficients == pytest.approx(kept_only.coefficients)


def test_rho_at_rest_is_the_lag_one_slope_of_the_errors_corrected():
    y, n, columns, _ = series(7, rho=0.6, requests=20_000)
    fit = prais_winsten(y, n, columns)
    raw = (fit.rho - 8 / 60) / (1 + 3 / 60)
    z = np.log((y + 0.5) / (n - y + 0.5))
    e = z - fit.design @ GLS(z, fit.design, sigma=toeplitz(raw ** np.arange(60))).fit().params
    assert e[1:] @ e[:-1] / (e[:-1] @ e[:-1]) == pytest.approx(raw, abs=1e-8)


def test_rho_is_all_but_unbiased_and_never_negative():
    found = [prais_winsten(*series(seed, rho=0.4, requests=100_000)[:3]).rho for seed in range(150)]
    assert np.mean(found) == pytest.approx(0.4, abs=0.06) and min(found) >= 0


@pytest.mark.parametrize("model", [quasi_binomial, prais_winsten])
def test_the_effect_and_its_error_are_those_of_numerical_differentiation(model):
    y, n, columns, _ = series(8)
    fit = model(y, n, columns)
    result = effect(fit)
    without = fit.design * [name not in ("level", "slope") for name in fit.names]

    def points(b):
        p1, p0 = (1 / (1 + np.exp(-x @ b)) for x in (fit.design, without))
        return 100 * (p1 - p0)[22:34].mean()

    slope = approx_fprime(fit.coefficients, points, 1e-7)
    error = np.sqrt(slope @ fit.covariance @ slope)
    reach = student.ppf(0.975, fit.df) * error
    assert (result.value, result.standard_error) == pytest.approx((points(fit.coefficients), error), rel=1e-5)
    assert (result.lower, result.upper) == pytest.approx((result.value - reach, result.value + reach), rel=1e-5)
    assert (result.first, result.months, result.minimum_detectable) == (22, 12, 2.8 * result.standard_error)


def test_the_counterfactual_is_the_fit_before_and_a_widening_band_after():
    y, n, columns, _ = series(9)
    result = effect(quasi_binomial(y, n, columns))
    assert np.array_equal(result.counterfactual[:22], result.fitted[:22])
    width = result.counterfactual_upper - result.counterfactual_lower
    assert np.all(width > 0) and width[59] > width[34] > width[22]
    mean = 100 * np.mean((result.fitted - result.counterfactual)[22:34])
    assert mean == pytest.approx(result.value)


def test_a_series_that_ends_early_is_averaged_over_what_there_is():
    y, n, columns, _ = series(10, months=30)
    assert effect(quasi_binomial(y, n, columns)).months == 8
    assert effect(quasi_binomial(y, n, columns), months=3).months == 3


def test_counts_equal_the_answer_from_rows():
    """One row a request through an ordinary logistic regression gives the coefficients of the monthly counts."""
    y, n, columns, _ = series(11, months=30, requests=60)
    fit = quasi_binomial(y, n, columns)
    rows = np.repeat(fit.design, n, axis=0)
    outcome = np.concatenate([np.r_[np.ones(a), np.zeros(b - a)] for a, b in zip(y, n, strict=True)])
    assert fit.coefficients == pytest.approx(GLM(outcome, rows, family=Binomial()).fit(tol=1e-14).params, abs=1e-8)


def test_the_usual_columns():
    columns = segmented(24, 10, start=3)
    assert list(columns) == ["trend", "level", "slope", "sin1", "cos1"]
    assert columns["level"].sum() == 14 and columns["slope"][9:13].tolist() == [0, 0, 1, 2]
    assert columns["sin1"][0] == pytest.approx(1)  # April, a quarter of the way round
    assert list(segmented(36, 12))[-1] == "cos2" and list(segmented(23, 12)) == ["trend", "level", "slope"]
    for place in (0, 24):
        with pytest.raises(ValueError):
            segmented(24, place)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6))
def test_the_effect_on_requests_not_refused_is_the_mirror_image(seed):
    """Counting what is not an event instead of what is turns the effect round and leaves its error."""
    y, n, columns, _ = series(seed)
    for model in (quasi_binomial, prais_winsten):
        one, other = effect(model(y, n, columns)), effect(model(n - y, n, columns))
        assert other.value == pytest.approx(-one.value, abs=1e-7)
        assert other.standard_error == pytest.approx(one.standard_error, rel=1e-6)


@pytest.mark.parametrize("model", [quasi_binomial, prais_winsten])
def test_what_cannot_be_fitted_is_refused(model):
    y, n, columns, _ = series(12)
    for bad_y, bad_n, bad_columns, words in (
        (y * 0, n, columns, "nothing, or everything"),
        (n, n, columns, "nothing, or everything"),
        (y, n * 0, columns, "between 0 and it"),
        (y[:8], n[:8], {name: c[:8] for name, c in columns.items()}, "too few"),
        (y, n, columns | {"again": columns["level"]}, "told apart"),
    ):
        with pytest.raises(ValueError, match=words):
            model(bad_y, bad_n, bad_columns)


def test_a_phase_without_events_does_not_settle():
    y, n, columns, _ = series(13)
    with pytest.raises(ValueError, match="settle"):
        quasi_binomial(np.where(columns["level"] == 1, 0, y), n, columns)


def test_an_effect_needs_a_change():
    y, n, columns, _ = series(14)
    fit = quasi_binomial(y, n, columns)
    with pytest.raises(KeyError, match="campaign"):
        effect(fit, changed=("campaign",))
    with pytest.raises(ValueError, match="nothing changes"):
        effect(fit, changed=())


def both_exclude_nothing(y, n, columns):
    quasi, prais = effect(quasi_binomial(y, n, columns)), effect(prais_winsten(y, n, columns, caution=1))
    return (quasi.lower > 0 and prais.lower > 0) or (quasi.upper < 0 and prais.upper < 0), quasi, prais


@pytest.mark.parametrize("rho, most", [(0.0, 0.05), (0.3, 0.06)])
def test_s0_s3_s4_s5_a_null_series_seldom_shows_a_change(rho, most):
    """200 series with season, overdispersion and resemblance; both models must exclude nothing (3 SE allowed)."""
    found = sum(both_exclude_nothing(*series(seed, level=0, rho=rho)[:3])[0] for seed in range(200)) / 200
    assert found <= most + 3 * np.sqrt(0.05 * 0.95 / 200)


@pytest.mark.parametrize("level, slope", [(-0.25, 0.0), (0.0, -0.04), (-0.15, -0.02)])
def test_s1_s2_the_interval_covers_the_truth(level, slope):
    """200 series: coverage of both models within the allowance for 200, bias under a tenth of the effect."""
    covered, values = np.zeros(2), []
    for seed in range(200):
        y, n, columns, truth = series(seed, level=level, slope=slope)
        _, *both = both_exclude_nothing(y, n, columns)
        covered += [result.lower <= truth <= result.upper for result in both]
        values.append(both[0].value)
    assert np.all(covered / 200 >= 0.92) and np.mean(values) == pytest.approx(truth, rel=0.1)


def test_a_slope_is_missed_by_a_level_alone():
    """Why the full model: with a slope only, a level-only effect covers about a quarter of the time."""
    covered = 0
    for seed in range(100):
        y, n, columns, truth = series(seed, level=0, slope=-0.04, requests=2000, spread=0.05)
        del columns["slope"]
        result = effect(quasi_binomial(y, n, columns), changed=("level",))
        covered += result.lower <= truth <= result.upper
    assert covered <= 60


def test_placebo_dates_show_nothing_more_than_one_in_twenty():
    excluded = 0
    for seed in range(60):
        y, n, columns, _ = series(seed, months=48, level=0)
        before = {name: column for name, column in columns.items() if name not in ("level", "slope")}
        for date in (16, 24, 32):
            result = placebo(y, n, before, date)
            excluded += result.lower * result.upper > 0
    assert excluded / 180 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 180)
