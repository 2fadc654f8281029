"""Which names does a function use? For exercises that ask to derive a thing, not to call it."""

import dis
import functools
import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any


def names_used(function: Any) -> frozenset[str]:
    """Names of attributes, imports and library functions that a function of a notebook uses.

    Read from the compiled code, so that lambdas, partials, methods, nested functions, callable
    objects and functions without a source file are all seen. A helper that the notebook defines
    counts with what it uses, not by its name; an alias (`f = torch.outer`) under its real name,
    and one that comes from a module of Python counts with both.
    """
    inside = _names(function, getattr(function, "__module__", None), set())
    return frozenset((*inside, *_names(function, "__main__", set())))


def _names(value: Any, module: str | None, seen: set[int]) -> Iterator[str]:
    """What `value` uses, for a `value` that code of `module` mentions."""
    if id(value) in seen or isinstance(value, ModuleType):
        return
    seen.add(id(value))
    if isinstance(value, functools.partial):
        module = getattr(value.func, "__module__", None) if module == "functools" else module
        for part in (value.func, *value.args, *value.keywords.values()):
            yield from _names(part, module, seen)
    elif isinstance(value, property):
        for part in (value.fget, value.fset):
            yield from _names(part, module, seen)
    elif isinstance(function := _function(value), FunctionType):
        if function.__module__ == module:
            yield from _function_names(function, seen)
            yield from _names(getattr(value, "__self__", None), module, seen)
        else:
            yield function.__name__
    elif inspect.isclass(value):
        if value.__module__ == module:
            for member in vars(value).values():
                yield from _names(member, module, seen)
            for base in value.__bases__:
                yield from _names(base, module, seen)
        else:
            yield value.__name__
    elif type(value).__module__ == module != "builtins":
        yield from _names(type(value), module, seen)
    elif callable(value):
        yield getattr(value, "__name__", type(value).__name__)


def _function(value: Any) -> Any:
    """The function in a method, a static method or a decorated function."""
    return inspect.unwrap(getattr(value, "__func__", value))


def _function_names(function: FunctionType, seen: set[int]) -> Iterator[str]:
    module = function.__module__
    for name, is_global in _code_names(function.__code__):
        target = function.__globals__.get(name) if is_global else None
        if getattr(target, "__module__", None) != module or isinstance(target, ModuleType):
            yield name
        if target is not None:
            yield from _names(target, module, seen)
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    for value in (*defaults, *_closure(function)):
        yield from _names(value, module, seen)


def _closure(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not assigned yet
            continue


def _code_names(code: CodeType) -> Iterator[tuple[str, bool]]:
    """The names in the code, and whether each is looked up among the globals."""
    for step in dis.get_instructions(code):
        if step.opcode in dis.hasname:
            yield str(step.argval), step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code_names(constant)
