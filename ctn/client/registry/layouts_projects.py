"""Layouts of files of projects, and the words that registries have for their status."""

from typing import Final

from ctn.client.registry.layout import Layout, ProjectColumns
from ctn.client.registry.layouts_columns import SUPPLIER_KNOWN

STATUS_WORDS: Final = {
    "Listed": "listed",
    "Under development": "listed",
    "Under validation": "listed",
    "under_validation": "listed",
    "Validation": "listed",
    "Listed - Active Ecology Project": "listed",
    "validated": "validated",
    "Verification": "validated",
    "Registered": "registered",
    "Certified": "registered",
    "Completed": "completed",
    "ARB Completed": "completed",
    "Ecology Completed": "completed",
    "Finished": "completed",
    "Retired": "completed",
    "Transitioned": "completed",
    "ARB Inactive": "suspended",
    "Ecology Inactive": "suspended",
    "validation_unsuccessful": "rejected",
    "Cancelled": "withdrawn",
    "cancelled": "withdrawn",
}

VERRA_PROJECTS: Final = Layout(
    id="verra.projects",
    required=(
        "ID", "Name", "Proponent", "Project Type", "AFOLU Activities", "Methodology", "Status",
        "Country/Area", "Estimated Annual Emission Reductions", "Crediting Period Start Date",
        "Crediting Period End Date",
    ),
    known=("Region", "Project Registration Date"),
    project="ID",
    name="Name",
    country="Country/Area",
    type="Project Type",
    methodology="Methodology",
    dates=(
        "Crediting Period Start Date", "Crediting Period End Date", "Project Registration Date",
    ),
    numbers=("Estimated Annual Emission Reductions",),
    columns=ProjectColumns(
        status="Status", start="Crediting Period Start Date", end="Crediting Period End Date",
    ),
)

GS_PROJECTS: Final = Layout(
    id="gs.projects",
    required=(
        "GSID", "Project Name", "Project Developer Name", "Status", "Country", "Size",
        "Estimated Annual Credits", "Sustainable Development Goals",
    ),
    known=(
        "Project Type", "Description", "Methodology", "Programme of Activities", "POA GSID",
    ),
    project="GSID",
    name="Project Name",
    country="Country",
    type="Project Type",
    methodology="Methodology",
    numbers=("Estimated Annual Credits", "POA GSID"),
    columns=ProjectColumns(status="Status"),
)

ACR_PROJECTS: Final = Layout(
    id="acr.projects",
    required=(
        "Project ID", "Voluntary Status", "Compliance Program Status (ARB or Ecology)",
        "Project Type", "Initial Crediting Period Start Date",
        "Current Crediting Period Start Date", "Current Crediting Period End Date", "Current VVB",
    ),
    known=(
        "Compliance Program ID (ARB or Ecology)", "Project Developer", "Project Name",
        "Project Methodology/Protocol", "Project Status Date", "Project Site Location",
        "Project Site State", "Project Site Country", "Sustainable Development Goal(s)",
        "ACR Project Validation", "Total Number of Credits Registered", "Project Website",
    ),
    project="Project ID",
    name="Project Name",
    country="Project Site Country",
    type="Project Type",
    methodology="Project Methodology/Protocol",
    dates=(
        "Initial Crediting Period Start Date", "Current Crediting Period Start Date",
        "Current Crediting Period End Date", "Project Status Date",
    ),
    numbers=("Total Number of Credits Registered",),
    columns=ProjectColumns(
        status="Voluntary Status",
        fallback="Compliance Program Status (ARB or Ecology)",
        start="Initial Crediting Period Start Date",
        end="Current Crediting Period End Date",
    ),
)

CAR_PROJECTS: Final = Layout(
    id="car.projects",
    required=(
        "Project ID", "Status", "Compliance Program Status", "ARB ID", "Project Type",
        "Project Listed Date",
    ),
    known=(
        "Compliance Program ID", "WA ECO", "Cooperative/ Aggregate ID", "Project Developer",
        "Project Owner", "Project Name", "Offset Project Operator",
        "Authorized Project Designee", "Verification Body", "ARB Project Status",
        "WA ECO Project Status", "Project Site Location", "Project Site State",
        "Project Site Country", "Additional Certification(s)", "SDG Impact", "Project Notes",
        "Total Number of Offset Credits Registered", "Project Registered Date", "Project Website",
    ),
    project="Project ID",
    name="Project Name",
    country="Project Site Country",
    type="Project Type",
    dates=("Project Listed Date", "Project Registered Date"),
    numbers=("Total Number of Offset Credits Registered",),
    columns=ProjectColumns(status="Status"),
)

ART_PROJECTS: Final = Layout(
    id="art.projects",
    required=("Program ID", "Status", "Program Country"),
    known=(
        "Sovereign Program Developer", "Program Name", "Crediting Program and Standard",
        "Verification Body", "Program Type", "Initial Crediting Period Start Date",
        "Program Jurisdiction(s)", "Program Notes", "Program Website",
    ),
    project="Program ID",
    name="Program Name",
    country="Program Country",
    type="Program Type",
    methodology="Crediting Program and Standard",
    dates=("Initial Crediting Period Start Date",),
    columns=ProjectColumns(status="Status", start="Initial Crediting Period Start Date"),
)

CDC_PROJECTS: Final = Layout(
    id="cdc.projects",
    required=("id", "code", "stage", "validator", "verifier", "locations", "serials"),
    known=(
        "is_public", "owner", "owner_id", "developer", "developer_id", "credits_type", "name",
        "description", "standard", "sector", "evaluation_criteria", "quantification_method",
        "annualEstimated",
    ),
    project="id",
    name="name",
    type="sector",
    methodology="quantification_method",
    columns=ProjectColumns(status="stage", serials="serials", locations="locations"),
)

ISO_TOTALS: Final = (
    "issued_credits_total", "retired_credits_total", "issued_buffer_pool_credits_total",
    "retired_buffer_pool_credits_total",
)

ISO_PROJECTS: Final = Layout(
    id="iso.projects",
    required=("id", "status", "protocol_slug", "country_code"),
    known=(
        "name", "short_code", "url", "process_key", "pathway", "validator_name",
        "current_verifier_name", "crediting_period_start", "crediting_period_end",
        *SUPPLIER_KNOWN,
        *[f"{name}.{unit}" for name in ISO_TOTALS for unit in ("credits", "credit_kgs")],
        "location", "location.country_code", "location.country_name", "location.latitude",
        "location.longitude", "location.description",
    ),
    project="id",
    name="name",
    country="country_code",
    type="pathway",
    methodology="protocol_slug",
    dates=("crediting_period_start", "crediting_period_end"),
    numbers=tuple([f"{name}.credit_kgs" for name in ISO_TOTALS]),
    tonnes=tuple([(f"{name}.credits", f"{name}.credit_kgs") for name in ISO_TOTALS]),
    columns=ProjectColumns(
        status="status",
        start="crediting_period_start",
        end="crediting_period_end",
        place=("location.latitude", "location.longitude"),
    ),
)
