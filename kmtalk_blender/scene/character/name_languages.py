"""Words of other languages in the names of shape keys.

Only words for parts and movements of the face stand here; a name counts when it becomes the name of a channel word by
word, so that a single word such as `zu` or `droit` alone says nothing.
"""

__all__ = ["COMPOUNDS", "TRANSLATIONS"]

# English word -> words of German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Swedish, Czech and
# Turkish, without accents.
MEANINGS = {
    "mouth": "mund bouche boca bocca mond usta рот рта mun munnen agiz",
    "jaw": "kiefer unterkiefer machoire mandibula mascella kaak szczeka челюсть",
    "open": "auf offen geoffnet offnen ouverte ouvert ouvrir ouverture abierta abierto abrir aberta aberto aperta "
    "aperto aprire open otwarte otwarta otworz "
    "oppen oppna otevrena otevrit acik открыт открыта открытый открыть открыто",
    "close": "zu geschlossen schliessen fermee ferme fermer fermes cerrada cerrado cerrar cerrados fechada fechado "
    "fechar fechados chiusa chiuso chiudere chiusi dicht zamkniete zamknij stangd stang zavrena zavrit kapali "
    "закрыт закрыта закрытый закрыть закрыто",
    "smile": "lacheln grinsen sourire sonrisa sonreir sorriso sorrir sorridere glimlach usmiech улыбка "
    "leende usmev gulumseme",
    "blink": "blinzeln lidschlag cligner clignement clignotement parpadeo parpadear pestaneo piscar piscada "
    "ammiccare ammiccamento knipperen knipper blinka blinkning mrknuti kirpma "
    "mrugniecie mruganie моргание моргнуть моргать",
    "eye": "auge augen oeil yeux ojo ojos olho olhos occhio occhi oog ogen oko oczy oga ogon goz gozler глаз глаза",
    "lip": "lippe lippen levre levres labio labios labbro labbra warga wargi губа губы",
    "tongue": "zunge langue lengua lingua jezyk язык",
    "cheek": "wange wangen joue joues mejilla mejillas bochecha bochechas guancia guance wang policzek щека щеки",
    "brow": "augenbraue augenbrauen braue brauen sourcil sourcils ceja cejas sobrancelha sobrancelhas sopracciglio "
    "sopracciglia wenkbrauw wenkbrauwen brew brwi бровь брови",
    "left": "links gauche izquierda izquierdo izq esquerda esquerdo sinistra sinistro sx lewy lewa lewe левый левая "
    "левое",
    "right": "rechts droite droit derecha derecho dcha direita direito destra destro dx prawy prawa prawe правый "
    "правая правое",
    "pucker": "kussmund spitzmund",
    "kiss": "kuss baiser bisou beso beijo bacio kus pocalunek поцелуй puss polibek opucuk",
}
TRANSLATIONS = {word: english for english, words in MEANINGS.items() for word in words.split() if word != english}

# English words -> names in scripts without spaces. 左 or 右 before or behind them is read apart.
WHOLE_NAMES = {
    "mouth open": "口開け 口開 口開き 口あけ 口を開ける 張嘴 张嘴 张口 張口 开口 開口 嘴张开 입벌리기 입벌림 입열기",
    "mouth close": "口閉じ 口閉 闭嘴 閉嘴 입다물기",
    "jaw open": "顎開け 顎開き あご開け 張下巴 턱벌리기",
    "blink": "まばたき 瞬き またたき 眨眼 闭眼 閉眼 目閉じ 눈깜빡임 눈깜박임 눈감기",
    "wink": "ウィンク ウインク",
    "mouth smile": "口角上げ 微笑 微笑み 嘴角上扬 미소 입꼬리올리기",
    "mouth frown": "口角下げ 嘴角下垂",
    "mouth wide": "口横広げ 口横伸ばし",
    "mouth pucker": "口横狭め 口横窄め 口すぼめ 嘟嘴 撅嘴",
    "tongue out": "舌出し",
}
COMPOUNDS = {name: english for english, names in WHOLE_NAMES.items() for name in names.split()}
