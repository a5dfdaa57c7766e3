"""Transcripts as people write them: what is spoken of them, as English speakers say it."""

import pytest

from model_runtime.linguistics.text import read_script, spoken_words

NOT_SPOKEN = {
    "emoji": ("I 😀 love it 🎉 ❤️ 👨‍👩‍👧 🇩🇪 👍🏽 ☺", "i love it"),
    "emoticons": ("Hi :-) there :D and <3 you xD ;P ^_^ :smile:", "hi there and you"),
    "music": ("♪ la la la ♪ ♫", "la la la"),
    "invisible": ("soft\u00adly \u200bhe\u2060llo\ufeff", "softly hello"),
    "trademarks": ("Photoshop™ and Coke® ©", "photoshop and coke"),
    "directions": ("[door slams] {cue} <break/> 【music】 Hello", "hello"),
    "starred": ("*laughs* Hello *sighs loudly* there", "hello there"),
    "round": ("Hello (laughs) there (off screen)", "hello there"),
    "speaker": ("ANNA: Hello there. BEN: Hi!", "hello there hi"),
    "speaker with direction": ("Anna (V.O.): Hello.\nBEN (CONT'D): Hi.", "hello hi"),
    "numbered speaker": ("Speaker 1: Hello.\nSPEAKER_01: Hi.\n>> ANNA: Hey.", "hello hi hey"),
    "small speaker": ("anna: hello\nben: hi\nanna: bye", "hello hi bye"),
    "two words": ("the man: hello\nthe woman: hi\nthe man: bye\nthe woman: no", "hello hi bye no"),
    "titles": ("Dr. Smith: Hello.\n- Mr. O'Neil: Hi.\n[Anna]: Hey.", "hello hi hey"),
    "accents": ("Élise: Hello.\nÓSCAR : Hi.\nЖанна: Hey.", "hello hi hey"),
    "several": ("Anna & Ben: Hello.\nAnna/Cleo: Hi.\nANNA AND BEN: Hey.", "hello hi hey"),
    "times": ("00:01 Anna: Hello.\nBen [00:01:02]: Hi.\n> Cleo: Hey.", "hello hi hey"),
    "dashes": ("- Anna: Hello. - Ben: Hi.", "hello hi"),
    "wide colon": ("Anna：Hello", "hello"),
    "bold speaker": ("**Anna:** Hello.\n**Ben**: Hi.\n- Cleo: Hey.", "hello hi hey"),
    "screenplay": ("INT. KITCHEN - DAY\n\n   ANNA\n   (whispering)\n   Hello there.\n\nCUT TO:", "hello there"),
    "times of lines": ("[00:01:02] Hello\n00:01:05 there\n00:07.5 --> 00:08.5 again", "hello there again"),
    "markdown": (
        "# Scene one\n\n- **Never** say __that__ _again_\n> `ever` [again](http://a.com/b)",
        "never say that again ever again",
    ),
    "list": ("1. First\n2) Second\n* Third", "first second third"),
    "tildes": ("~laughs~ I love it ~ 5 or 6 ~", "i love it about five or six"),
    "struck": ("I ~~hate~~ love it", "i love it"),
    "picture": ("![A cat](cat.png) Look <!-- no --> here", "look here"),
    "entities": (
        "Tom &amp; Jerry said &quot;hi&quot;&nbsp;&lt;i&gt;now&lt;/i&gt; &#38; here &hearts;",
        "tom and jerry said hi now and here",
    ),
}
READ = {
    "money": (
        "$1.5 million, -$5, $0.99, a $5 bill and £2bn",
        "one point five million dollars minus five dollars ninety nine cents a five dollar bill and two billion pounds",
    ),
    "money after": (
        "5€, 20 EUR, $5k, $5-10, US$20",
        "five euros twenty euros five thousand dollars five to ten dollars twenty dollars",
    ),
    "signs of numbers": ("-5, −7, .5, -.5 and x-5", "minus five minus seven point five minus point five and x five"),
    "fractions": (
        "1/2, 3/4, 2/3, 2 1/2, 1½ and ¾",
        "one half three quarters two thirds two and a half one and a half and three quarters",
    ),
    "no speakers": (
        "One thing: no. My name is: Anna. At 10:30 we go. He said: wait. Note to self: buy milk",
        "one thing no my name is anna at ten thirty we go he said wait note to self buy milk",
    ),
    "no fractions": ("24/7 since 9/11", "twenty four seven since nine eleven"),
    "decades": (
        "the 1990s, 1990's, '80s, 1900s, 2000s and 20s",
        "the nineteen nineties nineteen nineties eighties nineteen hundreds two thousands and twenties",
    ),
    "roman": (
        "World War II, Henry VIII, Louis XIV, Chapter IV, Part I and Rocky II",
        "world war two henry the eighth louis the fourteenth chapter four part one and rocky two",
    ),
    "not roman": ("I said X. The IV drip, and I will MIX it", "i said x the iv drip and i will mix it"),
    "units": (
        "5 kg, 1 kg, 2.5km, 10 km/h, 6 ft, 20°C, 5 m², 5'10\"",
        "five kilograms one kilogram two point five kilometers ten kilometers per hour six feet twenty degrees "
        "celsius five square meters five foot ten",
    ),
    "no units": ("a 5G phone, 4K and 3D", "a five g phone four k and three d"),
    "dates": (
        "March 15, 2024 or 2024-03-15, 3/15/2024, 15.3.2024, Jan. 5, 15 March",
        "march fifteenth twenty twenty four or march fifteenth twenty twenty four march fifteenth twenty twenty "
        "four march fifteenth twenty twenty four january fifth the fifteenth of march",
    ),
    "times": (
        "7:05, 7 pm, 7:30am, 10:00, 10am-5pm",
        "seven oh five seven p m seven thirty a m ten o'clock ten a m to five p m",
    ),
    "percent": ("50% or 50-60 %", "fifty percent or fifty to sixty percent"),
    "ordinals": ("1st, 22nd, the 3rd-floor, 1,000th", "first twenty second the third floor one thousandth"),
    "years": (
        "1984, 1914-1918, 2024.",
        "nineteen eighty four nineteen fourteen to nineteen eighteen twenty twenty four",
    ),
    "telephone": (
        "call 555-1234, (555) 123-4567 or 911",
        "call five five five one two three four five five five one two three four five six seven or nine one one",
    ),
    "addresses": (
        "www.example.com/page, https://a.org or anna@example.com.",
        "www dot example dot com slash page a dot org or anna at example dot com",
    ),
    "abbreviations": (
        "Mr. Smith vs. Dr. Who, Main St., St. Louis, Jr., etc., e.g. w/o",
        "mister smith versus doctor who main street saint louis junior et cetera for example without",
    ),
    "words that look like them": ("No. I sat on a col. of mine. Is it in?", "no i sat on a col of mine is it in"),
    "signs": (
        "R&D + 5 < 6, ~5, #1, #love, 2x4, 1+1=2",
        "r and d plus five less than six about five number one hashtag love two by four one plus one equals two",
    ),
    "decimals after a comma": (
        "5,50 €, EUR 3,2 and 1,5",
        "five euros fifty cents three point two euros and one point five",
    ),
    "amounts for each": (
        "$5/month, $20/hr, 3€/kg and 5 GB/s",
        "five dollars per month twenty dollars per hour three euros per kilogram and five gigabytes per second",
    ),
    "units of science": (
        "5 GHz, 20ºC, 100 µm, 5 μg, 5 sq ft and 6 ft 2 in",
        "five gigahertz twenty degrees celsius one hundred micrometers five micrograms five square feet and six feet "
        "two inches",
    ),
    "dates of programs": (
        "2024/03/15, 03-15-2024, 2024-03-15T10:30",
        "march fifteenth twenty twenty four march fifteenth twenty twenty four march fifteenth twenty twenty "
        "four ten thirty",
    ),
    "times with full stops": (
        "5.30pm, 5 p.m., 7 a.m.–9 p.m.",
        "five thirty p m five p m seven a m to nine p m",
    ),
    "durations": (
        "1h 20m, 2m 30s and 1h5m10s",
        "one hour twenty minutes two minutes thirty seconds and one hour five minutes ten seconds",
    ),
    "telephone abroad": (
        "+44 20 7946 0958, 555.123.4567, 5551234567 or 9-1-1",
        "plus four four two zero seven nine four six zero nine five eight five five five one two three four five six "
        "seven five five five one two three four five six seven or nine one one",
    ),
    "thousands": (
        "10 000, 1 234 567, 1'000, 5000000000",
        "ten thousand one million two hundred and thirty four thousand five hundred and sixty seven one "
        "thousand five billion",
    ),
    "large": (
        "1.5M views, 3.2bn, 4 mil, $1M-$2M",
        "one point five million views three point two billion four million one million to two million dollars",
    ),
    "wars and kings": (
        "WWII, WW1, Louis XVI's head, type II, act V, scene ii, Vol. II, in 1066",
        "world war two world war one louis the sixteenth's head type two act five scene two volume two in "
        "ten sixty six",
    ),
    "screens": ("1080p, 720p and 1800p", "ten eighty p seven twenty p and eighteen hundred p"),
    "plus or minus": ("+/- 5 and √2", "plus or minus five and square root of two"),
    "plural": ("your friend(s)", "your friends"),
}


@pytest.mark.parametrize("kind", NOT_SPOKEN)
def test_what_is_written_around_the_words_is_not_spoken(kind):
    written, spoken = NOT_SPOKEN[kind]
    assert " ".join(spoken_words(written)) == spoken


@pytest.mark.parametrize("kind", READ)
def test_numbers_and_abbreviations_are_read_as_people_read_them(kind):
    written, spoken = READ[kind]
    assert " ".join(spoken_words(written)) == spoken


def test_what_may_be_spoken_is_kept_apart():
    script = read_script("Anna: I (really) mean *it* (laughs [loudly])")
    assert script.words == ("anna", "i", "really", "mean", "it", "laughs")
    assert script.maybe == ((0, 1), (2, 3), (4, 5), (5, 6))
    assert script.spoken({1, 2}) == ("i", "really", "mean", "it")


def test_a_bracket_that_cuts_a_mark_leaves_the_rest_spoken():
    assert spoken_words("one *two [three* four] five") == ("one", "two", "five")
