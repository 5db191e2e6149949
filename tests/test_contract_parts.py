"""What the rows of the contract are made of."""

from pilotgraph.contract_parts import DOCUMENT_CASES, OF_QUESTION, by_suffix, document, forms
from pilotgraph.formats import RDF_FORMATS, TURTLE
from pilotgraph.negotiation import negotiate
from pilotgraph.responses import DOCUMENTS, HTML


def test_each_case_of_accept_is_one_that_negotiation_settles_so() -> None:
    assert [negotiate(accept, DOCUMENTS) for accept, _ in DOCUMENT_CASES] == [
        form for _, form in DOCUMENT_CASES
    ]


def test_a_form_that_has_an_address_of_its_own_does_not_vary() -> None:
    kinds = forms("a thing", "/doc/x", "It is shown.", RDF_FORMATS, "alternate")
    assert [kind.path for kind in kinds] == [f"/doc/x{form.suffix}" for form in RDF_FORMATS]
    assert not any(expected.varies for kind in kinds for _, expected in kind.answers)


def test_a_page_leads_to_what_it_is_and_to_its_data() -> None:
    (_, page), (_, data) = document(HTML, "license"), document(TURTLE, "license")
    assert page.links == ("license", "type", "describedby")
    assert data.links == ("license",)


def test_what_leads_on_leads_to_the_suffix_of_the_form() -> None:
    assert [expected.location for _, expected in by_suffix("/doc/x")] == [
        f"/doc/x{form.suffix}" for form in DOCUMENTS
    ]


def test_the_forms_of_a_question_have_suffixes_of_their_own() -> None:
    suffixes = [form.suffix for form in OF_QUESTION]
    assert sorted(suffixes) == [".csv", ".json", ".rq", ".tsv", ".xml"]
