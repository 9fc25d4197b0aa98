"""Who asks whom for what in a synthetic world: weights, all made up, skewed on purpose and tied to one another.

Keys are codes of data/reference. Weights need not add to one.
"""

# How many of the chosen bodies come from each sector of data/reference/bodies.csv.
BODIES = {
    "local_government": 0.52, "health": 0.21, "police": 0.08, "central_government": 0.05, "voluntary": 0.06,
    "regulator": 0.02, "justice": 0.02, "fire": 0.02, "housing": 0.01, "higher_education": 0.01,
}  # fmt: skip

# Expected requests of a body of middling size, against a council's.
SIZE = {
    "local_government": 1.0, "health": 1.0, "police": 2.6, "central_government": 2.8, "voluntary": 0.30,
    "regulator": 0.5, "justice": 1.2, "fire": 0.35, "housing": 0.4, "higher_education": 0.5,
}  # fmt: skip

# Size by region, against one: large regions hold larger bodies.
REGION = {
    "E12000001": 0.7, "E12000002": 1.3, "E12000003": 1.0, "E12000004": 0.8, "E12000005": 1.1, "E12000006": 0.9,
    "E12000007": 1.7, "E12000008": 1.2, "E12000009": 0.8, "W92000004": 0.6, "S92000003": 0.5, "N92000002": 0.4,
}  # fmt: skip

# The service of a council that holds what is asked for: upper-tier and single-tier councils have them all.
SERVICES = {
    "upper": {
        "local_government": 0.34, "childrens_services": 0.28, "adult_social_care": 0.21, "education": 0.09,
        "housing": 0.08,
    },
    "lower": {"local_government": 0.70, "housing": 0.30},
}  # fmt: skip

# Purpose by the holder's sector.
PURPOSE = {
    "central_government": {
        "benefits_eligibility": 26, "fraud_debt": 22, "research_statistics": 13, "homelessness_housing": 9,
        "crime_prevention": 8, "education_send": 6, "safeguarding_child": 5, "commissioning_planning": 5,
        "inspection_regulation": 4, "commercial": 2, "not_stated": 2,
    },
    "local_government": {
        "fraud_debt": 19, "crime_prevention": 17, "homelessness_housing": 15, "benefits_eligibility": 12,
        "early_help": 10, "safeguarding_child": 7, "safeguarding_adult": 6, "emergency_response": 4,
        "commissioning_planning": 4, "research_statistics": 3, "commercial": 2, "other": 2, "not_stated": 3,
    },
    "health": {
        "direct_care": 34, "safeguarding_child": 16, "safeguarding_adult": 12, "commissioning_planning": 9,
        "research_statistics": 9, "crime_prevention": 7, "early_help": 6, "education_send": 3,
        "inspection_regulation": 2, "commercial": 2, "not_stated": 2,
    },
    "adult_social_care": {
        "safeguarding_adult": 40, "direct_care": 28, "crime_prevention": 8, "homelessness_housing": 8,
        "fraud_debt": 5, "commissioning_planning": 5, "inspection_regulation": 3, "not_stated": 3,
    },
    "childrens_services": {
        "safeguarding_child": 44, "early_help": 26, "education_send": 12, "crime_prevention": 8, "direct_care": 4,
        "inspection_regulation": 3, "research_statistics": 2, "not_stated": 2,
    },
    "education": {
        "education_send": 40, "safeguarding_child": 31, "early_help": 15, "research_statistics": 6, "commercial": 5,
        "not_stated": 3,
    },
    "higher_education": {
        "research_statistics": 45, "safeguarding_adult": 18, "crime_prevention": 12, "emergency_response": 8,
        "fraud_debt": 8, "other": 9,
    },
    "police": {
        "crime_prevention": 42, "safeguarding_child": 24, "safeguarding_adult": 13, "fraud_debt": 7,
        "emergency_response": 5, "homelessness_housing": 3, "research_statistics": 2, "inspection_regulation": 2,
        "not_stated": 2,
    },
    "justice": {
        "crime_prevention": 48, "safeguarding_child": 15, "homelessness_housing": 12, "direct_care": 9,
        "fraud_debt": 8, "research_statistics": 5, "not_stated": 3,
    },
    "fire": {
        "emergency_response": 52, "safeguarding_adult": 26, "crime_prevention": 9, "homelessness_housing": 8,
        "not_stated": 5,
    },
    "voluntary": {
        "early_help": 28, "safeguarding_child": 20, "safeguarding_adult": 18, "homelessness_housing": 18,
        "direct_care": 9, "other": 5, "not_stated": 2,
    },
    "housing": {
        "homelessness_housing": 44, "fraud_debt": 22, "crime_prevention": 16, "safeguarding_adult": 10,
        "benefits_eligibility": 8,
    },
    "regulator": {
        "inspection_regulation": 60, "safeguarding_child": 12, "safeguarding_adult": 10, "research_statistics": 8,
        "crime_prevention": 8, "commercial": 2,
    },
    "other_public": {"other": 40, "fraud_debt": 25, "research_statistics": 20, "not_stated": 15},
}  # fmt: skip

# Requester's sector by the holder's sector, before the purpose tilts it.
REQUESTER = {
    "central_government": {
        "local_government": 44, "health": 12, "police": 10, "central_government": 9, "higher_education": 8,
        "childrens_services": 5, "voluntary": 5, "housing": 4, "private": 3,
    },
    "local_government": {
        "police": 25, "central_government": 18, "local_government": 13, "health": 11, "voluntary": 11, "housing": 7,
        "childrens_services": 5, "adult_social_care": 4, "private": 3, "justice": 2, "not_stated": 1,
    },
    "health": {
        "health": 24, "adult_social_care": 18, "police": 16, "childrens_services": 15, "voluntary": 11,
        "local_government": 6, "higher_education": 5, "private": 3, "regulator": 2,
    },
    "adult_social_care": {
        "health": 44, "police": 19, "local_government": 12, "voluntary": 13, "housing": 7, "regulator": 5,
    },
    "childrens_services": {
        "education": 25, "health": 24, "police": 20, "voluntary": 12, "childrens_services": 10, "justice": 5,
        "regulator": 4,
    },
    "education": {"childrens_services": 46, "health": 20, "police": 14, "education": 10, "voluntary": 6, "private": 4},
    "higher_education": {"police": 30, "higher_education": 30, "health": 22, "central_government": 18},
    "police": {
        "childrens_services": 24, "police": 18, "local_government": 16, "health": 14, "central_government": 7,
        "justice": 7, "adult_social_care": 6, "voluntary": 5, "private": 3,
    },
    "justice": {"police": 44, "local_government": 20, "health": 14, "voluntary": 12, "housing": 10},
    "fire": {"local_government": 34, "police": 28, "health": 22, "adult_social_care": 16},
    "voluntary": {"local_government": 34, "childrens_services": 24, "health": 18, "police": 14, "voluntary": 10},
    "housing": {"local_government": 46, "police": 30, "central_government": 14, "voluntary": 10},
    "regulator": {"local_government": 28, "health": 28, "police": 18, "regulator": 16, "central_government": 10},
    "other_public": {"central_government": 50, "local_government": 50},
}  # fmt: skip

# The purpose multiplies the requester's weight.
TILT = {
    "crime_prevention": {"police": 4.0, "justice": 3.0, "voluntary": 0.3},
    "safeguarding_child": {"childrens_services": 2.5, "education": 1.5, "voluntary": 1.3, "private": 0.1},
    "early_help": {"voluntary": 2.5, "education": 1.8, "police": 0.4, "private": 0.2},
    "research_statistics": {"higher_education": 12.0, "police": 0.1, "voluntary": 0.6},
    "inspection_regulation": {"regulator": 20.0, "voluntary": 0.05},
    "fraud_debt": {"central_government": 2.0, "police": 1.5, "voluntary": 0.1},
    "direct_care": {"health": 3.0, "adult_social_care": 2.0, "police": 0.1},
    "commercial": {"private": 40.0, "police": 0.05, "health": 0.2},
    "homelessness_housing": {"housing": 3.0, "voluntary": 2.0},
}

# Log-odds of refusal added by purpose. Asking for commercial ends is rightly refused.
PURPOSE_REFUSAL = {
    "commercial": 1.8, "research_statistics": 0.35, "other": 0.25, "commissioning_planning": 0.20,
    "early_help": 0.15, "homelessness_housing": 0.10, "not_stated": 0.10, "benefits_eligibility": 0.05,
    "direct_care": -0.45, "safeguarding_adult": -0.20, "emergency_response": -0.70, "crime_prevention": -0.10,
    "public_health_emergency": -0.80, "inspection_regulation": -0.60,
}  # fmt: skip

# Emergency, urgent; the rest routine or not stated.
URGENCY = {
    "safeguarding_child": (0.14, 0.34), "safeguarding_adult": (0.10, 0.30), "emergency_response": (0.60, 0.25),
    "public_health_emergency": (0.35, 0.45), "crime_prevention": (0.08, 0.27), "direct_care": (0.10, 0.25),
}  # fmt: skip
URGENCY_OTHERWISE = (0.01, 0.09)

# Median days to a decision and the Weibull shape, by what the decision was; times the factor of the urgency.
DAYS = {
    "shared_full": (9.0, 0.95), "shared_part": (16.0, 1.0), "shared_conditions": (15.0, 1.0), "refused": (13.0, 0.9),
    "not_held": (5.0, 0.9), "redirected": (3.0, 0.9), "withdrawn": (18.0, 1.0),
}  # fmt: skip
URGENCY_DAYS = {"emergency": 0.10, "urgent": 0.45, "routine": 1.0, "not_stated": 1.0}

# What happens to a request that is not refused.
OTHERWISE = {
    "shared_full": 0.655, "shared_part": 0.125, "shared_conditions": 0.085, "not_held": 0.035, "redirected": 0.025,
    "withdrawn": 0.045, "no_response": 0.030,
}  # fmt: skip

# Who decided, of decisions to share and of refusals.
DECIDED_BY = {
    "shared": {
        "front_line": 0.38, "manager": 0.22, "ig_dpo": 0.22, "legal": 0.05, "chief_officer": 0.02,
        "external_adviser": 0.01, "automatic": 0.05, "not_stated": 0.05,
    },
    "refused": {
        "front_line": 0.17, "manager": 0.20, "ig_dpo": 0.36, "legal": 0.14, "chief_officer": 0.04,
        "external_adviser": 0.04, "automatic": 0.0, "not_stated": 0.05,
    },
}  # fmt: skip

# Tools cited once there are tools, and the first day each can be cited.
TOOLS = {
    "code": (0.34, "2020-12-17"), "checklist": (0.20, "2020-12-17"), "request_form": (0.18, "2020-12-17"),
    "myth_buster": (0.12, "2020-12-17"), "other": (0.10, "2020-12-17"), "ten_steps": (0.30, "2023-09-14"),
}  # fmt: skip
POLICE_TOOL = ("law_enforcement_toolkit", 0.60, "2020-12-17")

# Whom the request is about, by purpose.
SUBJECTS = {
    "safeguarding_child": {
        "children_under_5": 28, "school_age": 38, "looked_after": 13, "domestic_abuse": 9, "families": 8,
        "not_stated": 4,
    },
    "early_help": {"families": 46, "children_under_5": 24, "school_age": 24, "not_stated": 6},
    "education_send": {"school_age": 62, "disabled": 18, "looked_after": 9, "children_under_5": 8, "not_stated": 3},
    "safeguarding_adult": {
        "adults_at_risk": 48, "older_people": 24, "disabled": 12, "domestic_abuse": 9, "not_stated": 7,
    },
    "direct_care": {"older_people": 34, "general_public": 30, "adults_at_risk": 16, "disabled": 14, "not_stated": 6},
    "public_health_emergency": {"shielded": 62, "older_people": 20, "general_public": 18},
    "crime_prevention": {"offenders": 68, "domestic_abuse": 12, "school_age": 6, "general_public": 8, "not_stated": 6},
    "homelessness_housing": {"homeless": 66, "care_leavers": 12, "families": 14, "not_stated": 8},
    "inspection_regulation": {"staff": 48, "looked_after": 22, "adults_at_risk": 18, "not_stated": 12},
    "benefits_eligibility": {"general_public": 52, "families": 22, "disabled": 18, "not_stated": 8},
}  # fmt: skip
SUBJECTS_OTHERWISE = {"general_public": 78, "staff": 6, "not_stated": 16}
