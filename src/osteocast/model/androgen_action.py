"""What bone makes of testosterone itself. Reads free testosterone; writes a deficit.

In men made hypogonadal, estradiol accounts for most of what sex steroids do to resorption; testosterone has a part in
formation (Falahati-Nini, J Clin Invest 2000;106:1553; Finkelstein, J Clin Endocrinol Metab 2016). So the androgen
receptor enters formation alone, by its smaller direct part.
"""

from __future__ import annotations

from typing import Any

from osteocast.model.maths import Number


def shortfall(free_t: Number, p: Any) -> Number:
    """Androgen lacking to bone: 0 at the person's own young adult level, 1 with none at all, below 0 with more.

    Args:
        free_t: testosterone free of SHBG [nmol/L].
        p: `free_t_young` [nmol/L], `androgen_half`, free testosterone of half effect as a share of that.
    """
    relative = free_t / p.free_t_young
    return 1.0 - relative * (1.0 + p.androgen_half) / (relative + p.androgen_half)
