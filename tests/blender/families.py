"""Names of shape keys as other tools write them, each with the movement of our own head that it stands for.

A family is shape key -> channels (at the weights that the whole shape has). `*` in a name stands for both sides.
"""

from model_runtime.channels import CHANNELS

__all__ = ["FAMILIES", "NOT_FACES"]

Family = dict[str, dict[str, float]]

LETTERS = {"Left": "L", "Right": "R"}
OPEN = {"jawOpen": 0.7}
HALF = {"jawOpen": 0.35, "mouthStretchLeft": 0.5, "mouthStretchRight": 0.5}
SPREAD = {"jawOpen": 0.15, "mouthStretchLeft": 0.7, "mouthStretchRight": 0.7}
ROUND = {"jawOpen": 0.4, "mouthFunnel": 0.5}
TIGHT = {"jawOpen": 0.15, "mouthPucker": 0.8}
PRESSED = {"mouthPressLeft": 0.6, "mouthPressRight": 0.6}
TEETH = {"mouthRollLower": 0.5, "mouthUpperUpLeft": 0.4, "mouthUpperUpRight": 0.4}
NARROW = {"jawOpen": 0.16}
BLINK = {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}


def spelled(spell) -> Family:
    """ARKit's channels, each under another name."""
    return {spell(channel): {channel: 1.0} for channel in CHANNELS}


def lettered(name: str, left: str = "_L", right: str = "_R") -> str:
    for side, sign in (("Left", left), ("Right", right)):
        if name.endswith(side) and name not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight"):
            return name.removesuffix(side) + sign
    return name


def leading(name: str) -> str:
    """The side in front: L_mouthSmile."""
    for side in LETTERS:
        if name.endswith(side):
            return f"{LETTERS[side].lower()}_{name.removesuffix(side)}"
    return f"c_{name}"


def camel(name: str) -> str:
    """mouth_lipsPurse_UL -> mouthLipsPurseUL."""
    first, *rest = name.split("_")
    return first + "".join(part[0].upper() + part[1:] for part in rest)


def table(text: str) -> Family:
    """Lines of `name channel`; `*` in both stands for left (L) and right (R), in the name alone for two halves."""
    family: Family = {}
    for line in text.strip().splitlines():
        name, *channels = line.split()
        for side, letter in LETTERS.items():
            whole = [channel.replace("*", side) for channel in channels]
            moved = {c: 0.5 if "*" in name and "*" not in "".join(channels) else 1.0 for c in whole}
            family.setdefault(name.replace("*", letter), {}).update(moved)
    return family


def visemes(names: str, prefix: str = "", **shapes: dict[str, float]) -> Family:
    """Pairs `name=kind` of visemes, and other shapes."""
    kinds = {"open": OPEN, "half": HALF, "spread": SPREAD, "round": ROUND, "tight": TIGHT, "shut": PRESSED}
    kinds |= {"teeth": TEETH, "narrow": NARROW, "rest": {}}
    pairs = (pair.split("=") for pair in names.split())
    return {prefix + name: dict(kinds[kind]) for name, kind in pairs} | shapes


POLLY = (
    "sil=rest p=shut t=narrow S=tight T=narrow f=teeth k=narrow i=spread r=tight s=narrow u=tight @=half a=open "
    "e=spread E=half o=round O=round"
)
DAZ_VISEMES = (
    "AA=open EE=spread EH=half ER=tight F=teeth IH=spread IY=spread K=narrow L=narrow M=shut OW=round S=narrow "
    "SH=tight T=narrow TH=narrow UW=tight W=tight"
)
FUSE = """
Blink_* eyeBlink*
BrowsDown_* browDown*
BrowsUp_* browOuterUp*
CheekPuff_* cheekPuff
Frown_* mouthFrown*
JawForeward jawForward
Jaw_Left jawLeft
Jaw_Right jawRight
LowerLipDown_* mouthLowerDown*
LowerLipIn mouthRollLower
Midmouth_* mouth*
MouthNarrow_* mouthPucker
MouthOpen jawOpen
MouthWhistle_NarrowAdjust_* mouthFunnel
Smile_* mouthSmile*
UpperLipIn mouthRollUpper
UpperLipUp_* mouthUpperUp*
"""
FACESHIFT = """
EyeBlink_* eyeBlink*
BrowsD_* browDown*
BrowsU_C browInnerUp
BrowsU_* browOuterUp*
JawFwd jawForward
JawLeft jawLeft
JawOpen jawOpen
JawRight jawRight
MouthLeft mouthLeft
MouthRight mouthRight
MouthFrown_* mouthFrown*
MouthSmile_* mouthSmile*
MouthDimple_* mouthDimple*
LipsStretch_* mouthStretch*
LipsUpperClose mouthRollUpper
LipsLowerClose mouthRollLower
LipsFunnel mouthFunnel
LipsPucker mouthPucker
ChinLowerRaise mouthShrugLower
ChinUpperRaise mouthShrugUpper
Puff cheekPuff
"""
FACESCAPE = """
1_neutral
2_smile mouthSmileLeft mouthSmileRight
3_mouth_stretch jawOpen
4_anger
5_jaw_left jawLeft
6_jaw_right jawRight
7_jaw_forward jawForward
8_mouth_left mouthLeft
9_mouth_right mouthRight
10_dimpler mouthDimpleLeft mouthDimpleRight
11_chin_raiser mouthShrugLower
12_lip_puckerer mouthPucker
13_lip_funneler mouthFunnel
14_sadness
15_lip_roll mouthRollLower mouthRollUpper
17_cheek_blowing cheekPuff
18_eye_closed eyeBlinkLeft eyeBlinkRight
19_brow_raiser browOuterUpLeft browOuterUpRight
20_brow_lower browDownLeft browDownRight
"""
METAHUMAN = """
jaw_open jawOpen
jaw_fwd jawForward
jaw_left jawLeft
jaw_right jawRight
mouth_left mouthLeft
mouth_right mouthRight
mouth_cornerPull_* mouthSmile*
mouth_cornerDepress_* mouthFrown*
mouth_stretch_* mouthStretch*
mouth_dimple_* mouthDimple*
mouth_lipsPress_* mouthPress*
mouth_lowerLipDepress_* mouthLowerDown*
mouth_upperLipRaise_* mouthUpperUp*
mouth_lowerLipRollIn_* mouthRollLower
mouth_upperLipRollIn_* mouthRollUpper
mouth_lipsTogether_U* mouthClose
mouth_lipsTogether_D* mouthClose
mouth_funnel_U* mouthFunnel
mouth_funnel_D* mouthFunnel
mouth_lipsPurse_U* mouthPucker
mouth_lipsPurse_D* mouthPucker
eye_blink_* eyeBlink*
brow_raiseIn_* browInnerUp
brow_raiseOuter_* browOuterUp*
brow_down_* browDown*
cheek_blow_cor cheekPuff
"""
# Headsets (Meta, VIVE, VRChat's unified expressions) name the muscles or the parts of the lips.
META = """
JawDrop jawOpen
JawThrust jawForward
JawSidewaysLeft jawLeft
JawSidewaysRight jawRight
LipsToward mouthClose
LipFunneler*B mouthFunnel
LipFunneler*T mouthFunnel
LipPucker* mouthPucker
LipCornerPuller* mouthSmile*
LipCornerDepressor* mouthFrown*
LipStretcher* mouthStretch*
LipPressor* mouthPress*
LipSuckLB mouthRollLower
LipSuckRB mouthRollLower
LipSuckLT mouthRollUpper
LipSuckRT mouthRollUpper
LowerLipDepressor* mouthLowerDown*
UpperLipRaiser* mouthUpperUp*
ChinRaiserB mouthShrugLower
ChinRaiserT mouthShrugUpper
Dimpler* mouthDimple*
CheekPuff* cheekPuff
EyesClosed* eyeBlink*
InnerBrowRaiser* browInnerUp
OuterBrowRaiser* browOuterUp*
BrowLowerer* browDown*
"""
UNIFIED = """
JawOpen jawOpen
JawForward jawForward
JawLeft jawLeft
JawRight jawRight
MouthClosed mouthClose
LipFunnelUpper* mouthFunnel
LipFunnelLower* mouthFunnel
LipPuckerUpper* mouthPucker
LipPuckerLower* mouthPucker
LipSuckUpper* mouthRollUpper
LipSuckLower* mouthRollLower
MouthCornerPull* mouthSmile*
MouthFrown* mouthFrown*
MouthStretch* mouthStretch*
MouthDimple* mouthDimple*
MouthPress* mouthPress*
MouthUpperUp* mouthUpperUp*
MouthLowerDown* mouthLowerDown*
MouthRaiserUpper mouthShrugUpper
MouthRaiserLower mouthShrugLower
CheekPuff* cheekPuff
EyeClosed* eyeBlink*
BrowInnerUp* browInnerUp
BrowOuterUp* browOuterUp*
BrowLowerer* browDown*
TongueOut tongueOut
"""
CC3 = visemes(
    "Open=open Explosive=shut Dental_Lip=teeth Tight-O=round Tight=tight Wide=spread Affricate=tight Lip_Open=narrow",
    Eyes_Blink=BLINK,
    Mouth_Smile_L={"mouthSmileLeft": 1.0},
    Mouth_Smile_R={"mouthSmileRight": 1.0},
    Mouth_Pucker={"mouthPucker": 1.0},
)
CC4 = """
Jaw_Open jawOpen
Jaw_Forward jawForward
Jaw_* jaw*
Mouth_Close mouthClose
Mouth_* mouth*
Mouth_Smile_* mouthSmile*
Mouth_Frown_* mouthFrown*
Mouth_Stretch_* mouthStretch*
Mouth_Dimple_* mouthDimple*
Mouth_Press_* mouthPress*
Mouth_Pucker_Up_* mouthPucker
Mouth_Pucker_Down_* mouthPucker
Mouth_Funnel_Up_* mouthFunnel
Mouth_Funnel_Down_* mouthFunnel
Mouth_Roll_In_Upper_* mouthRollUpper
Mouth_Roll_In_Lower_* mouthRollLower
Mouth_Up_Upper_* mouthUpperUp*
Mouth_Down_Lower_* mouthLowerDown*
Mouth_Shrug_Upper mouthShrugUpper
Mouth_Shrug_Lower mouthShrugLower
Cheek_Puff_* cheekPuff
Eye_Blink_* eyeBlink*
Brow_Raise_Inner_* browInnerUp
Brow_Raise_Outer_* browOuterUp*
Brow_Drop_* browDown*
"""
OCULUS = (
    "sil=rest PP=shut FF=teeth TH=narrow DD=narrow kk=narrow CH=tight SS=narrow nn=narrow RR=tight aa=open E=half "
    "I=spread O=round U=tight"
)
JAPANESE = {"まばたき": BLINK, "ウィンク": {"eyeBlinkLeft": 1.0}, "ウィンク右": {"eyeBlinkRight": 1.0}, "ん": PRESSED}


def daz(channel: str) -> str:
    kind = "jnt" if channel.startswith(("jaw", "eyeBlink")) else "ctrl" if channel == "cheekPuff" else "bs"
    ending = "_div2" if kind == "bs" else ""
    return f"facs_{kind}_{channel[0].upper()}{channel[1:]}{ending}"


# Families that the tools write, and what people make of them.
FAMILIES: dict[str, Family] = {
    "ARKit, copied (.001)": spelled(lambda name: f"{name}.001"),
    "ARKit, each copy another number": spelled(lambda name: f"{name}.{CHANNELS.index(name) + 1:03d}"),
    "ARKit in capitals": spelled(str.upper),
    "ARKit in small letters": spelled(str.lower),
    "ARKit, odd case": spelled(lambda name: name.swapcase()),
    "Faceit, lf and rt": spelled(lambda name: lettered(name, "_lf", "_rt")),
    "Maya, blendShape1.": spelled(lambda name: f"blendShape1.{name}"),
    "Maya, _Mesh": spelled(lambda name: f"{lettered(name)}_Mesh"),
    "Maya, _BS": spelled(lambda name: f"{lettered(name)}_BS"),
    "Maya, Shape": spelled(lambda name: f"{name}Shape"),
    "Maya, a suffix of one's own": spelled(lambda name: f"{lettered(name)}_bobHero"),
    "Maya, side in front": spelled(leading),
    "Maya, side in the middle": spelled(lambda name: f"face_{leading(name)}_geo"),
    "Daz Genesis 8.1": spelled(daz),
    "Daz Genesis 9, with its mesh": spelled(lambda name: f"Genesis9__{daz(name)}"),
    "Daz Genesis 8, visemes": visemes(DAZ_VISEMES, "eCTRLv", eCTRLEyesClosed=BLINK),
    "Daz Genesis 8, head__": visemes(DAZ_VISEMES, "head__eCTRLv", head__eCTRLEyesClosed=BLINK),
    "Daz Genesis 9, visemes": visemes(DAZ_VISEMES, "facs_ctrl_v"),
    "Daz Genesis 2, visemes": visemes(DAZ_VISEMES, "head__VSM"),
    "Character Creator 3": CC3,
    "Character Creator 3 with a prefix": {f"CC_Base_Body.{name}": parts for name, parts in CC3.items()},
    "Character Creator 4 extended": table(CC4),
    "Character Creator, numbered": spelled(lambda name: f"A{CHANNELS.index(name) + 1:02d}_{name}"),
    "iClone": visemes(
        "AE=half Ah=open B_M_P=shut Ch_J=tight EE=spread Er=tight F_V=teeth Ih=spread K_G_H_NG=narrow Oh=round R=tight "
        "S_Z=narrow T_L_D_N=narrow Th=narrow W_OO=tight"
    ),
    "Adobe Fuse": table(FUSE),
    "Mixamo": {f"Facial_Blends.{name}": parts for name, parts in table(FUSE).items()},
    "Mixamo, sides in words": {
        name.removesuffix(f"_{letter}") + f"_{side}" if name.endswith(f"_{letter}") else name: parts
        for name, parts in table(FUSE).items()
        for side, letter in LETTERS.items()
        if name.endswith(f"_{letter}") or (side == "Left" and not name.endswith(("_L", "_R")))
    },
    "faceshift": table(FACESHIFT),
    "faceshift, numbered": {f"{i:02d}_{name}": parts for i, (name, parts) in enumerate(table(FACESHIFT).items())},
    "FaceScape": table(FACESCAPE),
    "Preston Blair": visemes("AI=open E=half O=round U=tight etc=narrow L=narrow WQ=tight MBP=shut FV=teeth rest=rest"),
    "Papagayo": visemes(
        "AI=open E=half O=round U=tight etc=narrow L=narrow WQ=tight MBP=shut FV=teeth rest=rest", "Mouth_"
    ),
    "Rhubarb": visemes("A=shut B=narrow C=half D=open E=round F=tight G=teeth H=narrow X=rest", "mouth_"),
    "Rhubarb in German": visemes("A=shut B=narrow C=half D=open E=round F=tight", "Mund_"),
    "Rhubarb in Spanish": visemes("A=shut B=narrow C=half D=open E=round F=tight X=rest", "boca "),
    "Rhubarb in French": visemes("A=shut B=narrow C=half D=open E=round F=tight", "bouche"),
    "Daz, six visemes": visemes("AA=open EE=spread M=shut F=teeth OW=round W=tight", "head__eCTRLv"),
    "Daz, six bare visemes": visemes("AA=open EE=spread M=shut F=teeth OW=round UW=tight"),
    "visemes of one's own choice": visemes("aa=open oh=round ih=spread pp=shut ff=teeth", "viseme_"),
    "Amazon Polly": visemes(POLLY, "viseme_"),
    "Amazon Polly, bare letters": visemes(POLLY),
    "Azure": visemes(
        "0=rest 1=half 2=open 3=round 4=half 5=tight 6=spread 7=tight 8=round 9=open 10=round 11=open 12=half 13=tight "
        "14=narrow 15=narrow 16=tight 17=narrow 18=teeth 19=narrow 20=narrow 21=shut",
        "viseme_id_",
    ),
    "ARKit with halves of the middle": {
        name + half: {channel: 0.5}
        for channel in CHANNELS
        for name, half in (
            [(channel, "_L"), (channel, "_R")]
            if not channel.endswith(("Left", "Right")) and channel != "tongueOut"
            else [(channel, "")]
        )
    },
    "Rhubarb, bare letters": visemes("A=shut B=narrow C=half D=open E=round F=tight G=teeth H=narrow X=rest"),
    "MetaHuman mesh": {f"head_lod0_mesh__{name}": parts for name, parts in table(METAHUMAN).items()},
    "MetaHuman controls": {f"CTRL_expressions_{camel(name)}": parts for name, parts in table(METAHUMAN).items()},
    "MMD": visemes("あ=open い=spread う=tight え=half お=round") | JAPANESE,
    "VRoid": visemes("A=open I=spread U=tight E=half O=round Close=rest Up=rest Down=rest", "Fcl_MTH_")
    | {"Fcl_EYE_Close": BLINK, "Fcl_EYE_Close_L": {"eyeBlinkLeft": 1.0}, "Fcl_EYE_Close_R": {"eyeBlinkRight": 1.0}},
    "VRM 1": visemes("aa=open ih=spread ou=tight ee=half oh=round", blink=BLINK),
    "VRM 0, bare letters": visemes("A=open I=spread U=tight E=half O=round", Blink=BLINK),
    "Ready Player Me": visemes(OCULUS, "viseme_", mouthOpen=OPEN, eyesClosed=BLINK),
    "VRChat": visemes(OCULUS.replace("I=", "ih=").replace("O=", "oh=").replace("U=", "ou="), "vrc.v_"),
    "SALSA": visemes("saySmall=narrow sayMedium=half sayLarge=open", blink=BLINK),
    "SALSA, visemes": visemes("w=tight t=narrow f=teeth th=narrow ow=round ee=spread oo=round"),
    "Meta's headset": table(META),
    "action units": {
        **{"AU26": {"jawOpen": 1.0}, "AU18": {"mouthPucker": 1.0}, "AU22": {"mouthFunnel": 1.0}},
        **{f"AU12_{letter}": {f"mouthSmile{side}": 1.0} for side, letter in LETTERS.items()},
        **{f"AU20{letter}": {f"mouthStretch{side}": 1.0} for side, letter in LETTERS.items()},
        **{"AU28": {"mouthRollLower": 0.5, "mouthRollUpper": 0.5}, "AU45": BLINK, "AU06": {}},
    },
    "FACS in words": {
        **{"AU26_JawDrop": {"jawOpen": 1.0}, "AU18_LipPuckerer": {"mouthPucker": 1.0}, "AU45_Blink": BLINK},
        **{
            "AU22_LipFunneler": {"mouthFunnel": 1.0},
            "AU12_LipCornerPuller": {"mouthSmileLeft": 1, "mouthSmileRight": 1},
        },
        **{"AU06_CheekRaiser": {}, "AU24_LipPresser": dict(PRESSED)},
    },
    "phones": visemes(
        "AA=open AE=half AH=half AO=round AW=open AY=open B=shut CH=tight D=narrow DH=narrow EH=half ER=tight EY=half "
        "F=teeth G=narrow HH=narrow IH=spread IY=spread JH=tight K=narrow L=narrow M=shut N=narrow NG=narrow OW=round "
        "OY=round P=shut R=tight S=narrow SH=tight T=narrow TH=narrow UH=tight UW=tight V=teeth W=tight Y=spread "
        "Z=narrow ZH=tight"
    ),
    "one's own words": {
        **{"Open Mouth": {"jawOpen": 1.0}, "Smile": {"mouthSmileLeft": 1, "mouthSmileRight": 1}, "Blink": BLINK},
        **{"Mouth Wide": {"mouthStretchLeft": 1, "mouthStretchRight": 1}, "kiss": {"mouthPucker": 1.0}},
    },
    "German": {
        **{
            "Mund_auf": {"jawOpen": 1.0},
            "Lächeln_links": {"mouthSmileLeft": 1},
            "Lächeln_rechts": {"mouthSmileRight": 1},
        },
        **{"Augen zu": BLINK, "Zunge raus": {}},
    },
    "French": {
        **{"Bouche_Ouverte": {"jawOpen": 1.0}, "Sourire": {"mouthSmileLeft": 1, "mouthSmileRight": 1}},
        "Clignement": BLINK,
    },
    "Spanish": {
        **{"boca abierta": {"jawOpen": 1.0}, "sonrisa": {"mouthSmileLeft": 1, "mouthSmileRight": 1}, "parpadeo": BLINK},
    },
    "small letters, sides by a letter": spelled(lambda name: lettered(name, "l", "r").lower()),
    "Italian": {
        **{"bocca_aperta": {"jawOpen": 1.0}, "sorriso": {"mouthSmileLeft": 1, "mouthSmileRight": 1}},
        **{"ammiccamento": BLINK, "bacio": {"mouthPucker": 1.0}},
    },
    "Swedish": {
        **{"mun_öppen": {"jawOpen": 1.0}, "leende": {"mouthSmileLeft": 1, "mouthSmileRight": 1}, "blinka": BLINK},
    },
    "Turkish": {
        **{"ağız_açık": {"jawOpen": 1.0}, "gülümseme": {"mouthSmileLeft": 1, "mouthSmileRight": 1}},
        "göz_kırpma": BLINK,
    },
    "Azure, numbered visemes": visemes(
        "0=rest 1=half 2=open 3=round 4=half 5=tight 6=spread 7=tight 8=round 9=open 10=round 11=open 12=narrow "
        "13=tight 14=narrow 15=narrow 16=tight 17=narrow 18=teeth 19=narrow 20=narrow 21=shut",
        "viseme_",
    ),
    "Unity-chan": visemes("A=open I=spread U=tight E=half O=round SMILE1=rest", "blendShape1.MTH_")
    | {"blendShape2.EYE_DEF_C": BLINK},
    "Daz Genesis 8.1, lips in parts": {
        "facs_jnt_JawOpen": {"jawOpen": 1.0},
        **{
            f"facs_bs_Mouth{kind}{lip}{side}_div2": {channel: 0.25}
            for kind, channel in (("Funnel", "mouthFunnel"), ("Purse", "mouthPucker"))
            for lip in ("Lower", "Upper")
            for side in LETTERS
        },
    },
    "Russian": {
        **{"Рот_открыт": {"jawOpen": 1.0}, "Улыбка": {"mouthSmileLeft": 1, "mouthSmileRight": 1}, "Моргание": BLINK},
    },
    "Bethesda": visemes(
        "Aah=half BigAah=open BMP=shut ChJSh=tight DST=narrow Eee=spread Eh=half FV=teeth I=spread K=narrow N=narrow "
        "Oh=round OohQ=tight R=tight Th=narrow W=tight"
    ),
    "VRChat's unified expressions": table(UNIFIED),
    "spelling mistakes": spelled(
        lambda name: {
            "mouthPucker": "mouthPukcer",
            "mouthDimpleLeft": "mouthDimpelLeft",
            "eyeBlinkLeft": "eyeBlinLeft",
        }.get(name, name)
    ),
    "Korean": {
        "입 벌리기": {"jawOpen": 1.0},
        "입 다물기": {"mouthClose": 1.0},
        "미소": {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0},
        "눈 감기": BLINK,
    },
    "Chinese": {
        **{"张嘴": {"jawOpen": 1.0}, "微笑": {"mouthSmileLeft": 1, "mouthSmileRight": 1}, "眨眼": BLINK},
        "嘟嘴": {"mouthPucker": 1.0},
    },
}

# Names that are no face, or say nothing about a movement of it.
NOT_FACES = {
    "numbered": ["Key 1", "Key 2", "Key 3"],
    "a drawer": ["open_drawer", "close_drawer", "Open", "Closed"],
    "a letter on a prop": ["A"],
    "the alphabet": list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "variants": ["A", "B", "C"],
    "bodies": ["Smile_Lines_Age", "Mouth_Width", "Mouth_Open_Size", "Jaw_Height", "Lip_Thickness", "Jaw_Width"],
    "two hits": ["mouthOpen", "Smile", "Fat", "Thin"],
    "correctives": [
        *("jawOpen_mouthClose_corrective", "jawOpen_mouthSmileLeft_corr", "facs_cbs_JawOpen_MouthFunnel"),
        *("jawOpen_mouthPucker", "mouthSmileLeft_jawOpen_fix", "pJCMJawOpen_30"),
    ],
    "a gripper": ["Jaw_Open", "Jaw_Close", "Rotate"],
    "an aeroplane": ["aileron_L", "aileron_R", "flaps_down", "gear_up", "nose_up", "mouth_intake_open"],
    "numbers of a mouth": [f"mouth_{number}" for number in range(22)],
    "three vowels": ["A", "I", "U"],
    "notes": list("CDEFGAB"),
    "cloth": ["Open", "Closed", "Wide", "Tight", "Long", "Short"],
    "sizes": ["mouthWidth", "mouthHeight", "jawWidth", "lipThickness", "eyeSize"],
    "a lamp": ["Blink", "Blink_L", "Blink_R", "Bright"],
    "a car with an open door": ["open", "wide", "door_open", "wheel_turn", "hood"],
    "an excavator": ["Jaw Open", "Jaw Close", "Jaw Forward", "Arm Up"],
    "a tyre": ["squash", "stretch", "wide", "narrow"],
    "two alphabets": [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"abcdefghijklmnopqrstuvwxyz"],
    "sounds of a thing": ["viseme_a", "viseme_f", "viseme_k"],
    "a car": ["door_left", "door_right", "wheel_L", "wheel_R", "trunk_open", "hood_up"],
}
