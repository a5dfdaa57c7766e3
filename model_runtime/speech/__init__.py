"""Speech: audio file -> waveform -> features of the networks (states of two recognisers' encoders, log-mel)."""
