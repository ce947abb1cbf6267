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
