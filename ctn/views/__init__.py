"""The read model: tables folded from the blocks that an engine made, and questions put to them.

Nothing here is true by itself. Every table follows from the block feed alone, so a file that is
lost or damaged is built again, and a rebuilt one is equal row by row (`thallo.md` 3).
"""
