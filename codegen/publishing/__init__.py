"""``codegen publish``: distributions of the stubs and of the SDK, built, tried out, compared with what is published, uploaded.

``describing`` says what goes into a distribution, ``building`` builds it, ``trying`` installs and checks it, ``index`` asks
what is published, ``judging`` whether the version fits, ``uploading`` uploads. ``steps`` puts these in order.
"""

from codegen.publishing.errors import OptionsError, PublishError
from codegen.publishing.steps import Options, publish

__all__ = ["Options", "OptionsError", "PublishError", "publish"]
