"""Text becomes findable: chunks, vectors, postings, and the one statement that searches them."""
