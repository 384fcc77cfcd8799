from scim.messages import ERROR, LIST_RESPONSE, error_body, list_response


def test_a_list_response_counts_what_it_holds() -> None:
    assert list_response([{"id": "1"}], total_results=3, start_index=2) == {
        "schemas": [LIST_RESPONSE],
        "totalResults": 3,
        "startIndex": 2,
        "itemsPerPage": 1,
        "Resources": [{"id": "1"}],
    }


def test_an_error_has_its_status_as_a_string() -> None:
    assert error_body(409, "in use", "uniqueness") == {
        "schemas": [ERROR],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "in use",
    }


def test_an_error_may_have_no_scim_type() -> None:
    assert error_body(404, "gone") == {"schemas": [ERROR], "status": "404", "detail": "gone"}
