"""The options of a run: what is allowed, what is said of what is not, and the JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.errors import ConfigError
from netviz.engine.options.option import Effect, Option
from netviz.engine.options.run_config import OPTIONS, RunConfig

KIND = {name: field.annotation for name, field in RunConfig.model_fields.items()}
NUMBERS = [name for name, kind in KIND.items() if kind in (int, float)]
CHOICES = [name for name, option in OPTIONS.items() if option.choices]


lines_of_points = st.dictionaries(
    st.floats(0, 100_000), st.floats(1e-9, 1e9), min_size=1, max_size=5
).map(lambda points: tuple(sorted(points.items())))


def allowed_values(name: str) -> st.SearchStrategy[Any]:
    option, kind = OPTIONS[name], KIND[name]
    texts = st.nothing()
    if option.pattern:
        ascii_texts = st.characters(codec="ascii")
        texts = st.from_regex(option.pattern, fullmatch=True, alphabet=ascii_texts)
    if name == "points":
        return lines_of_points
    if kind == tuple[str, ...]:
        return st.lists(texts, max_size=4).map(tuple)
    if option.choices:
        return st.one_of(st.sampled_from(list(option.choices)), texts)
    if kind is bool:
        return st.booleans()
    if kind is float:
        return st.floats(option.minimum, option.maximum)
    whole = st.integers(int(option.minimum or 0), int(option.maximum or 0))
    return whole if kind is int else st.lists(whole, max_size=4).map(tuple)


def beyond(option: Option, kind: Any) -> st.SearchStrategy[Any]:
    """Numbers of the right type, out of range."""
    low, high = option.minimum, option.maximum
    assert low is not None
    assert high is not None
    if kind is float:
        under = st.floats(max_value=low, exclude_max=True)
        return st.one_of(under, st.floats(min_value=high, exclude_min=True), st.just(float("nan")))
    return st.one_of(
        st.integers(max_value=int(low) - 1),
        st.integers(min_value=int(high) + 1),
        st.sampled_from([10**400, -(10**400)]),
    )


configs = st.fixed_dictionaries({}, optional={name: allowed_values(name) for name in OPTIONS})


def refusal(values: dict[Any, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        RunConfig.parse(values)
    return str(caught.value)


@given(configs)
def test_what_is_allowed_is_taken_as_it_is_and_survives_json(values: dict[str, Any]) -> None:
    config = RunConfig.parse(values)
    assert {name: getattr(config, name) for name in values} == values
    assert RunConfig.from_json(config.to_json()) == config
    assert RunConfig.parse(config.model_dump()) == config
    assert RunConfig().with_changes(values) == config


@given(st.data())
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_out_of_range_is_named_with_what_is_allowed(name: str, data: Any) -> None:
    value = data.draw(beyond(OPTIONS[name], KIND[name]))
    message = refusal({name: value})
    assert message.startswith(f"{name}: {str(value)[:50]}")
    assert f"Allowed: {OPTIONS[name].allowed}." in message


@given(st.text())
@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_that_is_none_is_named_with_the_choices(name: str, value: str) -> None:
    if OPTIONS[name].problem(value):
        message = refusal({name: value})
        assert message.startswith(f"{name}: {value[:50]}")
        assert all(choice in message for choice in OPTIONS[name].choices)


NOTHING_LIKE_IT = [None, "no such word!", object(), {"a": 1}, [[]], 1.5j]
WRONG = [
    *((name, value) for name in OPTIONS for value in NOTHING_LIKE_IT if name not in CHOICES),
    *((name, value) for name in CHOICES for value in (None, 1, 0.5, True, ["mlp"])),
    *((name, value) for name in NUMBERS for value in (True, False, "", [1], "0x10")),
    *((name, 1.5) for name in NUMBERS if KIND[name] is int),
    *((name, float("inf")) for name in NUMBERS),
    *(
        ("hidden", value)
        for value in (64, [True], [1.5], ["x"], "64;64", [0], "64,8193", [10**400])
    ),
    *(("points", value) for value in (3, "x", "0", "0:1:2", "0:1,2:0,5", [[0, True]], [[1]], [3])),
    ("points", [[0, 10**400]]),
    *(("nesterov", value) for value in (2, "maybe", 0.5, [])),
    *(("layers", value) for value in ("conv,!", "conv -1", ["a,b"], [1], [True], "Conv")),
    *(("frozen", value) for value in ("a b", [""], ["0.weight\n"], [0])),
    *(("dataset", value) for value in ("folder:", "csv", "zip:there", "folder:a\nb", "")),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_value_of_the_wrong_type_is_named_with_what_is_allowed(name: str, value: Any) -> None:
    message = refusal({name: value})
    assert message.startswith(f"{name}: ")
    assert f"Allowed: {OPTIONS[name].allowed}." in message
    assert len(message) < 300


@pytest.mark.parametrize("key", ["lr", "learning rate", 1, None])
def test_an_unknown_key_is_named_with_those_there_are(key: Any) -> None:
    message = refusal({key: 1})
    assert message.startswith(f"{key} is no setting of a run.")
    assert all(name in message for name in OPTIONS)


@pytest.mark.parametrize(
    ("text", "widths"), [("64,32", (64, 32)), (" 64 , 32,", (64, 32)), ("", ()), (" ", ())]
)
def test_widths_may_be_written_with_commas(text: str, widths: tuple[int, ...]) -> None:
    assert RunConfig.parse({"hidden": text}).hidden == widths


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"text"', "[" * 100_000])
def test_what_is_no_json_object_is_refused_in_words(text: str) -> None:
    with pytest.raises(ConfigError, match="The settings are not"):
        RunConfig.from_json(text)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_number_that_is_not_finite_is_refused_from_json(number: str) -> None:
    with pytest.raises(ConfigError, match=r"learning_rate: .* not a finite number"):
        RunConfig.from_json(f'{{"learning_rate": {number}}}')


def test_json_holds_every_option_by_its_name() -> None:
    assert list(json.loads(RunConfig().to_json())) == list(OPTIONS)


@given(configs, configs)
def test_changes_are_what_leads_from_one_config_to_another(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    old, new = RunConfig.parse(first), RunConfig.parse(second)
    changes = new.changes_from(old)
    # Another network has no layers frozen but those that are named with it.
    is_other = {"model", "hidden", "layers"} & {*changes} and "frozen" not in changes
    reached = new.with_changes({"frozen": ()}) if is_other else new
    assert old.with_changes(changes) == reached
    assert all(getattr(old, name) != value for name, value in changes.items())


def test_a_refused_change_says_so_and_leaves_the_config() -> None:
    config = RunConfig()
    with pytest.raises(ConfigError, match="epochs: 0 is too small"):
        config.with_changes({"epochs": 0})
    assert config == RunConfig()


@pytest.mark.parametrize(
    ("name", "other", "relevant"),
    [
        ("momentum", {"optimizer": "adam"}, False),
        ("momentum", {"optimizer": "sgd"}, True),
        ("momentum", {"optimizer": "rmsprop"}, True),
        ("nesterov", {"optimizer": "rmsprop"}, False),
        ("nesterov", {"optimizer": "sgd"}, True),
        ("hidden", {"model": "cnn"}, False),
        ("hidden", {"model": "mlp"}, True),
        ("learning_rate", {"optimizer": "adam"}, True),
        ("image_size", {"dataset": "mnist-sample"}, False),
        ("image_size", {"dataset": "folder:here"}, True),
        ("image_size", {"dataset": "csv:labels.csv"}, True),
        ("gamma", {"schedule": "constant"}, False),
        ("gamma", {"schedule": "plateau"}, True),
        ("patience", {"schedule": "step"}, False),
        ("points", {"schedule": "cosine"}, False),
        ("points", {"schedule": "custom"}, True),
        ("amsgrad", {"optimizer": "radam"}, False),
    ],
)
def test_relevance(name: str, other: dict[str, Any], relevant: bool) -> None:
    assert RunConfig.parse(other).is_relevant(name) is relevant


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_is_declared_with_all_that_a_reader_needs(name: str) -> None:
    option = OPTIONS[name]
    assert option.label
    assert option.help.endswith(".")
    is_ranged = option.minimum is not None or name == "points"
    assert option.choices or option.pattern or KIND[name] is bool or is_ranged
    assert bool(option.pattern) == bool(option.pattern_help)
    assert option.problem(getattr(RunConfig(), name)) is None
    if option.only_with:
        on, values = option.only_with
        for value in values:
            beginning = value.endswith(":")
            assert OPTIONS[on].problem(value + "x" if beginning else value) is None
            assert beginning or value in OPTIONS[on].choices


def test_what_takes_effect_at_once_and_what_on_reset() -> None:
    late = {name for name, option in OPTIONS.items() if option.effect is Effect.RESET}
    network = {"model", "hidden", "layers"}
    data = {"dataset", "train_size", "image_size", "colour", "test_share", "normalise"}
    assert late == {*network, *data, "seed", "device"}
    assert OPTIONS["epochs"].effect is Effect.ANY_TIME


TEXTS = [name for name, option in OPTIONS.items() if option.choices or option.pattern]


@given(name=st.sampled_from(TEXTS), surrogate=st.characters(categories=["Cs"]), data=st.data())
def test_a_text_that_is_no_unicode_is_refused_in_a_sentence_that_is(
    name: str, surrogate: str, data: st.DataObject
) -> None:
    """So Python keeps a path's bytes that are no UTF-8; no file could hold the settings."""
    start = data.draw(st.sampled_from(["", "folder:/pictures/", "csv:/pictures/", "/net"]))
    text = f"{start}{surrogate}.py:Net"
    value = (text,) if KIND[name] == tuple[str, ...] else text
    with pytest.raises(ConfigError, match="UTF-8") as raised:
        RunConfig.parse({name: value})
    assert str(raised.value).encode()
