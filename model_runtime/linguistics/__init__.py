"""From a voice to its phones: pronunciation, alignment, recognition, TextGrid files, key frames."""
