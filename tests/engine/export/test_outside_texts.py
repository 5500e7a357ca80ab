"""Names of folders and files go into an exported script as texts, whatever they hold."""

import ast

import pytest

from netviz.engine.export.script import write_script
from netviz.engine.export.script_template import in_docstring, literal
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.run import Run
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU

HOSTILE = [
    "C:\\new\\table",
    'a "quoted" folder',
    "both \" and '",
    '"""\nraise SystemExit  # ',
    "'''; raise SystemExit; '''",
    '\\"""; raise SystemExit; """',
    "ends with a backslash\\",
    "{{ 7 * 7 }} {% raw %} {# no #}",
    "line\u2028separator, null\0 and a lone surrogate \udc80",
    "Bilder für Übungen 数字",
]


def script_of(dataset: str, stem: str, digits: DeviceData) -> ast.Module:
    config = RunConfig(hidden=(16,), device="cpu", threads=1, dataset=dataset)
    run = Run(1, Trainer(config, digits, CPU), Measurement(0, 0, 2.3, 0.1, 2.3, 0.1, 0.0, 0.0))
    text = write_script(run, stem)
    text.encode()
    return ast.parse(text)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_text(name: str, digits: DeviceData) -> None:
    tame = script_of("folder:pictures", "train", digits)
    script = script_of(f"folder:{name}", name, digits)
    docstring = ast.get_docstring(script, clean=False)
    assert docstring is not None
    assert f"Trains a network on folder:{name}, as it was" in docstring
    assert f"beside it, {name}-images.npz." in docstring
    constants = [node.value for node in ast.walk(script) if isinstance(node, ast.Constant)]
    assert f"{name}-images.npz" in constants
    assert [type(line) for line in script.body] == [type(line) for line in tame.body]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_literal_reads_back_as_what_it_was(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text
    assert ast.literal_eval(f'"""{in_docstring(text)}"""') == text


@pytest.mark.parametrize("value", [0.001, 1e-8, True, 7, ("1", 'a "b"'), ()])
def test_other_values_are_written_as_python_does(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value
