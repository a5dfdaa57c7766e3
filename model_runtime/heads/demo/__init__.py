"""The parts of the project's own head. All of them measure in millimetres; demo_head turns them into metres."""
