"""Head, eyes, lids, brows and breath that go with a spoken line, beside the mouth, which they leave as it is."""
