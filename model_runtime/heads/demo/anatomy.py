"""The design of the head: which forms it is made of. mm; origin between the eyes, face towards -y, left towards +x."""

from model_runtime.heads.demo.sculpt import Ellipsoid, Rod, sculpture

__all__ = ["EYE_CENTRE", "EYE_RADIUS", "FORMS", "LID_RADIUS"]

EYE_CENTRE = (31.0, -73.0, 0.0)
EYE_RADIUS = 16.0
LID_RADIUS = 18.0

FORMS = sculpture(
    (
        # skull
        Ellipsoid((0, 8, 28), (75, 92, 84), 1),
        Ellipsoid((0, -30, 36), (58, 61, 50), 22),
        # face: mask around the eyes, cheekbones, cheeks, jaw
        Ellipsoid((0, -35, -6), (62, 55, 46), 14),
        Ellipsoid((0, -36, -44), (51, 54, 62), 14),
        Ellipsoid((39, -61, -28), (20, 23, 17), 22),
        Ellipsoid((22, -68, -42), (16, 20, 20), 20),
        Ellipsoid((32, -57, -64), (18, 26, 26), 22),
        Rod((52, -4, -42), (37, -15, -75), (11, 11), 24),
        Rod((37, -15, -75), (25, -50, -93), (10, 9), 26),
        Rod((25, -50, -93), (10, -80, -108), (9, 10), 26),
        Ellipsoid((0, -46, -92), (26, 38, 14), 26),
        Ellipsoid((0, -74, -82), (33, 29, 26), 14),
        Ellipsoid((0, -79, -61), (20, 19.5, 8), 12),
        Ellipsoid((0, -87.5, -109), (13.5, 13.5, 13.5), 16),
        Ellipsoid((0, -105, -98), (16, 7, 4), 8, carve=True),
        # neck
        Rod((0, 10, -60), (0, 26, -180), (43, 45), 36),
        Rod((0, 32, -165), (64, 38, -225), (40, 38), 34),
        # brow ridge, bridge of the nose, sockets, lids
        Rod((0, -85, 13), (42, -70, 15), (8, 8), 12),
        Ellipsoid((0, -107, 0), (15, 13, 9), 14, carve=True),
        Ellipsoid((33, -98, -3), (19, 15, 15), 10, carve=True),
        Ellipsoid(EYE_CENTRE, (LID_RADIUS, LID_RADIUS, LID_RADIUS), 6),
        # nose
        Rod((0, -83, 2), (0, -105, -36), (6, 6), 12),
        Ellipsoid((0, -108.5, -42), (7.4, 9, 7.4), 9),
        Ellipsoid((11, -99, -47), (5.6, 8.5, 6.0), 8),
        Rod((0, -107.5, -47), (0, -99.5, -54), (3.4, 4.0), 6),
        # philtrum
        Rod((0, -105.5, -56), (0, -106.5, -72), (2.2, 3.2), 3, carve=True),
    )
)
