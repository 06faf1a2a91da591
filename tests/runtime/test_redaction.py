"""Secrets do not show, however a program prints them."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from flyte_runtime.redaction import MASK, MOST, SHORTEST, Redactor, protect, redactor

SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: f"the key {text} is wrong",
    "json": lambda text: json.dumps({"key": text}),
    "json of json": lambda text: json.dumps(json.dumps({"key": text})),
    "json of repr": lambda text: json.dumps({"message": repr({"key": text})}),
    "json without escapes": lambda text: json.dumps({"k": text}, ensure_ascii=False),
    "repr": lambda text: repr({"key": text}),
    "repr of repr": lambda text: repr(repr(text)),
    "repr of bytes": lambda text: repr(text.encode()),
    "url": lambda text: f"https://host/?{urlencode({'key': text})}",
    "path": lambda text: f"https://host/{quote(text)}",
    "path of one part": lambda text: f"https://host/{quote(text, safe='')}",
    "form": lambda text: f"key={quote_plus(text)}",
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
}
secrets = st.text(
    st.characters(exclude_categories=["Cs"]), min_size=SHORTEST, max_size=40
).filter(lambda text: MASK not in text and len(set(text)) > 2)


@given(secret=secrets, spelling=st.sampled_from(sorted(SPELLINGS)))
@example(secret='it\'s "quoted"', spelling="repr")
@example(secret="back\\slash", spelling="json of repr")
@example(secret="p/ss wörd+", spelling="path")
def test_no_spelling_shows_a_secret(secret: str, spelling: str) -> None:
    """What a program prints with a secret in it is, but for the mask, what it prints without."""
    own = Redactor()
    own.learn([secret])
    printed = SPELLINGS[spelling](secret)
    redacted = own.redact(printed)
    assert MASK in redacted
    assert printed not in redacted


@given(secret=st.text(min_size=12).map(str.strip), user=st.text(max_size=5))
@example(secret="correct horse battery", user="me")
def test_a_password_behind_its_user_is_hidden_in_base64(secret: str, user: str) -> None:
    """Basic authentication encodes user and password together: no part of the password can be decoded again."""
    data = secret.encode(errors="replace")
    assume(len(data) >= 12)
    own = Redactor()
    own.learn([secret])
    whole = user.encode(errors="replace") + b":" + data
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        redacted = own.redact(encode(whole + b"@host").decode())
        assert MASK in redacted
        # The characters at both ends hold some bits of the password's first and last byte.
        ends = len(redacted) - len(MASK)
        assert ends <= len(encode(user.encode(errors="replace") + b":@host")) + 4


def test_lines_of_a_secret_are_hidden_on_their_own() -> None:
    """A private key may be printed line by line, with something before each."""
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----"
    own = Redactor()
    own.learn([key])
    printed = "\n".join(f"  | {line}" for line in key.splitlines())
    assert own.redact(printed) == f"  | {MASK}\n  | {MASK}\n  | {MASK}"


def test_the_longest_secret_is_hidden_first() -> None:
    """A secret that is the beginning of another does not leave the rest of that one."""
    own = Redactor()
    own.learn(["secret", "secret-and-more"])
    assert own.redact("secret-and-more, secret") == f"{MASK}, {MASK}"


def test_short_words_are_no_secrets() -> None:
    """A text that occurs everywhere hides nothing."""
    own = Redactor()
    own.learn(["", "a", "the"])
    assert own.redact("the cat") == "the cat"


def test_the_oldest_secrets_are_forgotten() -> None:
    """A caller that invents secrets fills no memory."""
    own = Redactor()
    own.learn(f"secret-{number}-" for number in range(MOST + 1))
    assert own.redact("secret-0- secret-1-") == f"secret-0- {MASK}"


def test_protected_handlers_redact_tracebacks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A secret in an exception's text is hidden where the traceback is written, and protecting twice changes nothing."""
    redactor.learn(["only-for-this-test"])
    log = logging.getLogger("test_redaction")
    handler = logging.StreamHandler()
    log.addHandler(handler)
    try:
        protect(log)
        formatter = handler.formatter
        protect(log)
        assert handler.formatter is formatter
        try:
            raise ValueError("only-for-this-test")
        except ValueError:
            log.exception("it failed: %s", "only-for-this-test")
    finally:
        log.removeHandler(handler)
    text = handler.format(caplog.records[0])
    assert text.count(MASK) >= 2
    assert "only-for-this-test" not in text
