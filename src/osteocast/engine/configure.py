"""JAX set up once: float64, and a compile cache private to the user."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Folder of the user's compile cache, made with mode 0700."""
    base = os.environ.get("OSTEOCAST_CACHE") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "osteocast"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def configure() -> None:
    """Switch JAX to float64 on the CPU and point it at the compile cache. Safe to call again."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_compilation_cache_dir", str(cache_folder()))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
