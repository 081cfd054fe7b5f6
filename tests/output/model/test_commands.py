import pytest

from zenverify.output.model.commands import replay_command, run_command


@pytest.mark.parametrize(
    "spec, command",
    [
        ("zen", "zenverify replay 'my corpus/tanh.json'"),
        ("my toy.py:engine", "zenverify replay --engine 'my toy.py:engine' 'my corpus/tanh.json'"),
    ],
)
def test_a_replay_names_the_engine_unless_it_is_the_default(spec: str, command: str) -> None:
    assert replay_command("my corpus/tanh.json", spec) == command


def test_a_run_is_repeated_graph_by_graph() -> None:
    command = run_command("toy.py:engine", 3, 12, ("--ops", "tanh"))
    assert command == "zenverify run --engine toy.py:engine --seed 3 -n 12 --ops tanh"
