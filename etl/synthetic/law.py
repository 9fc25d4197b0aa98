"""Powers, reasons and laws of a synthetic world: weights, all made up. Keys are codes of data/reference."""

# The power relied on, by purpose. Dated gateways are taken out of days on which they were not in force.
GATEWAYS = {
    "safeguarding_child": {
        "children_act_2004_s11": 20, "dpa_sch1_para18": 18, "children_act_1989_s47": 14, "children_act_1989_s17": 12,
        "csw_act_2017": 8, "children_act_2004_s16e": 5, "art6_public_task": 8, "none_named": 6, "not_stated": 9,
    },
    "early_help": {
        "children_act_2004_s10": 26, "art6_consent": 20, "children_act_1989_s17": 12, "art6_public_task": 14,
        "dea_public_service_delivery": 8, "none_named": 8, "not_stated": 12,
    },
    "safeguarding_adult": {
        "care_act_2014_s45": 32, "dpa_sch1_para18": 18, "mental_capacity_2005": 10, "common_law_public_interest": 12,
        "art6_vital_interests": 8, "none_named": 8, "not_stated": 12,
    },
    "direct_care": {
        "art6_public_task": 46, "common_law_public_interest": 6, "art6_consent": 16, "art6_vital_interests": 5,
        "nhs_act_2006_s251": 5, "copi_notice": 6, "none_named": 6, "not_stated": 10,
    },
    "public_health_emergency": {"copi_notice": 68, "copi_reg3": 14, "art6_vital_interests": 10, "not_stated": 8},
    "crime_prevention": {
        "dpa_part3": 34, "crime_disorder_1998_s115": 27, "dpa_sch1_para10": 19, "none_named": 8, "not_stated": 12,
    },
    "fraud_debt": {
        "dea_fraud": 22, "dea_debt": 15, "dpa_sch1_para10": 22, "art6_legal_obligation": 16, "none_named": 10,
        "not_stated": 15,
    },
    "benefits_eligibility": {
        "dea_public_service_delivery": 40, "art6_public_task": 24, "art6_consent": 12, "none_named": 10,
        "not_stated": 14,
    },
    "homelessness_housing": {
        "dea_public_service_delivery": 16, "art6_consent": 24, "art6_public_task": 28, "localism_2011_s1": 8,
        "none_named": 10, "not_stated": 14,
    },
    "education_send": {
        "art6_public_task": 40, "art6_consent": 22, "children_act_2004_s10": 12, "none_named": 10, "not_stated": 16,
    },
    "research_statistics": {
        "dea_research": 24, "srsa_2007_s39": 8, "hsca_2012_s261": 16, "nhs_act_2006_s251": 14, "art6_public_task": 18,
        "none_named": 8, "not_stated": 12,
    },
    "inspection_regulation": {"art6_legal_obligation": 62, "art6_public_task": 20, "other": 8, "not_stated": 10},
    "commercial": {"art6_legitimate_interests": 36, "art6_consent": 18, "art6_contract": 16, "none_named": 30},
}  # fmt: skip
GATEWAYS_OTHERWISE = {
    "art6_public_task": 44, "art6_legal_obligation": 14, "art6_vital_interests": 6, "other": 8, "none_named": 12,
    "not_stated": 16,
}  # fmt: skip
# Children's requests to councils and their children's services: four in five fall under section 17, where consent
# is sought; one in five reaches section 47, where it is not (oral evidence, 13 January 2021, Q13).
CHILDREN_HOLDERS = ("local_government", "childrens_services")
CHILDREN_PURPOSES = ("safeguarding_child", "early_help")
CHILDREN_GATEWAYS = {"children_act_1989_s17": 64, "children_act_1989_s47": 16, "dpa_sch1_para18": 8, "not_stated": 12}

# Stated reasons by the law's position, and how the positions other than `does_not` share what is left.
REASONS = {
    "does_not": {"R20": 30, "R21": 22, "R22": 17, "R24": 9, "R25": 6, "R23": 5, "R27": 5, "R28": 4, "R29": 2},
    "supports": {"R06": 24, "R01": 16, "R03": 16, "R02": 10, "R07": 9, "R09": 9, "R11": 6, "R04": 6, "R08": 4},
    "depends": {"R12": 36, "R26": 28, "R05": 18, "R13": 9, "R10": 5, "R98": 4},
    "practical": {"R50": 32, "R42": 16, "R40": 15, "R51": 14, "R41": 11, "R52": 7, "R60": 5},
    "not_recorded": {"R97": 92, "R99": 8},
}
OTHER_POSITIONS = {"supports": 0.42, "depends": 0.30, "practical": 0.28}
# Asking for commercial ends is refused for reasons that the law supports.
COMMERCIAL = {"R06": 34, "R07": 30, "R01": 20, "R03": 16}

# The law cited with a reason; children's requests cite the Children Act where others cite UK GDPR.
LAWS = {
    "R20": {"uk_gdpr": 74, "dpa_2018": 16, "none_named": 10},
    "R21": {"uk_gdpr": 44, "common_law_confidentiality": 20, "dpa_2018": 10, "none_named": 14, "not_stated": 12},
    "R03": {"dea_2017": 42, "other_statute": 24, "none_named": 18, "not_stated": 16},
    "R04": {"other_statute": 70, "dea_2017": 16, "not_stated": 14},
    "R05": {"common_law_confidentiality": 84, "not_stated": 16},
    "R09": {"dpa_2018": 66, "other_statute": 20, "not_stated": 14},
    "R24": {"uk_gdpr": 40, "dpa_2018": 14, "none_named": 46},
}
LAWS_OTHERWISE = {"uk_gdpr": 32, "dpa_2018": 14, "none_named": 26, "other_statute": 6, "not_stated": 22}
LAWS_CHILDREN = {
    "children_act_1989_s17": 38, "children_act_2004": 12, "working_together": 8, "children_act_1989_s47": 5,
    "csw_act_2017": 3, "uk_gdpr": 18, "none_named": 6, "not_stated": 10,
}  # fmt: skip
LAWS_PRACTICAL = {"none_named": 70, "not_stated": 30}
