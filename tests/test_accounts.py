"""What a template asks of the account of a term."""

from dataclasses import replace

from pilotgraph.accounts import KINDS, Account
from pilotgraph.shown import Value

ACCOUNT = Account("urn:x", "x", "/x", "x", Value("x"), "", "", (), (), None, "", (), (), (), (), (), "", ())


def test_a_term_is_a_class_or_a_property_or_neither() -> None:
    told = [
        (each.is_class, each.is_property)
        for each in (replace(ACCOUNT, kind=kind) for kind in (*KINDS, "urn:y"))
    ]
    assert told == [(True, False), (False, True), (False, True), (False, True), (False, True), (False, False)]
