"""Drug cards: what can stand in a regimen, one YAML file each."""

from osteocast.drugs.catalogue import Card, Code, card, catalogue, names, read_card

__all__ = ["Card", "Code", "card", "catalogue", "names", "read_card"]
