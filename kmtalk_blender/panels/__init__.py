"""The tab "KMTalk" in the sidebars of the sequencer and of the 3D view. Panels only read data; operators change it."""

from . import emotion, life, lines, main, phones, rig, settings, takes

__all__ = ["register", "unregister"]

MODULES = (main, lines, takes, phones, rig, life, emotion, settings)


def register() -> None:
    """Register every panel, parents first."""
    for module in MODULES:
        module.register()


def unregister() -> None:
    """Unregister them in reverse order."""
    for module in reversed(MODULES):
        module.unregister()
