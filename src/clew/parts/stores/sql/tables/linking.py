"""Evidence edges between reports and identifiers, and the clusters that follow from them."""
