"""Follow a book, lose a frame on purpose, and end equal to a fresh snapshot.

    python docs/guide/follow-the-book.py http://127.0.0.1:8080 cea24-cny 10
"""

import sys

from ctn.client.feed import Book, Feed

url, instrument, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
book, fresh = Book(instrument), Book(instrument)
with Feed(url, instrument) as feed:
    for number, message in enumerate(feed):
        if number == 2:
            print(f"height {message['height']}: thrown away on purpose")
        elif not book.take(message):
            print(f"height {message['height']}: a gap; a fresh snapshot")
            book.take(feed.snapshot())
        print(f"height {book.height}: best {book.bids[:1]} {book.asks[:1]}, {book.phase}")
        if number >= count and fresh.take(feed.snapshot()) and book == fresh:
            break
print(f"equal to a fresh snapshot at feed sequence {fresh.seq}")
