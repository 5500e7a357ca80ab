"""What a tab says while it waits for the test images to be evaluated."""

from netviz.engine.protocol.run_state import State


def awaited(state: State) -> str:
    """Return the sentence for a run that is in `state`."""
    if state is State.RUNNING:
        return "The test images are evaluated at the end of the epoch, or when the run is held."
    return "Waiting for the test images to be evaluated."
