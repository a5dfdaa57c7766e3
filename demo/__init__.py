"""make demo: makes a talking head, a film, a sheet of frames and a figure of curves from a bundled line."""
