"""JAX set up once: float64, and a compile cache private to the user."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path


def cache_folder() -> Path:
    """Folder of the user's compile cache, made with mode 0700; where nothing can be written there, a temporary one
    that goes with the process."""
    try:
        base = os.environ.get("OSTEOCAST_CACHE") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(base) / "osteocast"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return _temporary()
    return folder if os.access(folder, os.R_OK | os.W_OK | os.X_OK) else _temporary()


@cache
def _temporary() -> Path:
    """A folder of this process alone, removed when it ends."""
    folder = tempfile.mkdtemp(prefix="osteocast-")  # made with mode 0700
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def configure() -> None:
    """Switch JAX to float64 on the CPU and point it at the compile cache. Safe to call again."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_compilation_cache_dir", str(cache_folder()))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
