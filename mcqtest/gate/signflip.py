"""Paired randomisation tests for scores that are more than right or wrong.

If the candidate is no worse, each difference of two scores would as soon have had the other sign.
Given their sizes, all patterns of signs are then equally likely, and p is the share of patterns
that lose at least as much as was lost (Fisher 1935, The Design of Experiments, section 21; Pitman
1937, Suppl. J. R. Statist. Soc. 4:119-130).

No signs are drawn, however many questions there are: a level of 0.00004 would take a hundred
thousand draws and more, and the verdict would move with the seed. `tails` gives the share exactly
where all sizes are multiples of a step, and else a close upper bound. Only metrics that are no
sum over questions are left to chance (`swaps`).

numpy is imported inside the functions, as in `stats`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from mcqtest.gate import stats, tails

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_NOISE = 2.0**-40
"""Of the largest difference: what is closer is equal, as 0.8 - 0.2 and 1 - 0.4 are not as floats.
"""


def sign_flips(
    differences: Sequence[float], *, clusters: Sequence[Hashable] | None = None
) -> float:
    """One-sided sign-flip test: the chance of a loss as large where signs are fair coins.

    ``differences`` has the new score less the old one of each question, in any unit in which
    higher is better. With ``clusters``, a label for each, those of one label are added up and
    change sign together, such as questions on one passage.

    Null hypothesis: differences (clusters) are independent, each symmetric around 0 or larger
    than one that is; a mean of 0 alone is not enough. Zeros say nothing. The p-value is

    - counted, up to 32 that are not 0; sums equal but for rounding count as that large;
    - else exact, with a relative error below 1e-9, where all sizes are multiples of one step
      (votes of five, halves); where there is one size, it is `stats.mcnemar`;
    - else never below the exact one, and about 1 % above it (0.4 % near 0.2, 2 % near 1e-7;
      more only below 1e-12, and where five or more differences dwarf all the others).

    1.0 where nothing was lost, and never 0, as with ``mcnemar``. ValueError for numbers that are
    not finite, and for more or fewer labels than differences.
    """
    import numpy as np

    scores = np.asarray(differences, dtype=np.float64)
    if scores.ndim != 1 or not np.isfinite(scores).all():
        raise ValueError("differences must be a sequence of finite numbers, without NaN")
    scores = scores / (np.abs(scores).max(initial=0) or 1)
    if clusters is not None:
        if len(clusters) != len(scores):
            raise ValueError(f"{len(scores)} differences and {len(clusters)} cluster labels")
        members: dict[Hashable, list[float]] = {}
        for label, score in zip(clusters, scores.tolist(), strict=True):
            members.setdefault(label, []).append(score)
        scores = np.array([math.fsum(group) for group in members.values()])
    # By so much may a sum fall short of the loss through rounding, and through what is left out.
    slack = 2 * _NOISE * np.count_nonzero(scores)
    moved = scores[np.abs(scores) > _NOISE]
    if not (moved < 0).any():
        return 1.0
    if len(moved) > tails.FEW and (steps := _steps(moved, slack)) is not None:
        p_value = _whole(steps)
    else:
        p_value = tails.bound(np.sort(np.abs(moved)), -float(moved.sum()) - slack)
    return max(p_value, sys.float_info.min)


def _steps(moved: Floats, slack: float) -> Floats | None:
    """The differences as whole numbers of their largest common step, where there is one."""
    from fractions import Fraction

    import numpy as np

    sizes = np.unique(np.abs(moved))
    common = 1
    for size in sizes.tolist():
        common = math.lcm(common, Fraction(size / sizes[0]).limit_denominator(1000).denominator)
        if common > 1000:
            return None
    steps: Floats = np.rint(moved / sizes[0] * common)
    step = float(sizes[-1] / np.abs(steps).max())
    misfit = np.abs(moved - steps * step)
    # Sums of signed sizes are two steps apart: rounding must not bridge that.
    bridged = misfit.max() > _NOISE * sizes[-1] or 2 * misfit.sum() + slack > step
    return None if bridged or not tails.affordable(np.abs(steps) / 2) else steps


def _whole(steps: Floats) -> float:
    """The p-value of differences in whole steps."""
    import numpy as np

    sizes, loss = np.abs(steps), -float(steps.sum())
    if sizes.min() == sizes.max():
        return stats.mcnemar(int((steps < 0).sum()), int((steps > 0).sum()))
    if loss > 0:
        return tails.exact(sizes / 2, loss / 2)
    # All but the patterns that win more than was won.
    return 1 - tails.exact(sizes / 2, 1 - loss / 2)
