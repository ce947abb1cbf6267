"""Layouts of files whose serials are ids with the numbers in columns: Cercarbono, Isometric."""

from typing import Final

from ctn.client.registry.layout import Layout, UnitColumns

CDC_ISSUANCES: Final = Layout(
    id="cdc.issuances",
    required=(
        "serial", "issued_quantity", "issuance_date", "year", "is_buffer", "vintage_of_credits",
    ),
    known=("verification", "global_goals", "elegible"),
    dates=("issuance_date",),
    periods=("vintage_of_credits",),
    numbers=("year",),
    columns=UnitColumns(
        grammars=("cdc",),
        serial="serial",
        quantity="issued_quantity",
        is_counted=True,
        tells="issued",
        vintage_year="year",
        issued="issuance_date",
        status_here="issued",
        buffer="is_buffer",
    ),
)

CDC_RETIREMENTS: Final = Layout(
    id="cdc.retirements",
    required=(
        "serial", "from", "to", "quantity", "project_id", "vintage", "certificate_destination",
        "end_user", "passive_subject", "date",
    ),
    known=("project_name", "public_consult", "industry"),
    project="project_id",
    name="project_name",
    dates=("date",),
    numbers=("vintage",),
    columns=UnitColumns(
        grammars=("cdc",),
        serial="serial",
        quantity="quantity",
        places=("from", "to"),
        tells="ended",
        vintage_year="vintage",
        ended="date",
        status_here="retired",
        beneficiary="end_user",
        reason="certificate_destination",
        details="passive_subject",
    ),
)

SUPPLIER: Final = "supplier_credit_batch_size_total"
BUFFER: Final = "buffer_pool_credit_batch_size_total"
TOTAL: Final = "credit_batch_size_total"
SUPPLIER_KNOWN: Final = (
    "supplier.id", "supplier.short_description", "supplier.long_description",
    "supplier.organisation.id", "supplier.organisation.name", "supplier.organisation.domain",
    "supplier.location", "supplier.location.country_code", "supplier.location.country_name",
    "supplier.location.latitude", "supplier.location.longitude", "supplier.location.description",
)

ISO_ISSUANCES: Final = Layout(
    id="iso.issuances",
    required=(
        "id", "issued_at", "project_id", f"{SUPPLIER}.credits", f"{SUPPLIER}.credit_kgs",
        f"{BUFFER}.credits", f"{BUFFER}.credit_kgs", f"{TOTAL}.credits", f"{TOTAL}.credit_kgs",
    ),
    known=SUPPLIER_KNOWN,
    project="project_id",
    name="supplier.organisation.name",
    dates=("issued_at",),
    numbers=(f"{SUPPLIER}.credit_kgs", f"{BUFFER}.credit_kgs"),
    tonnes=(
        (f"{TOTAL}.credits", f"{TOTAL}.credit_kgs"),
        (f"{SUPPLIER}.credits", f"{SUPPLIER}.credit_kgs"),
        (f"{BUFFER}.credits", f"{BUFFER}.credit_kgs"),
    ),
    columns=UnitColumns(
        grammars=("iso",),
        serial="id",
        quantity=f"{TOTAL}.credit_kgs",
        is_counted=True,
        tells="issued",
        issued="issued_at",
        status_here="issued",
        total=(f"{TOTAL}.credit_kgs", f"{SUPPLIER}.credit_kgs", f"{BUFFER}.credit_kgs"),
    ),
)

ISO_RETIREMENTS: Final = Layout(
    id="iso.retirements",
    required=(
        "retirement_id", "retired_at", f"{TOTAL}.credit_kgs", "beneficiary.name", "owner.name",
        "purposes", "project_id",
    ),
    known=(
        "url", "notes", "beneficiary.id", "beneficiary.domain", "owner.id", "owner.domain",
        f"{TOTAL}.credits", "sequestered_on",
    ),
    project="project_id",
    name="owner.name",
    dates=("retired_at", "sequestered_on"),
    tonnes=((f"{TOTAL}.credits", f"{TOTAL}.credit_kgs"),),
    columns=UnitColumns(
        grammars=("iso",),
        serial="retirement_id",
        quantity=f"{TOTAL}.credit_kgs",
        is_counted=True,
        tells="ended",
        ended="retired_at",
        status_here="retired",
        beneficiary="beneficiary.name",
        reason="purposes",
        details="notes",
    ),
)
