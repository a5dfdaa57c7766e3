"""The paper's network (Xu et al., ECCV 2024): its configuration, and how it runs over a whole recording."""
