"""The syntax of Python 3.12."""

type Pairs[K] = dict[K, K]
type Name = str


class Box[T: (int, str), *Ts]:
    def get(self) -> T: ...

    def map[R](self, to: R) -> "Box[R]": ...


def first[T, **P](items: list[T]) -> T: ...
