"""How the parameters of one header are spread over lines, with the comments between them.

Knows brackets, commas, comments and line ends as text. It must not know what a parameter is.
"""

from __future__ import annotations

from typing import NamedTuple

from codegen.emitters.python.formatting import bracketed, fits


class Piece(NamedTuple):
    """A parameter or marker with what is written around it.

    ``gap`` is all up to the next one. ``lead`` stands above and before it on its own line, ``trail`` is the comment behind
    its comma; both move with it.
    """

    key: str
    text: str
    breaks: bool = False
    lead: str = ""
    trail: str = ""
    gap: str = ""
    place: int = -1


class Layout:
    """How the parameters of one header are spread over lines, and how others are spread alike."""

    def __init__(
        self, opening: str, pieces: list[Piece], head: str, tail: str, newline: str
    ) -> None:
        self._opening = opening
        self._pieces = pieces
        self._head = head
        self._tail = tail
        self._newline = newline
        self._margin = head[: len(head) - len(head.lstrip())]
        self._each_breaks = bool(pieces) and all(piece.breaks for piece in pieces)
        gaps = [opening, *(piece.gap for piece in pieces)]
        self._commented = any("#" in gap for gap in gaps)
        self._comma = bool(pieces) and "," in _without_comments(pieces[-1].gap)

    def laid_out(self, wanted: list[Piece]) -> str:
        """What stands between the brackets."""
        text = self._kept(wanted)
        inline = not any(piece.breaks for piece in self._pieces)
        hanging = self._opening.count("\n") == 1 and not any(
            piece.breaks for piece in self._pieces[1:]
        )
        hanging = hanging and not self._comma and len(self._pieces) > 1
        if self._commented or not (inline or hanging):
            return text
        lines = f"{self._head}({text}){self._tail}".split("\n")
        if inline and fits([line.rstrip("\r") for line in lines]):
            return text
        items = [piece.text for piece in wanted]
        tail = self._tail.rstrip("\r")
        head = self._head[len(self._margin) :]
        flowing = bracketed(head, items, tail, self._margin)
        inside = self._newline.join(flowing)[len(self._head) + 1 :]
        return inside[: len(inside) - len(tail) - 1]

    def _kept(self, wanted: list[Piece]) -> str:
        """The pieces with as much as possible of what is written around them now."""
        if not wanted:
            return self._opening.strip() and self._opening
        first = wanted[0]
        if first.place == 0:
            text = self._opening
        else:
            text = self._opening.partition("\n")[0].rstrip()
            breaks = "\n" in self._opening
            text = self._begun(text, first) if breaks else ""
        for piece, following in zip(wanted, [*wanted[1:], None], strict=True):
            text += piece.text
            if following is None:
                text += self._closed(piece)
            elif 0 <= piece.place == following.place - 1:
                text += piece.gap
            elif piece.trail or following.breaks or self._is_new_line(following):
                text += self._begun(f",{piece.trail}", following)
            else:
                text += ", "
        return text

    def _is_new_line(self, piece: Piece) -> bool:
        return piece.place < 0 and self._each_breaks

    def _begun(self, before: str, piece: Piece) -> str:
        """A line end and what a piece begins its line with."""
        lead = piece.lead
        if not piece.breaks:
            known = (other.lead for other in self._pieces if other.breaks)
            lead = next(known, f"{self._margin}    ").rpartition("\n")[2]
        return f"{before}{self._newline}{lead}"

    def _closed(self, piece: Piece) -> str:
        if piece.place == len(self._pieces) - 1:
            return piece.gap
        last = without_comma(self._pieces[-1].gap) if self._pieces else ""
        _, line_end, tail = last.partition("\n")
        comma = "," if self._comma else ""
        if line_end or piece.trail:
            tail = tail if line_end else self._margin
            return f"{comma}{piece.trail}{self._newline}{tail}"
        return comma


def _without_comments(gap: str) -> str:
    return "\n".join(line.partition("#")[0] for line in gap.split("\n"))


def without_comma(gap: str) -> str:
    """A gap without the comma in it, which is never part of a comment."""
    place = 0
    while place < len(gap) and gap[place] != ",":
        place = gap.find("\n", place) if gap[place] == "#" else place + 1
        if place < 0:
            return gap
    return gap[:place] + gap[place + 1 :]


def comment_in(gap: str) -> str:
    """The comment behind a comma, on its line, with the space before it."""
    line = without_comma(gap).partition("\n")[0].rstrip()
    return line if "#" in line else ""
