"""Country names as the registries write them, and the code each one means.

Codes and short names of ISO 3166-1, then other spellings that the registries' files show. Case,
accents, punctuation and the order of words do not count: `Tanzania United Republic of` is in the
table as `Tanzania, the United Republic of`.
"""

import unicodedata
from functools import lru_cache
from typing import Final

from ctn.client.registry.country_codes import ALPHA_2_OF
from ctn.kernel.country import COUNTRIES

# One country a line: alpha-2 code, short name, then other spellings behind bars.
NAMES: Final = """\
AD Andorra
AE United Arab Emirates
AF Afghanistan
AG Antigua and Barbuda
AI Anguilla
AL Albania
AM Armenia
AO Angola
AQ Antarctica
AR Argentina
AS American Samoa
AT Austria
AU Australia
AW Aruba
AX Åland Islands
AZ Azerbaijan
BA Bosnia and Herzegovina
BB Barbados
BD Bangladesh
BE Belgium
BF Burkina Faso
BG Bulgaria
BH Bahrain
BI Burundi
BJ Benin
BL Saint Barthélemy
BM Bermuda
BN Brunei Darussalam | Brunei
BO Bolivia (Plurinational State of) | Bolivia
BQ Bonaire, Sint Eustatius and Saba
BR Brazil
BS Bahamas
BT Bhutan
BV Bouvet Island
BW Botswana
BY Belarus
BZ Belize
CA Canada
CC Cocos (Keeling) Islands | Cocos Islands
CD Congo, Democratic Republic of the | DR Congo | Congo (Kinshasa)
CF Central African Republic
CG Congo | Republic of the Congo | Congo (Brazzaville)
CH Switzerland
CI Côte d'Ivoire | Ivory Coast
CK Cook Islands
CL Chile
CM Cameroon
CN China | People's Republic of China
CO Colombia
CR Costa Rica
CU Cuba
CV Cabo Verde | Cape Verde
CW Curaçao
CX Christmas Island
CY Cyprus
CZ Czechia | Czech Republic
DE Germany
DJ Djibouti
DK Denmark
DM Dominica
DO Dominican Republic
DZ Algeria
EC Ecuador
EE Estonia
EG Egypt
EH Western Sahara
ER Eritrea
ES Spain
ET Ethiopia
FI Finland
FJ Fiji
FK Falkland Islands (Malvinas) | Falkland Islands
FM Micronesia (Federated States of) | Micronesia
FO Faroe Islands
FR France
GA Gabon
GB United Kingdom of Great Britain and Northern Ireland | United Kingdom | Great Britain
GD Grenada
GE Georgia
GF French Guiana
GG Guernsey
GH Ghana
GI Gibraltar
GL Greenland
GM Gambia
GN Guinea
GP Guadeloupe
GQ Equatorial Guinea
GR Greece
GS South Georgia and the South Sandwich Islands
GT Guatemala
GU Guam
GW Guinea-Bissau
GY Guyana
HK Hong Kong
HM Heard Island and McDonald Islands
HN Honduras
HR Croatia
HT Haiti
HU Hungary
ID Indonesia
IE Ireland
IL Israel
IM Isle of Man
IN India
IO British Indian Ocean Territory
IQ Iraq
IR Iran (Islamic Republic of) | Iran
IS Iceland
IT Italy
JE Jersey
JM Jamaica
JO Jordan
JP Japan
KE Kenya
KG Kyrgyzstan | Kyrgyz Republic
KH Cambodia
KI Kiribati
KM Comoros
KN Saint Kitts and Nevis
KP Korea (the Democratic People's Republic of) | North Korea
KR Korea (the Republic of) | South Korea
KW Kuwait
KY Cayman Islands
KZ Kazakhstan
LA Lao People's Democratic Republic | Laos | Lao PDR
LB Lebanon
LC Saint Lucia
LI Liechtenstein
LK Sri Lanka
LR Liberia
LS Lesotho
LT Lithuania
LU Luxembourg
LV Latvia
LY Libya | Libyan Arab Jamahiriya
MA Morocco
MC Monaco
MD Moldova (the Republic of) | Moldova
ME Montenegro
MF Saint Martin (French part) | Saint Martin
MG Madagascar
MH Marshall Islands
MK North Macedonia | Macedonia | Macedonia, the former Yugoslav Republic of
ML Mali
MM Myanmar | Burma
MN Mongolia
MO Macao | Macau
MP Northern Mariana Islands
MQ Martinique
MR Mauritania
MS Montserrat
MT Malta
MU Mauritius
MV Maldives
MW Malawi
MX Mexico
MY Malaysia
MZ Mozambique
NA Namibia
NC New Caledonia
NE Niger
NF Norfolk Island
NG Nigeria
NI Nicaragua
NL Netherlands (Kingdom of the) | Netherlands
NO Norway
NP Nepal
NR Nauru
NU Niue
NZ New Zealand
OM Oman
PA Panama
PE Peru
PF French Polynesia
PG Papua New Guinea
PH Philippines
PK Pakistan
PL Poland
PM Saint Pierre and Miquelon
PN Pitcairn
PR Puerto Rico
PS Palestine, State of | Palestinian Territory, Occupied | Palestine
PT Portugal
PW Palau
PY Paraguay
QA Qatar
RE Réunion
RO Romania
RS Serbia
RU Russian Federation | Russia
RW Rwanda
SA Saudi Arabia
SB Solomon Islands
SC Seychelles
SD Sudan
SE Sweden
SG Singapore
SH Saint Helena, Ascension and Tristan da Cunha | Saint Helena
SI Slovenia
SJ Svalbard and Jan Mayen
SK Slovakia | Slovak Republic
SL Sierra Leone
SM San Marino
SN Senegal
SO Somalia
SR Suriname
SS South Sudan
ST Sao Tome and Principe
SV El Salvador
SX Sint Maarten (Dutch part) | Sint Maarten
SY Syrian Arab Republic | Syria
SZ Eswatini | Swaziland
TC Turks and Caicos Islands
TD Chad
TF French Southern Territories
TG Togo
TH Thailand
TJ Tajikistan
TK Tokelau
TL Timor-Leste | East Timor
TM Turkmenistan
TN Tunisia
TO Tonga
TR Türkiye | Turkey
TT Trinidad and Tobago
TV Tuvalu
TW Taiwan (Province of China) | Taiwan
TZ Tanzania, the United Republic of | Tanzania
UA Ukraine
UG Uganda
UM United States Minor Outlying Islands
US United States of America | United States | USA
UY Uruguay
UZ Uzbekistan
VA Holy See | Vatican City
VC Saint Vincent and the Grenadines
VE Venezuela (Bolivarian Republic of) | Venezuela
VG Virgin Islands (British)
VI Virgin Islands (U.S.) | US Virgin Islands
VN Viet Nam | Vietnam
VU Vanuatu
WF Wallis and Futuna
WS Samoa
YE Yemen
YT Mayotte
ZA South Africa
ZM Zambia
ZW Zimbabwe
"""

SILENT_WORDS: Final = ("the", "of", "and")


def _key(name: str) -> str:
    """Reduce a name to its words without case, accent, punctuation, article and order."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(
        sign if sign.isalnum() else " " for sign in decomposed if not unicodedata.combining(sign)
    )
    words = ["saint" if word == "st" else word for word in letters.split()]
    return " ".join(sorted(word for word in words if word not in SILENT_WORDS))


def _table() -> dict[str, str]:
    """Spread the lines of the table to one code per spelling."""
    codes = {}
    for row in NAMES.splitlines():
        code, names = row[:2], row[3:].split(" | ")
        for name in names:
            codes[_key(name)] = code
    return codes


CODES: Final = _table()


@lru_cache(maxsize=4096)
def country_code(name: str) -> str:
    """Give the ISO 3166-1 alpha-2 code of a name or code, "" when no table holds it."""
    if len(name) == 2 and name in COUNTRIES.split(" "):
        return name
    return ALPHA_2_OF.get(name) or CODES.get(_key(name), "")
