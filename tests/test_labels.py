"""Labels of aligners and corpora: the convention is recognised from all labels of a file, then each label is read."""

import pytest

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.linguistics.labels import arpabet, read_labels
from model_runtime.linguistics.phones import PHONES

# Phones of each tool's own inventory -> the English phone with that mouth.
INVENTORIES = {
    "MFA, ARPAbet": """
        AA0=AA AE1=AE AH2=AH AO1=AO AW1=AW AY0=AY B=B CH=CH D=D DH=DH EH1=EH ER0=ER EY2=EY F=F G=G HH=HH
        IH0=IH IY1=IY JH=JH K=K L=L M=M N=N NG=NG OW1=OW OY1=OY P=P R=R S=S SH=SH T=T TH=TH UH1=UH UW1=UW
        V=V W=W Y=Y Z=Z ZH=ZH sil=SIL
    """,
    "MFA, English": """
        aj=AY aw=AW bʲ=B cʰ=K cʷ=K dʒ=JH d̪=D ej=EY fʷ=F h=HH iː=IY j=Y kp=P ɡb=B m̩=M n̩=N ow=OW t̪=T tʷ=T
        æ=AE ç=HH ð=DH ŋ=NG ɐ=AH ɑː=AA ɒː=AO ɔj=OY ə=AH əw=OW ɚ=ER ɛː=EH ɜː=ER ɝ=ER ɟʷ=G ɡ=G ɪ=IH ɫ̩=L ɱ=M
        ɲ=N ɹ=R ɾ̃=T ɾʲ=T ʃ=SH ʉː=UW ʊ=UH ʎ=L ʒ=ZH ʔ=T θ=TH
    """,
    "MFA, French": """
        a=AA ɑ̃=AA ɔ̃=AO ɛ̃=EH e=EY ø=UH œ=UH ə=AH y=UW u=UW o=OW ʁ=R ɥ=W w=W j=Y ʒ=ZH ʃ=SH ɲ=N tʃ=CH mʲ=M
        c=K
    """,
    "MFA, German": """
        aː=AA yː=UW ʏ=UH øː=UH œ=UH ɔʏ=OY aj=AY aw=AW pf=P ts=T tʃ=CH ç=HH x=HH ʁ=R ɐ=AH v=V z=Z l̩=L ŋ=NG
        cʰ=K
    """,
    "MFA, Swedish": """
        ɧ=SH ɕ=SH ʉː˥˩=UW yː˧˩=UW øː˥˧=UH ɵ=UH ɑː=AA ʂ=SH ɖ=D ɳ=N ʈ=T ɭ=L ʋ=V
    """,
    "MFA, Mandarin": """
        aj˥˩=AY aw˨˩˦=AW ow˧˥=OW y˥=UW y˨˩˦=UW ə˥=AH tɕʰ=CH tɕʷ=CH ʈʂʰ=CH ɕ=SH ʂ=SH ʐ̩˥˩=ZH z̩˧=Z ɥ=W ɻ=R
        xʷ=HH kʷ=K m̩˥=M ŋ̍˧˥=NG
    """,
    "MFA, Korean": """
        tɕ͈=CH k͈=K p͈=P s͈=S t̚=T ɐ=AH ɨ=IH ʌː=AH ɭ=L ɸ=F β=V ɣ=G ɰ=G sʰ=S ɕ͈ʷ=SH
    """,
    "MFA, Japanese": """
        ɯ̥=IH ɨː=IH ɸʲ=F ɴː=NG ɰ̃=G tɕː=CH dʑ=JH ɕː=SH ɾʲː=T bʲː=B mʲ=M ɟː=G ts=T i̥=IY o=OW
    """,
    "MFA, Thai and Vietnamese": """
        iə˨ˀ˥=IY ɨə˦˥=IH uə˨˩=UW ɯa˥˩=IH ɓ=B ɗ=D ŋm=M kp=P aː˧˥ˀ=AA ɤː˧=AH oː˨˩˨=OW tʰ=T
    """,
    "MFA, Polish, Czech, Arabic, Hausa": """
        tʂ=CH dʐ=JH dʑ=JH r̝=R sˤː=S ħ=HH ʕ=HH ɟʝ=Y kʷʼ=K ɗ=D ᵐb=B ⁿd=D ᵑɡ=G ʡ=T t̪s̪=T d͡ʒʱ=JH ɽʱ=R ˈɾ=T
        ɛuː=OW b̤=B
    """,
    "IPA of dictionaries": """
        t͡ʃ=CH d͜ʒ=JH aɪ=AY eɪ=EY oʊ=OW əʊ=OW ɔɪ=OY aʊ=AW ɪə=IH eə=EH ʊə=UH aɪə=AY ˈiː=IY ˌɑː=AA u.=UW ə˞=ER
        e̞=EY ɔ̹=AO n̥=N l̩=L ɫ̪=L y=UW ʍ=W
    """,
    "other letters of IPA": """
        ε=EH ǝ=AH ɩ=IH ɷ=UH š=SH ž=ZH č=CH ʤ=JH š=SH
    """,
    "WebMAUS, German": """
        <p:>=SIL a:=AA a=AA E:=EH 2:=UH 9=UH y:=UW Y=UH OY=OY aI=AY aU=AW @=AH 6=AH C=HH x=HH R=R S=SH Z=ZH
        N=NG pf=P ts=T tS=CH dZ=JH ?=T j=Y o~=OW E:~=EH <usb>=SIL <nib>=SIL #=SIL I=IH U=UH
    """,
    "WebMAUS, English": """
        i:=IY I=IH E=EH {=AE A:=AA Q=AO O:=AO U=UH u:=UW V=AH 3:=ER @=AH eI=EY aI=AY OI=OY @U=OW aU=AW I@=IH
        e@=EH U@=UH T=TH D=DH S=SH Z=ZH tS=CH dZ=JH N=NG j=Y r=R w=W W=W }:=UW @}=OW {I=AY <=SIL >=SIL
    """,
    "WebMAUS, Italian, Estonian, Polish": """
        ttS=CH tS_cl=CH t_rl=T ddZ=JH LL=L JJ=N ss=S wO=AO jo=OW n_j=N ts_j=T p_h=P {{=AE 22=UH yy=UW 77=AH
        Ae=AY e:u=OW
    """,
    "X-SAMPA": """
        r\\=R r\\`=R s\\=SH z\\=ZH t_S=CH d_Z=JH t_s=T t_h=T t_d=T n_==N l_==L @`=ER 3`=ER "i:=IY %O:=AO t`=T
        p\\=F h\\=HH X\\=HH R\\=R J\\=G a_T=AA B\\=B 3\\=ER
    """,
    "TIMIT": """
        bcl=B pcl=P tcl=T kcl=K dcl=D gcl=G dx=T nx=N q=T hv=HH el=L em=M en=N eng=NG ux=UW ix=IH ax=AH
        ax-h=AH axr=ER h#=SIL pau=SIL epi=SIL y=Y jh=JH
    """,
    "Buckeye": """
        aa=AA aan=AA aen=AE ahn=AH own=OW iyn=IY tq=T dx=T nx=N el=L en=N er=ER y=Y hh=HH SIL=SIL
        VOCNOISE=SIL <IVER>=SIL {B_TRANS}=SIL hhn=HH LAUGH=SIL <CUTOFF-the>=SIL
    """,
    "gentle": """
        ae_I=AE hh_B=HH ah_I=AH l_I=L ow_E=OW y_B=Y iy_S=IY sil=SIL
    """,
    "Kaldi": """
        AE1_B=AE T_E=T DH_B=DH AH0_E=AH Y_B=Y SIL=SIL NSN_S=SIL LAUGHTER_S=SIL
    """,
    "CMU Sphinx": """
        SIL=SIL <s>=SIL </s>=SIL <sil>=SIL ++BREATH++=SIL ++NOISE++=SIL ++SMACK++=SIL ++COUGH++=SIL +NSN+=SIL
        +INHALE+=SIL [NOISE]=SIL [COUGH]=SIL ++UH++=AH +UM+=AH ++MM++=M HH=HH AH=AH L=L OW=OW UH=UH
    """,
    "P2FA": """
        sp=SIL sil=SIL ns=SIL br=SIL cg=SIL lg=SIL ls=SIL {NS}=SIL {BR}=SIL {LS}=SIL AA1=AA N=N
    """,
    "noise in other signs": """
        *cough*=SIL #noise=SIL &=laughs=SIL <eps>=SIL [PAD]=SIL (breath)=SIL {lipsmack}=SIL sil1=SIL throat_clear=SIL
        door-noise=SIL non-speech=SIL AE1=AE T=T
    """,
    "DISC (CELEX, LaBB-CAT)": """
        I=IH E=EH {=AE V=AH Q=AO U=UH @=AH i=IY #=AA $=AO u=UW 3=ER 1=EY 2=AY 4=OY 5=OW 6=AW 7=IH 8=EH 9=UH c=AE
        q=AA N=NG T=TH D=DH S=SH Z=ZH j=Y x=HH J=CH _=JH C=NG F=M H=N P=L R=R sil=SIL
    """,
    "DISC without the vowel of 'law'": """
        h=HH @=AH l=L 5=OW w=W 3=ER d=D 1=EY #=AA
    """,
    "MRPA (Festival)": """
        @=AH @@=ER a=AE aa=AA ai=AY ei=EY i@=IH ii=IY o=AO oo=AO ou=OW u=UH uh=AH uu=UW ch=CH dh=DH jh=JH ng=NG
        sh=SH th=TH zh=ZH y=Y #=SIL pau=SIL
    """,
    "Japanese, Julius": """
        silB=SIL silE=SIL sp=SIL a:=AA o:=OW N=N q=T ky=K by=B sh=SH ts=T ch=CH
    """,
    "Mandarin, Pinyin": """
        zh=JH ch=CH x=SH q=CH c=T a1=AA ao3=AW iou2=OW v4=UW ve2=EH uai4=AY ii4=Z ng=NG e5=AH
    """,
    "Japanese, romaji": """
        a=AA i=IY u=UH N=N cl=T ky=K ry=T sh=SH ch=CH j=JH y=Y pau=SIL
    """,
}


@pytest.mark.parametrize("name", INVENTORIES)
def test_the_labels_of_each_tool(name):
    pairs = [pair.rpartition("=") for pair in INVENTORIES[name].split()]
    read = read_labels([label for label, _, _ in pairs])
    assert dict(zip([label for label, _, _ in pairs], read.phones, strict=True)) == {a: b for a, _, b in pairs}
    assert read.unknown == ()


@pytest.mark.parametrize(
    ("labels", "phones"),
    [
        ("t y ʁ", "T UW R"),
        ("t y R @", "T UW R AH"),
        ("Y UW1 N", "Y UW N"),
        ("y uw n", "Y UW N"),
        ("y_B uw_E", "Y UW"),
        ("S I t", "SH IH T"),
        ("S IH1 T", "S IH T"),
        ("F ʃ", "F SH"),
        ("j a N k", "Y AA NG K"),
        ("n i3 x ie4", "N IY SH EH"),
        ("x i", "HH IY"),
    ],
)
def test_a_letter_is_read_as_its_neighbours_are(labels, phones):
    assert " ".join(read_labels(labels.split()).phones) == phones


@pytest.mark.parametrize(
    "mark", ["spn", "SPN_S", "+SPN+", "++SPOKEN_NOISE++", "<unk>", "[UNK]", "<UNKNOWN-ww>", "%hes"]
)
def test_speech_without_phones_is_one_unknown_phone(mark):
    read = read_labels(["HH", "AY1", mark, "sil"])
    assert read.phones == ("HH", "AY", "AH", "SIL")
    assert (read.unknown, read.strange) == ((2,), ())
    assert arpabet(mark) == "AH"


def test_signs_of_german_sampa_are_no_disc():
    assert read_labels(["2", "S", "9", "6", "n", "#"]).phones == ("UH", "SH", "UH", "AH", "N", "SIL")


def test_what_is_unknown_is_neutral_and_said():
    read = read_labels(["HH", "QUX", "AY1", "", "oov_S", "...", "QUX"])
    assert read.phones == ("HH", "AH", "AY", "SIL", "AH", "SIL", "AH")
    assert read.unknown == (1, 4, 6)


@pytest.mark.parametrize("phone", PHONES)
def test_every_label_of_ours_alone_in_any_case(phone):
    assert arpabet(phone) == arpabet(phone.lower()) == phone
    assert phone == "SIL" or arpabet(phone + "1") == phone


def test_a_text_of_words_is_no_list_of_phones():
    with pytest.raises(InputError, match="different phones"):
        read_labels([f"w{index}" for index in range(limits.PHONE_LABELS + 1)])
    with pytest.raises(InputError, match="characters"):
        read_labels(["a" * (limits.LABEL_LETTERS + 1)])
