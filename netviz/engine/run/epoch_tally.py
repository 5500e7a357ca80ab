"""What is counted of the epoch under way."""

from dataclasses import dataclass


@dataclass
class EpochTally:
    """Sums over the epoch under way."""

    samples: int = 0
    correct: int = 0
    seconds: float = 0.0

    def add(self, samples: int, correct: int, seconds: float) -> None:
        """Count the batches of one reading."""
        self.samples += samples
        self.correct += correct
        self.seconds += seconds

    @property
    def accuracy(self) -> float:
        """Fraction of correct predictions, 0..1."""
        return self.correct / self.samples if self.samples else 0.0

    @property
    def samples_per_second(self) -> float:
        """Training throughput."""
        return self.samples / self.seconds if self.seconds else 0.0
