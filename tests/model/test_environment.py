from confguard.model.environment import Environment
from confguard.model.value import Known, Unknown


def test_a_complete_environment_knows_what_is_unset() -> None:
    environment = Environment({"A": Known("1")})
    assert environment.get("A") == Known("1")
    assert environment.get("B") is None


def test_an_incomplete_environment_says_why_a_variable_may_be_set() -> None:
    found = Environment({}, complete=False, reason=".env is not in the repository").get("B")
    assert isinstance(found, Unknown) and ".env is not in the repository" in found.reason


def test_known_leaves_out_what_is_unknown() -> None:
    assert Environment({"A": Known("1"), "B": Unknown("why")}).known() == {"A": "1"}
