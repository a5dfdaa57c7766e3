"""Operators: they read the context, call kmtalk_blender.scene and report its result or its UserError."""

from . import (
    add_basis,
    add_head,
    add_sound,
    calibrate,
    check_runtime,
    complete,
    drop,
    emotion,
    follow_strip,
    generate,
    import_capture,
    import_flame,
    install_model,
    install_runtime,
    jaw_bone,
    layers,
    life,
    lines,
    link_parts,
    make_shapes,
    map_channels,
    mark_landmark,
    mouth_gain,
    phones,
    play,
    presets,
    query_runtime,
    takes,
    use_sidecar_text,
)

__all__ = ["register", "unregister"]

MODULES = (
    add_head,
    add_sound,
    add_basis,
    generate,
    play,
    complete,
    takes,
    life,
    emotion,
    import_capture,
    layers,
    follow_strip,
    phones,
    lines,
    use_sidecar_text,
    import_flame,
    make_shapes,
    mark_landmark,
    map_channels,
    mouth_gain,
    calibrate,
    jaw_bone,
    link_parts,
    query_runtime,
    check_runtime,
    install_runtime,
    install_model,
    drop,
    presets,
)


def register() -> None:
    """Register every operator."""
    for module in MODULES:
        module.register()


def unregister() -> None:
    """Unregister them in reverse order."""
    for module in reversed(MODULES):
        module.unregister()
