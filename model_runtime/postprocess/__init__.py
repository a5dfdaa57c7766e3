"""Post-processing: rules that change the motion of the networks, each `(Motion, Context) -> Motion`."""
