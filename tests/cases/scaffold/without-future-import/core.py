def run(a: int, b: str) -> int:
    return a
