"""Texts."""


def google(a: int, *rest: str, flag: bool = False) -> str:
    """Do it.

    More about it::

        google(1)

    Args:
        a: The first,
            in two lines.
        *rest: The others:

            - one
            - two
        flag (bool, optional): Whether to.

    Returns:
        The name.

    Raises:
        ValueError: If it is wrong.

    Examples:
        >>> google(1)
    """
    return ""


def numpy(a: int, b: str = "") -> bool:
    """Do it.

    Parameters
    ----------
    a : int
        The first.
    b : str, optional
        The second.

    Returns
    -------
    bool
        Whether it worked.

    Notes
    -----
    None.
    """
    return True


def sphinx(a: int) -> None:
    """Do it.

    :param a: The first,
        continued.
    :type a: int
    :raises KeyError: When it is missing.
    :return: Nothing.
    """


def unknown(a: int) -> None:
    """Do it.

    Args:
        b: Not a parameter.

    Raises:
        Nonsense: Not an error.
    """


def hidden() -> None:
    """A bell: \x07."""
