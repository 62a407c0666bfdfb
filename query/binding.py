"""Values on their way to parameters, and the recipe by which other values of the same variables get there.

An operation is planned once for many requests. While it is planned, a variable's values are `Free`: they stand for
whatever a client sends. One that goes straight to `Binding` stays free, and the recipe keeps the way it went. Any
other use, be it to compare, to print or to measure it, raises `FixedError`, and the operation is planned again with that
value known, for requests that send the very same. So an argument whose author never heard of this is planned right.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NoReturn

from query.errors import invalid

Path = tuple[str | int, ...]
Shape = Hashable
Split = Callable[[Any], tuple[Shape, tuple[Any, ...]]]
NOTHING: Mapping[str, Any] = MappingProxyType({})
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # what no database takes in a text


class FixedError(BaseException):
    """The value at `path` decides the plan. No Exception: planning must not take it for a client's fault."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class Free:
    """The value at a place of the variables, not to be looked at.

    `read` makes it of what the client sent, as the place's type says; `sample` is what it is this time.
    """

    __slots__ = ("path_", "read_", "sample_")

    def __init__(self, path: Path, read: Callable[[Any], Any], sample: Any) -> None:
        self.path_, self.read_, self.sample_ = path, read, sample

    def _fix(self, *_: Any) -> NoReturn:
        raise FixedError(self.path_)

    __getattr__ = __str__ = __repr__ = __format__ = __bool__ = __hash__ = _fix
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _fix
    __len__ = __iter__ = __contains__ = __getitem__ = __int__ = __float__ = __index__ = __complex__ = _fix
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = _fix
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = _fix
    __pow__ = __rpow__ = __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _fix
    __neg__ = __pos__ = __abs__ = __invert__ = __round__ = __trunc__ = __floor__ = __ceil__ = _fix
    __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = __matmul__ = __rmatmul__ = __bytes__ = _fix
    __reduce_ex__ = __call__ = __fspath__ = __next__ = __reversed__ = __dir__ = _fix
    __class__ = property(_fix)  # isinstance asks for it


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the parameters' values follow from the variables.

    `constants` has a place for each parameter; `converted` fills the place of one, `divided` those of several and
    only where the values have the shape that the plan was made for. `unused` lead to no parameter, because the field
    that has them is left out, but have to be of their types all the same.
    """

    constants: tuple[Any, ...]
    converted: tuple[tuple[int, Any, Callable[[Any], Any] | None], ...] = ()
    divided: tuple[tuple[int, Any, Split, Shape], ...] = ()
    unused: tuple[Free, ...] = ()

    def values(self, variables: Mapping[str, Any]) -> list[Any] | None:
        """The values for these variables; None where the plan is not for them. What conversions raise passes."""
        values = list(self.constants)
        for origin in self.unused:
            _read(origin, variables)
        for place, origin, convert in self.converted:
            value = _read(origin, variables)
            values[place] = storable(value if convert is None else convert(value))
        for place, origin, split, shape in self.divided:
            found, several = split(_read(origin, variables))
            if found != shape:
                return None
            for value in several:
                values[place] = storable(value)
                place += 1
        return values


@dataclass
class Binding:
    """Sets values aside as parameters; calling it gives the parameter's index.

    `refuse` makes the error for more than `most` values.
    """

    most: int
    refuse: Callable[[], Exception]
    values: list[Any] = field(default_factory=list)
    _converted: list[tuple[int, Any, Callable[[Any], Any] | None]] = field(default_factory=list)
    _divided: list[tuple[int, Any, Split, Shape]] = field(default_factory=list)
    _shares: list[tuple[int, ...]] = field(default_factory=list)

    def __call__(self, value: Any, convert: Callable[[Any], Any] | None = None) -> int:
        """One parameter of a value. `convert` is pure: what it gives depends on the value alone."""
        sample = sampled(value)
        place = self._add(sample if convert is None else convert(sample))
        if _is_free(value):
            self._converted.append((place, value, convert))
        return place

    def split(self, value: Any, split: Split) -> tuple[Any, tuple[int, ...]]:
        """Parameters of a value that comes in several shapes: `split` is pure and gives the shape and the values."""
        shape, several = split(sampled(value))
        places = tuple(self._add(one) for one in several)
        if _is_free(value):
            self._shares.append(places)
            self._divided.append((places[0] if places else len(self.values), value, split, shape))
        return shape, places

    def recipe(self, variables: Mapping[str, Any] = NOTHING) -> Recipe:
        """How to do it again; the variables are those that were planned with."""
        filled = {place for place, _, _ in self._converted}
        filled.update(*self._shares)
        constants = tuple(None if place in filled else value for place, value in enumerate(self.values))
        origins = [one[1] for one in (*self._converted, *self._divided)]
        used = {free.path_ for free in _frees(origins)}
        unused = tuple(free for free in _frees(dict(variables)) if free.path_ not in used)
        return Recipe(constants, tuple(self._converted), tuple(self._divided), unused)

    def _add(self, value: Any) -> int:
        if len(self.values) == self.most:
            raise self.refuse()
        self.values.append(storable(value))
        return len(self.values) - 1


def storable(value: Any) -> Any:
    """The value; raises QueryError Q001 for a text, or a list of texts, that no database takes."""
    if type(value) is str and _UNSTORABLE.search(value):
        raise invalid("文字含有 NUL 或者半个字符", "a text holds NUL or half a character (a lone surrogate)")
    if type(value) is list:
        for one in value:
            storable(one)
    return value


def _frees(value: Any) -> Iterator[Free]:
    """What is free in a value."""
    kind = type(value)
    if kind is Free:
        yield value
    elif kind is dict or kind is list or kind is tuple:
        for one in value.values() if kind is dict else value:
            yield from _frees(one)


def _is_free(value: Any) -> bool:
    return next(_frees(value), None) is not None


def sampled(value: Any) -> Any:
    """A value with what it is this time in the place of what is free."""
    kind = type(value)
    if kind is Free:
        return value.sample_
    if kind is dict:
        return {name: sampled(one) for name, one in value.items()}
    return [sampled(one) for one in value] if kind is list or kind is tuple else value


def _read(origin: Any, variables: Mapping[str, Any]) -> Any:
    """What `origin` is with these variables."""
    kind = type(origin)
    if kind is Free:
        found: Any = variables
        for step in origin.path_:
            found = found[step]
        return origin.read_(found)
    if kind is dict:
        return {name: _read(one, variables) for name, one in origin.items()}
    return [_read(one, variables) for one in origin] if kind is list or kind is tuple else origin
