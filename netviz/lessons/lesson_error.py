"""What is said of a lesson that cannot be read: the file, the line, what is wrong, what to do."""

from netviz.engine.errors import NetvizError


class LessonError(NetvizError):
    """A lesson's file is not what it should be.

    Attributes
    ----------
    file
        Its name.
    line
        Where, from 1; 0 where it is the whole file.
    """

    def __init__(self, sentence: str, hint: str = "", *, file: str = "", line: int = 0) -> None:
        where = f"{file}, line {line}: " if line else f"{file}: "
        super().__init__(where + sentence, hint)
        self.file, self.line = file, line
