"""Exchange with other programs: SBML, Antimony text, NONMEM-style tables."""
