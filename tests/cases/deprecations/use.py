"""Uses everything; a comment says what warns when it runs, and what type checkers report (`checked`)."""

import asyncio
import warnings

import acme
from acme import LEVEL  # warns: deprecated since 1.0; use acme.KEPT instead
from acme import HIDDEN as HIDDEN  # warns: deprecated since 1.0

warnings.simplefilter("always")

acme.old()  # warns, checked: deprecated since 1.0; to be removed in 2.0; use acme.part instead
acme.part(1)
acme.part(1, 2)  # warns: the parameter 'b' is deprecated since 1.1; use a instead
acme.part(1, b=2)  # warns: the parameter 'b' is deprecated since 1.1; use a instead
acme.part(1, c=2)  # warns: the parameter 'c' is deprecated since 1.1
asyncio.run(acme.later())  # warns, checked: deprecated since 1.0
acme.pair()  # warns, checked: deprecated since 1.0
asyncio.run(acme.pair.aio(2))  # warns, checked: deprecated since 1.0
acme.Old()  # warns, checked: deprecated since 1.0
acme.OldData(x=2)  # warns, checked: deprecated since 1.0
acme.Heir(3)


class Mine(acme.Old):  # warns, checked: deprecated since 1.0
    pass


Mine()
kept = acme.Kept()
acme.Kept(1)  # warns: the parameter 'x' is deprecated since 1.0
kept.prop  # warns, checked: deprecated since 1.0
kept.meth()  # warns, checked: deprecated since 1.0
acme.Kept.smeth()  # warns, checked: deprecated since 1.0
kept.pair()  # warns, checked: deprecated since 1.0
asyncio.run(kept.pair.aio())  # warns, checked: deprecated since 1.0
acme.Data(y=1)
acme.Data(1)  # warns: the parameter 'x' is deprecated since 1.0
acme.Derived(x=1)  # warns: the parameter 'x' is deprecated since 1.0
print(acme.LEVEL + acme.KEPT)  # warns: deprecated since 1.0; use acme.KEPT instead
assert LEVEL == 30
