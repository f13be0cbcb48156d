"""All scenes, each a module with one ``SCENE``; to add one, copy a small module and name it here."""

from dialog.engine.scene import Scene
from dialog.scenes import (
    either,
    goodbye,
    home,
    identify,
    menu,
    nobody,
    outside,
    person,
    stuck,
    track,
    urge,
)

SCENES: dict[str, Scene] = {
    module.SCENE.name: module.SCENE
    for module in (
        home,
        identify,
        track,
        stuck,
        urge,
        person,
        nobody,
        goodbye,
        menu,
        either,
        outside,
    )
}

__all__ = ["SCENES"]
