"""Post-processing: rules on top of the networks, each `(Motion, Context) -> Motion`."""
