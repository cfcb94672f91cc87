"""Compiled functions kept on disk, so that a new process neither traces nor compiles, nor imports JAX.

The first call compiles with JAX and stores the machine code in the user's private cache folder, under a name
that holds everything it depends on: the source of the mechanism and the engine, the version of jaxlib, the
processor, the shapes. Later processes hand that code to XLA through jaxlib alone, which saves the seconds
that importing and tracing take. Where jaxlib does not offer this (its inner interface has no promise), the
function runs through JAX as usual, with the same results.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import platform
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from osteocast.engine.configure import cache_folder

Arrays = Sequence[np.ndarray]
SOURCES = ("model", "engine", "drugs", "people/streams.py", "forecast/simulation.py", "forecast/numbers.py")
Function = Callable[..., list[np.ndarray]]
KEEP = 8
"""Stored versions of one function; older ones are removed."""
_LOCK = Lock()
_LOADED: dict[str, Function] = {}
_LISTENERS: list[Callable[[], None]] = []
_EARLY: dict[Path, Future[Function | None]] = {}
_NOTES: list[Path] = []
_USED: list[str] = []
_STEM = re.compile(r"[a-z]+-[0-9a-f]{32}")
_CLIENT_LOCK = Lock()


class Spec(NamedTuple):
    """Shape and type of one array."""

    shape: tuple[int, ...]
    dtype: str


def spec(array: np.ndarray) -> Spec:
    """The shape and type of an array."""
    return Spec(array.shape, array.dtype.str)


def load(
    name: str,
    key: str,
    takes: tuple[Spec, ...],
    build: Callable[[], Callable[..., Any]],
    options: Mapping[str, Any] | None = None,
) -> Function:
    """A compiled function from arrays to a list of arrays.

    Args:
        name: what the file is called.
        key: whatever else the function depends on, beside the package's own source.
        takes: its arguments; calls must keep to them.
        build: gives the function to compile, from JAX arrays to a tuple of JAX arrays; called only when there
            is no stored code.
        options: of the compiler, such as to leave out optimisations that take longer than they save.
    """
    with _LOCK:
        digest = _digest(name, f"{key} {sorted(options.items())}" if options else key, takes)
        if digest not in _LOADED:
            path = cache_folder() / f"{name}-{digest}.xla"
            _LOADED[digest] = _early(path) or _stored(path, takes, build, options)
            _note(path.stem)
        return _LOADED[digest]


def ahead(task: str, modules: Sequence[str] = ()) -> None:
    """Begin to load, beside other work, what a task loaded when it last ran.

    Args:
        task: name of the task, such as a command; what this process loads from now on is noted under it.
        modules: slow modules that it will need late; of other packages, since importing a part of this one beside the
            rest of it can meet it half made.
    """
    imports = ThreadPoolExecutor(1)
    for module in modules:
        imports.submit(importlib.import_module, module)
    imports.shutdown(wait=False)
    note = cache_folder() / f"{task}.loaded"
    _NOTES[:] = [note]
    with contextlib.suppress(OSError, UnicodeDecodeError):
        stems = [stem for stem in note.read_text("ascii").split() if _STEM.fullmatch(stem)][:KEEP]
        pool = ThreadPoolExecutor(1)
        for path in (note.with_name(f"{stem}.xla") for stem in stems):
            _EARLY[path] = pool.submit(_executable, path)
        pool.shutdown(wait=False)


def _executable(path: Path) -> Function | None:
    found = _read(path)
    return None if found is None else _Executable(found[1], _specs(found[0]))


def _early(path: Path) -> Function | None:
    """What was loaded ahead; None where nothing was, or it could not be."""
    with contextlib.suppress(ImportError, AttributeError, TypeError, RuntimeError):
        return _EARLY[path].result() if path in _EARLY else None
    return None


def _note(stem: str) -> None:
    """Keep what was loaded for the next run of the task."""
    _USED.append(stem)
    text = "\n".join(_USED[-KEEP:])
    for note in _NOTES:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if not note.exists() or not set(_USED) <= set(note.read_text("ascii").split()):
                note.write_text(text, "ascii")


def on_compile(say: Callable[[], None]) -> None:
    """Call `say` once, should something have to be compiled."""
    _LISTENERS[:] = [say]


def _plain(build: Callable[[], Callable[..., Any]], options: Mapping[str, Any] | None) -> Function:
    """The same through JAX."""
    from osteocast.engine.configure import configure

    configure()
    import jax

    compiled = jax.jit(build(), compiler_options=None if options is None else dict(options))
    return lambda *arrays: [np.asarray(one) for one in compiled(*arrays)]


def _stored(
    path: Path, takes: tuple[Spec, ...], build: Callable[[], Callable[..., Any]], options: Mapping[str, Any] | None
) -> Function:
    try:
        found = _read(path)
        if found is None:
            found = _compile(takes, build, options)
            _write(path, *found)
        gives, code = found
        return _Executable(code, _specs(gives))
    except (ImportError, AttributeError, TypeError, RuntimeError):  # another jaxlib
        return _plain(build, options)


def _specs(gives: list[Any]) -> tuple[Spec, ...]:
    return tuple(Spec(tuple(shape), dtype) for shape, dtype in gives)


def _compile(
    takes: tuple[Spec, ...], build: Callable[[], Callable[..., Any]], options: Mapping[str, Any] | None
) -> tuple[list[Any], bytes]:
    """Shapes of the results, and machine code."""
    while _LISTENERS:
        _LISTENERS.pop()()
    from osteocast.engine.configure import configure

    configure()
    import jax

    function = build()
    # What comes out of JAX's own cache cannot be stored again, so this goes round it, under a new name.
    function.__name__ = f"stored_{os.urandom(8).hex()}"
    arguments = [jax.ShapeDtypeStruct(one.shape, np.dtype(one.dtype)) for one in takes]
    lowered = jax.jit(function, keep_unused=True).lower(*arguments)
    gives = [[list(one.shape), np.dtype(one.dtype).str] for one in jax.tree.leaves(lowered.out_info)]
    least = jax.config.values["jax_persistent_cache_min_compile_time_secs"]
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 1e9)
    try:
        executable: Any = lowered.compile(None if options is None else dict(options)).runtime_executable()
    finally:
        jax.config.update("jax_persistent_cache_min_compile_time_secs", least)
    return gives, executable.serialize()


def _read(path: Path) -> tuple[list[Any], bytes] | None:
    try:
        head, code = path.read_bytes().split(b"\n", 1)
        about = json.loads(head)
        whole = about["size"] == len(code) and about["sha256"] == hashlib.sha256(code).hexdigest()
        return (about["gives"], code) if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, gives: list[Any], code: bytes) -> None:
    """Store the code whole or not at all; a full disk only costs the time of the next compilation."""
    about = {"gives": gives, "size": len(code), "sha256": hashlib.sha256(code).hexdigest()}
    with contextlib.suppress(OSError):
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=path.stem)
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps(about).encode() + b"\n" + code)
        os.replace(partial, path)
        same = path.parent.glob(f"{path.name.rsplit('-', 1)[0]}-*.xla")
        for old in sorted(same, key=lambda one: -one.stat().st_mtime)[KEEP:]:
            old.unlink(missing_ok=True)


@cache
def _digest(name: str, key: str, takes: tuple[Spec, ...]) -> str:
    text = "\n".join((name, key, repr(takes), _machine(), source_digest()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@cache
def _machine() -> str:
    """What machine code depends on: jaxlib, processor, flags of XLA."""
    from jaxlib.version import __version__

    flags = ""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        flags = "".join(sorted({line for line in lines if line.startswith(("flags", "Features", "model name"))}))
    return f"{__version__} {platform.platform()} {platform.machine()} {flags} {os.environ.get('XLA_FLAGS', '')}"


@cache
def source_digest() -> str:
    """A digest of every file that a compiled function is traced from."""
    package = Path(__file__).parent.parent
    found = hashlib.sha256()
    for source in SOURCES:
        root = package / source
        files = [root] if root.is_file() else sorted((*root.glob("*.py"), *root.glob("*.yaml")))
        for file in files:
            found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


class _Executable:
    """Machine code that XLA runs on arrays of fixed shapes."""

    def __init__(self, code: bytes, gives: tuple[Spec, ...]) -> None:
        self._client, self._device, self._devices, self._sharding = _client()
        from jaxlib import _jax, xla_client

        self._jax = _jax
        self._run = self._client.deserialize_executable(code, self._devices, xla_client.CompileOptions())
        self._gives = gives
        self._handlers = [_jax.array_result_handler(_Aval(one), self._sharding, True, True) for one in gives]

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results, one array each."""
        given = [np.ascontiguousarray(one) for one in arrays]
        held = [
            self._jax.batched_device_put(
                _Aval(spec(one)), self._sharding, [one], [self._device], True, enable_x64=True
            )
            for one in given
        ]
        results = self._run.execute_sharded(held).consume_with_handlers(self._handlers)
        self._jax.batched_block_until_ready(results)
        return [np.array(np.from_dlpack(_Exported(self._jax, one))) for one in results]


class _Aval:
    """What XLA asks of an array's description."""

    weak_type = False

    def __init__(self, about: Spec) -> None:
        self.shape, self.dtype, self.ndim = about.shape, np.dtype(about.dtype), len(about.shape)


class _Exported:
    """A result as NumPy takes it over."""

    def __init__(self, library: Any, array: Any) -> None:
        self._library, self._array = library, array

    def __dlpack__(self, **_: Any) -> Any:
        return self._library.buffer_to_dlpack_managed_tensor(self._array, stream=None)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)


def _client() -> tuple[Any, Any, Any, Any]:
    """The one client of this process."""
    with _CLIENT_LOCK:
        return _made_client()


@cache
def _made_client() -> tuple[Any, Any, Any, Any]:
    """XLA on this processor: client, device, list of devices, and the one way to lay out an array."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    from jaxlib import _jax, xla_client

    client: Any = xla_client.make_cpu_client()
    device = client.devices()[0]
    devices = xla_client.DeviceList((device,))
    return client, device, devices, _jax.GSPMDSharding(devices, xla_client.HloSharding.replicate())
