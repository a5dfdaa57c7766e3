"""The parts of the project's own head. All in mm; demo_head converts them to m."""
