"""What any ledger is: account, asset, op, transaction, block, ledger, refusal, commitment.

Nothing here knows of carbon. The rooms above (`modules`, `machine`) say what this ledger does.
"""
