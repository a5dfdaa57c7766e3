"""Live completion: takes are filled in around edits while the animator edits."""
