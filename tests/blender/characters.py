"""Characters that already have shapes, and what their mapping makes of channels."""

import numpy as np
from stage import make_character

from model_runtime.channels import CHANNELS

__all__ = ["MICROSOFT", "OCULUS", "character", "posed"]

OCULUS = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"]
# As MPFB has them.
MICROSOFT = [
    *("sil_00", "aa_ah_ax_01", "aa_02", "ao_03", "ey_eh_uh_04", "er_05", "y_iy_ih_ix_06", "w_uw_07", "ow_08", "aw_09"),
    *("oy_10", "ay_11", "h_12", "r_13", "l_14", "s_z_15", "sh_ch_jh_zh_16", "th_dh_17", "f_v_18", "d_t_n_19"),
    *("k_g_ng_20", "p_b_m_21"),
]


def character(scene, shapes, name="Bert"):
    """A small mesh with shape keys of these names."""
    return make_character(scene, name, shapes)


def posed(target, **weights):
    """Values of the shape keys for one frame with channels at these weights; a bare stem stands for both sides."""
    from bl_ext.user_default.kmtalk.scene.character.shape_map import shape_map

    row = np.zeros((1, len(CHANNELS)), np.float32)
    for name, weight in weights.items():
        for channel in [name] if name in CHANNELS else [f"{name}Left", f"{name}Right"]:
            row[0, CHANNELS.index(channel)] = weight
    mapping = shape_map(target, CHANNELS)
    return dict(zip(mapping.shapes, mapping.values(row)[0], strict=True))
