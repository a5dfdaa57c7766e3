"""Speak one text with libespeak-ng and give the start of each phoneme. Run as a separate program.

The library keeps state between texts, so that only a new process speaks a text the same way twice.
stdin: JSON {"text", "voice", "wpm": 80-450, "pitch": 0-99}. stdout: one line of JSON {"rate": samples a second,
"phonemes": [[name in IPA ("" is a pause), first sample], ...]}, then the samples, int16. Exit status: 0, 3 without the
library, 4 without the voice. Only the standard library is imported, so that the program starts fast.
"""

import ctypes
import json
import sys

__all__ = ["NO_LIBRARY", "NO_VOICE"]

NO_LIBRARY = 3
NO_VOICE = 4

# Names and values of espeak-ng/speak_lib.h.
AUDIO_OUTPUT_RETRIEVAL = 1
INITIALIZE_PHONEME_EVENTS = 1
INITIALIZE_PHONEME_IPA = 2
INITIALIZE_DONT_EXIT = 0x8000
EVENT_LIST_TERMINATED = 0
EVENT_PHONEME = 7
RATE = 1
VOLUME = 2
PITCH = 3
# Percent; at 100 the samples clip.
HALF_VOLUME = 50
CHARS_UTF8 = 1


class EventId(ctypes.Union):
    """The value of an event: of a phoneme, its name in at most eight bytes."""

    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("phoneme", ctypes.c_char * 8)]


class Event(ctypes.Structure):
    """espeak_EVENT."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", EventId),
    ]


SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(Event))


def speak(text: str, voice: str, wpm: int, pitch: int) -> tuple[dict, bytes]:
    """The header and the samples described above. Raises OSError without the library, LookupError without the voice."""
    library = ctypes.CDLL("libespeak-ng.so.1")
    options = INITIALIZE_PHONEME_EVENTS | INITIALIZE_PHONEME_IPA | INITIALIZE_DONT_EXIT
    rate = library.espeak_Initialize(AUDIO_OUTPUT_RETRIEVAL, 0, None, options)
    if rate <= 0:
        raise OSError("espeak-ng finds no data")
    samples, phonemes = bytearray(), []

    def collect(chunk: int | None, count: int, events: "ctypes._Pointer[Event]") -> int:
        if chunk:
            samples.extend(ctypes.string_at(chunk, 2 * count))
        index = 0
        while events[index].type != EVENT_LIST_TERMINATED:
            if events[index].type == EVENT_PHONEME:
                phonemes.append([events[index].id.phoneme.decode("utf-8", "ignore"), events[index].sample])
            index += 1
        return 0

    callback = SynthCallback(collect)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise LookupError(voice)
    library.espeak_SetParameter(RATE, wpm, 0)
    library.espeak_SetParameter(VOLUME, HALF_VOLUME, 0)
    library.espeak_SetParameter(PITCH, pitch, 0)
    encoded = text.encode()
    library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded) + 1), 0, 0, 0, CHARS_UTF8, None, None)
    library.espeak_Synchronize()
    return {"rate": rate, "phonemes": phonemes}, bytes(samples)


def main() -> int:
    """Answer the request on stdin. Returns the exit status."""
    request = json.load(sys.stdin)
    try:
        header, samples = speak(request["text"], request["voice"], request["wpm"], request["pitch"])
    except OSError:
        return NO_LIBRARY
    except LookupError:
        return NO_VOICE
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n" + samples)
    return 0


if __name__ == "__main__":
    sys.exit(main())
