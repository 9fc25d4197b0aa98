"""Words that other people's tables use for our columns and codes, and how near a word is to one of them."""

import csv
import difflib
import re
from functools import cache

from etl.paths import DATA
from etl.profile import bodies as profile_bodies
from etl.profile.file import fold

# Words that mean one code wherever they were met: Cabinet Office, Scottish and MuckRock statistics on requests for
# information, NHS Digital's National Back Office, and the public registers of releases.
WORDS = {
    "outcomes": {
        "shared_full": "shared, shared in full, granted, granted in full, approved, agreed, disclosed, "
        "disclosed in full, released, full release, provided, information provided, approved - trace, successful",
        "shared_part": "partially withheld, partly withheld, granted in part, disclosed in part, partially disclosed, "
        "partial disclosure, some released, partial, shared in part, partly granted",
        "shared_conditions": "approved with conditions, conditionally approved, shared with conditions",
        "refused": "rejected, refused, declined, denied, fully withheld, withheld, withheld in full, none released, "
        "not disclosed, not approved, turned down, refused in full",
        "not_held": "not held, none held, information not held, no information held, approved - no trace, no trace",
        "withdrawn": "withdrawn, abandoned, cancelled, lapsed, on-hold or lapsed, closed - withdrawn/unclear",
        "redirected": "transferred, transfer, referred, redirected, passed on",
        "no_response": "no response, no reply, response not yet provided, failure to respond, not answered",
        "pending": "pending, open, in progress, still being processed, awaiting decision, outstanding",
    },
    "sectors": {
        "police": "police, police force, police forces, law enforcement",
        "justice": "court, courts, prison, prisons, probation, youth justice",
        "local_government": "council, councils, local authority, local authorities, local government",
        "health": "nhs, health, nhs trust, nhs trusts, hospital, gp, gp practice, ccg, icb, dscro/ ccg/ csu, "
        "dscro/ccg/csu, cqc registered health or/and social care provider",
        "higher_education": "university, universities, academic, academic institution, higher education",
        "education": "school, schools, education, nursery, early years, college",
        "voluntary": "charity, charities, voluntary, voluntary sector, third sector, charitable and voluntary",
        "private": "commercial, private, private sector, company",
        "fire": "fire, fire service, fire and rescue",
        "housing": "housing association, housing associations, registered provider",
        "central_government": "central government, government department, government departments",
        "childrens_services": "children's services, children's social care, childrens services",
        "adult_social_care": "adult social care, adult services",
        "regulator": "regulator, regulators, inspectorate",
        "not_stated": "not stated, not known, unknown, not recorded",
    },
    "yes_no": {"yes": "y, yes, true, 1", "no": "n, no, false, 0", "not_stated": "not stated, not known, unknown"},
    "urgencies": {"urgent": "urgent, high", "routine": "routine, standard, normal, low", "emergency": "emergency"},
}
# The name of an organisation hints at its sector by these words, tried in this order.
SECTOR_PATTERNS = (
    (r"^nhs |\bnhs\b.*\btrust\b|\bccg\b|\bhospitals?\b|\bacute trusts\b", "health"),
    (r"\bcouncil\b|\blondon borough\b", "local_government"),
    (r"\bconstabulary\b|\bpolice\b", "police"),
    (r"\buniversity\b|^ucl ", "higher_education"),
    (r"\bschool\b|\bacademy\b", "education"),
    (r"\b(ltd|limited|llp|plc|inc)\b", "private"),
)
# Which column of a table may be which column of ours, by its name; the first that fits is taken.
ROLES = {
    "received_on": r"receiv|date of (the )?request|request(ed)? (date|on)|opened|logged|submitted",
    "decided_on": r"decided|decision|closed|completed|respon(d|se)|determined",
    "released_on": r"releas|disseminat|shared|supplied|sent|signed|start|date",
    "outcome": r"outcome|decision|result|status|disposition|response|verdict",
    "requests": r"^(the )?(number|no\.?|count|total|requests|volume|cases)( |$)",
    "reference": r"\bref|agreement|\bnumber\b|\bno\b|case|contract|licen[cs]e|\bid\b|rowid",
    "organisation_type": r"(type|sector|category|kind) of (organi[sz]ation|body|partner|requester)"
    r"|(organi[sz]ation|requester|recipient|body|partner|applicant|customer) ?(type|sector|category|kind)|^sector$",
    "reason": r"reason|exemption|grounds|barrier",
    "organisation": r"organi[sz]ation|recipient|partner|customer|applicant|requester|requesting|asked by|shared with"
    r"|disclosed to|agency|company|body|authority",
    "purpose": r"^purpose( of .*)?$",
    "region": r"\bregion\b",
    "urgency": r"urgen|priority",
    "under_agreement": r"(under|covered by).*agreement",
    "period": r"^(period|month|quarter|year|financial year|date)$",
}
LIKELY = 0.8


def role(name, wanted):
    """Whether a column's name may be that role."""
    return bool(re.search(ROLES[wanted], name))


@cache
def exact(listed):
    """{folded text: code} of a code list: its codes, its labels and the words above."""
    with open(DATA / "reference" / f"{listed}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {fold(word): row["code"] for row in rows for word in (row["code"], row["label"])}
    for code, words in WORDS.get(listed, {}).items():
        known.update(dict.fromkeys(words.split(", "), code))
    return known


def code(listed, text):
    """(code, '') when a text, a body's name or a reviewed alias is known; (code, why) when only near; else None."""
    if fold(text) in exact(listed):
        return exact(listed)[fold(text)], ""
    if listed == "sectors" and (row := profile_bodies.find(text)):
        return row["sector"], ""
    return _near(listed, fold(text))


def _near(listed, text):
    known = dict(exact(listed))
    if listed == "sectors":
        if code := next((code for pattern, code in SECTOR_PATTERNS if re.search(pattern, text)), None):
            return code, "by the words of its name"
        known |= {name: row["sector"] for name, row in profile_bodies.known().items()}
    for word in difflib.get_close_matches(text, known, 1, LIKELY):
        return known[word], f"spelt like {word!r}"
    inside = [word for word in exact(listed) if re.search(rf"\b{re.escape(word)}\b", text) and len(word) > 3]
    if inside:
        word = max(inside, key=len)
        return known[word], f"holds the words {word!r}"
    starts = [word for word in known if len(text) > 7 and word.startswith(text.split(" ")[0] + " ") and text in word]
    return (known[starts[0]], f"part of {starts[0]!r}") if len(starts) == 1 else None
