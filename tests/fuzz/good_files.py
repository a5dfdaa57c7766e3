"""Small valid files of every kind, as seeds for damaged files and as base for tests that change a part."""

import io
import json
import struct
import zipfile
from typing import Any

import numpy as np

PHONES = {"phones": [["SIL", 0.0, 0.2], ["AA", 0.2, 0.6], ["SIL", 0.6, 1.0]], "words": [["ah", 0.2, 0.6]]}
GRID = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1\n<exists>\n2\n"IntervalTier"\n"words"\n0\n1\n1\n0\n1\n'
    '"ah"\n"IntervalTier"\n"phones"\n0\n1\n2\n0\n0.4\n"SIL"\n0.4\n1\n"AA1"\n'
)
LONG_GRID = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0 \nxmax = 1 \ntiers? <exists> \nsize = 1 \n'
    'item []: \n    item [1]:\n        class = "IntervalTier" \n        name = "phones" \n        xmin = 0 \n'
    "        xmax = 1 \n"
    "        intervals: size = 1 \n        intervals [1]:\n            xmin = 0 \n            xmax = 1 \n"
    '            text = "AA" \n'
)
GENTLE = {
    "words": [
        {"case": "success", "word": "ah", "start": 0.2, "end": 0.6, "phones": [{"phone": "aa_S", "duration": 0.4}]}
    ]
}
MFA_CSV = "Begin,End,Label,Type,Speaker\n0.2,0.6,ah,words,anna\n0.2,0.6,AA1,phones,anna\n"
LAB = "0 2000000 sil\n2000000 6000000 aa\n"
CTM = "line 1 0.0 0.2 SIL\nline 1 0.2 0.4 AA_S\n"
OBJ = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 2 0 0\nf 1 2 3 4\nf 2/1/1 5/1/1 3/1/1\n"
PLY = (
    "ply\nformat {} 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\nelement face 1\n"
    "property list uchar int vertex_indices\nend_header\n"
)
PLY_TEXT = (PLY.format("ascii") + "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n").encode()
PLY_BINARY = (
    PLY.format("binary_little_endian").encode() + np.eye(3, dtype="<f4").tobytes() + struct.pack("<B3i", 3, 0, 1, 2)
)
CSV = "Timecode,BlendShapeCount,JawOpen,MouthClose\n00:00:00:00.0,2,0.1,0\n00:00:00:01.0,2,0.2,0\n00:00:00:02.0,2,0,1\n"
FACE_CAP = "info,x,1\nbs,jawOpen,mouthSmile_L\n" + "".join(
    f"k,{time}," + "0," * 10 + "0.1,0.2\n" for time in (0, 17, 33)
)
TOML = '# training\ndata = "x"\noutput = "y"\nrows = ["full"]\nbasis = 8\n[model]\nwidth = 64\n[loop]\nepochs = 3\n'
VTT = "WEBVTT\n\nNOTE\n\n00:00.5 --> 00:01.500 align:end\n<v A>Hello.\n\n00:02.000 --> 00:03.000\n<c.x>Again.</c>\n"
ASS = (
    "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:00.50,0:00:01.50,Default,,0,0,0,,{\\i1}Hello.{\\i0}\\NAgain.\n"
)
NAMES = 'Kim\tK IH1 M\nDr. Who "doctor who" # a\n[de]\nJörg  /jœʁk/\n[fr-fr]\nl\'Ours [uʁs]\n東京 /toːkʲoː/\n'
SRT = "1\n00:00:00,000 --> 00:00:01,500\n<i>Hello</i> there.\n\n2\n00:00:02,000 --> 00:00:03,000\nAgain.\n"
LANDMARKS = ("upper_lip_inner", "lower_lip_inner", "mouth_left", "mouth_right", "eye_left_inner", "eye_left_outer")
LANDMARKS = (*LANDMARKS, "eye_right_inner", "eye_right_outer", "chin", "nose_tip")
MARKS = json.dumps({name: index % 3 for index, name in enumerate(LANDMARKS)})
FACES = np.array([[0, 1, 2]], np.int32)
CHANNEL = np.array(["jawOpen", "mouthClose"])


def take_arrays() -> dict[str, Any]:
    return {
        "weights": np.zeros((31, 2), np.float32),
        "channels": CHANNEL,
        "fps": 30.0,
        "key_frames": np.array([0, 6, 30], np.int32),
        "key_weights": np.zeros((3, 2), np.float32),
        "phone_labels": np.array(["SIL", "AA", "SIL"]),
        "phone_start": np.array([0, 0.2, 0.6]),
        "phone_end": np.array([0.2, 0.6, 1.0]),
        "word_labels": np.array(["ah"]),
        "word_start": np.array([0.2]),
        "word_end": np.array([0.6]),
        "acoustics": np.zeros((4, 3), np.float16),
        "meta": np.array(json.dumps({"model": "starter", "settings": {"fps": 30.0}})),
    }


def head_arrays() -> dict[str, Any]:
    index = np.array([0], np.int32)
    return {
        "vertices": np.eye(3, dtype=np.float32),
        "faces": FACES,
        "channels": CHANNEL,
        "deltas": np.zeros((2, 3, 3), np.float32),
        "landmarks": np.array(MARKS),
        "lips": index,
        "upper_face": index,
        "materials": index,
        "material_names": np.array(["skin"]),
        "polygons": index,
        "resting": np.array('{"mouthClose": 0.5}'),
    }


def space_arrays() -> dict[str, Any]:
    index, face = np.array([0], np.int32), np.eye(3, dtype=np.float32)
    shapes = np.zeros((2, 3, 3), np.float32)
    return {
        **{"neutral": face, "names": CHANNEL, "shapes": shapes, "lips": index, "upper_face": index},
        **{"bounds": np.array([0.0, 1.0]), "explained": np.array(0.5)},
    }


def mesh_arrays() -> dict[str, Any]:
    loops, marks = np.array([0, 1, 2]), np.array(json.dumps(dict.fromkeys(LANDMARKS, 0)))
    return {"vertices": np.eye(3), "loops": loops, "sizes": np.array([3]), "landmarks": marks}


def packed(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=True)
    return stream.getvalue()


def zipped(members: dict[str, bytes], method: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return stream.getvalue()
