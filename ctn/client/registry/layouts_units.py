"""Layouts of files with serials: Verra, Gold Standard and the three American registries."""

from typing import Final

from msgspec.structs import replace

from ctn.client.registry.layout import Layout, UnitColumns

VERRA_UNITS: Final = Layout(
    id="verra.units",
    required=(
        "Serial Number", "Quantity Issued", "ID", "Vintage Start", "Vintage End", "Issuance Date",
        "Total Vintage Quantity", "Retirement/Cancellation Date", "Retirement Beneficiary",
        "Retirement Reason", "Retirement Details", "Additional Certifications", "Country/Area",
        "Methodology",
    ),
    known=("Name", "Project Type", "Sustainable Development Goals"),
    project="ID",
    name="Name",
    country="Country/Area",
    type="Project Type",
    methodology="Methodology",
    dates=("Issuance Date", "Vintage Start", "Vintage End", "Retirement/Cancellation Date"),
    numbers=("Total Vintage Quantity",),
    columns=UnitColumns(
        grammars=("verra13", "verra12", "verra12b"),
        serial="Serial Number",
        quantity="Quantity Issued",
        tells="both",
        vintage_days=("Vintage Start", "Vintage End"),
        issued="Issuance Date",
        ended="Retirement/Cancellation Date",
        beneficiary="Retirement Beneficiary",
        reason="Retirement Reason",
        details="Retirement Details",
        certifications="Additional Certifications",
    ),
)

GS_COLUMNS: Final = (
    "Serial Number", "Quantity", "GSID", "Vintage", "Product Type", "Issuance Date",
    "Monitoring Period Start", "Monitoring Period End", "Label", "Article Six Authorization",
    "Programme of Activities", "POA GSID",
)
GS_GRAMMARS: Final = ("gs", "itl", "itl2")
GS_KNOWN: Final = (
    "Credit Status", "Project Name", "Project Developer", "Country", "Project Type", "Methodology",
)
GS_DATES: Final = ("Issuance Date", "Monitoring Period Start", "Monitoring Period End")

GS_ISSUANCES: Final = Layout(
    id="gs.issuances",
    required=GS_COLUMNS,
    known=GS_KNOWN,
    project="GSID",
    name="Project Name",
    country="Country",
    type="Project Type",
    methodology="Methodology",
    dates=GS_DATES,
    numbers=("Vintage", "POA GSID"),
    columns=UnitColumns(
        grammars=GS_GRAMMARS,
        serial="Serial Number",
        quantity="Quantity",
        tells="issued",
        vintage_year="Vintage",
        issued="Issuance Date",
        status="Credit Status",
        statuses=(("Issued", "issued"),),
        status_here="issued",
    ),
)

GS_RETIREMENTS: Final = Layout(
    id="gs.retirements",
    required=(
        *GS_COLUMNS, "Credit Status", "Retirement Date", "Note", "Use Case", "Using Entity",
    ),
    known=(*GS_KNOWN, "Aeroplane Operator Name"),
    project="GSID",
    name="Project Name",
    country="Country",
    type="Project Type",
    methodology="Methodology",
    dates=(*GS_DATES, "Retirement Date"),
    numbers=("Vintage", "POA GSID"),
    columns=UnitColumns(
        grammars=GS_GRAMMARS,
        serial="Serial Number",
        quantity="Quantity",
        tells="ended",
        vintage_year="Vintage",
        issued="Issuance Date",
        ended="Retirement Date",
        status="Credit Status",
        statuses=(("Retired", "retired"), ("Canceled", "cancelled")),
        beneficiary="Using Entity",
        reason="Use Case",
        details="Note",
    ),
)

PILOT_PHASE: Final = "Eligible for CORSIA 2021-2023 Compliance Period (Pilot Phase)"
FIRST_PHASE: Final = "Eligible for CORSIA 2024-2026 Compliance Period (First Phase)"

ACR_COLUMNS: Final = (
    "Credit Serial Numbers", "Quantity of Credits", "Vintage", "Project ID",
    "Status Effective (GMT)", "Account Holder", "CORSIA Eligible", PILOT_PHASE, FIRST_PHASE,
    "CCP Approved",
)
ACR_KNOWN: Final = (
    "Date Issued (GMT)", "Vintage Assignment Period Start Date",
    "Vintage Assignment Period End Date", "Project Name", "Project Type",
    "Project Methodology/Protocol", "Methodology/Protocol Version", "Project Site Location",
    "Project Site State", "Project Site Country", "ARB Eligible", "Ecology Eligible",
    "Verified Removal", "Sustainable Development Goal(s)", "Project Website",
)
ACR_DATES: Final = (
    "Date Issued (GMT)", "Vintage Assignment Period Start Date",
    "Vintage Assignment Period End Date", "Status Effective (GMT)",
)

ACR_UNITS: Final = UnitColumns(
    grammars=("acr",),
    serial="Credit Serial Numbers",
    quantity="Quantity of Credits",
    tells="ended",
    vintage_year="Vintage",
    issued="Date Issued (GMT)",
    ended="Status Effective (GMT)",
    status_here="retired",
    beneficiary="Retired on Behalf of",
    reason="Retirement Reason",
    details="Purpose of Retirement",
)
ACR_RETIREMENTS: Final = Layout(
    id="acr.retirements",
    required=(
        *ACR_COLUMNS, "Retired on Behalf of", "Retirement Reason", "Purpose of Retirement",
    ),
    known=ACR_KNOWN,
    project="Project ID",
    name="Project Name",
    country="Project Site Country",
    type="Project Type",
    methodology="Project Methodology/Protocol",
    dates=ACR_DATES,
    numbers=("Vintage",),
    columns=ACR_UNITS,
)

ACR_CANCELLATIONS: Final = replace(
    ACR_RETIREMENTS,
    id="acr.cancellations",
    required=(*ACR_COLUMNS, "Cancellation Type", "Cancellation Details"),
    columns=replace(
        ACR_UNITS,
        status_here="cancelled",
        beneficiary="",
        reason="Cancellation Type",
        details="Cancellation Details",
        destination="Cancellation Type",
        destinations=(
            ("Convert to ARB offset credits", "arb"),
            ("Convert to Ecology offset credits", "ecology"),
        ),
    ),
)

CAR_COLUMNS: Final = (
    "Offset Credit Serial Numbers", "Quantity of Offset Credits", "Vintage", "Status Effective",
    "Project ID", "Reduction/Removal",
)
CAR_KNOWN: Final = (
    "Project Name", "Project Type", "Reversible/Non-Reversible", "Protocol and Version",
    "Project Site Location", "Project Site State", "Project Site Country",
    "Additional Certification(s)",
)

CAR_UNITS: Final = UnitColumns(
    grammars=("car",),
    serial="Offset Credit Serial Numbers",
    quantity="Quantity of Offset Credits",
    tells="ended",
    vintage_year="Vintage",
    ended="Status Effective",
    status_here="retired",
    reason="Retirement Reason",
    details="Retirement Reason Details",
)
CAR_RETIREMENTS: Final = Layout(
    id="car.retirements",
    required=(
        *CAR_COLUMNS, "Account Holder", "Retirement Reason", "Retirement Reason Details",
        "Corresponding Adjustment", "CCP Approved",
    ),
    known=(
        *CAR_KNOWN, "Activity Area Type", "Eligible for CORSIA 2021-2023 Compliance Period",
        "Eligible for CORSIA 2024-2026 Compliance Period",
    ),
    project="Project ID",
    name="Project Name",
    country="Project Site Country",
    type="Project Type",
    methodology="Protocol and Version",
    dates=("Status Effective",),
    numbers=("Vintage",),
    columns=CAR_UNITS,
)

CAR_CANCELLATIONS: Final = replace(
    CAR_RETIREMENTS,
    id="car.cancellations",
    required=(*CAR_COLUMNS, "Cancellation Reason"),
    known=(*CAR_KNOWN, "Export Notes"),
    columns=replace(
        CAR_UNITS,
        status_here="cancelled",
        reason="Cancellation Reason",
        details="Export Notes",
        destination="Cancellation Reason",
        destinations=(("ARB", "arb"), ("WA ECO", "ecology")),
    ),
)

ART_COLUMNS: Final = (
    "Credit Serial Numbers", "Quantity of Credits", "Vintage", "Status Effective", "Program ID",
    "Account Holder",
)
ART_KNOWN: Final = (
    PILOT_PHASE, FIRST_PHASE, "CCP Approved", "Program Name", "Program Type",
    "Crediting Program and Standard", "Standard Version", "Program Jurisdiction(s)",
    "Program Country", "Date Approved",
)

ART_UNITS: Final = UnitColumns(
    grammars=("art",),
    serial="Credit Serial Numbers",
    quantity="Quantity of Credits",
    tells="ended",
    vintage_year="Vintage",
    issued="Date Approved",
    ended="Status Effective",
    status_here="retired",
    beneficiary="Retired on Behalf of",
    reason="Retirement Reason",
    details="Purpose of Retirement",
)
ART_RETIREMENTS: Final = Layout(
    id="art.retirements",
    required=(
        *ART_COLUMNS, "Retired on Behalf of", "Retirement Reason", "Purpose of Retirement",
    ),
    known=ART_KNOWN,
    project="Program ID",
    name="Program Name",
    country="Program Country",
    type="Program Type",
    methodology="Crediting Program and Standard",
    dates=("Status Effective", "Date Approved"),
    numbers=("Vintage",),
    columns=ART_UNITS,
)

ART_CANCELLATIONS: Final = replace(
    ART_RETIREMENTS,
    id="art.cancellations",
    required=(*ART_COLUMNS, "Cancellation Reason"),
    known=(*ART_KNOWN, "CORSIA Eligible", "Cancellation Details"),
    columns=replace(
        ART_UNITS,
        status_here="cancelled",
        beneficiary="",
        reason="Cancellation Reason",
        details="Cancellation Details",
    ),
)
