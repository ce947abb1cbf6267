"""Small files of each layout for the tests: a good row with some cells replaced."""

import csv
import io

from ctn.client.registry.reader import read_bytes
from ctn.client.registry.report import ImportedFile

VERRA = {
    "Issuance Date": "2026-04-03",
    "Vintage Start": "2020-01-01",
    "Vintage End": "2020-12-31",
    "ID": "1340",
    "Name": "Bale Mountains",
    "Country/Area": "Ethiopia",
    "Methodology": "VM0015",
    "Total Vintage Quantity": "1,454,054",
    "Quantity Issued": "425",
    "Serial Number": "19385-941467007-941467431-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1",
    "Additional Certifications": "CCB-No Distinction",
    "Retirement/Cancellation Date": "",
    "Retirement Beneficiary": "",
    "Retirement Reason": "",
    "Retirement Details": "",
}

GS = {
    "Vintage": "2025",
    "Credit Status": "Issued",
    "Quantity": "5354",
    "GSID": "11603",
    "Project Name": "Cooking",
    "Country": "Kenya",
    "Methodology": "",
    "Programme of Activities": "VPA",
    "POA GSID": "10789.0",
    "Product Type": "VER",
    "Issuance Date": "2026-03-31T12:35:58.842275",
    "Monitoring Period Start": "2024-03-02",
    "Monitoring Period End": "2025-03-10",
    "Serial Number": "GS1-1-KE-GS11603-16-2025-30256-110-5463",
    "Label": "Emission Reduction",
    "Article Six Authorization": "Not Applicable",
}

GS_RETIRED = GS | {
    "Credit Status": "Retired",
    "Retirement Date": "2026-04-10",
    "Note": "For 2025",
    "Use Case": "Voluntary",
    "Using Entity": "Hilti Corporation",
}


def table(*rows: dict[str, str]) -> bytes:
    """Write rows of equal columns as a file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(*rows: dict[str, str]) -> ImportedFile:
    """Read rows of equal columns as one file."""
    return read_bytes(table(*rows), name="rows.csv")


def verra_serial(start: int, end: int) -> dict[str, str]:
    """The cells of a Verra row with other numbers."""
    serial = f"19385-{start}-{end}-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1"
    return VERRA | {"Serial Number": serial, "Quantity Issued": str(end - start + 1)}


def acr(**cells: str) -> dict[str, str]:
    """A good row of an ACR retirement with some cells replaced."""
    return ACR_RETIRED | cells


ACR_RETIRED = {
    "Credit Serial Numbers": "ACR-FR-1129-2025-2917-30932 to 35143",
    "Date Issued (GMT)": "6/30/2025 7:43:26 PM",
    "Vintage": "2025",
    "Quantity of Credits": "4212",
    "Account Holder": "Tradewater, LLC",
    "Status Effective  (GMT)": "4/13/2026 7:17:56 PM",
    "CORSIA Eligible": "No",
    "Eligible for CORSIA 2021-2023 Compliance Period (Pilot Phase)": "",
    "Eligible for CORSIA 2024-2026 Compliance Period (First Phase)": "",
    "CCP Approved": "Yes",
    "Project ID": "ACR1129",
    "Project Name": "Middle East 1",
    "Project Site Country": "FR",
    "Retired on Behalf of": "AWS",
    "Retirement Reason": "Environmental Benefit",
    "Purpose of Retirement": "2025 emissions",
}

ACR_CANCELLED = {
    name: cell
    for name, cell in ACR_RETIRED.items()
    if name not in ("Retired on Behalf of", "Retirement Reason", "Purpose of Retirement")
} | {"Cancellation Type": "Convert to ARB offset credits", "Cancellation Details": ""}

ACR_ISSUED = {
    "Date Issued (GMT)": "3/24/2026 9:08:01 PM",
    "Vintage": "2025",
    "ReportingPeriodBegin": "2/1/2025",
    "ReportingPeriodEnd": "1/31/2026",
    "Total Credits Issued": "74,344",
    "Credits Issued to Project": "70000",
    "Credits Issued to Buffer Pool": "4344",
    "Project ID": "ACR1129",
    "Project Name": "Middle East 1",
    "Project Site Country": "FR",
    "Project VVB": "SES, Inc.",
}

CAR_RETIRED = {
    "Vintage": "2025",
    "Offset Credit Serial Numbers": "CAR-1-US-1335-31-983-KS-2025-9205-1 to 5000",
    "Quantity of Offset Credits": "5000",
    "Status Effective": "10/27/2025",
    "Project ID": "CAR1335",
    "Project Site Country": "US",
    "Reduction/Removal": "Reduction",
    "Account Holder": "ClimeCo",
    "Retirement Reason": "Other",
    "Retirement Reason Details": "",
    "Corresponding Adjustment": "No",
    "CCP Approved": "",
}

ART_RETIRED = {
    "Vintage": "2021",
    "Credit Serial Numbers": "ART-GY-102-2021-11-2759599 to 2760598",
    "Quantity of Credits": "1000",
    "Status Effective": "02/28/2025",
    "Program ID": "ART102",
    "Program  Country": "GUYANA",
    "Account Holder": "Hess",
    "Retired on Behalf of": "Somebody",
    "Retirement Reason": "Other",
    "Purpose of Retirement": "",
}

CDC_RETIRED = {
    "project_id": "1",
    "serial": "CDC_1_1_1_321_14_1_2009",
    "vintage": "2009",
    "certificate_destination": "Voluntary compensation",
    "end_user": "Reciclene S.A.S",
    "passive_subject": "",
    "date": "2022-02-24 20:20:59",
    "quantity": "546",
    "from": "4426",
    "to": "4971",
}

CDC_ISSUED = {
    "serial": "CDC_1_1_1_321_14_1_2009_BF",
    "issued_quantity": "877",
    "issuance_date": "2019-03-07T18:33:46.000Z",
    "year": "2009",
    "is_buffer": "True",
    "vintage_of_credits": "2009-01-01 / 2009-12-31",
}

ISO_ISSUED = {
    "id": "iss_1KP6EDZ8K1S036PY",
    "issued_at": "2026-04-14T16:50:41.621676Z",
    "project_id": "prj_1JYCV03BW1S0RTE5",
    "supplier_credit_batch_size_total.credits": "2710.062",
    "supplier_credit_batch_size_total.credit_kgs": "2710062",
    "buffer_pool_credit_batch_size_total.credits": "55.938",
    "buffer_pool_credit_batch_size_total.credit_kgs": "55938",
    "credit_batch_size_total.credits": "2766.0",
    "credit_batch_size_total.credit_kgs": "2766000",
}

ARB_ISSUED = {
    "CARB Project ID": "CAOD1042",
    "OPR Project ID": "ACR1129",
    "Vintage": "2025.0",
    "ARB Offset Credits Issued": "4212.0",
    "Forest Buffer Account Contribution": "",
    "Issuance Date": "2024-06-11",
    "Invalidation Timeframe": "3 years",
    "Intentional Reversal": "-27150.0",
    "CARB Issuance ID": "CAOD1042-A",
    "Invalidated or Canceled": "0.0",
    "Retired for Intentional Reversal": "0.0",
    "Retired Voluntarily": "96.0",
    "Retired 1st Compliance Period (CA)": "0.0",
    "Retired 2nd Compliance Period (CA)": "0.0",
    "Retired 3rd Compliance Period (CA)": "0.0",
    "Retired 4th Compliance Period (CA)": "4000.0",
    "Retired 5th Compliance Period (CA)": "0.0",
    "Retired for Compliance in Quebec": "0.0",
}

CDC_PROJECT = {
    "id": "1",
    "code": "CDC-1",
    "validator": "ICONTEC",
    "verifier": "",
    "name": "Carbono Agroporvanda",
    "sector": "[{'id': 14, 'description': 'Land use (AFOLU)'}]",
    "stage": "Certified",
    "locations": "[{'city': 'Planeta Rica', 'country': 'Colombia', "
    "'data_map': {'latitude': 8.41, 'longitude': -75.58}}]",
    "serials": "[{'serial': 'CDC_1_1_1_321_14_1', 'issued_quantity': 62740}]",
}

VERRA_PROJECT = {
    "ID": "5957",
    "Name": "Kenya Highlands",
    "Proponent": "Multiple Proponents",
    "Project Type": "Agriculture",
    "AFOLU Activities": "ALM",
    "Methodology": "VM0042",
    "Status": "Under development",
    "Country/Area": "Kenya",
    "Estimated Annual Emission Reductions": "191,805",
    "Crediting Period Start Date": "2024-04-01",
    "Crediting Period End Date": "2044-03-31",
}

ISO_PROJECT = {
    "id": "prj_1K3VWSDS61S0QKV7",
    "name": "Satyapura",
    "status": "validated",
    "protocol_slug": "biochar",
    "pathway": "biochar",
    "country_code": "IND",
    "location.latitude": "19.7515",
    "location.longitude": "75.7139",
}
