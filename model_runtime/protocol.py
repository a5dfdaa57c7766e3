"""The protocol between Blender and the worker of the runtime. This docstring is the specification.

`python -m model_runtime worker` reads requests from stdin and writes events to stdout, one JSON object a line, UTF-8.
stderr is a log for people. Arrays are passed as .npz files at paths that the client names. No sockets are used.

The first event of the worker is

    {"event": "hello", "protocol": 1, "version": "0.1.0", "python": "3.11.7", "pid": 123}

A client that does not know this protocol number closes the worker and tells the user to update. Then, per request:

    -> {"id": 1, "op": "generate", "params": {...}}
    <- {"id": 1, "event": "progress", "stage": "phones", "fraction": 0.25, "text": "Listening"}     any number
    <- {"id": 1, "event": "result", "result": {...}}                                               one of these three
    <- {"id": 1, "event": "error", "kind": "input" | "internal", "message": "One sentence."}       ends the request
       "reason": "unreadable sound" stands there too where no decoder of the runtime reads the sound
    <- {"id": 1, "event": "cancelled"}

Requests run one at a time, in the order in which they arrive. The client chooses the ids, unique while the worker
lives. `fraction` is the share of the whole request that is done; it never falls.
`{"id": 9, "op": "cancel", "params": {"request": 1}}` ends request 1, waiting or running, at its next checkpoint, and
has no answer of its own. A client that cannot wait may kill the process: no file is left half-written.
`{"id": 9, "op": "shutdown", "params": {}}` ends the worker at its next checkpoint. At the end of stdin the worker first
finishes all requests, unless nobody reads the answers. It also ends after `--idle` seconds (600) without a request. A
line that is not a request is answered with `{"id": null, "event": "error", "kind": "input", ...}`.

op          params (? optional)                                                   result
generate    audio, output, fps, start?, end? (s within the file), speed? (1),     output, frames, key_frames, duration,
            transcript?, textgrid?, tier?, speaker? (names, to find the tier),    seconds {stage: s}, heard (text),
            model? (starter), style?, jaw?, lips?, smoothing?, lead? (s),         confidence (0 to 1),
            pauses? (0 closed to 1), blinks?, brows?, seed?, device?,             language (code, or empty),
            phones?, words? [[label, start, end], ..], features? (true),          notes [sentences]
            name? (of the sound, in notes), transcript_file? (text or
            subtitles with the file's times, in place of transcript),
            language? (auto, or a code such as de),
            pronunciations? (text file: words and how they are said),
            sounds? [IPA or empty, one a phone] (sounds of another language
            that the phones stand for; in .npz: phone_sounds),
            emotion? (name; neutral), emotion_strength? (0 to 1; 1)
capture     capture (file or folder), output, fps, start?, end? (s within it),    output, frames, key_frames, duration,
            rate? (of timecodes), zero? (timecode), audio?, sound_start? (s),     timecode, heard, confidence, language,
            transcript?, transcript_file?, language?, textgrid?, tier?,           notes
            pronunciations?, speaker?, phones?, words?, sounds?, name?,
            model?, device?
complete    take, keys, output, model?, device?, first?, last? (frames),          output, frames, key_frames
            locked? [names], phones?, words? [[label, start, end], ..], sounds?
adapt       capture (file or folder), output (new folder), model?, audio?,        output, model (id), seconds, clips,
            language?, device?                                                    channels, before, after (r), gain,
                                                                                  lag (s), notes
life        take, output, audio?, start?, end?, speed? (1),                       output, frames, notes,
            target? (.npz: what is looked at), head?, gaze?, blinking?,           counts {event: number}
            eyebrows?, breath? (strengths, 1), seed?
emotion     take, output, strengths? (.npz: strengths (T, E) of emotions (E,)),   output, frames, channels (that move),
            happy?, sad?, angry?, afraid?, surprised?, disgusted? (0 to 1; 0)     emotions {name: largest strength}
suggest     audio, start?, end? (s), others? [path, or [path, start, end]]        arousal (-1 to 1), strength (0 to 1),
            (other lines of the same speaker)                                     fitting {emotion: chance}, notes
phones      audio, transcript?, transcript_file?, language?, start?, end?,        phones, words [[label, start, end]],
            output? (.TextGrid or .json), name? (of the sound, in notes),         heard, confidence, language, notes
            pronunciations?                                                       sounds? [IPA or empty, one a phone]
subtitles   file (text or subtitles), start?, end? (s)                            text
pronounce   text, language? (en-us), pronunciations?                       words [[word, [phones]], ..],
                                                                                  sounds [[IPA], ..] (one list a word)
head        output, flame? | mesh? (.obj, .ply, .npz of heads.mesh_files),        output, vertices, channels
            landmarks?
info        -                                                                     version, python, onnxruntime, models,
                                                                                  device, styles, data_files (how many),
                                                                                  data_sha256
"""

from dataclasses import dataclass, field

__all__ = ["PROTOCOL", "Request"]

# Protocol number.
PROTOCOL = 1


@dataclass(frozen=True)
class Request:
    """One request of the client. id: chosen by the client. op: operation. params: its parameters."""

    id: int
    op: str
    params: dict = field(default_factory=dict)
