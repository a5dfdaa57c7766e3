"""The parts of Blender's windows that show KMTalk."""

import math
from typing import Any

import bpy
from mathutils import Euler, Vector

__all__ = ["frame_face", "redraw"]

# Faces look along -Y. Seen from farther to the side than this, one is turned to, in degrees.
WIDEST = 45.0
# Where it is seen from then: a little from above, and from its left side.
FROM_THE_FRONT = Euler((math.radians(84), 0.0, math.radians(18)))


def redraw(
    manager: bpy.types.WindowManager, kinds: tuple[str, ...] = ("VIEW_3D", "SEQUENCE_EDITOR", "PREFERENCES")
) -> None:
    """Draw the areas of these kinds anew, in every window."""
    for window in manager.windows:
        for area in window.screen.areas:
            if area.type in kinds:
                area.tag_redraw()


def frame_face(context: bpy.types.Context, head: bpy.types.Object) -> None:
    """Show a head that was just added, and is the only object selected, in the 3D view that the user looks at.

    A perspective view turns to its face when that is seen from the side or from behind; a view through a camera stays
    as it is. Without a window nothing is done.
    """
    area = _view_of(context)
    if area is None:
        return
    space: Any = area.spaces.active
    view = space.region_3d
    if space.local_view is not None:
        head.local_view_set(space, True)
    if view.view_perspective == "CAMERA":
        return
    towards_viewer = view.view_rotation @ Vector((0.0, 0.0, 1.0))
    if view.is_perspective and math.degrees(towards_viewer.angle(Vector((0.0, -1.0, 0.0)))) > WIDEST:
        view.view_rotation = FROM_THE_FRONT.to_quaternion()
    region = next(region for region in area.regions if region.type == "WINDOW")
    with context.temp_override(area=area, region=region):
        bpy.ops.view3d.view_selected()


def _view_of(context: bpy.types.Context) -> bpy.types.Area | None:
    """The 3D view that was clicked in, else the largest one of the window."""
    if context.area is not None and context.area.type == "VIEW_3D":
        return context.area
    areas = context.window.screen.areas if context.window is not None else ()
    views = [area for area in areas if area.type == "VIEW_3D"]
    return max(views, key=lambda area: area.width * area.height, default=None)
