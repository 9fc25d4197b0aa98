"""What identifies a person in UK records: patterns and check digits, for Python and for SQL alike.

Every pattern is written for RE2 (no look-around), is used with case ignored, and is the same text in both.
Sources: NHS Data Dictionary (NHS number, modulus 11), DfE guide to unique pupil numbers, HMRC manual NIM39110
(National Insurance numbers), Ofcom national numbering plan, Royal Mail postcode areas; check digits of NHS
number, UTR and UPN agree with python-stdnum, save that a UPN of a local authority formed since 2011 counts too.
"""

import re

_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN "
    "EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML "
    "N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF "
    "TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)

_START, _END = r"(?:^|[^0-9A-Za-z])", r"(?:[^0-9A-Za-z]|$)"
_GAP = r"[ ().-]{0,2}"
_DAY, _MONTH, _YEAR = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])", r"(?:19\d\d|20[0-4]\d)"
_DATE = rf"(?:{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}|{_DAY}[-/.]{_MONTH}[-/.]{_YEAR}|{_MONTH}[-/.]{_DAY}[-/.]{_YEAR})"
# Eight digits in a row are as likely a year and a serial number; years since 2015 are left to those.
_BORN = r"(?:19\d\d|200\d|201[0-4])"
_PACKED = rf"(?:{_BORN}{_MONTH}{_DAY}|{_DAY}{_MONTH}{_BORN})"

PATTERNS = {
    "email": r"[^\s@,;:<>()]@[^\s@,;:<>()]+\.[^\s@,;:<>()]{2}",
    # QQ is never issued but stands in every official example, so it is what people test with.
    "nino": _START + r"(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]|QQ)[ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-D]" + _END,
    "postcode": _START
    + rf"(?:(?:{'|'.join(_AREAS.split())})\d[0-9A-Z]?[ -]?\d[ABD-HJLNP-UW-Z]{{2}}|GIR[ -]?0AA)"
    + _END,
    "phone": r"(?:^|[^0-9A-Za-z+])(?:447\d{9}|\(?(?:\+44|0044|0)" + _GAP + r"(?:0\)" + _GAP + r")?(?:"
    r"7\d{3}"
    + _GAP
    + r"\d{3}"
    + _GAP
    + r"\d{3}|7\d{2}"
    + _GAP
    + r"\d{3}"
    + _GAP
    + r"\d{4}|2\d"
    + _GAP
    + r"\d{4}"
    + _GAP
    + r"\d{4}|[138]\d\d"
    + _GAP
    + r"\d{3}"
    + _GAP
    + r"\d{4}|1\d{3}"
    + _GAP
    + r"\d{3}"
    + _GAP
    + r"\d{3}|1\d{4}"
    + _GAP
    + r"\d{5}))(?:[^0-9A-Za-z]|$)",
    # As one run or in the groups people write; groups of other lengths are parts of a longer reference.
    "ten_digits": _START + r"[A-Z]{0,3}(\d{10}|\d{3} \d{3} \d{4}|\d{3}-\d{3}-\d{4}|\d{5} \d{5})K?" + _END,
    "pupil_shape": _START + r"([A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z])" + _END,
    "whole_date": rf"^\s*{_DATE}\s*$",
    "packed_date": rf"^[A-Z]{{0,3}}-?{_PACKED}$",
    "birth_date": rf"(?:d\.?o\.?b\b|born|birth)[^0-9]{{0,20}}(?:{_DATE}|{_PACKED}|\d{{1,2}} [a-z]{{3,9}} \d{{4}})",
    "titled_name": r"(?:^|[^A-Za-z])(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor)[. _-]{1,2}[A-Z][A-Z'’-]+(?:[^A-Za-z0-9]|$)",
}
COMPILED = {name: re.compile(text, re.IGNORECASE | re.ASCII) for name, text in PATTERNS.items()}

TITLES = {
    "email": "an e-mail address",
    "nino": "a National Insurance number",
    "postcode": "a postcode",
    "phone": "a telephone number",
    "nhs_number": "an NHS number",
    "utr": "a taxpayer reference",
    "upn": "a pupil number",
    "birth_date": "a date of birth",
    "packed_date": "a date of birth",
    "whole_date": "a date of birth",
    "titled_name": "a person's name",
    "name": "a person's name",
}

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


# The library is loaded when a shape is met, which in most files is never.
def is_nhs_number(digits):
    from stdnum.gb import nhs

    return nhs.is_valid(digits)


def is_utr(digits):
    from stdnum.gb import utr

    return utr.is_valid(digits)


def is_upn(text):
    """The check letter alone: the list of authorities in python-stdnum ends in 2011."""
    from stdnum.gb import upn

    return upn.calc_check_digit(text.upper()) == text[0].upper()


def _digit(number, place):
    return f"(({number} // {10 ** (10 - place)}) % 10)"


def nhs_sql(number):
    """SQL: whether ten digits, as a BIGINT, pass as an NHS number."""
    total = " + ".join(f"{11 - place} * {_digit(number, place)}" for place in range(1, 11))
    return f"(({total}) % 11 = 0)"


def utr_sql(number):
    """SQL: whether ten digits, as a BIGINT, pass as a taxpayer reference."""
    weights = (6, 7, 8, 9, 10, 5, 4, 3, 2)
    total = " + ".join(f"{weight} * {_digit(number, place)}" for place, weight in enumerate(weights, 2))
    # The first digit is 2, 1, 9, 8, ... 2, 1 for the remainders 0 to 10.
    return f"({_digit(number, 1)} = (9 - ({total}) % 11 + 1) % 9 + 1)"


def upn_sql(text):
    """SQL: whether a letter, eleven digits and a digit or letter pass as a pupil number."""
    # A digit stands 23 places after the first letter, and 23 is the modulus: its value is the digit itself.
    total = " + ".join(f"{place} * (ascii(substr({text}, {place}, 1)) - 48)" for place in range(2, 13))
    last = f"coalesce(nullif(strpos('{_LETTERS}', substr({text}, 13, 1)), 0) - 1, ascii(substr({text}, 13, 1)) - 48)"
    return f"(substr({text}, 1, 1) = substr('{_LETTERS}', (({total} + 13 * {last}) % 23)::INTEGER + 1, 1))"
