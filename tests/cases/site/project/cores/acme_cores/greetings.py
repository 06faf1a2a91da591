"""What greeters do."""


def length(self: object) -> int:
    """Count."""
    return len(str(self))  # <b>


def greet(self: object, name: str, *, excited: bool = False) -> str:
    return f"Hello, {name}{'!' if excited else '.'}"


async def send(self: object, channel: object, message: object = None, timeout: object = "<never>") -> object:
    return self
