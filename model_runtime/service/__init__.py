"""Service: request handling that the command line, the worker and the batch share."""
