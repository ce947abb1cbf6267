"""Layouts of files of issued quantities without serials: the American registries, California."""

from typing import Final

from ctn.client.registry.layout import IssuanceColumns, Layout

ACR_ISSUANCES: Final = Layout(
    id="acr.issuances",
    required=(
        "Date Issued (GMT)", "Vintage", "ReportingPeriodBegin", "ReportingPeriodEnd",
        "Total Credits Issued", "Credits Issued to Project", "Credits Issued to Buffer Pool",
        "Project ID", "Project VVB",
    ),
    known=(
        "Credits Transferred to Buffer Pool", "Project Developer", "Project Name", "Project Type",
        "Project Methodology/Protocol", "Methodology/Protocol Version", "Project Site Location",
        "Project Site State", "Project Site Country", "ARB Eligible", "Ecology Eligible",
        "CCP Approved", "Project Crediting Period Start Date", "Verified Removal",
        "Sustainable Development Goal(s)", "Project Website",
    ),
    project="Project ID",
    name="Project Name",
    country="Project Site Country",
    type="Project Type",
    methodology="Project Methodology/Protocol",
    dates=(
        "Date Issued (GMT)", "ReportingPeriodBegin", "ReportingPeriodEnd",
        "Project Crediting Period Start Date",
    ),
    numbers=(
        "Vintage", "Credits Issued to Project", "Credits Issued to Buffer Pool",
        "Credits Transferred to Buffer Pool",
    ),
    columns=IssuanceColumns(
        date="Date Issued (GMT)",
        vintage="Vintage",
        quantity="Total Credits Issued",
        shares=("Credits Issued to Project", "Credits Issued to Buffer Pool"),
        buffer=("Credits Issued to Buffer Pool",),
    ),
)

CAR_ISSUANCES: Final = Layout(
    id="car.issuances",
    required=(
        "Date Issued", "Project ID", "Vintage", "Total Offset Credits Issued",
        "Offset Credits Currently in Reserve Buffer Pool",
        "Offset Credits Intended for Compliance Buffer Pool", "Offset Credits Converted to VCUs",
        "Canceled for Compliance", "Verification Body",
    ),
    known=(
        "Cooperative/ Aggregate ID", "Project Name", "Project Developer", "Project Owner",
        "Project Type", "Reduction/Removal", "Reversible/Non-Reversible", "Protocol and Version",
        "ARB Eligible", "WA ECO Eligible", "Eligible for CORSIA 2021-2023 Compliance Period",
        "Eligible for CORSIA 2024-2026 Compliance Period", "Corresponding Adjustment",
        "CCP Approved", "Crediting Period", "Zero-Credit Reporting Period", "Canceled",
        "Project Site Location", "Project Site State", "Project Site Country",
        "Activity Area Type", "Additional Certification(s)", "Project Website",
    ),
    project="Project ID",
    name="Project Name",
    country="Project Site Country",
    type="Project Type",
    methodology="Protocol and Version",
    dates=("Date Issued",),
    numbers=(
        "Vintage", "Offset Credits Currently in Reserve Buffer Pool",
        "Offset Credits Intended for Compliance Buffer Pool", "Offset Credits Converted to VCUs",
        "Canceled for Compliance", "Canceled",
    ),
    columns=IssuanceColumns(
        date="Date Issued",
        vintage="Vintage",
        quantity="Total Offset Credits Issued",
        buffer=(
            "Offset Credits Currently in Reserve Buffer Pool",
            "Offset Credits Intended for Compliance Buffer Pool",
        ),
        ended=("Offset Credits Converted to VCUs", "Canceled for Compliance", "Canceled"),
    ),
)

ART_ISSUANCES: Final = Layout(
    id="art.issuances",
    required=(
        "Date Approved", "Program ID", "Vintage", "Total Emission Reductions/Removals",
        "Credits Deposited in Buffer", "Credits Verified",
    ),
    known=(
        "Program Name", "Sovereign Program Developer", "Crediting Program and Standard",
        "Program Type", "Standard Version", "CCP Approved", "Program Jurisdiction(s)",
        "Program Country", "CORSIA Eligible", "Verification Body", "Program Website",
    ),
    project="Program ID",
    name="Program Name",
    country="Program Country",
    type="Program Type",
    methodology="Crediting Program and Standard",
    dates=("Date Approved",),
    numbers=("Vintage", "Credits Deposited in Buffer", "Credits Verified"),
    columns=IssuanceColumns(
        date="Date Approved",
        vintage="Vintage",
        quantity="Total Emission Reductions/Removals",
        shares=("Credits Verified", "Credits Deposited in Buffer"),
        buffer=("Credits Deposited in Buffer",),
    ),
)

ARB_ENDED: Final = (
    "Invalidated or Canceled", "Retired for Intentional Reversal", "Retired Voluntarily",
    "Retired 1st Compliance Period (CA)", "Retired 2nd Compliance Period (CA)",
    "Retired 3rd Compliance Period (CA)", "Retired 4th Compliance Period (CA)",
    "Retired 5th Compliance Period (CA)", "Retired for Compliance in Quebec",
)

ARB_ISSUANCES: Final = Layout(
    id="arb.issuances",
    required=(
        "CARB Issuance ID", "OPR Project ID", "Vintage", "ARB Offset Credits Issued",
        "Forest Buffer Account Contribution", "Invalidation Timeframe", "Intentional Reversal",
        *ARB_ENDED,
    ),
    known=(
        "CARB Project ID", "Reporting Period", "Project Type", "Early Action/ Compliance",
        "Reporting Period Start Date", "Reporting Period End Date", "Issuance Date",
        "Date Invalidation Period Reduced", "Start of Invalidation Timeframe",
        "Offset Project Name", "Offset Project Operator", "Verification Body", "State",
        "Provides DEBS", "Section 95989(b) Documentation, if applicable", "Project Documentation",
        "Unintentional Reversal", "Buffer Pool Retired", "Comment",
    ),
    project="CARB Project ID",
    name="Offset Project Name",
    type="Project Type",
    dates=(
        "Issuance Date", "Reporting Period Start Date", "Reporting Period End Date",
        "Date Invalidation Period Reduced", "Start of Invalidation Timeframe",
    ),
    numbers=(
        "Vintage", "Forest Buffer Account Contribution", "Intentional Reversal",
        "Unintentional Reversal", "Buffer Pool Retired", *ARB_ENDED,
    ),
    columns=IssuanceColumns(
        date="Issuance Date",
        vintage="Vintage",
        quantity="ARB Offset Credits Issued",
        buffer=("Forest Buffer Account Contribution",),
        issuance="CARB Issuance ID",
        origin="OPR Project ID",
        ended=ARB_ENDED,
    ),
)
