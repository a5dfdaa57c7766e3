"""The design of the head: which forms it is made of. mm; origin between the eyes, face towards -y, left towards +x."""

from model_runtime.heads.demo.sculpt import Ellipsoid, Form, Rod

__all__ = ["EYE_CENTRE", "EYE_RADIUS", "FORMS", "LID_RADIUS"]

EYE_CENTRE = (31.0, -73.0, 0.0)
EYE_RADIUS = 15.5
LID_RADIUS = 17.4

FORMS: tuple[Form, ...] = (
    # skull
    Ellipsoid((0, 8, 28), (76, 92, 84), 1),
    Ellipsoid((0, -30, 34), (60, 61, 50), 20),
    # face: mask around the eyes, cheeks, jaw
    Ellipsoid((0, -35, -6), (63, 56, 46), 14),
    Ellipsoid((0, -38, -46), (54, 56, 66), 14),
    Ellipsoid((44, -60, -30), (16, 22, 16), 14),
    Rod((54, -6, -46), (48, -14, -78), (13, 13), 16),
    Rod((48, -14, -78), (17, -80, -108), (13, 13), 18),
    Ellipsoid((0, -74, -82), (33, 29, 26), 14),
    Ellipsoid((0, -87, -109), (15, 14, 14), 14),
    Ellipsoid((0, -105, -98), (16, 7, 4), 8, carve=True),
    # neck
    Rod((0, 16, -60), (0, 22, -210), (50, 54), 22),
    # brow ridge, sockets, lids
    Rod((8, -86, 13), (42, -70, 15), (8, 8), 12),
    Ellipsoid((33, -98, -3), (19, 15, 15), 10, carve=True),
    Ellipsoid(EYE_CENTRE, (LID_RADIUS, LID_RADIUS, LID_RADIUS), 6),
    # nose
    Rod((0, -86, 4), (0, -103, -38), (6.5, 7.5), 10),
    Ellipsoid((0, -106, -42), (9.5, 10, 9), 6),
    Ellipsoid((11, -98, -47), (7, 9, 7), 5),
    Ellipsoid((6, -103, -53.5), (3.6, 6, 4), 3, carve=True),
    # philtrum
    Rod((0, -105.5, -56), (0, -106.5, -72), (2.2, 3.2), 3, carve=True),
)
