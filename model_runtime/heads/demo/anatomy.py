"""The design of the head: which forms it is made of. mm; origin between the eyes, face towards -y, left towards +x."""

from model_runtime.heads.demo.sculpt import Ellipsoid, Rod, sculpture

__all__ = ["EYE_CENTRE", "EYE_RADIUS", "FORMS", "LID_RADIUS"]

EYE_CENTRE = (31.0, -73.0, 0.0)
EYE_RADIUS = 16.0
LID_RADIUS = 18.0

FORMS = sculpture(
    (
        # skull
        Ellipsoid((0, 8, 28), (76, 92, 84), 1),
        Ellipsoid((0, -30, 34), (60, 61, 50), 20),
        # face: mask around the eyes, cheeks, jaw
        Ellipsoid((0, -35, -6), (63, 56, 46), 14),
        Ellipsoid((0, -38, -46), (53, 55, 64), 14),
        Ellipsoid((40, -60, -27), (19, 22, 15), 18),
        Ellipsoid((31, -62, -60), (19, 26, 26), 20),
        Rod((52, -4, -44), (40, -14, -74), (12, 11), 20),
        Rod((40, -14, -74), (12, -80, -108.5), (11, 10.5), 20),
        Ellipsoid((0, -74, -82), (33, 29, 26), 14),
        Ellipsoid((0, -87.5, -109.5), (12.5, 13, 13.5), 14),
        Ellipsoid((0, -105, -98), (16, 7, 4), 8, carve=True),
        # neck
        Rod((0, 14, -60), (0, 30, -180), (45, 50), 22),
        Rod((0, 34, -150), (62, 40, -225), (44, 40), 30),
        # brow ridge, sockets, lids
        Rod((0, -87, 12), (42, -70, 15), (8, 8), 12),
        Ellipsoid((33, -98, -3), (19, 15, 15), 10, carve=True),
        Ellipsoid(EYE_CENTRE, (LID_RADIUS, LID_RADIUS, LID_RADIUS), 6),
        # nose
        Rod((0, -86, 2), (0, -103, -37), (5.5, 6.5), 10),
        Ellipsoid((0, -107, -42), (8.6, 9, 8), 6),
        Ellipsoid((10.5, -98, -46.5), (6, 8.5, 6.2), 5),
        Rod((0, -106, -47.5), (0, -97, -55), (3.6, 4.2), 5),
        # philtrum
        Rod((0, -105.5, -56), (0, -106.5, -72), (2.2, 3.2), 3, carve=True),
    )
)
