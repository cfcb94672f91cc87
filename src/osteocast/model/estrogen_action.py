"""What bone makes of estrogen. Reads free estradiol and receptor modulators; writes a deficit.

One receptor, two kinds of ligand: estradiol is a full agonist, a selective modulator (tamoxifen,
raloxifene) a partial one that competes for the same sites (classical partial agonism, Stephenson 1956).
Hence tamoxifen's gain after menopause and its loss before it from one equation. Action is chiefly
through ER-alpha (Smith, N Engl J Med 1994;331:1056); one occupancy stands for both receptors.
"""

from __future__ import annotations

from typing import Any

from osteocast.model.maths import Number, power


def receptor_activity(free_e2: Number, modulator: Number, modulator_agonism: Number, p: Any) -> Number:
    """Activity of the estrogen receptor in bone, between 0 and 1.

    Args:
        free_e2: estradiol that bone sees [nmol/L].
        modulator: modulators at the receptor, in units of their own affinity [1].
        modulator_agonism: the same, each weighted by its intrinsic activity [1].
        p: `e2_half` [nmol/L] where activity is half, `e2_hill` [1].
    """
    estradiol = power(free_e2 / p.e2_half, p.e2_hill)
    return (estradiol + modulator_agonism) / (1.0 + estradiol + modulator)


def deficit(free_e2: Number, modulator: Number, modulator_agonism: Number, p: Any) -> Number:
    """Estrogen lacking to bone: 0 at the person's own young adult level, 1 with none at all.

    Args: as `receptor_activity`; `p.free_e2_young` [nmol/L] is the person's own healthy level.
    """
    young = receptor_activity(p.free_e2_young, 0.0, 0.0, p)
    return 1.0 - receptor_activity(free_e2, modulator, modulator_agonism, p) / young
