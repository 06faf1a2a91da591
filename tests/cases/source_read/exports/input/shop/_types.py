class Setting:
    value: int


class Forgotten: ...
