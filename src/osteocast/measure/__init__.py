"""What a clinic measures: densitometry and, later, assays with their noise. Knows nothing about people."""
