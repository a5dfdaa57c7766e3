"""Service: what command line, worker and batch share between a request and the library."""
