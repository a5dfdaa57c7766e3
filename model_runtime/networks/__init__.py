"""The networks in torch, for training, research and export. Inference runs what `export` writes, without torch."""
