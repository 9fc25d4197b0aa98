"""Interrupted time series: did a monthly share change beyond its earlier trend and season, and by how much.

Two models must agree before anything is claimed: a quasi-binomial regression, and Prais-Winsten on the
empirical logit, which allows for each month resembling the last. Both are fitted here in numpy: a snapshot
takes thousands of fits, and statsmodels needs 25 times as long for each; the tests hold ours to its answer.
Everything is worked out from monthly counts.
"""

from dataclasses import dataclass

import numpy as np

POINTS = 100  # percentage points in a share
POWER = 2.8  # standard errors an effect must be for an 80% chance of a 95% interval that excludes 0
FARTHEST = 25.0  # log-odds beyond this are on their way to infinity
YEAR, MONTHS = 12, 12  # months in a season; months over which the effect is averaged


@dataclass(frozen=True)
class Fit:
    """Coefficients on the log-odds scale; arrays are (columns,) but for design, (months, columns)."""

    names: tuple[str, ...]  # "intercept" first
    coefficients: np.ndarray
    standard_errors: np.ndarray
    covariance: np.ndarray  # (columns, columns), that of the standard errors
    df: int  # months with requests less columns
    design: np.ndarray
    residuals: np.ndarray  # one a month with requests: Pearson's, or what Prais-Winsten leaves unexplained
    dispersion: float | None = None  # quasi-binomial: Pearson's chi-square over df, before the floor of 1
    rho: float | None = None  # Prais-Winsten: resemblance of one month to the last, bias corrected


@dataclass(frozen=True)
class Effect:
    """What was, less what the earlier trend implies; percentage points, but shares for the series."""

    value: float
    standard_error: float
    lower: float
    upper: float
    months: int  # months averaged over: fewer than asked for where the series ends before
    first: int  # place of the first of them, from 0
    fitted: np.ndarray  # (months of the series,) shares, and likewise below
    counterfactual: np.ndarray  # what the fit implies had nothing changed
    counterfactual_lower: np.ndarray
    counterfactual_upper: np.ndarray

    @property
    def minimum_detectable(self) -> float:
        """The change, in points, that such a series would show four times in five."""
        return POWER * self.standard_error


def segmented(months, first_after, pairs=None, start=0) -> dict[str, np.ndarray]:
    """Columns of the usual model: {"trend", "level", "slope", and pairs of annual "sin1", "cos1", ...}.

    months: length of the series. first_after: place from 0 of the first whole month after the date: there
    level is 1 and slope 0, so that level is the jump at that month. pairs: seasonal pairs, by default 2 from
    36 months, 1 from 24, else none. start: calendar month of the first point, from 0 (only shifts the season).
    Raises ValueError unless there are months on both sides.
    """
    if not 0 < first_after < months:
        raise ValueError(f"a change must fall inside the {months} months, not at {first_after}")
    t = np.arange(months, dtype=float)
    columns = {"trend": t, "level": (t >= first_after) * 1.0, "slope": np.maximum(t - first_after, 0)}
    for k in range(1, 1 + ((months >= 36) + (months >= 24) if pairs is None else pairs)):
        angle = 2 * np.pi * k * (t + start) / YEAR
        columns |= {f"sin{k}": np.sin(angle), f"cos{k}": np.cos(angle)}
    return columns


def quasi_binomial(y, n, columns) -> Fit:
    """Log-odds regression of y in n with the dispersion of the data.

    logit(p) = intercept + Σ coefficient x column, by iterated weighted least squares with weights np(1-p);
    dispersion φ = Σ(y - np)²/(np(1-p)) / df; standard errors x √max(1, φ); t limits on df.
    y, n: (months,) events and their base; columns: {name: (months,)}. Months with n = 0 take no part.
    Raises ValueError where the columns cannot be told apart, no degree of freedom is left, nothing or
    everything is an event, or the fit does not settle (all months of a phase without events, say).
    Source: McCullagh and Nelder 1989; R's glm(family = quasibinomial); statsmodels GLM with var_weights=n
    and scale="X2".
    """
    names, design, y, n, used = _prepared(y, n, columns)
    x, events, base = design[used], y[used], n[used]
    coefficients = _weighted_iterations(x, events, base)
    p = _share(x @ coefficients)
    residuals = (events - base * p) / np.sqrt(base * p * (1 - p))
    df = len(base) - x.shape[1]
    dispersion = float(residuals @ residuals / df)
    covariance = np.linalg.inv((x.T * (base * p * (1 - p))) @ x) * max(1.0, dispersion)
    errors = np.sqrt(np.diag(covariance))
    return Fit(names, coefficients, errors, covariance, df, design, residuals, dispersion=dispersion)


def prais_winsten(y, n, columns, caution=0.0) -> Fit:
    """Regression of the empirical logit log((y + ½)/(n - y + ½)) with errors that follow one another, AR(1).

    ρ̂ = Σe_t e_{t-1}/Σe²_{t-1}, iterated with the fit to rest; then ρ = ρ̂ + (k + 3ρ̂)/T for its bias in short
    series, kept in 0..0.99 (a negative ρ would narrow the errors on little evidence), and a last fit of
    y_t - ρy_{t-1}, the first month kept with weight √(1 - ρ²). A month with n = 0 takes no part, and the
    months on its two sides are as far apart as they were (ρ² for a gap of one). t limits on df.
    caution: the last fit takes ρ + caution √((1-ρ²)/T), so many of its standard errors above the estimate.
    Taken at its estimate, 60 months of 200 to 2,000 requests give a false change in 4-6% of series without
    resemblance, 5-6% at 0.3 and 8-13% at 0.6; one standard error above, in 2-4%, 3-4% and 4-8%. Use 1 for a
    verdict. `rho` of the fit is the estimate.
    Arguments and refusals as `quasi_binomial`. Source: Prais and Winsten 1954; the bias: Marriott and Pope 1954.
    """
    names, design, y, n, used = _prepared(y, n, columns)
    x, z = design[used], np.log((y[used] + 0.5) / (n[used] - y[used] + 0.5))
    step = np.diff(np.flatnonzero(used))
    months, k = x.shape
    raw = _resemblance(x, z, step)
    rho = float(np.clip(raw + (k + 3 * raw) / months, 0, 0.99))
    taken = min(0.99, rho + caution * np.sqrt((1 - rho**2) / months))
    white, target = _whitened(x, taken, step), _whitened(z, taken, step)
    coefficients = _least_squares(white, target)
    residuals = target - white @ coefficients
    covariance = np.linalg.inv(white.T @ white) * (residuals @ residuals / (months - k))
    errors = np.sqrt(np.diag(covariance))
    return Fit(names, coefficients, errors, covariance, months - k, design, residuals, rho=rho)


def effect(fit: Fit, changed=("level", "slope"), months=MONTHS, confidence=0.95) -> Effect:
    """Share fitted less the share implied had the `changed` columns stayed 0, in percentage points.

    The mean of p1 - p0 over the first `months` months from the change on, p1 the fitted and p0 the
    counterfactual share; standard error by the delta method, its gradient the mean of
    p1(1-p1)x1 - p0(1-p0)x0; t limits on the fit's df. The counterfactual has limits of its own, on the
    log-odds scale; beyond a year it is extrapolation and must be labelled so.
    changed: names of columns that are 0 before the change. Fit mature months only.
    Raises ValueError where none of the columns ever changes, KeyError where one is not in the fit.
    """
    places = [fit.names.index(name) if name in fit.names else _unknown(name, fit) for name in changed]
    without = fit.design.copy()
    without[:, places] = 0
    after = np.flatnonzero((without != fit.design).any(axis=1))
    if not after.size:
        raise ValueError("nothing changes in this series: there is no effect to state")
    first, t = int(after[0]), _student(fit.df, confidence)
    span = slice(first, first + months)
    p1, p0 = _share(fit.design @ fit.coefficients), _share(without @ fit.coefficients)
    slopes = (p1 * (1 - p1))[:, None] * fit.design - (p0 * (1 - p0))[:, None] * without
    gradient = POINTS * slopes[span].mean(axis=0)
    value = POINTS * float((p1 - p0)[span].mean())
    error = float(np.sqrt(gradient @ fit.covariance @ gradient))
    spread = t * np.sqrt(np.einsum("ij,jk,ik->i", without, fit.covariance, without))
    band = (_share(without @ fit.coefficients + side * spread) for side in (-1, 1))
    return Effect(value, error, value - t * error, value + t * error, len(p1[span]), first, p1, p0, *band)


def placebo(y, n, columns, first_after, model=quasi_binomial, months=MONTHS) -> Effect:
    """The effect of a date on which nothing happened: `first_after` moved inside months before any change.

    y, n and columns are the months before the real change (its level and slope are replaced). An interval
    that excludes 0 on more than one placebo date in twenty says that the model, not the code, moves.
    """
    moved = segmented(len(y), first_after, pairs=0)
    return effect(model(y, n, columns | {name: moved[name] for name in ("level", "slope")}), months=months)


def _prepared(y, n, columns):
    """Names, design with its intercept, counts as floats, and which months take part; refuses what cannot be fitted."""
    y, n = np.asarray(y, dtype=float), np.asarray(n, dtype=float)
    names = ("intercept", *columns)
    design = np.column_stack([np.ones(len(y)), *(np.asarray(column, dtype=float) for column in columns.values())])
    if y.ndim != 1 or y.shape != n.shape or np.any(y < 0) or np.any(y > n):
        raise ValueError("each month needs a base and events between 0 and it")
    used = n > 0
    if used.sum() <= len(names):
        raise ValueError(f"{used.sum()} months with requests are too few for {len(names)} columns")
    if np.linalg.matrix_rank(design[used]) < len(names):
        raise ValueError(f"the columns cannot be told apart in these months: {', '.join(names)}")
    if not 0 < y.sum() < n.sum():
        raise ValueError("nothing, or everything, is an event: there is no change to fit")
    return names, design, y, n, used


def _weighted_iterations(x, y, n):
    coefficients = _least_squares(x, np.log((y + 0.5) / (n - y + 0.5)))
    for _ in range(100):
        log_odds = x @ coefficients
        if np.abs(log_odds).max() > FARTHEST:
            break
        p = _share(log_odds)
        step = np.linalg.solve((x.T * (n * p * (1 - p))) @ x, x.T @ (y - n * p))
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-10:
            return coefficients
    raise ValueError("the fit does not settle: some months together have no events, or nothing else")


def _resemblance(x, z, step):
    """The lag-1 autocorrelation ρ̂ of the errors, iterated with the fit."""
    rho = 0.0
    for _ in range(100):
        e = z - x @ _least_squares(_whitened(x, rho, step), _whitened(z, rho, step))
        this, before = e[1:][step == 1], e[:-1][step == 1]
        squares = before @ before
        earlier, rho = rho, float(np.clip(this @ before / squares, -0.99, 0.99)) if squares > 0 else 0.0
        if abs(rho - earlier) < 1e-10:
            break
    return rho


def _whitened(values, rho, step):
    """Rows with their resemblance to the row before taken out; `step` is how many months before that was."""
    r = rho**step
    scale = np.sqrt((1 - rho**2) / (1 - r**2))
    first = np.sqrt(1 - rho**2)
    shape = (-1,) + (1,) * (values.ndim - 1)
    return np.concatenate([first * values[:1], (values[1:] - r.reshape(shape) * values[:-1]) * scale.reshape(shape)])


def _least_squares(x, z):
    return np.linalg.lstsq(x, z, rcond=None)[0]


def _share(log_odds):
    return 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))


def _student(df, confidence):
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.5 + confidence / 2))


def _unknown(name, fit):
    raise KeyError(f"there is no column {name!r} in this fit, only {', '.join(fit.names)}")
