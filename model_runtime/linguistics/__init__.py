"""From a waveform to its phones: pronunciation, alignment, recognition, TextGrid files, key frames."""
