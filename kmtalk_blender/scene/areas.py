"""The parts of Blender's windows that show KMTalk."""

import bpy

__all__ = ["frame_object", "redraw"]


def redraw(
    manager: bpy.types.WindowManager, kinds: tuple[str, ...] = ("VIEW_3D", "SEQUENCE_EDITOR", "PREFERENCES")
) -> None:
    """Draw the areas of these kinds anew, in every window."""
    for window in manager.windows:
        for area in window.screen.areas:
            if area.type in kinds:
                area.tag_redraw()


def frame_object(context: bpy.types.Context, thing: bpy.types.Object) -> None:
    """Show an object that was just added, and is the only one selected, in the 3D view that the user looks at.

    A view through a camera stays as it is. Without a window nothing is done.
    """
    area = _view_of(context)
    if area is None:
        return
    space = area.spaces.active
    if space.local_view is not None:
        thing.local_view_set(space, True)
    if space.region_3d.view_perspective == "CAMERA":
        return
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
