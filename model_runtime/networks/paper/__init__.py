"""The paper's network (Xu et al., ECCV 2024) and its ablations."""
