"""What a session could not do, as the error that the command line prints."""

from netviz.engine.errors import ConfigError, NetvizError
from netviz.engine.protocol import events


def error_of(event: events.Failed | events.Refused) -> NetvizError:
    """Return the error; a `ConfigError` where the command line was given what cannot be."""
    if isinstance(event, events.Failed):
        return NetvizError(event.message, event.hint)
    hint = "Add --trust-model to run it." if event.consent else event.hint
    return (ConfigError if event.is_usage else NetvizError)(event.message, hint)
