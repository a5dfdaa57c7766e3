"""make demo: a bundled line becomes a talking head, a film, a sheet of frames and a figure."""
