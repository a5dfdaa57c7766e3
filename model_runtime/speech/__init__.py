"""Speech: a sound file as a waveform, and what the networks are given of it: log-mel, recognisers' states."""
