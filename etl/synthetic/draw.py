"""Drawing for synthetic worlds: many rows at once, codes as small whole numbers, dates as datetime64[D]."""

import numpy as np

Table = dict[str, np.ndarray]  # columns of equal length


def pick(rng: np.random.Generator, weights: np.ndarray, rows: np.ndarray | None = None, size: int = 0) -> np.ndarray:
    """Column numbers drawn by the weights of a table (one row a kind); `rows` names each draw's row of the table."""
    table = np.atleast_2d(np.asarray(weights, dtype=float))
    edges = np.cumsum(table, axis=1)
    edges /= edges[:, -1:]
    edges[:, -1] = 1.0
    if rows is None:
        return np.searchsorted(edges[0], rng.random(size), side="right").astype(np.int16)
    # One search serves all rows: each row's edges are moved up by its own number.
    flat = (edges + np.arange(len(table))[:, None]).ravel()
    found = np.searchsorted(flat, rng.random(len(rows)) + rows, side="right")
    return np.minimum(found - rows * table.shape[1], table.shape[1] - 1).astype(np.int16)


def weights(codes: tuple[str, ...], mix: dict[str, float]) -> np.ndarray:
    """A mix as one row of weights over a list of codes; codes without a weight get none."""
    unknown = set(mix) - set(codes)
    if unknown:
        raise ValueError(f"not in the reference list: {sorted(unknown)}")
    return np.array([mix.get(code, 0.0) for code in codes])


def by_row(rng: np.random.Generator, codes, names, mix: dict, otherwise: dict, rows: np.ndarray) -> np.ndarray:
    """Codes drawn by a mix for each of `names`; `rows` says which name each draw belongs to."""
    return pick(rng, np.array([weights(codes, mix.get(name, otherwise)) for name in names]), rows.astype(int))


def day(value) -> np.datetime64:
    return np.datetime64(value, "D")


def between(days: np.ndarray, span: tuple) -> np.ndarray:
    return (days >= span[0]) & (days < span[1])


def since(days: np.ndarray, start) -> np.ndarray:
    """Months since a day, as fractions; negative before it."""
    return (days - day(start)).astype(float) / 30.4375


def body_years(table: Table) -> list[tuple[int, int]]:
    """Each body and year that has at least one row in a table."""
    found = np.unique(table["holder"].astype(np.int64) * 10_000 + table["year"])
    return [divmod(int(pair), 10_000) for pair in found]
