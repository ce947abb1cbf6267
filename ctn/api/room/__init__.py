"""The signing room: where the signers of one account gather their signatures (people.md 2.1).

A body is seen by that account's signers only and kept until it expires or its sequence is spent.
The room can neither alter a body, which is signed, nor submit one below its threshold, which the
ledger refuses before anything is charged.
"""
