"""Redraw the areas that show KMTalk, and show a new head in the 3D view."""

import math
from typing import Any

import bpy
from mathutils import Euler, Vector

__all__ = ["frame_face", "redraw"]

WIDEST = 45.0  # degrees from -Y, where faces look: a view from farther to the side is turned
# The new view: a little from above and from the face's left.
FROM_THE_FRONT = Euler((math.radians(84), 0.0, math.radians(18)))


def redraw(
    manager: bpy.types.WindowManager, kinds: tuple[str, ...] = ("VIEW_3D", "SEQUENCE_EDITOR", "PREFERENCES")
) -> None:
    """Redraw the areas of these types, in every window."""
    for window in manager.windows:
        for area in window.screen.areas:
            if area.type in kinds:
                area.tag_redraw()


def frame_face(context: bpy.types.Context, head: bpy.types.Object) -> None:
    """Show a head that was just added (the only selected object) in the 3D view.

    A perspective view is turned to the face when it shows the head from the side or from behind; a view through a
    camera stays as it is. Nothing happens without a window.
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
    """The 3D view of the context, else the largest one of the window."""
    if context.area is not None and context.area.type == "VIEW_3D":
        return context.area
    areas = context.window.screen.areas if context.window is not None else ()
    views = [area for area in areas if area.type == "VIEW_3D"]
    return max(views, key=lambda area: area.width * area.height, default=None)
