class Engine:
    __module__: str

def start() -> None: ...
