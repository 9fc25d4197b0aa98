"""Identifiers of persons, made up by rule and chance, to plant in files; and references as bodies number them."""

import random

from stdnum.gb import upn, utr

SURNAMES = ("SMITH", "JONES", "TAYLOR", "PATEL", "WILLIAMS", "KHAN", "EVANS", "HUGHES")
GIVEN = ("JANE", "PETER", "SUSAN", "MOHAMMED", "GARETH", "FIONA", "NICOLA", "SIMON")
POSTCODES = ("SW1A 1AA", "M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "EC1A 1BB", "CF10 3NQ", "BT1 5GS")


def nhs_number(chance):
    while True:
        digits = [chance.randrange(10) for _ in range(9)]
        check = -sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=True)) % 11
        if check < 10:
            return "".join(map(str, [*digits, check]))


def pupil_number(chance):
    body = f"{chance.choice((801, 210, 383, 941))}{chance.randrange(10**9):09d}"
    return upn.calc_check_digit(body) + body


def taxpayer(chance):
    body = f"{chance.randrange(10**9):09d}"
    return utr.calc_check_digit(body) + body


def insurance_number(chance):
    first, second = chance.choice("ABCEGHJKLMNPRSTWXYZ"), chance.choice("ABCEGHJKLMPRSTWXYZ")
    return f"{first}{second}{chance.randrange(10**6):06d}{chance.choice('ABCD')}"


def mobile(chance):
    return f"07{chance.randrange(10**9):09d}"


def landline(chance):
    return f"0{chance.choice(('121', '161', '113'))}{chance.randrange(10**7):07d}"


def birth_date(chance):
    return f"{chance.randint(1930, 2020)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"


def postcode(chance):
    return chance.choice(POSTCODES)


def email(chance):
    return f"{chance.choice(GIVEN)}.{chance.choice(SURNAMES)}{chance.randrange(99)}@example.org".lower()


def person(chance):
    return f"{chance.choice(GIVEN)} {chance.choice(SURNAMES)}".title()


# Each maker, and the rule it must be found by.
KINDS = {
    "nhs_number": (nhs_number, {"personal.nhs_number"}),
    "upn": (pupil_number, {"personal.upn"}),
    "utr": (taxpayer, {"personal.utr"}),
    "nino": (insurance_number, {"personal.nino"}),
    "mobile": (mobile, {"personal.phone"}),
    "landline": (landline, {"personal.phone"}),
    "postcode": (postcode, {"personal.postcode"}),
    "email": (email, {"personal.email"}),
    "birth_date": (birth_date, {"personal.whole_date", "personal.birth_date"}),
    "person": (person, {"personal.name", "personal.titled_name"}),
}


def planted(kind, count, seed=1):
    chance = random.Random(f"{kind} {seed}")
    return [KINDS[kind][0](chance) for _ in range(count)]


def as_reference(text):
    """An identifier as it would stand in a reference column: capitals, digits and hyphens only."""
    return text.upper().replace(" ", "-")


# SQL over a column `i` of running numbers: how bodies number requests. Each fits ^[A-Z0-9-]{4,32}$.
CLEAN = {
    "plain": "'REQ-2021-' || lpad(i::VARCHAR, 6, '0')",
    "freedom": "'FOI-' || (2019 + i % 6)::VARCHAR || '-' || lpad((i // 6)::VARCHAR, 5, '0')",
    "team": "['IG', 'DPO', 'CS', 'ASC', 'HOU'][1 + i % 5] || '-' || lpad((i // 5)::VARCHAR, 7, '0')",
    "month": "'20' || lpad((18 + i % 7)::VARCHAR, 2, '0') || '-' || lpad((1 + i % 12)::VARCHAR, 2, '0')"
    " || '-' || lpad((i // 12)::VARCHAR, 6, '0')",
    "serial": "lpad((400000 + i)::VARCHAR, 7, '0')",
    "body": "'E0' || (6000001 + i % 59)::VARCHAR || '-DSR-' || lpad(i::VARCHAR, 6, '0')",
    "letter": "'DS' || lpad(i::VARCHAR, 6, '0') || 'X'",
    "unique": "upper(md5(i::VARCHAR)[1:8] || '-' || md5(i::VARCHAR)[9:12] || '-' || md5(i::VARCHAR)[13:16])",
    "ticket": "'INC' || lpad((i * 7 % 10000000)::VARCHAR, 7, '0')",
    "case": "'CASE-' || chr((65 + i % 26)::INTEGER) || '-' || lpad(i::VARCHAR, 8, '0')",
}
