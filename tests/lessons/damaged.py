"""Lesson files that are damaged or hostile, each with the line and a word of what is said."""

from dataclasses import dataclass

GOOD = """\
+++
title = "Too small, too large"
minutes = 10
level = "beginner"
summary = "Draw the loss that you expect, then see it."
controls = ["learning_rate"]
tabs = ["weights"]

[run]
dataset = "mnist-sample"
seed = 0
optimizer = "sgd"
learning_rate = 0.03
hidden = [8]
epochs = 8
+++

## At a rate of 0.03

Each batch moves the **weights** a little.

```do
train = 20
```

## Your guess

At a rate of `0.03` it falls slowly.

```ask
kind = "curve"
question = "Draw what the loss will do at a rate of 3."
metric = "loss"
steps = 20
```

```reveal
set = { learning_rate = 3 }
train = 20
```

It went to {loss}, off by {off_by}.

```check
when = "diverged"
then = "It leapt."
otherwise = "It held."
```
"""

LINES = GOOD.split("\n")


@dataclass(frozen=True)
class Damaged:
    """A file that cannot be read.

    Attributes
    ----------
    line
        The line that is named; 0 where it is the whole file.
    says
        What the sentence or its hint contains.
    """

    name: str
    content: bytes
    line: int
    says: str


def _changed(old: str, new: str, says: str, line: int = 0) -> Damaged:
    """Replace one text of the good lesson; the error is said of its line unless told."""
    assert GOOD.count(old) == 1, old
    at = GOOD[: GOOD.index(old)].count("\n") + 1
    text = GOOD.replace(old, new)
    return Damaged(f"{old.strip()[:30]} → {new.strip()[:60]}", text.encode(), line or at, says)


def _whole(name: str, text: str | bytes, line: int, says: str) -> Damaged:
    return Damaged(name, text if isinstance(text, bytes) else text.encode(), line, says)


_DO = "train = 20\n```\n\n## Your"
_TEXT = "Each batch moves"

DAMAGED = (
    _whole("empty", "", 1, "begins with +++"),
    _whole("no head", "## A step\n\nText.\n", 1, "begins with +++"),
    _whole("a head without an end", '+++\ntitle = "a"\n', 1, "never ends"),
    _whole("no step", '+++\ntitle = "a"\n+++\n\n', 4, "no step"),
    _whole("bytes that are no text", GOOD.encode() + b"\n\xff\xfe\n", 50, "UTF-8"),
    _whole("a picture", b"\x89PNG\r\n\x1a\n\0\0\0", 1, "UTF-8"),
    _whole("a file of a gigabyte, or nearly", b"+" * 400_000, 0, "larger"),
    _whole("zeros", b"\0" * 100, 1, "begins with +++"),
    _changed('title = "Too small, too large"', "title = Too small", "no TOML"),
    _changed('title = "Too small, too large"', 'titel = "Too small"', "Did you mean title?"),
    _changed('title = "Too small, too large"', "title = 7", "not a text"),
    _changed('title = "Too small, too large"', 'title = " "', "empty"),
    _changed('title = "Too small, too large"', f'title = "{"x" * 200}"', "It may have 80"),
    _changed('title = "Too small, too large"\n', "", "title is missing", 2),
    _changed("minutes = 10", "minutes = 0", "from 1 to 600"),
    _changed("minutes = 10", 'minutes = "ten"', "a whole number"),
    _changed("minutes = 10", "minutes = true", "a whole number"),
    _changed('level = "beginner"', 'level = "easy"', "Allowed: beginner"),
    _changed('level = "beginner"', "level = ", "no TOML"),
    _changed("summary = ", "summary = 1 # ", "not a text"),
    _changed("summary = ", 'title = "again"\nsummary = ', "no TOML", 5),
    _changed('"learning_rate"]', '"learningrate"]', "Did you mean learning_rate?"),
    _changed('["learning_rate"]', '"learning_rate"', "not a list"),
    _changed('["weights"]', '["Weihgts"]', "which there is not"),
    _changed("[run]", "run = 3", "not known in the head", 10),
    _changed("learning_rate = 0.03", "learning_rate = -1", "too small"),
    _changed("learning_rate = 0.03", "learning_rat = 0.03", "Did you mean learning_rate?"),
    _changed("learning_rate = 0.03", "learning_rate = nan", "not a finite number"),
    _changed("learning_rate = 0.03", f"learning_rate = 1{'0' * 5000}", "too long"),
    _changed("learning_rate = 0.03", "learning_rate = 1979-05-27", "not a number"),
    _changed('optimizer = "sgd"', 'optimizer = "sdg"', "not one of the choices"),
    _changed("seed = 0", "seed = 1.5", "not a whole number"),
    _changed("seed = 0", 'device = "cuda"', "depends on the machine"),
    _changed("seed = 0", "threads = 64", "depends on the machine"),
    _changed("hidden = [8]", "hidden = [999999]", "too large"),
    _changed("hidden = [8]", "hidden = [4096]", "2048"),
    _changed("hidden = [8]", f"hidden = {[8] * 30}", "It may have 20"),
    _changed("epochs = 8", "epochs = 99999", "1,000"),
    _changed('"mnist-sample"', '"folder:/etc"', "cannot read folders"),
    _changed('"mnist-sample"', '"csv:~/secrets.csv"', "cannot read folders"),
    _changed("seed = 0", 'model = "/tmp/evil.py:Net"', "file of code"),
    _changed("seed = 0", 'model = "resnet18-pretrained"', "file of code"),
    _changed("## At a rate of 0.03", "Hello.\n\n## At a rate", "above the first step"),
    _changed("## At a rate of 0.03", "##", "no title"),
    _changed("## At a rate of 0.03", f"## {'x' * 120}", "too long"),
    _changed("## At a rate of 0.03", "## At <b>a</b> rate", "no HTML"),
    _changed(_TEXT, '<img src="file:///etc/passwd"> moves', "no HTML"),
    _changed(_TEXT, "<script>alert(1)</script>", "no HTML"),
    _changed(_TEXT, "![batch](http://example.org/x.png) moves", "no images"),
    _changed(_TEXT, "[one]: http://example.org", "no addresses"),
    _changed(_TEXT, "It is {wieghts} and", "no figure"),
    _changed(_TEXT, "It is {loss:euro} and", "no way to write"),
    _changed("```do", "```dos", "Did you mean do?"),
    _changed("```do", "```run\nx\n```\n\n```do\nexec = 1", "not known in a do block", 27),
    _changed(_DO, "train = 0\n```\n\n## Your", "from 1 to 100,000"),
    _changed(_DO, "train = 10000000\n```\n\n## Your", "from 1 to 100,000"),
    _changed(_DO, "trian = 20\n```\n\n## Your", "Did you mean train?"),
    _changed(_DO, 'import = "os"\n```\n\n## Your', "not known in a do block"),
    _changed(_DO, "back_to = -1\n```\n\n## Your", "back_to is -1"),
    _changed(_DO, "pause = false\n```\n\n## Your", "can only be true"),
    _changed(_DO, "keep_weights = true\n```\n\n## Your", "without new_run"),
    _changed(_DO, "set = { hidden = [4] }\n```\n\n## Your", "new_run"),
    _changed(_DO, "set = {}\n```\n\n## Your", "changes nothing"),
    _changed(_DO, 'tab = "secrets"\n```\n\n## Your', "no tab"),
    _changed(_DO, 'part = "one step"\n```\n\n## Your', "without tab"),
    _changed(_DO, 'part = "one step"\ntab = "loop"\n```\n\n## Your', "no part"),
    _changed(_DO, 'part = ["one"]\ntab = "data"\n```\n\n## Your', "no part"),
    _changed(_DO, 'draw = "/etc/passwd"\n```\n\n## Your', "a whole number"),
    _changed(_DO, "race = { steps = 5 }\n```\n\n## Your", "about one option"),
    _changed(_DO, "race = { learning_rate = [1], steps = 5 }\n```\n\n## Your", "list of 2 to 6"),
    _changed(_DO, "race = { epochs = [1, 1], steps = 5 }\n```\n\n## Your", "same value"),
    _changed(
        _DO,
        'new_run = { dataset = "folder:." }\n```\n\n## Your',
        "cannot read folders",
    ),
    _changed(_DO, "\n```\n\n## Your", "empty", 22),
    _changed("train = 20\n```\n\n## Your", "train = 20\n\n## Your", "never ends", 22),
    _changed('kind = "curve"', 'kind = "essay"', "choice, number, curve"),
    _changed('kind = "curve"\n', "", "kind is missing", 31),
    _changed('metric = "loss"', 'metric = "accuracy"', "drawn by epochs", 34),
    _changed("question = ", "Question = ", "question is missing", 31),
    _changed("steps = 20", "steps = 1", "from 2 to"),
    _changed("train = 20\n```\n\nIt went", "pause = true\n```\n\nIt went", "no reveal", 30),
    _changed("```reveal", "```do", "stands before the ask block"),
    _changed("```check", "```reveal\ntrain = 2\n```\n\n```check", "two reveal blocks"),
    _changed('when = "diverged"', 'when = "__import__(os)"', "is no condition"),
    _changed('when = "diverged"', 'when = "secret > 3"', "no figure"),
    _changed('when = "diverged"', 'when = "loss == 3"', "is no condition"),
    _changed('when = "diverged"', "when = 7", "not a condition"),
    _changed('when = "diverged"\n', "", "when is missing", 45),
    _changed('then = "It leapt."', 'than = "It leapt."', "Did you mean then?"),
    _changed('then = "It leapt."', 'then = "<a href=x>It</a>"', "no HTML"),
    _changed('otherwise = "It held."\n```\n', 'otherwise = "It held."\n', "never ends", 44),
)
