"""Names of currencies, units and scales in written English -> the words that are said."""

__all__ = ["CURRENCIES", "EACH", "IRREGULAR", "LARGE_NAMES", "SCALES", "UNCHANGED", "UNITS"]

# Sign or code -> name of the unit and of its hundredth. "pence" and "yen" have no other plural.
CURRENCIES = {
    **{"$": ("dollar", "cent"), "£": ("pound", "pence"), "€": ("euro", "cent"), "¥": ("yen", "sen")},
    **{"₹": ("rupee", "paisa"), "₽": ("ruble", "kopek"), "₩": ("won", "jeon"), "₿": ("bitcoin", "cent")},
    **{"USD": ("dollar", "cent"), "EUR": ("euro", "cent"), "GBP": ("pound", "pence"), "JPY": ("yen", "sen")},
    **{"CHF": ("franc", "centime")},
}
# Their plurals are the same; so are those of names that end with "hertz".
UNCHANGED = frozenset({"pence", "yen", "won", "sen", "jeon", "percent", "kelvin"})
SCALES = {"k": "thousand", "m": "million", "mn": "million", "mio": "million", "b": "billion", "bn": "billion"}
SCALES |= {"t": "trillion", "tn": "trillion"}
# Unit -> its name in the singular. Where capitals matter, both are listed.
UNITS = {
    **{"kg": "kilogram", "g": "gram", "mg": "milligram", "lb": "pound", "lbs": "pound", "oz": "ounce"},
    **{"km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "mi": "mile", "ft": "foot"},
    **{
        "yd": "yard",
        "yds": "yard",
        "l": "liter",
        "L": "liter",
        "ml": "milliliter",
        "mL": "milliliter",
        "cl": "centiliter",
    },
    **{"s": "second", "sec": "second", "secs": "second", "min": "minute", "mins": "minute", "h": "hour", "hr": "hour"},
    **{"hrs": "hour", "ms": "millisecond", "yr": "year", "yrs": "year", "ha": "hectare", "gal": "gallon", "pt": "pint"},
    **{"mph": "mile per hour", "kph": "kilometer per hour", "km/h": "kilometer per hour", "m/s": "meter per second"},
    **{
        "kmh": "kilometer per hour",
        "rpm": "revolution per minute",
        "fps": "frame per second",
        "bpm": "beat per minute",
    },
    **{
        "°C": "degree celsius",
        "°F": "degree fahrenheit",
        "°": "degree",
        "ºC": "degree celsius",
        "ºF": "degree fahrenheit",
    },
    **{"W": "watt", "kW": "kilowatt", "MW": "megawatt", "kWh": "kilowatt hour", "V": "volt", "Hz": "hertz"},
    **{
        "kHz": "kilohertz",
        "MHz": "megahertz",
        "GHz": "gigahertz",
        "dB": "decibel",
        "px": "pixel",
        "kcal": "kilocalorie",
    },
    **{
        "KB": "kilobyte",
        "kB": "kilobyte",
        "MB": "megabyte",
        "GB": "gigabyte",
        "TB": "terabyte",
        "Mbps": "megabit per second",
    },
    **{
        "m2": "square meter",
        "km2": "square kilometer",
        "m3": "cubic meter",
        "sqft": "square foot",
        "sq ft": "square foot",
        "cm3": "cubic centimeter",
    },
    **{"%": "percent", "¢": "cent", "pp": "page", "μm": "micrometer", "μg": "microgram", "μs": "microsecond"},
}
# What stands behind a slash, "5 GB/s" or "$20/hr".
EACH = {
    **{"s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour", "hour": "hour", "day": "day"},
    **{"d": "day", "wk": "week", "week": "week", "mo": "month", "month": "month", "yr": "year", "year": "year"},
    **{"kg": "kilogram", "lb": "pound", "g": "gram", "l": "liter", "L": "liter", "gal": "gallon", "person": "person"},
    **{"night": "night", "km": "kilometer", "m": "meter", "m2": "square meter", "ml": "milliliter", "mL": "milliliter"},
    **{"mi": "mile", "oz": "ounce", "hit": "hit", "piece": "piece", "unit": "unit", "user": "user", "ft": "foot"},
}
LARGE_NAMES = {"m": "million", "b": "billion"}
IRREGULAR = {"foot": "feet", "inch": "inches"}
